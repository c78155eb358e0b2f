//! Why could nothing be measured?

use std::path::PathBuf;

/// The ways in which a measurement fails. A target that is missed is none of them.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "there is no program {path}; build it with `cargo build --release -p agents`, or name one with --agents"
    )]
    NoProgram { path: PathBuf },
    #[error("there is no `tmux` on the PATH")]
    NoTmux,
    #[error("{what} failed: {detail}")]
    Failed { what: String, detail: String },
    #[error("the config of the measured fleet does not load:\n{report}")]
    Config { report: String },
    #[error("the fleet of {agents} agents did not settle within {seconds} s: {seen}")]
    NotSettled { agents: usize, seconds: u64, seen: String },
    #[error(transparent)]
    Lock(#[from] agents_store::LockError),
    #[error(transparent)]
    Store(#[from] agents_store::StoreError),
    #[error(transparent)]
    Ledger(#[from] agents_watchdog::ledger::LedgerError),
    #[error(transparent)]
    Name(#[from] agents_names::NameError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl Error {
    /// Something that failed, and in which words.
    pub fn failed(what: impl Into<String>, detail: impl ToString) -> Self {
        Self::Failed { what: what.into(), detail: detail.to_string() }
    }
}
