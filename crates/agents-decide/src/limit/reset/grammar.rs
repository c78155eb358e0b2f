//! What does a text announce, in which of the known shapes?

use chrono::TimeDelta;

use super::calendar::When;
use super::cursor::{Cursor, Kind, Token};
use super::time::{countdown, from_now, local, span};
use crate::Now;

/// How an announcement was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Prose,
    /// `resets_at: 1795264976`.
    TimeField,
    /// `resets_in_seconds: 5400`.
    SpanField,
}

/// Words that announce by themselves.
const RESETS: &[&str] = &[
    "reset",
    "resets",
    "resetting",
    "refresh",
    "refreshes",
    "refreshed",
    "renew",
    "renews",
    "renewed",
    "replenish",
    "replenishes",
    "replenished",
];

/// Words that announce together with `at`, `in` and the like.
const RESUMES: &[&str] =
    &["continue", "continues", "continuing", "resume", "resumes", "resuming", "unlock", "unlocks"];

/// Words that announce so in a text about a limit only.
const AT_A_LIMIT: &[&str] = &[
    "available",
    "back",
    "ends",
    "expires",
    "lifted",
    "lifts",
    "restored",
    "restores",
    "retries",
    "retry",
    "retrying",
];
const BARRED: &[&str] = &["blocked", "limited", "paused", "unavailable", "wait"];
const TIME_FIELDS: &[&str] =
    &["reset_at", "resets_at", "resetat", "resetsat", "reset_time", "resettime"];
const SPAN_FIELDS: &[&str] = &[
    "reset_in_seconds",
    "resets_in_seconds",
    "resetinseconds",
    "resetsinseconds",
    "reset_after_seconds",
    "resets_after_seconds",
    "retry_after",
    "retry_after_seconds",
    "retryafter",
    "retrydelay",
    "retry_delay",
];

/// Words that may stand between the announcing word and the time.
const BETWEEN: &[&str] = &[
    "about",
    "again",
    "approximately",
    "around",
    "at",
    "automatically",
    "be",
    "by",
    "date",
    "from",
    "is",
    "on",
    "time",
    "will",
];
const SPANS: &[&str] = &["after", "for", "in", "within"];

/// Words that round a span.
const ROUNDING: &[&str] = &["about", "approximately", "less", "most", "roughly", "than", "under"];

/// All announcements of a text, in its order.
pub(super) fn announcements(text: &str, tokens: &[Token<'_>], now: Now) -> Vec<(When, Source)> {
    // A program that retries after an error says so too; only a retry at a limit tells when a window ends.
    let lower = text.to_ascii_lowercase();
    let at_a_limit = ["limit", "quota", "usage"].iter().any(|word| lower.contains(word));
    (0..tokens.len())
        .filter(|&at| tokens.get(at).is_some_and(|token| token.kind == Kind::Word))
        .filter_map(|at| {
            let cursor = Cursor { tokens: tokens.get(at..)? };
            field(cursor)
                .or_else(|| prose(cursor, at_a_limit, now).map(|when| (when, Source::Prose)))
        })
        .collect()
}

/// A field of a machine-readable answer.
fn field(mut cursor: Cursor<'_>) -> Option<(When, Source)> {
    if cursor.word(TIME_FIELDS).is_some() {
        punctuation(&mut cursor);
        return Some((epoch(&mut cursor)?, Source::TimeField));
    }
    // `usage limit reached|1795264976`
    if cursor.word(&["reached"]).is_some() {
        cursor.glued_sign("|")?;
        return Some((epoch(&mut cursor)?, Source::TimeField));
    }
    let header = cursor.attempt(|cursor| {
        cursor.word(&["retry"])?;
        cursor.glued_sign("-")?;
        cursor.word(&["after"])
    });
    let in_millis = cursor.attempt(|cursor| {
        cursor.glued_sign("-").filter(|_| header.is_some())?;
        cursor.word(&["ms"])
    });
    if header.is_none() {
        cursor.word(SPAN_FIELDS)?;
    }
    punctuation(&mut cursor);
    if let Some(span) = cursor.attempt(span) {
        return Some((When::In(span), Source::SpanField));
    }
    let count = i64::try_from(cursor.number(1..=9)?.value).ok()?;
    let unit = if in_millis.is_some() { TimeDelta::milliseconds } else { TimeDelta::seconds };
    Some((When::In(unit(count)), Source::SpanField))
}

fn punctuation(cursor: &mut Cursor<'_>) {
    while cursor.sign("\"':=`").is_some() {}
}

/// Seconds since 1970, or milliseconds.
fn epoch(cursor: &mut Cursor<'_>) -> Option<When> {
    let number = cursor.number(10..=13)?;
    let seconds = match number.digits {
        10 => number.value,
        13 => number.value / 1000,
        _ => return None,
    };
    i64::try_from(seconds).ok().map(When::Epoch)
}

/// An announcing word, then a time.
fn prose(mut cursor: Cursor<'_>, at_a_limit: bool, now: Now) -> Option<When> {
    let is_wait = cursor.peek().is_some_and(|first| first.text.eq_ignore_ascii_case("wait"));
    let needs_link = announcer(&mut cursor, at_a_limit)?;
    let mut linked = false;
    let mut counts = false;
    for _ in 0..6 {
        if cursor.word(SPANS).is_some() {
            (linked, counts) = (true, true);
        } else if cursor.word(BETWEEN).is_some() {
            linked = true;
        } else if cursor.sign(":~≈·-=\"'`@").is_none() {
            break;
        }
    }
    if needs_link && !linked {
        return None;
    }
    if counts {
        while cursor.word(ROUNDING).is_some() || cursor.sign("<≤").is_some() {}
        if let Some(span) = cursor.attempt(span).or_else(|| cursor.attempt(countdown)) {
            return Some(When::In(span));
        }
    }
    if is_wait && let Some(span) = cursor.attempt(waits) {
        return Some(When::In(span));
    }
    from_now(&mut cursor).or_else(|| cursor.attempt(epoch)).or_else(|| local(&mut cursor, now))
}

/// Takes the announcing words; whether a linking word must follow.
fn announcer(cursor: &mut Cursor<'_>, at_a_limit: bool) -> Option<bool> {
    if cursor.word(RESETS).is_some() || cursor.word(TIME_FIELDS).is_some() {
        return Some(false);
    }
    if cursor.word(RESUMES).is_some() {
        return Some(true);
    }
    let again = cursor.attempt(|cursor| {
        cursor.word(&["available", "try"])?;
        cursor.word(&["again"])
    });
    if again.is_some() {
        return Some(true);
    }
    if cursor.word(&["come", "check"]).is_some() {
        return cursor.word(&["back"]).map(|_| true);
    }
    if let Some(barred) = cursor.word(BARRED) {
        if cursor.word(&["until"]).is_some() {
            return Some(false);
        }
        // "Wait 90 seconds" needs no word between.
        let counts = at_a_limit && barred.eq_ignore_ascii_case("wait");
        let mut ahead = *cursor;
        return (counts && ahead.attempt(waits).is_some()).then_some(false);
    }
    cursor.word(AT_A_LIMIT).filter(|_| at_a_limit).map(|_| true)
}

/// A span and nothing that makes it something else: `90 seconds`, `for 5 minutes`.
fn waits(cursor: &mut Cursor<'_>) -> Option<TimeDelta> {
    let _ = cursor.word(SPANS);
    while cursor.word(ROUNDING).is_some() {}
    span(cursor)
}
