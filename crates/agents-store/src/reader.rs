//! How does a bystander read the store without leaving a trace?

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, OpenFlags};

use crate::error::During;
use crate::in_process::Reading;
use crate::read::{self, Query};
use crate::{StateDocument, StoreError, Word, schema};

#[cfg(test)]
mod tests;

const BUSY_LIMIT: Duration = Duration::from_secs(5);
/// How often a read that a starting or ending writer has spoilt is made again.
const TRIES: u32 = 10;
/// Before a file that could not be opened is opened again.
const PAUSE: Duration = Duration::from_millis(2);

/// The store, opened for reading only: nothing in the folder changes.
///
/// Every question opens the file anew, because how it must be opened depends on whether a writer is there:
/// with a log beside it, through the log; without one, as a file that nobody changes. Either way takes well under a millisecond.
/// A trace is left in two cases: a log without its index, such as an unlucky copy of the folder has, gets its index back;
/// and an index that a writer left unfinished, or with a log that has not begun, is made whole, as SQLite does for any reader
/// that may write it.
#[derive(Debug, Clone)]
pub struct Reader {
    pub(crate) path: PathBuf,
}

impl Reader {
    /// Opens the store of a fleet; `None` when there is none yet.
    ///
    /// # Errors
    /// When the file is empty, damaged or of a newer program.
    pub fn open(state_dir: &Path) -> Result<Option<Self>, StoreError> {
        let path = schema::store_path(state_dir);
        if schema::is_missing(&path)? {
            return Ok(None);
        }
        let reader = Self { path };
        reader.look(|connection| schema::check(connection, &reader.path))?;
        Ok(Some(reader))
    }

    /// The store of a fleet for one question, which looks at no more of the file than it needs; `None` when there is none yet.
    ///
    /// # Errors
    /// When the file is empty, or cannot be looked at.
    pub fn of(state_dir: &Path) -> Result<Option<Self>, StoreError> {
        let path = schema::store_path(state_dir);
        Ok((!schema::is_missing(&path)?).then_some(Self { path }))
    }

    /// Checks the whole file and reads the state and all words, of one instant; `None` when there is no store yet.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn contents(state_dir: &Path) -> Result<Option<Contents>, StoreError> {
        let Some(reader) = Self::of(state_dir)? else { return Ok(None) };
        let failed = |error| StoreError::from_sqlite(&reader.path, During::Reading, &error);
        let contents = reader.look(|connection| {
            schema::check(connection, &reader.path)?;
            // Without it the two would be read at two instants.
            let at_once = connection.unchecked_transaction().map_err(failed)?;
            let state = read::state(&at_once).map_err(failed)?;
            Ok(Contents { state, words: read::words(&at_once).map_err(failed)? })
        })?;
        Ok(Some(contents))
    }

    /// Asks once; again when a writer came or went meanwhile, because the answer may then be a mixture.
    fn look<T>(
        &self,
        question: impl Fn(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut refused = None;
        for _ in 1..TRIES {
            let before = self.trace();
            if schema::is_missing(&self.path)? {
                return Err(StoreError::damaged(&self.path, "the file has gone"));
            }
            let answer = self.ask(before.has_log, &question);
            let after = self.trace();
            let undisturbed = if before.has_log { after.has_log } else { after == before };
            match answer {
                // The last writer to go takes the log's index away before the log, and another may come at once: for that
                // moment the file cannot be opened, although a log is there before and after.
                Err(error @ StoreError::Unreadable { .. }) => {
                    refused = Some(error);
                    std::thread::sleep(PAUSE);
                }
                answer if undisturbed => return answer,
                _ => refused = None,
            }
        }
        Err(refused.unwrap_or_else(|| StoreError::Busy { path: self.path.clone() }))
    }

    fn ask<T>(
        &self,
        has_log: bool,
        question: impl Fn(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let reading = Reading::begin();
        let beside_a_writer = reading.beside_a_writer(&self.path);
        if !beside_a_writer {
            let file = File::open(&self.path);
            let file = file.map_err(|error| schema::unreadable(&self.path, &error))?;
            schema::check_length(&self.path, &file)?;
        }
        let way = if beside_a_writer {
            Way::Sharing
        } else if !has_log {
            Way::Immutable
        } else if schema::beside(&self.path, "-shm").exists() && log_says_something(&self.path) {
            Way::ThroughTheLog
        } else {
            Way::Sharing
        };
        let answer = match (way, self.through(way, &question)) {
            // A writer crashed, or is about to begin: somebody has to make the index whole before it can be read.
            (Way::ThroughTheLog, Err(StoreError::Busy { .. })) => {
                self.through(Way::Sharing, &question)
            }
            (_, answer) => answer,
        };
        drop(reading);
        answer
    }

    fn through<T>(
        &self,
        way: Way,
        question: impl Fn(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        question(&self.connect(way)?)
    }

    fn connect(&self, way: Way) -> Result<Connection, StoreError> {
        let way = match way {
            Way::Immutable => "immutable=1",
            Way::ThroughTheLog => "readonly_shm=1",
            Way::Sharing => "mode=ro",
        };
        let uri = format!("file:{}?{way}", percent_encoded(&self.path));
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(uri, flags).and_then(|connection| {
            connection.busy_timeout(BUSY_LIMIT)?;
            connection.pragma_update(None, "query_only", true)?;
            Ok(connection)
        });
        opened.map_err(|error| StoreError::from_sqlite(&self.path, During::Reading, &error))
    }

    /// What tells that a writer is, or was, at work.
    fn trace(&self) -> Trace {
        let meta = fs::metadata(&self.path).ok();
        Trace {
            has_log: schema::wal_path(&self.path).exists(),
            length: meta.as_ref().map(fs::Metadata::len),
            changed: meta.and_then(|meta| meta.modified().ok()),
        }
    }
}

/// Whether the log has a head and more than that. By one without, SQLite 3.54.1 never finds the index of a writer that
/// has gone to be whole, and gives up after ten seconds with "locking protocol".
fn log_says_something(store: &Path) -> bool {
    let mut head = [0; 33];
    let whole = File::open(schema::wal_path(store)).and_then(|mut log| log.read_exact(&mut head));
    let number =
        |at: usize| u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let (magic, page) = (number(0), number(8));
    whole.is_ok()
        && magic & !1 == 0x377f_0682
        && page.is_power_of_two()
        && (512..=65536).contains(&page)
}

/// What the store remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// The state that was committed last; `None` in a fresh store.
    pub state: Option<StateDocument>,
    /// The last word on every agent, and on whatever else has one, in the order of their names.
    pub words: Vec<Word>,
}

/// How the file is opened.
#[derive(Clone, Copy)]
enum Way {
    /// No log, so nobody writes, and SQLite must not make the log's two files.
    Immutable,
    /// The log's index is read and not touched.
    ThroughTheLog,
    /// As any reader of SQLite: the log's index is made, and a place in it marked, as needed.
    Sharing,
}

#[derive(PartialEq, Eq)]
struct Trace {
    has_log: bool,
    length: Option<u64>,
    changed: Option<SystemTime>,
}

impl Query for Reader {
    fn query<T>(
        &self,
        question: impl Fn(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        self.look(|connection| {
            schema::format_of(connection, &self.path)?;
            question(connection)
                .map_err(|error| StoreError::from_sqlite(&self.path, During::Reading, &error))
        })
    }
}

/// The path as it may stand in a `file:` address, where `?`, `#` and `%` have meanings.
fn percent_encoded(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt;
    let mut text = String::new();
    for &byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}
