//! What can keep the watchdog from doing its work?

use crate::ledger::LedgerError;

/// An error that ends a run of the watchdog or of a verb.
#[derive(Debug, thiserror::Error)]
pub enum WatchdogError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// What is written now, nobody would read.
    #[error(
        "the state folder was moved, deleted or replaced under the watchdog; it ends, and leaves the agents as they are"
    )]
    Displaced,
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
