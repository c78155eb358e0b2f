//! At which time does a banner say that the window ends?

mod calendar;
mod cursor;
mod grammar;
pub mod table;
#[cfg(test)]
mod tests;
mod time;
mod zone;

use chrono::{DateTime, NaiveDateTime, Utc};

pub(super) use calendar::FARTHEST;

use crate::Now;

/// A reset time that a text announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reset {
    /// Less than two minutes ago, or at most 32 days ahead.
    pub at: DateTime<Utc>,
    /// The text names a day or a span, so the time is certain; a bare time of day is taken as the next such time.
    pub dated: bool,
}

/// The reset time that `text` announces; the last one, when it announces several.
///
/// The grammar is closed: a text that it does not know, or that could mean two times, gives `None`. Spans are counted
/// from `now`, so a banner should be read when it is first seen.
#[must_use]
pub fn parse(text: &str, now: Now) -> Option<Reset> {
    let tokens = cursor::tokens(text);
    let mut best: Option<(Reset, grammar::Source)> = None;
    for (when, source) in grammar::announcements(text, &tokens, now) {
        // A machine-readable span beside a machine-readable time is the same reset, less exactly.
        if source == grammar::Source::SpanField
            && matches!(best, Some((_, grammar::Source::TimeField)))
        {
            continue;
        }
        if let Some(reset) = calendar::resolve(&when, now) {
            best = Some((reset, source));
        }
    }
    best.map(|(reset, _)| reset)
}

/// A time of day and date without a zone, as this machine's zone reads it.
pub(crate) fn in_zone(time: NaiveDateTime, now: Now) -> Option<DateTime<Utc>> {
    zone::instants(now.zone, time).map(|(earliest, _)| earliest)
}
