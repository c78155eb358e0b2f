//! Why was something not remembered, not found or not locked?

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::Holder;

/// Why the store brought no answer or took no record.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file exists and has no bytes. A fresh store has no file at all.
    #[error(
        "the store {path} is empty: something truncated it; restore a copy, or let `agents down` set it aside and end the fleet"
    )]
    Empty { path: PathBuf },
    /// The file is short, corrupt, or no store of ours.
    #[error(
        "the store {path} is damaged ({detail}); restore a copy, or let `agents down` set it aside and end the fleet"
    )]
    Damaged { path: PathBuf, detail: String },
    /// A later version of this program has written the file.
    #[error(
        "the store {path} has format {found}, this program knows up to {known}; use the newer program"
    )]
    Newer { path: PathBuf, found: u32, known: u32 },
    /// A later writer has claimed the store: this one must not act any more.
    #[error("superseded: this writer has epoch {ours}, the store is at {current}")]
    Superseded { ours: u64, current: u64 },
    /// A request was withdrawn before it was taken up: nothing was recorded.
    #[error("a request was withdrawn before it was taken up")]
    Withdrawn,
    /// A write came before [`crate::Store::claim_epoch`].
    #[error("this writer has not claimed the store")]
    Unclaimed,
    /// The file, or what SQLite keeps beside it, is another one than was opened, or has gone back to an earlier content.
    #[error("the store {path} was moved, deleted or replaced while it was open")]
    Displaced { path: PathBuf },
    /// Another process kept the file busy for longer than the time limit.
    #[error("the store {path} stays busy")]
    Busy { path: PathBuf },
    /// The disk is full, read-only or failing: nothing was recorded, so nothing may be done that needs a record.
    #[error("cannot write the store {path}: {cause}")]
    Unwritable { path: PathBuf, cause: String },
    #[error("cannot read the store {path}: {cause}")]
    Unreadable { path: PathBuf, cause: String },
    /// What was handed in is not what the store keeps: text that is no JSON, for example.
    #[error("the store refused a record: {detail}")]
    Refused { detail: String },
}

/// What was being done when SQLite failed: it gives an I/O error its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum During {
    Reading,
    Writing,
}

impl StoreError {
    /// Whether the file is of no use to anybody: it is empty, short, corrupt, or no store of ours.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Empty { .. } | Self::Damaged { .. } => true,
            Self::Newer { .. }
            | Self::Superseded { .. }
            | Self::Withdrawn
            | Self::Unclaimed
            | Self::Displaced { .. }
            | Self::Busy { .. }
            | Self::Unwritable { .. }
            | Self::Unreadable { .. }
            | Self::Refused { .. } => false,
        }
    }

    /// Whoever opens a store to write needs room beside it even to read.
    pub(crate) fn of_a_writer(self) -> Self {
        match self {
            Self::Unreadable { path, cause } => Self::Unwritable { path, cause },
            other => other,
        }
    }

    pub(crate) fn unwritable(path: &Path, cause: &io::Error) -> Self {
        Self::Unwritable { path: path.to_owned(), cause: cause.to_string() }
    }

    pub(crate) fn damaged(path: &Path, detail: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), detail: detail.into() }
    }

    pub(crate) fn from_sqlite(path: &Path, during: During, error: &rusqlite::Error) -> Self {
        let path = path.to_owned();
        let cause = error.to_string();
        // The list of codes is SQLite's and open-ended; whatever is not named here is an I/O matter.
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged { path, detail: cause }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path },
            Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig) => {
                Self::Refused { detail: cause }
            }
            // The index of a log did not come to rest while it was read.
            Some(ErrorCode::FileLockingProtocolFailed) if during == During::Reading => {
                Self::Busy { path }
            }
            // What SQLite says of a log's index that must be made whole first, and of one in which no place is marked.
            Some(ErrorCode::ReadOnly) if during == During::Reading => Self::Busy { path },
            None if is_wrong_content(error) => Self::Damaged { path, detail: cause },
            Some(_) | None => match during {
                During::Writing => Self::Unwritable { path, cause },
                During::Reading => Self::Unreadable { path, cause },
            },
        }
    }
}

/// True when a row is there and is not what the tables promise.
fn is_wrong_content(error: &rusqlite::Error) -> bool {
    matches!(
        error,
        rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::QueryReturnedNoRows
    )
}

/// Why the fleet lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it.
    #[error("{0}")]
    Held(Holder),
    /// Another process has it and has not (yet) said who it is.
    #[error("the lock {path} is held by an unknown process")]
    HeldByUnknown { path: PathBuf },
    /// Without a kernel lock two writers could not be told apart, so nothing is started.
    #[error("the file system of {path} has no file locks; put `state_dir` on a local disk")]
    Unsupported { path: PathBuf },
    #[error("cannot use the lock {path}: {source}")]
    Io { path: PathBuf, source: io::Error },
}
