//! What does a failed verb say, and with which exit code does it end?

use agents_config::LoadError;
use agents_store::{LockError, StoreError};
use agents_watchdog::WatchdogError;
use agents_watchdog::neighbour::Neighbour;

/// The exit codes of the program.
pub mod code {
    pub const DONE: u8 = 0;
    pub const FAILED: u8 = 1;
    pub const USAGE: u8 = 2;
    pub const PARTLY: u8 = 3;
    pub const TIMED_OUT: u8 = 4;
    pub const HELD: u8 = 5;
    pub const UNAVAILABLE: u8 = 7;
}

/// Why a verb failed, in words for a person.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The config does not load; the report shows every problem.
    #[error("{}", .0.report(false).trim_end())]
    Config(Box<LoadError>),
    #[error("there is no agent or service `{name}`{} {known}", hint(suggestion.as_deref()))]
    UnknownName { name: String, known: String, suggestion: Option<String> },
    #[error(
        "the config no longer declares `{name}`, and its session {session} runs: `agents down --undeclared` ends it, \
         with all others of that kind; declared: {known}"
    )]
    Undeclared { name: String, session: String, known: String },
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Failed(String),
    #[error("{0}")]
    Held(String),
    #[error("{0}")]
    Unavailable(String),
    /// The disk is full, read-only or failing.
    #[error("{0}")]
    Unwritable(String),
}

/// What was likely meant, if anything, up to the list of what is known.
pub fn hint(suggestion: Option<&str>) -> String {
    match suggestion {
        Some(name) => format!(", did you mean `{name}`? Known:"),
        None => "; known:".to_owned(),
    }
}

impl Error {
    /// The words for a person. The report of a config begins with a word of its own.
    #[must_use]
    pub fn told(&self) -> String {
        match self {
            Self::Config(_) => self.to_string(),
            Self::UnknownName { .. }
            | Self::Undeclared { .. }
            | Self::Usage(_)
            | Self::Failed(_)
            | Self::Held(_)
            | Self::Unavailable(_)
            | Self::Unwritable(_) => format!("agents: {self}"),
        }
    }

    /// As `agents.error/1`, in the place of the document that could not be made.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "schema": "agents.error/1",
            "error": self.to_string(),
            "code": self.code(),
        })
    }

    /// The exit code it ends with.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            Self::Config(_)
            | Self::UnknownName { .. }
            | Self::Undeclared { .. }
            | Self::Usage(_) => code::USAGE,
            Self::Failed(_) => code::FAILED,
            Self::Held(_) => code::HELD,
            Self::Unavailable(_) | Self::Unwritable(_) => code::UNAVAILABLE,
        }
    }
}

impl From<LoadError> for Error {
    fn from(error: LoadError) -> Self {
        Self::Config(Box::new(error))
    }
}

impl From<LockError> for Error {
    fn from(error: LockError) -> Self {
        match error {
            LockError::Held(_) | LockError::HeldByUnknown { .. } => Self::Held(error.to_string()),
            LockError::Unsupported { .. } | LockError::Io { .. } => {
                Self::Unavailable(error.to_string())
            }
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unwritable { .. } => Self::Unwritable(error.to_string()),
            StoreError::Empty { .. }
            | StoreError::Damaged { .. }
            | StoreError::Newer { .. }
            | StoreError::Superseded { .. }
            | StoreError::Withdrawn
            | StoreError::Unclaimed
            | StoreError::Displaced { .. }
            | StoreError::Busy { .. }
            | StoreError::Unreadable { .. }
            | StoreError::Refused { .. } => Self::Unavailable(error.to_string()),
        }
    }
}

impl From<WatchdogError> for Error {
    fn from(error: WatchdogError) -> Self {
        match error {
            WatchdogError::Lock(error) => error.into(),
            WatchdogError::Neighbour(neighbour) => neighbour.into(),
            WatchdogError::Displaced(_) | WatchdogError::SetAside => {
                Self::Unavailable(error.to_string())
            }
            WatchdogError::Ledger(error) => Self::Unavailable(error.to_string()),
            WatchdogError::Store(error) => error.into(),
            WatchdogError::Signals(_) | WatchdogError::Interrupted => {
                Self::Failed(error.to_string())
            }
        }
    }
}

impl From<Neighbour> for Error {
    /// The two config files contradict each other.
    fn from(neighbour: Neighbour) -> Self {
        Self::Usage(neighbour.to_string())
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}
