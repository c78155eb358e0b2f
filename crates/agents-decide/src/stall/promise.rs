//! When does the agent say that it goes on by itself?

#[cfg(test)]
mod tests;

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::activity::is_filler;
use crate::{Now, Rows};

/// What a program prints before the time at which it goes on.
pub const MARKER: &str = "WAITING-UNTIL:";

/// The last promise on a screen.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Promise {
    None,
    Until(DateTime<Utc>),
    /// A marker with something else than a time; what stands there.
    Unreadable(String),
}

/// The last promise on the screen.
///
/// Only a row that begins with the marker counts, after at most an indent, a bullet or emphasis: in the middle of a row
/// it is quoted, as in a command or a diff. A time without a zone is read in `now.zone`.
#[must_use]
pub fn last(rows: &[String], now: Now) -> Promise {
    read_row(rows, row(rows), now)
}

/// [`last`], with the row looked for once.
pub(super) fn last_on(rows: &Rows, now: Now) -> Promise {
    read_row(rows, rows.kept().promise.get(0, || row(rows)), now)
}

/// The number of the row with the last promise.
fn row(rows: &[String]) -> Option<usize> {
    rows.iter().rposition(|row| said(row).is_some())
}

fn read_row(rows: &[String], row: Option<usize>, now: Now) -> Promise {
    let Some(said) = row.and_then(|at| said(rows.get(at)?)) else { return Promise::None };
    match read(said, now) {
        Some(until) => Promise::Until(until),
        None => Promise::Unreadable(said.chars().take(60).collect()),
    }
}

/// What follows the marker, if the row begins with it.
fn said(row: &str) -> Option<&str> {
    let row = row.trim_start_matches(|sign: char| {
        is_filler(sign) || matches!(sign, '•' | '●' | '⏺' | '◆' | '*' | '_' | '>' | '`' | '-')
    });
    let said = row.strip_prefix(MARKER)?;
    Some(said.trim_matches(|sign: char| is_filler(sign) || "*_`".contains(sign)))
}

fn read(said: &str, now: Now) -> Option<DateTime<Utc>> {
    let mut words = said
        .split_whitespace()
        .map(|word| word.trim_matches(|sign: char| "*_`.,;)(\"'".contains(sign)));
    let first = words.next()?;
    if first.contains(['T', 't']) {
        return parse(&first.to_ascii_uppercase(), now);
    }
    let clock = words.next()?;
    let zone = words.next().filter(|word| matches!(*word, "UTC" | "Z")).map_or("", |_| "Z");
    parse(&format!("{first}T{}{zone}", clock.to_ascii_uppercase()), now)
}

/// ISO 8601 with a capital `T`; seconds and zone may be missing.
fn parse(text: &str, now: Now) -> Option<DateTime<Utc>> {
    if let Ok(zoned) = DateTime::parse_from_rfc3339(text) {
        return Some(zoned.to_utc());
    }
    let zulu = text.strip_suffix('Z').map(|text| format!("{text}+0000"));
    let text = zulu.as_deref().unwrap_or(text);
    let zoned = ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%dT%H:%M%z"];
    if let Some(time) = zoned.iter().find_map(|form| DateTime::parse_from_str(text, form).ok()) {
        return Some(time.to_utc());
    }
    let naive = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
    let time = naive.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())?;
    crate::limit::reset::in_zone(time, now)
}
