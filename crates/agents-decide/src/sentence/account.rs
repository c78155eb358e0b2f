//! What is said of accounts and logins?

use super::Telling;
use crate::{AccountNote, LoginNote};

impl AccountNote {
    pub(super) fn told(&self, telling: &Telling<'_>) -> String {
        match self {
            Self::Closed { account, first } => format!(
                "the allowance of account `{account}` is used up, as {first} shows: its agents {} held, and one of them is probed when the window ends",
                telling.is("are", "would be")
            ),
            Self::ProbesAnother { account, canary } => {
                format!("for account `{account}` {canary} is probed from now on")
            }
            Self::Opening { account, canary } => format!(
                "account `{account}` is open again as far as {canary} tells; its agents go on one by one"
            ),
            Self::Held { account, canary } => format!(
                "its account `{account}` is inside a usage window: until {canary} is served again nothing is typed at it, and nothing restarts it"
            ),
            Self::Follows { account, at } => format!(
                "its account `{account}` is open again, and its agents go on one by one, the next at {}",
                telling.now.point(*at)
            ),
        }
    }
}

impl LoginNote {
    pub(super) fn told(&self, telling: &Telling<'_>) -> String {
        match self {
            Self::Refused { text, place } => format!(
                "its key or login is refused: \"{}\" ({place}); it is not restarted: mend the login, then `agents restart {}`",
                text.trim(),
                telling.name()
            ),
            Self::AccountRefused { account, by } => format!(
                "the login of {by}, which uses the same account `{account}`, is refused: it is not started before one of them works again; `agents up {}` tries at once",
                telling.name()
            ),
        }
    }
}
