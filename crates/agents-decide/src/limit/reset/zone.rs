//! Which zone does a text name, and which instant is a local time in it?

use chrono::{
    DateTime, FixedOffset, MappedLocalTime, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc,
};

use super::cursor::{Cursor, Kind};
use crate::{Now, Tz, Zone};

/// A zone was named, but which it is cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct UnknownZone;

/// The zone named next, if one is.
pub(super) fn read(cursor: &mut Cursor<'_>, now: Now) -> Result<Option<Zone>, UnknownZone> {
    let back = *cursor;
    let bracketed = cursor.sign("([").is_some();
    let zone = name(cursor, bracketed, now);
    if bracketed && zone != Ok(None) && cursor.sign(")]").is_none() {
        *cursor = back;
        return Ok(None);
    }
    if zone == Ok(None) {
        *cursor = back;
    }
    zone
}

fn name(cursor: &mut Cursor<'_>, bracketed: bool, now: Now) -> Result<Option<Zone>, UnknownZone> {
    if let Some(path) = path(cursor) {
        return Tz::of(&path).map(|zone| Some(Zone::Named(zone))).ok_or(UnknownZone);
    }
    let back = *cursor;
    let Some(token) = cursor.peek() else { return Ok(None) };
    let Some(word) = cursor.any_word() else { return Ok(None) };
    if ["utc", "gmt"].iter().any(|zero| word.eq_ignore_ascii_case(zero)) {
        let offset = cursor.attempt(offset).unwrap_or(0);
        return Ok(Some(Zone::Fixed(offset)));
    }
    if word.eq_ignore_ascii_case("z") && (token.glued || bracketed) {
        return Ok(Some(Zone::Fixed(0)));
    }
    if word.eq_ignore_ascii_case("local") {
        let _ = cursor.word(&["time"]);
        return Ok(Some(now.zone));
    }
    if let Some(zone) = by_region(word) {
        let _ = cursor.word(&["standard", "daylight"]);
        let _ = cursor.word(&["time"]);
        return Ok(Some(Zone::Named(zone)));
    }
    if let Some(zone) = by_abbreviation(word, now) {
        return Ok(Some(zone));
    }
    *cursor = back;
    let shouted =
        (2..=5).contains(&word.len()) && word.chars().all(|sign| sign.is_ascii_uppercase());
    if shouted && (bracketed || (word.len() > 2 && word.ends_with('T'))) {
        cursor.advance();
        return Err(UnknownZone);
    }
    Ok(None)
}

/// `Area/City`, with the signs that such names have.
fn path(cursor: &mut Cursor<'_>) -> Option<String> {
    cursor.attempt(|cursor| {
        let first = cursor.peek().filter(|token| token.kind == Kind::Word)?;
        cursor.advance();
        let mut path = first.text.to_owned();
        let mut slashes = 0;
        // A terminal that is too narrow breaks behind the slash.
        while let Some(token) = cursor.peek().filter(|token| token.glued || path.ends_with('/')) {
            let belongs = match token.kind {
                Kind::Word => true,
                Kind::Number => slashes > 0,
                Kind::Sign => token.text == "/" || (slashes > 0 && "+-".contains(token.text)),
            };
            if !belongs {
                break;
            }
            slashes += usize::from(token.text == "/");
            path.push_str(token.text);
            cursor.advance();
        }
        (slashes > 0).then_some(path)
    })
}

/// `+2`, `-03:00`, `+0530`, glued to what stands before; seconds east of UTC.
pub(super) fn offset(cursor: &mut Cursor<'_>) -> Option<i32> {
    let sign = if cursor.glued_sign("+-−")? == "+" { 1 } else { -1 };
    let first = cursor.number(1..=4)?;
    let (hours, minutes) = match first.digits {
        1 | 2 => {
            let minutes = cursor.attempt(|cursor| {
                cursor.glued_sign(":")?;
                cursor.number(2..=2)
            });
            (first.value, minutes.map_or(0, |minutes| minutes.value))
        }
        4 => (first.value / 100, first.value % 100),
        _ => return None,
    };
    if hours > 14 || minutes > 59 {
        return None;
    }
    i32::try_from(hours * 3600 + minutes * 60).ok().map(|seconds| sign * seconds)
}

