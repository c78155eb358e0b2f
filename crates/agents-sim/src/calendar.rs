//! Which time of day is it in a script?

use std::time::Duration;

use chrono::{DateTime, Utc};

/// When every fake world begins: 2023-11-14 22:13:20 UTC.
const WORLD_BEGINS: i64 = 1_700_000_000;
/// The first midnight after that: scripts begin on Wednesday, 2023-11-15.
const FIRST_DAY: u64 = 6_400;
const DAY: u64 = 24 * 3600;

/// The true wall clock, at that time since the world began.
pub(crate) fn wall(at: Duration) -> DateTime<Utc> {
    let began = DateTime::from_timestamp(WORLD_BEGINS, 0).unwrap_or_default();
    began + at
}

/// Time since the world began, at those seconds since 1970.
pub(crate) fn of_wall(seconds: u64) -> Duration {
    Duration::from_secs(seconds.saturating_sub(WORLD_BEGINS.unsigned_abs()))
}

/// Time since the world began, at that time of the first day.
pub(crate) fn of_day(time: Duration) -> Duration {
    Duration::from_secs(FIRST_DAY) + time
}

/// The first such time of day that is not before `earlier`.
pub(crate) fn next(time: Duration, earlier: Duration) -> Duration {
    let mut at = of_day(time);
    while at < earlier {
        at += Duration::from_secs(DAY);
    }
    at
}

/// `09:00:05`, or `+1d 09:00:05` on the second day.
pub(crate) fn shown(at: Duration) -> String {
    let seconds = at.as_secs().saturating_sub(FIRST_DAY);
    let (day, time) = (seconds / DAY, seconds % DAY);
    let clock = format!("{:02}:{:02}:{:02}", time / 3600, time % 3600 / 60, time % 60);
    if day == 0 { clock } else { format!("+{day}d {clock}") }
}
