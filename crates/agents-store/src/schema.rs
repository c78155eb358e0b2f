//! What does the store file look like, and is this one whole?

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior, ffi};

use crate::error::During;
use crate::{StoreError, folder};

#[cfg(test)]
mod tests;

/// The length of the header of an SQLite file.
const HEADER_LENGTH: usize = 100;
/// How every SQLite file begins.
const MAGIC: &[u8] = b"SQLite format 3\0";
const STORE_FILE: &str = "store.db";
/// Marks the file as ours ("agnt" in ASCII), so that another program's database is not taken for a store.
const APPLICATION_ID: i32 = 0x6167_6e74;
/// How long a write waits for another process's write before it gives up.
const BUSY_LIMIT: Duration = Duration::from_secs(5);

/// Each step takes the format from its index to the next; a step that has been released never changes.
const MIGRATIONS: &[&str] = &[include_str!("schema/1.sql")];

pub(crate) fn store_path(state_dir: &Path) -> PathBuf {
    state_dir.join(STORE_FILE)
}

/// The path of the write-ahead log that SQLite keeps beside the store while somebody may write.
pub(crate) fn wal_path(store: &Path) -> PathBuf {
    beside(store, "-wal")
}

pub(crate) fn beside(store: &Path, suffix: &str) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Makes folder and store, if there is no store; an error when there is the shell or the rest of one.
pub(crate) fn make_if_missing(state_dir: &Path) -> Result<(), StoreError> {
    let path = store_path(state_dir);
    folder::make(state_dir).map_err(|error| StoreError::unwritable(state_dir, &error))?;
    if is_missing(&path)? { create(state_dir, &path) } else { Ok(()) }
}

/// Opens a store for writing, takes everybody else's access to it away and brings it to our format.
///
/// When it is closed again its log stays as it is: one that turns out damaged is not to be changed.
pub(crate) fn open_for_writing(path: &Path, file: &File) -> Result<Connection, StoreError> {
    folder::make_private(file).map_err(|error| StoreError::unwritable(path, &error))?;
    check_length(path, file)?;
    let failed = |error: rusqlite::Error| StoreError::from_sqlite(path, During::Writing, &error);
    let mut connection = connect(path).map_err(failed)?;
    tidy_up(&connection, false).map_err(failed)?;
    let found = check(&connection, path).map_err(StoreError::of_a_writer)?;
    set_up(&connection).map_err(failed)?;
    migrate(&mut connection, found).map_err(failed)?;
    Ok(connection)
}

/// Looks whether the file begins as a store does: a few microseconds, for who has it open and would not notice, since
/// SQLite goes on with the pages that it has read.
pub(crate) fn check_beginning(path: &Path, file: &File) -> Result<(), StoreError> {
    let mut header = [0; HEADER_LENGTH];
    if file.read_exact_at(&mut header, 0).is_err() {
        return match file.metadata().map_err(|error| unreadable(path, &error))?.len() {
            0 => Err(StoreError::Empty { path: path.to_owned() }),
            _ => Err(StoreError::damaged(path, "it is shorter than a header")),
        };
    }
    let is_ours = header.starts_with(MAGIC) && header[68..72] == APPLICATION_ID.to_be_bytes();
    if is_ours {
        Ok(())
    } else {
        Err(StoreError::damaged(path, "it does not begin as a store does"))
    }
}

/// Compares the length of a store at rest with the number of pages in its header.
///
/// SQLite itself takes a missing tail of the last page for zeros. With a log beside it the file may be short for good reason:
/// a checkpoint writes the header first.
pub(crate) fn check_length(path: &Path, file: &File) -> Result<(), StoreError> {
    let mut header = [0; HEADER_LENGTH];
    if !is_at_rest(path) {
        return Ok(());
    }
    if file.read_exact_at(&mut header, 0).is_err() {
        return Err(StoreError::damaged(path, "it is shorter than a header"));
    }
    let page = u64::from(u16::from_be_bytes([header[16], header[17]]));
    // The format writes 65536 as 1.
    let page = if page == 1 { 65_536 } else { page };
    let pages = u64::from(u32::from_be_bytes([header[28], header[29], header[30], header[31]]));
    let length = file.metadata().map_err(|error| unreadable(path, &error))?.len();
    if length < page * pages && is_at_rest(path) {
        let detail = format!("it has {length} of {} bytes", page * pages);
        return Err(StoreError::damaged(path, detail));
    }
    Ok(())
}

