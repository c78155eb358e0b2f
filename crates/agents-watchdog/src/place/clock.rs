//! What time is it here, and how does fleet time go on?

use std::time::Duration;

use agents_decide::{Moment, Now, Tz, Zone};
use chrono::{DateTime, Local, Utc};

use super::ClockMark;
use crate::process::{boot_clock_ms, boot_id};

/// A gap longer than this between two runs of the watchdog is counted as this long: a wall clock that was
/// set must not age everything by years.
const LONGEST_GAP: Duration = Duration::from_secs(30 * 24 * 3600);

/// What happens from now on is later than all that is remembered, also across a reboot with a wall clock that was set back.
const LEAST_GAP: Duration = Duration::from_millis(1);

/// The clocks of this machine.
#[derive(Debug)]
pub(crate) struct Clock {
    /// Fleet time at `boot_ms`.
    base: Moment,
    boot_ms: u64,
    boot_id: Option<String>,
    zone: Option<Tz>,
}

impl Clock {
    /// Fleet time that begins now.
    pub fn start() -> Self {
        // An hour of past keeps "a while ago" representable from the first tick on.
        let base = Moment(3_600_000);
        Self { base, boot_ms: boot_clock_ms(), boot_id: boot_id(), zone: local_zone() }
    }

    pub fn at(&self) -> Moment {
        self.base.after(Duration::from_millis(boot_clock_ms().saturating_sub(self.boot_ms)))
    }

    pub fn now(&self) -> Now {
        let zone = self
            .zone
            .map_or_else(|| Zone::Fixed(Local::now().offset().local_minus_utc()), Zone::Named);
        Now { at: self.at(), wall: Utc::now(), zone }
    }

    /// Goes on from a stored moment: by the boot clock within one boot, by the wall clock across a reboot.
    pub fn resume(&mut self, mark: &ClockMark) {
        let boot_ms = boot_clock_ms();
        let one_boot = self.boot_id == mark.boot_id && boot_ms >= mark.boot_ms;
        let gap = if one_boot {
            Duration::from_millis(boot_ms - mark.boot_ms)
        } else {
            let wall = Utc::now().timestamp_millis().saturating_sub(mark.wall_ms);
            Duration::from_millis(u64::try_from(wall).unwrap_or(0)).min(LONGEST_GAP)
        };
        self.base = mark.at.after(gap.max(LEAST_GAP));
        self.boot_ms = boot_ms;
    }

    pub fn mark(&self) -> ClockMark {
        ClockMark {
            at: self.at(),
            boot_ms: boot_clock_ms(),
            boot_id: self.boot_id.clone(),
            wall_ms: Utc::now().timestamp_millis(),
        }
    }
}

/// Now, as a watchdog that went on from `mark` would count it; without one, fleet time begins.
#[must_use]
pub fn now_after(mark: Option<&ClockMark>) -> Now {
    let mut clock = Clock::start();
    if let Some(mark) = mark {
        clock.resume(mark);
    }
    clock.now()
}

/// When a file was last written, by the wall clock as it went then, and how long it is.
pub(crate) fn written(path: &std::path::Path) -> Option<(DateTime<Utc>, u64)> {
    let file = std::fs::metadata(path).ok()?;
    Some((file.modified().ok()?.into(), file.len()))
}

/// How long ago that was by the wall clock. `None` for what is to come: the clock was set back since.
pub(crate) fn age(written: DateTime<Utc>) -> Option<Duration> {
    (Utc::now() - written).to_std().ok()
}

/// The zone of this machine by its name, so that a reset across a change of summer time is read right.
fn local_zone() -> Option<Tz> {
    let named = std::env::var("TZ").ok().and_then(|name| name.trim_start_matches(':').parse().ok());
    named.or_else(|| {
        let link = std::fs::read_link("/etc/localtime").ok()?;
        let text = link.to_str()?;
        text.split_once("zoneinfo/")?.1.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fleet_time_goes_on_across_a_reboot_with_a_wall_clock_that_was_set_back() {
        let wall_ms = Utc::now().timestamp_millis() + 86_400_000;
        let boot_id = Some("another boot".to_owned());
        let mark = ClockMark { at: Moment(5_000), boot_ms: 9, boot_id, wall_ms };
        assert!(now_after(Some(&mark)).at > mark.at);
    }
}
