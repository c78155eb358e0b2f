//! Does the agent work?

use std::time::Duration;

use crate::Moment;

/// The verdict of one look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Activity {
    Active,
    Idle,
    /// The look failed, or says nothing.
    Unknown,
}

/// What is remembered of an agent's work between two looks.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ActivityState {
    /// Digest of the last screen.
    pub digest: Option<u64>,
    /// When the screen last changed.
    pub changed_at: Option<Moment>,
    /// When the active pattern was last seen on a screen that still moved.
    pub active_at: Option<Moment>,
    /// Whether the active pattern was ever seen since the start: a pattern that never matched proves nothing by its absence.
    pub ever_active: bool,
    /// CPU time at the last look at the processes, and when it was.
    pub cpu: Option<(Moment, u64)>,
    /// Digest of the process set at the last look.
    pub processes: Option<u64>,
    /// When any signal of work was last seen: output, log, processor, new processes.
    pub evidence_at: Option<Moment>,
}

/// Why the verdict.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum ActivityNote {
    /// The pattern matched this row, and the screen moves.
    PatternSeen {
        row: String,
    },
    /// The pattern matched, but the screen has stood still for so long that it proves nothing.
    PatternStale {
        row: String,
        still_for: Duration,
    },
    ScreenMoves,
    LogGrows,
    ProcessesWork,
    Idle {
        idle_for: Duration,
    },
}
