//! Has the agent been idle for longer than allowed, with no live promise?

use chrono::{DateTime, Utc};

use crate::Moment;

/// The stall machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Stall {
    #[default]
    Working,
    /// Idle since.
    Idle { since: Moment },
    /// Every signal has been still for the whole period in one look; the next look decides.
    Suspect { since: Moment, suspected_at: Moment },
    /// The agent promised to go on by itself. `first_seen` bounds how long that is believed.
    Promised { until: DateTime<Utc>, first_seen: Moment, idle_since: Moment },
}

/// What the machine says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum StallNote {
    IdleFor {
        seconds: u64,
        allowed: u64,
    },
    Promise {
        until: DateTime<Utc>,
    },
    PromiseTooFar {
        until: DateTime<Utc>,
    },
    PromiseUnreadable {
        text: String,
    },
    Suspected {
        seconds: u64,
    },
    /// Too little evidence to end a process.
    NotProven {
        reason: String,
    },
}
