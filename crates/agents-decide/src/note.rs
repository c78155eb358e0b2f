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
    Message(MessageNote),
    Fatal(FatalNote),
    Phase(PhaseNote),
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
    WakeDue {
        seconds_overdue: u64,
        reason: String,
    },
    WakeIn {
        seconds: u64,
    },
    WakeFileMissing,
    LoopComplete,
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

/// How far a message is on its way.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum MessageNote {
    /// A message waits.
    Waits {
        message: String,
        reason: String,
    },
    Typed {
        message: String,
    },
    Submitted {
        message: String,
        tries: u8,
    },
    Seen {
        message: String,
    },
    Stuck {
        message: String,
    },
}

/// What a row that looks fatal, or another program's prints, lead to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum FatalNote {
    /// Another program's prints, or a row of the screen, looked fatal; once is not enough.
    Once { row: String },
    /// The program takes input all the same: what it answers to a message tells whether the row is a quote.
    Asked { row: String },
    /// It answered with something else.
    Quoted { row: String },
}

/// Where the phases stand.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum PhaseNote {
    InProgress { phase: PhaseId },
    Advancing { from: PhaseId, to: PhaseId },
    NoAutoAdvance { phase: PhaseId },
    Complete,
    PositionUnknown { phase: PhaseId },
}
