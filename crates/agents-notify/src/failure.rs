//! Why did a message not get through, and is another try worth it?

use std::time::Duration;

/// A try that failed. No text in it holds an address or a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It may work later.
    #[error("{reason}")]
    Passing {
        reason: String,
        /// The receiver asked for a pause.
        wait: Option<Duration>,
    },
    /// It will fail again until somebody changes something.
    #[error("{reason}")]
    Lasting { reason: String },
}

impl Failure {
    pub(crate) fn passing(reason: impl Into<String>) -> Self {
        Self::Passing { reason: reason.into(), wait: None }
    }

    pub(crate) fn lasting(reason: impl Into<String>) -> Self {
        Self::Lasting { reason: reason.into() }
    }

    /// In words.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::Passing { reason, .. } | Self::Lasting { reason } => reason,
        }
    }
}
