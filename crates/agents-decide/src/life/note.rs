//! What does the machine of life say: why a member runs, rests or waits?

use crate::{Moment, Why};

/// What the machine says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum LifeNote {
    /// Runs, and nothing is to be done.
    Running,
    /// A session of that name runs that we did not start.
    Adopted,
    /// Missing in one look; the next one decides.
    MissingOnce,
    /// It was missing in the look before this one.
    FoundAgain,
    NeverStarted,
    /// Not running, as the operator asked.
    DownOnPurpose,
    /// It was stopped on the way of the phases, and nobody has asked for it since.
    Stopped,
    Disabled,
    /// The phase changes; loop agents start together when all of them have stopped.
    WaitsForPhase,
    /// The phase sequence is complete, and loop agents rest.
    LoopComplete,
    /// No watchdog runs, and nobody asked for it.
    Unsupervised,
    /// A task that has run.
    TaskEnded {
        how: String,
        /// It may be asked to run again as it is; what follows for one of a manifest is decided elsewhere.
        #[serde(default)]
        again: bool,
    },
    /// It ended by itself, and is not started again.
    StaysDown {
        how: String,
        why: StaysDown,
    },
    /// A start waits for its time.
    StartAt {
        at: Moment,
        why: Why,
    },
    /// A start waits because of others.
    WaitsForTurn {
        hold: Hold,
    },
    Starting {
        since: Moment,
    },
    Stopping {
        since: Moment,
        why: Why,
    },
    /// It is stopped, and with it so many processes that had left its session.
    StraysEnded {
        count: u32,
    },
    Parked {
        reason: String,
        retry_at: Moment,
    },
    /// A start is impossible. `by_itself`: whether it follows once the cause is mended.
    Unstartable {
        reason: String,
        by_itself: bool,
    },
    /// It runs and should be restarted, and may not be.
    NotRestarted {
        why: Why,
        bar: Bar,
    },
}

/// Why a member that ended by itself is not started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum StaysDown {
    /// The config disables it.
    Disabled,
    /// Its `watch` is `none`.
    NotWatched,
    /// The operator wants it down.
    AskedDown,
    /// A service is kept up only after the operator has asked for it.
    NeverAsked,
    /// Nothing was to bring it back when it ended; that may have changed since.
    NotThen,
}

/// Why a start that is due has to wait for others.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Hold {
    /// So many were started by themselves in the last seconds.
    Pace { starts: usize, seconds: u64 },
    /// So many are starting, and `max_starts_in_flight` allows no more.
    InFlight { starting: usize },
    /// Another agent of the account was started so short ago that this one waits.
    Account { account: String, free_at: Moment },
    /// After the loss of a server the services come first.
    Services,
}

/// Why a running member that should be restarted is not.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Bar {
    /// Its automatic starts within the window are used up. `again_at`: when one is possible again; `None`: never.
    Budget { limit: u32, window_seconds: u64, again_at: Option<Moment> },
    /// So many restarts in a row brought it to no work.
    InVain { restarts: u32, again_at: Moment },
    /// A start would fail, so that killing it would lose its session for nothing.
    Unstartable { reason: String },
}
