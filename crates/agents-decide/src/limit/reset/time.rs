//! Which span, day or time of day stands at a place of a text?

use chrono::{NaiveTime, TimeDelta, Weekday};

use super::calendar::{Day, When};
use super::cursor::{Cursor, Kind};
use super::zone;
use crate::Now;

/// `5 minutes from now`.
pub(super) fn from_now(cursor: &mut Cursor<'_>) -> Option<When> {
    cursor.attempt(|cursor| {
        let span = span(cursor)?;
        cursor.word(&["from"])?;
        cursor.word(&["now"])?;
        Some(When::In(span))
    })
}

/// `1h 29m`, `40 minutes`, `2 days and 3 hours`, `an hour`.
pub(super) fn span(cursor: &mut Cursor<'_>) -> Option<TimeDelta> {
    let mut total = part(cursor)?;
    while let Some(next) = cursor.attempt(|cursor| {
        let _ = cursor.sign(",");
        let _ = cursor.word(&["and"]);
        part(cursor)
    }) {
        total = total.checked_add(&next)?;
    }
    // A number that follows without a unit would make the span another one.
    let ends = cursor.peek().is_none_or(|token| token.kind != Kind::Number || !token.glued);
    ends.then_some(total)
}

/// `1:29:00`: hours, minutes and seconds.
pub(super) fn countdown(cursor: &mut Cursor<'_>) -> Option<TimeDelta> {
    let hours = i64::try_from(cursor.number(1..=3)?.value).ok()?;
    let (minutes, seconds) = (two_digits(cursor)?, two_digits(cursor)?);
    if minutes > 59 || seconds > 59 {
        return None;
    }
    TimeDelta::try_seconds(hours * 3600 + i64::from(minutes) * 60 + i64::from(seconds))
}

fn part(cursor: &mut Cursor<'_>) -> Option<TimeDelta> {
    if cursor.word(&["a", "an", "one"]).is_some() {
        return unit(cursor);
    }
    let whole = cursor.number(1..=7)?.value;
    let tenths = cursor.attempt(|cursor| {
        cursor.glued_sign(".")?;
        cursor.number(1..=3)
    });
    let unit = unit(cursor)?.num_milliseconds();
    let mut millis = unit.checked_mul(i64::try_from(whole).ok()?)?;
    if let Some(part) = tenths {
        let scale = 10_i64.checked_pow(u32::try_from(part.digits).ok()?)?;
        millis = millis.checked_add(unit.checked_mul(i64::try_from(part.value).ok()?)? / scale)?;
    }
    TimeDelta::try_milliseconds(millis)
}

fn unit(cursor: &mut Cursor<'_>) -> Option<TimeDelta> {
    let word = cursor.any_word()?.to_ascii_lowercase();
    match word.as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => Some(TimeDelta::seconds(1)),
        "m" | "min" | "mins" | "minute" | "minutes" => Some(TimeDelta::minutes(1)),
        "h" | "hr" | "hrs" | "hour" | "hours" => Some(TimeDelta::hours(1)),
        "d" | "day" | "days" => Some(TimeDelta::days(1)),
        "w" | "week" | "weeks" => Some(TimeDelta::weeks(1)),
        _ => None,
    }
}

/// A day and a time of day, in one of the usual orders.
pub(super) fn local(cursor: &mut Cursor<'_>, now: Now) -> Option<When> {
    let day = cursor.attempt(iso_date).or_else(|| cursor.attempt(named_day));
    let Some(day) = day else { return clock_first(cursor, now) };
    let _ = cursor.sign(",.·");
    let _ = cursor.word(&["at", "t"]);
    let _ = cursor.sign("@");
    let at_number = cursor.peek().is_some_and(|token| token.kind == Kind::Number);
    let clock = cursor.attempt(clock);
    // What looks like a time and is none makes the whole announcement doubtful.
    if at_number && clock.is_none() {
        return None;
    }
    let is_iso = matches!(day, Day::Date { year: Some(_), .. });
    let offset = if is_iso { cursor.attempt(zone::offset) } else { None };
    let zone = match offset {
        Some(seconds) => Some(crate::Zone::Fixed(seconds)),
        None => zone::read(cursor, now).ok()?,
    };
    ended(cursor)?;
    Some(When::Local { day, clock, zone })
}

/// A time of day, and perhaps the day after it.
fn clock_first(cursor: &mut Cursor<'_>, now: Now) -> Option<When> {
    let clock = clock(cursor)?;
    let zone = zone::read(cursor, now).ok()?;
    ended(cursor)?;
    let day = cursor.attempt(|cursor| {
        let _ = cursor.sign(",");
        if cursor.word(&["on"]).is_some() {
            return iso_date(cursor).or_else(|| named_day(cursor));
        }
        relative_day(cursor)
    });
    Some(When::Local { day: day.unwrap_or(Day::Unnamed), clock: Some(clock), zone })
}

/// Nothing is glued to the time that would make it another word.
fn ended(cursor: &Cursor<'_>) -> Option<()> {
    cursor.peek().is_none_or(|token| !token.glued || token.kind == Kind::Sign).then_some(())
}

/// `2026-07-04`.
fn iso_date(cursor: &mut Cursor<'_>) -> Option<Day> {
    let year = cursor.number(4..=4)?.value;
    cursor.glued_sign("-")?;
    let month = cursor.number(2..=2)?.value;
    cursor.glued_sign("-")?;
    let day = cursor.number(2..=2)?.value;
    date(Some(year), month, day)
}