/// True when no log holds pages that the store itself may lack.
fn is_at_rest(path: &Path) -> bool {
    fs::metadata(wal_path(path)).map_or(true, |meta| meta.len() == 0)
}

/// True when there is no store, and an error when there is the shell or the rest of one.
pub(crate) fn is_missing(path: &Path) -> Result<bool, StoreError> {
    match fs::metadata(path) {
        Ok(meta) if meta.len() == 0 => Err(StoreError::Empty { path: path.to_owned() }),
        Ok(_) => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // A new file would be filled from the old one's log.
            if wal_path(path).exists() {
                return Err(StoreError::damaged(path, "the file is gone and its log is left"));
            }
            Ok(true)
        }
        Err(error) => Err(unreadable(path, &error)),
    }
}

/// Checks the file from head to tail and returns its format.
pub(crate) fn check(connection: &Connection, path: &Path) -> Result<u32, StoreError> {
    let failed = |error: rusqlite::Error| StoreError::from_sqlite(path, During::Reading, &error);
    let found = format_of(connection, path)?;
    let verdict: String =
        connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(failed)?;
    if verdict != "ok" {
        return Err(StoreError::damaged(path, verdict.replace('\n', " ")));
    }
    Ok(found)
}

/// The format of the file; an error when it is not one that we can use.
pub(crate) fn format_of(connection: &Connection, path: &Path) -> Result<u32, StoreError> {
    let failed = |error: rusqlite::Error| StoreError::from_sqlite(path, During::Reading, &error);
    let application: i32 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(failed)?;
    if application != APPLICATION_ID {
        return Err(StoreError::damaged(path, "it is no store of this program"));
    }
    let found: u32 =
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed)?;
    let known = MIGRATIONS.len() as u32;
    if found > known {
        return Err(StoreError::Newer { path: path.to_owned(), found, known });
    }
    if found == 0 {
        return Err(StoreError::damaged(path, "it has no format number"));
    }
    Ok(found)
}

/// Makes a whole store under another name, then gives it its own: no instant shows half of one.
fn create(state_dir: &Path, path: &Path) -> Result<(), StoreError> {
    static SERIAL: AtomicU32 = AtomicU32::new(0);
    let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
    let fresh = beside(path, &format!(".new-{}-{serial}", std::process::id()));
    let io_error = |error: io::Error| StoreError::unwritable(path, &error);
    let file = folder::open_private(&fresh).map_err(io_error)?;
    // What a killed process of the same number left behind; its log would be taken for this file's.
    file.set_len(0).map_err(io_error)?;
    remove_log(&fresh).map_err(io_error)?;
    let made = fill(&fresh).map_err(|error| StoreError::from_sqlite(path, During::Writing, &error));
    let named = made.and_then(|()| match fs::hard_link(&fresh, path) {
        Ok(()) => Ok(()),
        // Another process was first; its store is as good as ours.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(io_error(error)),
    });
    // The store has its name or creation failed: the other name has no use, and one left over is overwritten.
    let _ = fs::remove_file(&fresh).and_then(|()| remove_log(&fresh));
    named?;
    folder::sync(state_dir).map_err(io_error)
}

fn fill(path: &Path) -> rusqlite::Result<()> {
    let mut connection = connect(path)?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    set_up(&connection)?;
    migrate(&mut connection, 0)?;
    // Closing writes the log into the file, too, and says nothing when that fails: the file would get its name without
    // what is in its log.
    let refused: bool =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if refused {
        return Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None));
    }
    connection.close().map_err(|(_, error)| error)
}

/// Removes the log of a store that has no name of its own yet.
fn remove_log(store: &Path) -> io::Result<()> {
    for file in [wal_path(store), beside(store, "-shm")] {
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_LIMIT)?;
    Ok(connection)
}

/// Whether SQLite writes the log of a store into it when the last one closes it, and removes what has the log's name.
pub(crate) fn tidy_up(connection: &Connection, wanted: bool) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !wanted).map(drop)
}

fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    debug_assert_eq!(mode, "wal");
    // A commit that is acknowledged survives a power cut, not only the end of the process.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "trusted_schema", false)
}

fn migrate(connection: &mut Connection, found: u32) -> rusqlite::Result<()> {
    if found as usize == MIGRATIONS.len() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have done it while we waited for our turn.
    let found: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for step in MIGRATIONS.iter().skip(found as usize) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", MIGRATIONS.len() as u32)?;
    transaction.commit()
}

pub(crate) fn unreadable(path: &Path, error: &io::Error) -> StoreError {
    StoreError::Unreadable { path: path.to_owned(), cause: error.to_string() }
}
