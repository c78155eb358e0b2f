//! What can keep the watchdog from doing its work?

use std::path::PathBuf;

use crate::ledger::LedgerError;

/// An error that ends a run of the watchdog or of a verb.
#[derive(Debug, thiserror::Error)]
pub enum WatchdogError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// What is written now, nobody would read.
    #[error(
        "the state folder {0} was moved, deleted or replaced meanwhile; what runs is left as it is, and `agents up` \
         takes it up"
    )]
    Displaced(PathBuf),
    /// Nobody will ever read it again.
    #[error("`agents down` has set the damaged store aside")]
    SetAside,
    #[error(transparent)]
    Neighbour(#[from] crate::neighbour::Neighbour),
    #[error("{0}")]
    Lock(#[from] agents_store::LockError),
    #[error("{0}")]
    Store(#[from] agents_store::StoreError),
    #[error("the signals cannot be watched: {0}")]
    Signals(std::io::Error),
    /// A signal ended a verb before its request was answered.
    #[error(
        "told to end before it was done; what was begun goes on when the fleet is next looked after"
    )]
    Interrupted,
}

impl WatchdogError {
    /// Whether the store itself is what is wrong.
    pub(crate) fn is_damage(&self) -> bool {
        match self {
            Self::Store(error) => error.is_damage(),
            Self::Ledger(error) => matches!(error, LedgerError::Damaged(_)),
            Self::Displaced(_)
            | Self::SetAside
            | Self::Neighbour(_)
            | Self::Lock(_)
            | Self::Signals(_)
            | Self::Interrupted => false,
        }
    }
}
