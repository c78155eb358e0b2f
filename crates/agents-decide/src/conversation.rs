//! Which conversations has an agent had, and which one is its own now?

mod close;
mod hear;
mod id;
mod open;
#[cfg(test)]
pub(crate) mod tests;

use agents_names::{AgentName, BackendName, PhaseId};

use crate::draft::Draft;
use crate::{Now, RunId, Shared};

pub(crate) use close::{close, goes_on, never_began, stopped};
pub(crate) use hear::hear;
pub(crate) use open::{Start, open};

/// How many conversations of an agent are remembered.
const KEPT: usize = 20;

/// What an agent's program talked about with its model, kept by the program under an id.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Conversation {
    pub id: String,
    /// The backend whose program keeps it.
    pub backend: BackendName,
    /// The phase that it was begun in.
    pub phase: Option<PhaseId>,
    pub known: KnownBy,
    /// When it became known, in milliseconds of the wall clock since 1970.
    pub since_ms: i64,
    /// The last run in it.
    pub run: RunId,
    /// How that run ended, in words; `None` while it goes on, or when nobody saw its end.
    pub ended: Option<String>,
    pub refused: Option<Refusal>,
    /// So many runs in a row that continued it ended at once, with an error.
    pub failures: u8,
    /// So many times in a row it was continued after an error that it could not leave, or after a stall.
    pub ailing: u8,
}

/// How an id became known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum KnownBy {
    /// It was chosen before the program was started.
    Chosen,
    /// The program's own record or hook told it.
    Told,
    /// A person, or the person's program, wrote it into the agent's id file.
    Given,
}

/// Why a conversation is not continued any more.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Refusal {
    /// The program said that it does not know it; in its words.
    Said(String),
    /// Nothing was said, but every run that continued it ended at once.
    Guessed(String),
}

impl Refusal {
    /// The program's words, or how it ended.
    #[must_use]
    pub fn how(&self) -> &str {
        match self {
            Self::Said(how) | Self::Guessed(how) => how,
        }
    }
}

/// What is remembered of one agent's conversations.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Conversations {
    /// Oldest first.
    pub known: Shared<Vec<Conversation>>,
    /// The one that is the agent's own now. `None`: the last run began a new one, and nothing told its id.
    pub current: Option<String>,
    /// What the id file said when it was last taken up.
    pub given: Option<String>,
    /// What the operator wants of the next start.
    #[serde(default)]
    pub next: Which,
}

/// Which conversation the operator wants.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Which {
    /// The agent's own, if it continues one at all.
    #[default]
    Own,
    /// A new one.
    Fresh,
    /// An earlier one.
    This(String),
}

/// With which conversation a run begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Opening {
    /// A new one, whose id the program chooses.
    #[default]
    Unnamed,
    /// A new one, whose id the program chooses, though the last one was to be resumed: nobody learnt its id.
    Unknown,
    /// A new one, under this id.
    Named(String),
    /// This one is resumed.
    Resumed(String),
}

/// What is to be said of an agent's conversation.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum ConversationNote {
    /// Its program does not know it; in its words.
    Refused { id: String, how: String },
    /// It was continued, and that did not help.
    LetGo { id: String },
    /// It was named for this agent, and is another's.
    Anothers { id: String, whose: AgentName },
}

impl Conversations {
    /// The conversation with that id.
    #[must_use]
    pub fn of(&self, id: &str) -> Option<&Conversation> {
        self.known.iter().find(|it| it.id == id)
    }

    fn of_mut(&mut self, id: &str) -> Option<&mut Conversation> {
        self.known.iter_mut().find(|it| it.id == id)
    }

    /// The agent's own conversation now.
    #[must_use]
    pub fn own(&self) -> Option<&Conversation> {
        self.of(self.current.as_deref()?)
    }

    /// Makes a conversation the agent's own; one that was known before keeps its age.
    fn take_up(&mut self, new: Conversation) {
        let known = self.known.iter().position(|it| it.id == new.id);
        let entry = match known.map(|place| self.known.remove(place)) {
            Some(old) => Conversation { run: new.run, ended: None, ..old },
            None => new,
        };
        self.current = Some(entry.id.clone());
        self.known.push(entry);
        let surplus = self.known.len().saturating_sub(KEPT);
        self.known.drain(..surplus);
    }
}

/// Where and when a conversation becomes known.
struct Found<'a> {
    backend: &'a BackendName,
    phase: Option<&'a PhaseId>,
    run: RunId,
}

impl Found<'_> {
    fn entry(&self, id: String, known: KnownBy, now: &Now) -> Conversation {
        Conversation {
            id,
            backend: self.backend.clone(),
            phase: self.phase.cloned(),
            known,
            since_ms: now.wall.timestamp_millis(),
            run: self.run,
            ended: None,
            refused: None,
            failures: 0,
            ailing: 0,
        }
    }
}

/// Who else has had the conversation: two agents in one conversation would mix their work.
fn owner<'d>(draft: &'d Draft<'_>, name: &AgentName, id: &str) -> Option<&'d AgentName> {
    let mut others = draft.next.members.iter().filter(|(other, _)| *other != name);
    others.find(|(_, member)| member.conversations.of(id).is_some()).map(|(other, _)| other)
}