/// The zones of the providers' country, as its people name them.
fn by_region(word: &str) -> Option<Tz> {
    match word.to_ascii_lowercase().as_str() {
        "pacific" => Tz::of("America/Los_Angeles"),
        "mountain" => Tz::of("America/Denver"),
        "central" => Tz::of("America/Chicago"),
        "eastern" => Tz::of("America/New_York"),
        _ => None,
    }
}

/// Abbreviations that mean one zone to the customers of the known providers. `IST` and the like mean several, and are
/// known only where this machine uses them.
fn by_abbreviation(word: &str, now: Now) -> Option<Zone> {
    if !word.chars().all(|sign| sign.is_ascii_uppercase()) {
        return None;
    }
    if is_own(word, now) {
        return Some(now.zone);
    }
    let hours = |hours: i32| Some(Zone::Fixed(hours * 3600));
    match word {
        "PT" => by_region("pacific").map(Zone::Named),
        "MT" => by_region("mountain").map(Zone::Named),
        "CT" => by_region("central").map(Zone::Named),
        "ET" => by_region("eastern").map(Zone::Named),
        "HST" => hours(-10),
        "AKST" => hours(-9),
        "PST" | "AKDT" => hours(-8),
        "PDT" | "MST" => hours(-7),
        "MDT" | "CST" => hours(-6),
        "CDT" | "EST" => hours(-5),
        "EDT" | "AST" => hours(-4),
        "ADT" | "BRT" | "ART" => hours(-3),
        "WET" => hours(0),
        "BST" | "WEST" | "CET" | "MEZ" => hours(1),
        "CEST" | "MESZ" | "EET" | "SAST" => hours(2),
        "EEST" | "MSK" => hours(3),
        "HKT" | "SGT" | "AWST" => hours(8),
        "JST" | "KST" => hours(9),
        "AEST" => hours(10),
        "AEDT" => hours(11),
        "NZST" => hours(12),
        "NZDT" => hours(13),
        _ => None,
    }
}

/// Whether this machine's zone goes by that abbreviation today.
fn is_own(word: &str, now: Now) -> bool {
    match now.zone {
        Zone::Named(zone) => {
            zone.offset_from_utc_datetime(&now.wall.naive_utc()).abbreviation() == word
        }
        Zone::Fixed(_) => false,
    }
}

/// What clocks in the zone show at an instant.
pub(super) fn local(zone: Zone, at: DateTime<Utc>) -> Option<NaiveDateTime> {
    let east = match zone {
        Zone::Named(zone) => zone.offset_from_utc_datetime(&at.naive_utc()).fix(),
        Zone::Fixed(seconds) => FixedOffset::east_opt(seconds)?,
    };
    at.naive_utc().checked_add_offset(east)
}

/// The first and the last instant at which clocks in the zone show this time.
///
/// When they are set back there are two; a time that is skipped counts as the first one after the gap.
pub(super) fn instants(zone: Zone, time: NaiveDateTime) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    match zone {
        Zone::Named(zone) => in_steps(&zone, time),
        Zone::Fixed(seconds) => in_steps(&FixedOffset::east_opt(seconds)?, time),
    }
}

/// Gaps are whole quarters of an hour, and the widest of the last decades was a day.
fn in_steps<Z: TimeZone>(zone: &Z, time: NaiveDateTime) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    (0..=96).find_map(|quarters| {
        let time = time.checked_add_signed(TimeDelta::minutes(15 * quarters))?;
        match zone.from_local_datetime(&time) {
            MappedLocalTime::Single(at) => Some((at.to_utc(), at.to_utc())),
            MappedLocalTime::Ambiguous(first, last) => Some((first.to_utc(), last.to_utc())),
            MappedLocalTime::None => None,
        }
    })
}
