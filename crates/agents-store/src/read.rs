//! What is in the store? The questions that [`crate::Store`] and [`crate::Reader`] both answer.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use crate::withdrawn::{self, Withdrawn};
use crate::{Recorded, Request, StateDocument, StoreError, Word, journal, request};

/// Something that can run a query on the store and name its file when the query fails.
pub(crate) trait Query {
    fn query<T>(
        &self,
        question: impl Fn(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError>;
}

pub(crate) fn state(connection: &Connection) -> rusqlite::Result<Option<StateDocument>> {
    connection
        .query_row("SELECT schema, body FROM state WHERE id = 1", [], |row| {
            Ok(StateDocument { schema: row.get(0)?, body: row.get(1)? })
        })
        .optional()
}

pub(crate) fn word_of(connection: &Connection, subject: &str) -> rusqlite::Result<Option<String>> {
    connection
        .query_row("SELECT body FROM word WHERE subject = ?1", [subject], |row| row.get(0))
        .optional()
}

pub(crate) fn words(connection: &Connection) -> rusqlite::Result<Vec<Word>> {
    let mut select =
        connection.prepare_cached("SELECT subject, body FROM word ORDER BY subject")?;
    let rows = select.query_map([], |row| Ok(Word { subject: row.get(0)?, body: row.get(1)? }))?;
    rows.collect()
}

pub(crate) fn revision(connection: &Connection) -> rusqlite::Result<u64> {
    connection
        .prepare_cached("SELECT revision FROM writer WHERE id = 1")?
        .query_row([], |row| row.get::<_, i64>(0))
        .map(i64::cast_unsigned)
}

pub(crate) fn epoch(connection: &Connection) -> rusqlite::Result<u64> {
    connection
        .prepare_cached("SELECT epoch FROM writer WHERE id = 1")?
        .query_row([], |row| row.get::<_, i64>(0))
        .map(i64::cast_unsigned)
}

/// The requests that were withdrawn where nothing could be recorded.
pub(crate) fn withdrawn_at(store: &Path) -> Result<Vec<u64>, StoreError> {
    let Some(folder) = store.parent() else { return Ok(Vec::new()) };
    // As with a disk that fails, nothing is taken up until it can be told.
    Withdrawn::of(folder).map_err(|error| withdrawn::unusable(store, &error))
}

/// Writes the reading methods once for both handles.
macro_rules! reading_methods {
    ($handle:ty) => {
        impl $handle {
            /// The state that was committed last; `None` in a fresh store.
            ///
            /// # Errors
            /// When the store cannot be read: never an empty answer.
            pub fn load_state(&self) -> Result<Option<StateDocument>, StoreError> {
                self.query(state)
            }

            /// The journal entries after `seq`, oldest first, at most `limit`.
            ///
            /// # Errors
            /// When the store cannot be read.
            pub fn journal_since(&self, seq: u64, limit: u32) -> Result<Vec<Recorded>, StoreError> {
                self.query(|connection| journal::since(connection, seq, limit))
            }

            /// The newest journal entries of one agent, oldest first, at most `limit`.
            ///
            /// # Errors
            /// When the store cannot be read.
            pub fn journal_of(
                &self,
                subject: &str,
                limit: u32,
            ) -> Result<Vec<Recorded>, StoreError> {
                self.query(|connection| journal::of_subject(connection, subject, limit))
            }

            /// The number of the newest journal entry ever written; 0 before the first.
            ///
            /// # Errors
            /// When the store cannot be read.
            pub fn last_seq(&self) -> Result<u64, StoreError> {
                self.query(journal::last_seq)
            }

            /// The last word on one agent.
            ///
            /// # Errors
            /// When the store cannot be read.
            pub fn word_of(&self, subject: &str) -> Result<Option<String>, StoreError> {
                self.query(|connection| word_of(connection, subject))
            }

            /// The last word on every agent, in the order of their names.
            ///
            /// # Errors
            /// When the store cannot be read.
            pub fn words(&self) -> Result<Vec<Word>, StoreError> {
                self.query(words)
            }

            /// The requests that wait for an answer, oldest first.
            ///
            /// # Errors
            /// When the store cannot be read.
            pub fn open_requests(&self) -> Result<Vec<Request>, StoreError> {
                let mut open = self.query(request::open_ones)?;
                if !open.is_empty() {
                    let withdrawn = withdrawn_at(&self.path)?;
                    open.retain(|request| !withdrawn.contains(&request.id));
                }
                Ok(open)
            }

            /// The answer to a request; `None` while there is none, and when it was withdrawn.
            ///
            /// # Errors
            /// When the store cannot be read.
            pub fn reply_of(&self, id: u64) -> Result<Option<String>, StoreError> {
                self.query(|connection| request::reply_of(connection, id))
            }

            /// A number that rises with every write of any process: the cheap test for news.
            ///
            /// # Errors
            /// When the store cannot be read.
            pub fn revision(&self) -> Result<u64, StoreError> {
                self.query(revision)
            }

            /// The epoch of the last writer; 0 before the first.
            ///
            /// # Errors
            /// When the store cannot be read.
            pub fn epoch(&self) -> Result<u64, StoreError> {
                self.query(epoch)
            }
        }
    };
}

reading_methods!(crate::Store);
reading_methods!(crate::Reader);
