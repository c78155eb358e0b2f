//! How is a session or a pane addressed? The only place that writes tmux targets.

use agents_names::SessionName;

use crate::PaneId;

/// An exact address. tmux would otherwise match prefixes and patterns, and an empty name means some other session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target(String);

impl Target {
    /// The session of exactly that name, for commands that take a session.
    pub(crate) fn session(name: &SessionName) -> Self {
        Self(format!("={name}"))
    }

    /// The active pane of the session of exactly that name, for commands that take a pane or a window.
    pub(crate) fn pane_of(name: &SessionName) -> Self {
        Self(format!("={name}:"))
    }

    /// One pane; it stays the same whatever becomes of names and windows.
    pub(crate) fn pane(pane: PaneId) -> Self {
        Self(pane.to_string())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}
