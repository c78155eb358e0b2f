//! What must be remembered? The store, as the tick sees it.

use agents_decide::{FleetState, Request, RequestId, Shared};

use crate::place::ClockMark;

/// The durable side of a tick; the simulator has one in memory.
pub trait Ledger: Send {
    /// The state of the last tick, with the clock it was written under.
    ///
    /// # Errors
    /// When there is one and it cannot be read: it is never taken for an empty one.
    fn load(&mut self) -> Result<Option<(FleetState, ClockMark)>, LedgerError>;

    /// The last word about each member, as JSON.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn words(&mut self) -> Result<Vec<(String, String)>, LedgerError>;

    /// Requests that wait to be taken up.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn requests(&mut self) -> Result<Vec<Request>, LedgerError>;

    /// Writes everything of one tick, in one transaction, before any of its effects.
    ///
    /// # Errors
    /// When it could not be made durable: then nothing may be done.
    fn commit(&mut self, record: &Record<'_>) -> Result<(), LedgerError>;
}

/// What one tick writes.
#[derive(Debug, Default)]
pub struct Record<'a> {
    pub state: Option<(&'a Shared<FleetState>, &'a ClockMark)>,
    pub entries: Vec<Entry>,
    /// The latest word about a member, as JSON.
    pub words: Vec<(String, String)>,
    pub replies: Vec<(RequestId, String)>,
    /// Requests that this takes up, unless one was withdrawn since they were read.
    pub taken: Vec<RequestId>,
}

impl Record<'_> {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.state.is_none()
            && self.entries.is_empty()
            && self.words.is_empty()
            && self.replies.is_empty()
            && self.taken.is_empty()
    }
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub at_wall_ms: i64,
    pub tick: u64,
    pub subject: Option<String>,
    pub kind: EntryKind,
    /// A sentence.
    pub text: String,
    /// The value behind it, as JSON.
    pub detail: serde_json::Value,
}

/// What a line of the journal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    Action,
    Outcome,
    Note,
    Config,
    Alarm,
    Request,
}

/// Why the store could not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// Somebody else holds the fleet by now; this process must stop acting.
    #[error("another process has taken over the fleet")]
    Superseded,
    /// A request was withdrawn between the look and the record: the next tick decides without it.
    #[error("a request was withdrawn before it was taken up")]
    Withdrawn,
    /// What is written now, nobody would read.
    #[error("the store was moved, deleted or replaced while it was open")]
    Displaced,
    #[error("the store cannot be used: {0}")]
    Unusable(String),
    /// Nobody will ever be able to use it as it is, or as it was opened.
    #[error("the store cannot be used: {0}")]
    Damaged(String),
}
