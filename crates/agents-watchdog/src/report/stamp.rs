//! When was a report made, by a clock that nobody can set?

use super::Envelope;
use crate::process::{boot_clock_ms, boot_id};

/// The clock of this start of the machine, which only goes on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Stamp {
    /// Which start of the machine; `None` where the system does not tell.
    pub boot_id: Option<String>,
    /// Milliseconds since then.
    pub boot_ms: u64,
}

impl Stamp {
    /// Of this moment.
    #[must_use]
    pub fn now() -> Self {
        Self { boot_id: boot_id(), boot_ms: boot_clock_ms() }
    }
}

/// Both clocks at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Clocks {
    pub wall_ms: i64,
    pub stamp: Stamp,
}

impl Clocks {
    pub fn read() -> Self {
        Self { wall_ms: chrono::Utc::now().timestamp_millis(), stamp: Stamp::now() }
    }

    /// By how many milliseconds the wall clock is ahead of the other one: another number only when it was set.
    pub fn ahead(&self) -> i64 {
        self.wall_ms.saturating_sub(signed(self.stamp.boot_ms))
    }

    /// When a report was made by a wall clock that has always been so much ahead. What has no stamp of this start of the
    /// machine was made at its own word, but never later than it can be.
    pub fn dated(&self, report: &Envelope, ahead: i64) -> i64 {
        match &report.stamp {
            Some(stamp) if stamp.boot_id != self.stamp.boot_id => {
                report.at_wall_ms.min(self.wall_ms.saturating_sub(signed(self.stamp.boot_ms)))
            }
            Some(stamp) if stamp.boot_ms <= self.stamp.boot_ms => {
                signed(stamp.boot_ms).saturating_add(ahead)
            }
            Some(_) | None => report.at_wall_ms.min(self.wall_ms),
        }
    }

    /// Puts reports into the order in which they were made.
    pub fn order(&self, reports: &mut [Envelope]) {
        reports.sort_by_key(|report| self.dated(report, self.ahead()));
    }
}

fn signed(milliseconds: u64) -> i64 {
    i64::try_from(milliseconds).unwrap_or(i64::MAX)
}