fn named_day(cursor: &mut Cursor<'_>) -> Option<Day> {
    if let Some(day) = relative_day(cursor) {
        return Some(day);
    }
    let named = cursor.attempt(|cursor| {
        let _ = cursor.word(&["next"]);
        weekday(cursor.any_word()?)
    });
    if let Some(weekday) = named {
        let _ = cursor.sign(".");
        // A weekday before a date says nothing that the date does not.
        let dated = cursor.attempt(|cursor| {
            let _ = cursor.sign(",");
            month_first(cursor).or_else(|| day_first(cursor))
        });
        return Some(dated.unwrap_or(Day::Weekday(weekday)));
    }
    cursor.attempt(month_first).or_else(|| cursor.attempt(day_first))
}

fn relative_day(cursor: &mut Cursor<'_>) -> Option<Day> {
    if cursor.word(&["tomorrow"]).is_some() {
        return Some(Day::Tomorrow);
    }
    cursor.word(&["today", "tonight"]).map(|_| Day::Today)
}

/// `Nov 24th, 2026`.
fn month_first(cursor: &mut Cursor<'_>) -> Option<Day> {
    cursor.attempt(|cursor| {
        let month = month(cursor.any_word()?)?;
        let _ = cursor.sign(".");
        let day = day_of_month(cursor)?;
        let year = cursor.attempt(|cursor| {
            let _ = cursor.sign(",");
            cursor.number(4..=4)
        });
        date(year.map(|year| year.value), month, day)
    })
}

/// `24 November 2026`.
fn day_first(cursor: &mut Cursor<'_>) -> Option<Day> {
    cursor.attempt(|cursor| {
        let day = day_of_month(cursor)?;
        let _ = cursor.word(&["of"]);
        let month = month(cursor.any_word()?)?;
        let _ = cursor.sign(".,");
        let year = cursor.number(4..=4);
        date(year.map(|year| year.value), month, day)
    })
}

fn day_of_month(cursor: &mut Cursor<'_>) -> Option<u64> {
    let day = cursor.number(1..=2)?.value;
    let _ = cursor.word(&["st", "nd", "rd", "th"]);
    Some(day)
}

fn date(year: Option<u64>, month: u64, day: u64) -> Option<Day> {
    let year = match year {
        Some(year) => Some(i32::try_from(year).ok()?),
        None => None,
    };
    Some(Day::Date { year, month: u32::try_from(month).ok()?, day: u32::try_from(day).ok()? })
}

fn month(word: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.to_ascii_lowercase();
    let at = MONTHS.iter().position(|month| {
        *month == word
            || month.get(..3) == Some(word.as_str())
            || (word == "sept" && *month == "september")
    })?;
    u64::try_from(at + 1).ok()
}

fn weekday(word: &str) -> Option<Weekday> {
    match word.to_ascii_lowercase().as_str() {
        "mon" | "monday" => Some(Weekday::Mon),
        "tue" | "tues" | "tuesday" => Some(Weekday::Tue),
        "wed" | "weds" | "wednesday" => Some(Weekday::Wed),
        "thu" | "thur" | "thurs" | "thursday" => Some(Weekday::Thu),
        "fri" | "friday" => Some(Weekday::Fri),
        "sat" | "saturday" => Some(Weekday::Sat),
        "sun" | "sunday" => Some(Weekday::Sun),
        _ => None,
    }
}

/// `3pm`, `10:30 a.m.`, `22:00`, `00:56:38`, `noon`. An hour alone is none: it may be a number of anything.
fn clock(cursor: &mut Cursor<'_>) -> Option<NaiveTime> {
    if let Some(word) = cursor.word(&["noon", "midnight"]) {
        return NaiveTime::from_hms_opt(
            if word.eq_ignore_ascii_case("noon") { 12 } else { 0 },
            0,
            0,
        );
    }
    let hour = u32::try_from(cursor.number(1..=2)?.value).ok()?;
    let minute = two_digits(cursor);
    let second = minute.and_then(|_| two_digits(cursor));
    if second.is_some() {
        // Fractions of a second do not matter.
        let _ = cursor.attempt(|cursor| {
            cursor.glued_sign(".,")?;
            cursor.number(1..=9)
        });
    }
    let hour = match half(cursor) {
        Some(afternoon) if (1..=12).contains(&hour) => hour % 12 + if afternoon { 12 } else { 0 },
        Some(_) => return None,
        // The end of the day, as 24-hour clocks have it.
        None if (hour, minute) == (24, Some(0)) => 0,
        None => minute.map(|_| hour)?,
    };
    NaiveTime::from_hms_opt(hour, minute.unwrap_or(0), second.unwrap_or(0))
}

fn two_digits(cursor: &mut Cursor<'_>) -> Option<u32> {
    cursor.attempt(|cursor| {
        cursor.glued_sign(":")?;
        u32::try_from(cursor.number(2..=2)?.value).ok()
    })
}

/// `am` or `pm`; whether it is the second half of the day.
fn half(cursor: &mut Cursor<'_>) -> Option<bool> {
    cursor.attempt(|cursor| {
        let word = cursor.word(&["am", "pm", "a", "p"])?;
        let afternoon = word.starts_with(['p', 'P']);
        if word.len() == 1 {
            cursor.glued_sign(".")?;
            cursor.word(&["m"])?;
            let _ = cursor.glued_sign(".");
        }
        Some(afternoon)
    })
}
