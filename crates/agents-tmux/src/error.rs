//! Why a request to tmux brought no answer.

use std::time::Duration;

/// How a refusal begins that says that another writer has followed this one.
pub(crate) const SUPERSEDED: &str = "a later writer of this fleet holds the fence";
/// How a cause begins that says that the whole time limit went by.
const NO_ANSWER: &str = "no answer within";

/// The three ways in which a request fails; only the first two tell something about the world.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TmuxError {
    /// Nothing listens on the socket. Whether the server is dead is another question: its socket file may have been removed.
    #[error("no tmux server listens on {socket}")]
    NoServer { socket: String },
    /// tmux, or a guard inside it, said no; nothing was changed.
    #[error("tmux refused: {reason}")]
    Refused { reason: String },
    /// The pane or session asked for is not on the server that answered.
    #[error("tmux has no {what}")]
    Missing { what: String },
    /// No answer, or one that says nothing certain: time limit, lost server, no tmux program.
    #[error("tmux gave no answer: {cause}")]
    Unknown { cause: String },
}

impl TmuxError {
    /// No answer came for as long as one may take.
    pub(crate) fn no_answer(limit: Duration) -> Self {
        Self::Unknown { cause: format!("{NO_ANSWER} {limit:?}") }
    }

    /// Whether the time limit went by: tmux hangs or is slow, and the next request would cost the limit again.
    #[must_use]
    pub fn is_time_out(&self) -> bool {
        matches!(self, Self::Unknown { cause } if cause.starts_with(NO_ANSWER))
    }

    /// Whether a later writer has taken the fleet over: this one must stop.
    #[must_use]
    pub fn is_superseded(&self) -> bool {
        matches!(self, Self::Refused { reason } if reason.starts_with(SUPERSEDED))
    }
}
