//! What time is it? Durations are measured in fleet time; the wall clock serves announced resets only.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// Clocks that are read one after the other differ by no more.
const READ_WITHIN: TimeDelta = TimeDelta::seconds(2);

/// A point in fleet time: milliseconds that never go back, whatever the wall clock does.
///
/// The shell continues it over restarts of the watchdog and over reboots, so a stored moment stays comparable.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct Moment(pub u64);

impl Moment {
    /// The moment `span` later.
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        Self(self.0.saturating_add(millis(span)))
    }

    /// The moment `span` earlier; the first one when there is none.
    #[must_use]
    pub fn before(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(millis(span)))
    }

    /// How long ago `earlier` was; zero when it lies ahead.
    #[must_use]
    pub fn since(self, earlier: Moment) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// The time of one tick, read once by the shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Now {
    pub at: Moment,
    pub wall: DateTime<Utc>,
    pub zone: Zone,
}

impl Now {
    /// When a moment is, or was, by the wall clock as it goes now.
    #[must_use]
    pub fn wall_of(&self, moment: Moment) -> DateTime<Utc> {
        let signed = |span: Duration| TimeDelta::from_std(span).unwrap_or(TimeDelta::MAX);
        let shifted = if moment >= self.at {
            self.wall.checked_add_signed(signed(moment.since(self.at)))
        } else {
            self.wall.checked_sub_signed(signed(self.at.since(moment)))
        };
        // Past the end of the calendar nothing is due.
        shifted.unwrap_or(self.wall)
    }

    /// Whether a stamp of the wall clock, in milliseconds since 1970, lies ahead: it was made before the clock was set back, and
    /// when that was is not known.
    #[must_use]
    pub fn is_ahead(&self, wall_ms: i64) -> bool {
        wall_ms.saturating_sub(self.wall.timestamp_millis()) > READ_WITHIN.num_milliseconds()
    }

    /// The moment of a stamp of the wall clock as it goes now, in milliseconds since 1970; the first one when it lies
    /// before that, and the present one when it lies ahead.
    #[must_use]
    pub fn moment_of(&self, wall_ms: i64) -> Moment {
        let ago = self.wall.timestamp_millis().saturating_sub(wall_ms);
        self.at.before(Duration::from_millis(u64::try_from(ago).unwrap_or(0)))
    }
}

/// The zone in which a reset time without a zone is read: this machine's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Zone {
    Named(crate::Tz),
    /// Seconds east of UTC.
    Fixed(i32),
}
