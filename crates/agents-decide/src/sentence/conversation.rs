//! What is to be said of an agent's conversation, in words?

use super::Telling;
use crate::ConversationNote;

impl ConversationNote {
    pub(super) fn told(&self, telling: &Telling<'_>) -> String {
        let name = telling.name();
        match self {
            Self::Refused { id, how } => format!(
                "its program refused to resume conversation {id} ({how}), so it begins a new one; `agents conversations {name}` lists them"
            ),
            Self::LetGo { id } => format!(
                "conversation {id} was resumed, and that did not help, so it begins a new one; `agents up {name} --conversation {id}` goes back"
            ),
            Self::Anothers { id, whose } => format!(
                "conversation {id} was named for it, but it is {whose}'s, and is left to {whose}"
            ),
        }
    }
}
