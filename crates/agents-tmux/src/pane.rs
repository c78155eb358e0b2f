//! What does one listing tell of the panes?

/// A tmux pane id, `%5`; it stays with the pane for the server's life.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct PaneId(pub u32);

impl std::fmt::Display for PaneId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "%{}", self.0)
    }
}

/// Which server answered. Ids of sessions and panes mean something only together with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct ServerId {
    pub pid: u32,
    /// Seconds since 1970, `#{start_time}`.
    pub start_time: u64,
}

/// One look at all panes of the server.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Listing {
    pub server: ServerId,
    /// In the server's order; other people's panes among them.
    pub panes: Vec<Pane>,
}

/// One pane of the listing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Pane {
    pub id: PaneId,
    /// As tmux spells it; other people's sessions may have names that ours cannot.
    pub session: String,
    /// The process that tmux started in the pane.
    pub pid: u32,
    /// `Some` when the process has ended and the pane was kept (`remain-on-exit`).
    pub dead: Option<Dead>,
    /// In copy mode or another mode: keys do not reach the program.
    pub in_mode: bool,
    /// Input was switched off (`select-pane -d`).
    pub input_off: bool,
    /// Seconds since 1970 of the last output, resolution 1 s.
    pub activity: u64,
    /// Changes whenever something is printed in most programs: history size and cursor, for the second in which `activity` cannot tell.
    pub ink: String,
    /// The name of the foreground process; empty in a brief listing.
    pub command: String,
    /// Set by the program (OSC 0/2).
    pub title: String,
    /// Whether a log pipe is attached.
    pub logged: bool,
    /// `@agents_id`: of the pane, else of its session.
    pub agent_id: Option<String>,
    /// `@agents_run`: of the pane. Sessions of earlier versions have it for all their panes.
    pub run: Option<String>,
    /// The token of the last text typed.
    pub typed: Option<String>,
    /// The token of the last submit.
    pub submitted: Option<String>,
}

impl Pane {
    /// Whose program was started in it; `None` also for one that somebody split off, or brought into a session of ours: that has
    /// the session's tag, and no run.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.run.as_ref().and(self.agent_id.as_deref())
    }
}

/// How the process of a kept pane ended. tmux knows neither for a moment, and 3.3a on a busy machine sometimes never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Dead {
    pub status: Option<i32>,
    pub signal: Option<i32>,
}
