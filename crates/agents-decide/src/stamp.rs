//! When was it that a program told of, whatever was done to the wall clock since?

use std::time::Duration;

use crate::{Moment, Now};

/// Two readings of one stamp differ by no more: what was told moves with a wall clock that is set by more than two seconds.
const SAME_WITHIN: Duration = Duration::from_millis(2_500);

/// A time by which a program dates what it tells, as it was read first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(from = "Stored")]
pub struct Stamp {
    /// Milliseconds of the wall clock since 1970.
    pub wall_ms: i64,
    /// When that was; unknown of one that an earlier version kept.
    pub at: Option<Moment>,
}

/// As it is stored, by this version or an earlier one.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Stored {
    Milliseconds(i64),
    Stamp { wall_ms: i64, at: Option<Moment> },
}

impl From<Stored> for Stamp {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Milliseconds(wall_ms) => Self { wall_ms, at: None },
            Stored::Stamp { wall_ms, at } => Self { wall_ms, at },
        }
    }
}

impl Stamp {
    #[must_use]
    pub fn read(wall_ms: i64, now: Now) -> Self {
        Self { wall_ms, at: Some(now.moment_of(wall_ms)) }
    }

    /// Whether what is dated so came later than this. A record keeps its stamps when the clock is set, and what a program
    /// reported moves with it, so the same number and the same moment both mean the same.
    #[must_use]
    pub fn is_before(self, wall_ms: i64, now: Now) -> bool {
        match self.at {
            _ if wall_ms == self.wall_ms => false,
            None => wall_ms > self.wall_ms,
            Some(at) => now.moment_of(wall_ms) > at.after(SAME_WITHIN),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::fixture::now;

    const DAY: i64 = 24 * 3_600_000;

    /// So many seconds later, with the wall clock set by so much.
    fn later(seconds: u64, set_ms: i64) -> Now {
        let now = now(1000 + seconds);
        Now { wall: now.wall + chrono::TimeDelta::milliseconds(set_ms), ..now }
    }

    #[test]
    fn f52_what_was_told_is_the_same_and_what_is_told_is_new_whatever_is_done_to_the_clock() {
        let told = now(990).wall.timestamp_millis();
        let stamp = Stamp::read(told, now(1000));
        for set in [0, 10 * DAY, -10 * DAY, 3_600_000, -3_600_000] {
            let now = later(600, set);
            assert!(!stamp.is_before(told, now), "a record's, {set}");
            assert!(!stamp.is_before(told + set, now), "a report's, {set}");
            assert!(!stamp.is_before(told + set + 2_000, now), "a report's, nearly, {set}");
            let new = now.wall.timestamp_millis();
            assert!(stamp.is_before(new, now), "{set}");
            assert!(stamp.is_before(new - 500_000, now), "{set}");
            assert!(!stamp.is_before(new - 700_000, now), "of before it, {set}");
        }
    }

    #[test]
    fn one_of_an_earlier_version_is_read_and_compared_by_its_number() {
        let stamp: Stamp = serde_json::from_str("5000").unwrap();
        assert_eq!(stamp, Stamp { wall_ms: 5000, at: None });
        assert!(stamp.is_before(5001, now(1000)) && !stamp.is_before(4999, now(1000)));
        let stamp = Stamp::read(7000, now(1000));
        let stored = serde_json::to_string(&stamp).unwrap();
        assert_eq!(serde_json::from_str::<Stamp>(&stored).unwrap(), stamp);
    }
}
