//! What does one tick have to remember, all of it or nothing?

use rusqlite::{Connection, params};

use crate::{JournalEntry, journal, request};

/// The state as text, with the number of its shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateDocument {
    /// The schema number of the caller's state type.
    pub schema: u32,
    /// JSON.
    pub body: String,
}

/// The last word on an agent: it replaces the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The agent.
    pub subject: String,
    /// JSON.
    pub body: String,
}

/// The answer that closes a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The number of the request.
    pub request: u64,
    /// JSON.
    pub body: String,
}

/// Everything that is recorded together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Commit<'a> {
    /// The new state; `None` leaves the old one.
    pub state: Option<&'a StateDocument>,
    pub entries: &'a [JournalEntry],
    pub words: &'a [Word],
    pub replies: &'a [Reply],
    /// Requests that this takes up: all of them must still be there.
    pub taken: &'a [u64],
}

impl Commit<'_> {
    /// True when there is nothing to record, so nothing is written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.state.is_none()
            && self.entries.is_empty()
            && self.words.is_empty()
            && self.replies.is_empty()
            && self.taken.is_empty()
    }

    pub(crate) fn write(&self, connection: &Connection, epoch: u64) -> rusqlite::Result<()> {
        if let Some(state) = self.state {
            connection
                .prepare_cached(
                    "INSERT INTO state (id, schema, body) VALUES (1, ?1, ?2)
                     ON CONFLICT (id) DO UPDATE SET schema = excluded.schema, body = excluded.body",
                )?
                .execute(params![state.schema, state.body])?;
        }
        journal::append(connection, epoch, self.entries)?;
        for word in self.words {
            connection
                .prepare_cached(
                    "INSERT INTO word (subject, body) VALUES (?1, ?2)
                     ON CONFLICT (subject) DO UPDATE SET body = excluded.body",
                )?
                .execute(params![word.subject, word.body])?;
        }
        for reply in self.replies {
            request::answer(connection, reply.request, &reply.body)?;
        }
        Ok(())
    }
}
