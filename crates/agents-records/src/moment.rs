//! Which instant does a number or a text in a record mean?
//!
//! The programs write RFC 3339 (line stamps), epoch seconds (resets of codex, claude and the error bodies that pi
//! keeps) and epoch milliseconds (opencode, pi's messages). Nothing names its unit, so the size of the number decides, and what
//! fits no unit is no instant.

use chrono::{DateTime, Duration, TimeZone as _, Utc};
use serde_json::Value;

/// Numbers from here on are milliseconds: as seconds they would lie after the year 5100.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;

/// 2020-01-01: none of the programs existed before.
const EARLIEST: i64 = 1_577_836_800;

/// 2100-01-01.
const LATEST: i64 = 4_102_444_800;

/// The longest window known is a month; a reset farther away than this is a misread number.
const FARTHEST_RESET: Duration = Duration::days(62);

/// How long before the record's own time a reset may lie: clocks differ, and a window may just have ended.
const PAST_RESET: Duration = Duration::hours(24);

/// The instant that `value` means: RFC 3339 text, or epoch seconds or milliseconds between 2020 and 2100.
#[must_use]
pub fn instant(value: &Value) -> Option<DateTime<Utc>> {
    match value {
        Value::String(text) => from_text(text),
        Value::Number(number) => {
            let number = number.as_i64().or_else(|| whole(number.as_f64()?))?;
            from_epoch(number)
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The end of a usage window that `value` announces at the time `seen`; `None` when it lies so far from `seen` that the
/// number must mean something else.
#[must_use]
pub fn reset(value: &Value, seen: DateTime<Utc>) -> Option<DateTime<Utc>> {
    plausible_reset(instant(value)?, seen)
}

/// The end of a usage window that is announced as a number of seconds from `seen` on.
#[must_use]
pub fn reset_in(seconds: &Value, seen: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let seconds = whole(seconds.as_f64()?)?;
    if seconds < 0 {
        return None;
    }
    plausible_reset(seen.checked_add_signed(Duration::try_seconds(seconds)?)?, seen)
}

fn plausible_reset(at: DateTime<Utc>, seen: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let distance = at.signed_duration_since(seen);
    (-PAST_RESET <= distance && distance <= FARTHEST_RESET).then_some(at)
}

fn from_text(text: &str) -> Option<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc);
    (EARLIEST..LATEST).contains(&at.timestamp()).then_some(at)
}

fn from_epoch(number: i64) -> Option<DateTime<Utc>> {
    let milliseconds =
        if number >= FIRST_MILLISECONDS { number } else { number.checked_mul(1000)? };
    (EARLIEST..LATEST)
        .contains(&(milliseconds / 1000))
        .then(|| Utc.timestamp_millis_opt(milliseconds).single())
        .flatten()
}

/// A float cut to a whole number, when an `i64` holds it exactly enough.
#[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
fn whole(number: f64) -> Option<i64> {
    (number.is_finite() && number.abs() < 9e15).then_some(number as i64)
}

#[cfg(test)]
mod tests;
