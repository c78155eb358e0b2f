//! What does the fleet say of a task's session?

use crate::Spent;
use crate::progress::{Exit, Time};

/// What the fleet says of a task's session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Seat {
    /// Nobody can tell.
    #[default]
    Unseen,
    /// The fleet never had such a member.
    Free,
    /// It is being started, or is about to be.
    Busy,
    /// It is being ended.
    Going,
    /// `held`: what it waits for, such as the end of a usage window.
    Up {
        since: Time,
        held: Option<String>,
    },
    /// The operator ended it.
    Down {
        since: Time,
    },
    /// It could not be started.
    Failed {
        since: Time,
        reason: String,
    },
    Ended(Ended),
}

/// A session that ended by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub since: Time,
    /// `None`: nothing tells how its program ended, or it was ended from outside.
    pub exit: Option<Exit>,
    /// How it ended, in words.
    pub how: String,
    /// What it printed last.
    pub rows: Vec<String>,
    /// What its own events say.
    pub judged: Option<Judged>,
    /// Why nothing tells how it ended, though its program tells it by events: then its exit code alone is no success.
    pub untold: Option<String>,
    /// The provider refuses work until then.
    pub limited_until: Option<Time>,
    /// The conversation that its program was in.
    pub conversation: Option<String>,
}

/// What a program says of its own end, in its own events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    pub is_well: bool,
    /// Its last message, or what went wrong.
    pub message: String,
    /// What it says that it cost.
    pub spent: Option<Spent>,
}
