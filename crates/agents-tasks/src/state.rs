//! How far is a task?

/// How far a task is.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// Not started yet.
    #[default]
    Pending,
    /// It waits for another task.
    Blocked,
    Running,
    /// It runs and makes no progress.
    Stuck,
    /// Its last attempt failed.
    Error,
    /// Done, and no pull request of it is open.
    Complete,
    PrOpen,
    Merged,
    /// Nobody wants it any more.
    Cancelled,
}

impl TaskState {
    /// Every state, in the order in which a task may pass them.
    pub const ALL: [Self; 9] = [
        Self::Pending,
        Self::Blocked,
        Self::Running,
        Self::Stuck,
        Self::Error,
        Self::Complete,
        Self::PrOpen,
        Self::Merged,
        Self::Cancelled,
    ];

    /// The word for it in a manifest and in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Blocked => "blocked",
            Self::Running => "running",
            Self::Stuck => "stuck",
            Self::Error => "error",
            Self::Complete => "complete",
            Self::PrOpen => "pr_open",
            Self::Merged => "merged",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether those that wait for it may start: its work is there.
    #[must_use]
    pub fn is_done(self) -> bool {
        match self {
            Self::Complete | Self::PrOpen | Self::Merged => true,
            Self::Pending
            | Self::Blocked
            | Self::Running
            | Self::Stuck
            | Self::Error
            | Self::Cancelled => false,
        }
    }

    /// Whether it is at its end: neither it nor its files are touched any more.
    #[must_use]
    pub fn is_over(self) -> bool {
        self.is_done() || self == Self::Cancelled
    }

    /// Whether a session of it may write to its files.
    #[must_use]
    pub fn is_under_way(self) -> bool {
        match self {
            Self::Running | Self::Stuck => true,
            Self::Pending
            | Self::Blocked
            | Self::Error
            | Self::Complete
            | Self::PrOpen
            | Self::Merged
            | Self::Cancelled => false,
        }
    }

    /// Whether it may be started when nothing stands in its way.
    #[must_use]
    pub fn is_waiting(self) -> bool {
        matches!(self, Self::Pending | Self::Blocked)
    }
}
