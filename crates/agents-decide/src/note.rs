//! Why did something not happen, or what is being waited for?

use agents_names::{AgentName, PhaseId};

use crate::{ActivityNote, LimitNote, StallNote, Why};

/// A note with what it is about.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct About {
    /// `None`: the fleet.
    pub name: Option<AgentName>,
    pub note: Note,
}

/// One reason; reads as a sentence without its subject.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Note {
    Activity(ActivityNote),
    Limit(LimitNote),
    Stall(StallNote),
    /// The look failed.
    CannotSee {
        cause: String,
    },
    /// Missing in one look; the next one decides.
    MissingOnce,
    /// Runs, and nothing is to be done.
    Running,
    /// Not running, and not wanted.
    DownOnPurpose,
    /// No watchdog runs, and nobody asked for it.
    Unsupervised,
    /// It ended by itself, and nobody watches it.
    NotWatched {
        how: String,
    },
    NeverStarted,
    Disabled,
    /// A task that has run.
    TaskEnded {
        how: String,
    },
    /// A restart waits for its delay, in seconds from now.
    RestartIn {
        seconds: u64,
        why: Why,
    },
    /// A restart waits because others start.
    WaitsForTurn,
    Parked {
        reason: String,
        retry_in: u64,
    },
    /// It should be restarted, and its budget is used up: it is left running.
    NotRestarted {
        why: Why,
    },
    Starting {
        seconds: u64,
    },
    Stopping {
        seconds: u64,
    },
    /// A start is impossible, so a running session is left alone.
    Unstartable {
        reason: String,
    },
    /// Many look dead at once; another look must confirm it.
    MassVerdict {
        count: usize,
        of: usize,
    },
    /// A message waits.
    MessageWaits {
        message: String,
        reason: String,
    },
    MessageTyped {
        message: String,
    },
    MessageSubmitted {
        message: String,
        tries: u8,
    },
    MessageSeen {
        message: String,
    },
    MessageStuck {
        message: String,
    },
    /// Another program's prints, or a row of the screen, looked fatal; once is not enough.
    FatalOnce {
        row: String,
    },
    /// The program takes input all the same: what it answers to a message tells whether the row is a quote.
    FatalAsked {
        row: String,
    },
    /// It answered with something else.
    FatalQuoted {
        row: String,
    },
    WakeDue {
        seconds_overdue: u64,
        reason: String,
    },
    WakeIn {
        seconds: u64,
    },
    WakeFileMissing,
    LoopComplete,
    PhaseInProgress {
        phase: PhaseId,
    },
    PhaseAdvancing {
        from: PhaseId,
        to: PhaseId,
    },
    NoAutoAdvance {
        phase: PhaseId,
    },
    SequenceComplete,
    PositionUnknown {
        phase: PhaseId,
    },
    HandoffBaseline {
        head: String,
    },
    HandoffQuiet,
    HandoffNews {
        text: String,
    },
    ServerLost,
    Undeclared {
        session: String,
    },
    /// A session of that name runs that we did not start.
    Adopted,
}
