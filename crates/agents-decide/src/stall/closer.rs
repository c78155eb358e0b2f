//! Has the processor been left alone until just now?
//!
//! Over the long span that tells work from the blinking of an idle program, what began a moment ago does not show yet.
//! So before anybody is ended, a closer look compares what was used since the last one.

use std::time::Duration;

use crate::activity::WORKING_SHARE;
use crate::{Moment, Now, ProcessesSeen, Seen};

/// Between two readings that tell rest from work: over less, a single burst of an idle program is all that is seen.
const CLOSE: Duration = Duration::from_secs(5);

/// A longer span lets no more pass than this one: it may all have been used at its end.
const CLOSE_AT_MOST: Duration = Duration::from_secs(10);

/// The timer of the next look goes off a little after the span is over.
const AFTER: Duration = Duration::from_millis(100);

/// The processor time of all processes of an agent, and when it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reading {
    pub at: Moment,
    pub cpu_ms: u64,
}

/// What two looks say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// They are too close to each other, or there was only one.
    Untold,
    /// Next to nothing was used between them.
    Rests,
    /// More than an idle program uses: it may have begun to work just now.
    Stirs { used: Duration, within: Duration },
}

impl Reading {
    /// Of this look, if it saw any processes.
    pub(super) fn of(processes: &Seen<ProcessesSeen>, now: Now) -> Option<Self> {
        processes.known().map(|processes| Self { at: now.at, cpu_ms: processes.cpu_ms })
    }

    /// When the look may be that tells, after this reading or a first look at `since`.
    pub(super) fn told_at(reading: Option<Self>, since: Moment) -> Moment {
        reading.map_or(since, |reading| reading.at).after(CLOSE + AFTER)
    }

    fn compare(self, later: Self) -> Rest {
        let within = later.at.since(self.at);
        if within < CLOSE {
            return Rest::Untold;
        }
        let used = Duration::from_millis(later.cpu_ms.saturating_sub(self.cpu_ms));
        if used > within.min(CLOSE_AT_MOST).mul_f64(WORKING_SHARE) {
            Rest::Stirs { used, within }
        } else {
            Rest::Rests
        }
    }
}

impl Rest {
    /// What the processes say at `now` of one that was suspected first at `since`, and read last at `before`.
    pub(super) fn told(
        before: Option<Reading>,
        since: Moment,
        processes: &Seen<ProcessesSeen>,
        now: Now,
    ) -> Self {
        match (before, Reading::of(processes, now)) {
            (Some(before), Some(later)) => before.compare(later),
            (None, Some(_)) => Self::Untold,
            // Its log is the witness instead.
            (_, None) if now.at.since(since) >= CLOSE => Self::Rests,
            (_, None) => Self::Untold,
        }
    }
}
