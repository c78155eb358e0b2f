//! Which states can a terminal show?

use std::fmt;

/// What an agent's terminal shows.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// A turn runs; that includes the program's own tries after a server error.
    Active,
    /// The program sits at its composer and would take a prompt.
    Idle,
    /// A dialog, menu or picker is open: text typed now would answer it.
    WaitingInput,
    /// A usage or rate limit is the current state.
    Limited,
    /// The last turn ended in an error and the program sits at its composer.
    Fatal,
    /// The agent's program is gone; the pane shows a shell, or a dead pane.
    Exited,
    /// Nothing on the terminal proves any of the others.
    Unknown,
}

impl State {
    /// The word for the state, as files and messages write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Idle => "idle",
            Self::WaitingInput => "waiting_input",
            Self::Limited => "limited",
            Self::Fatal => "fatal",
            Self::Exited => "exited",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
