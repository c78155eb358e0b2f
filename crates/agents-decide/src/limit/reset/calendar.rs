//! Which instant does an announcement mean, seen from now?

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};

use super::{Reset, zone};
use crate::{Now, Zone};

/// A banner whose time has just passed is not yet taken for one of tomorrow.
const JUST_PASSED: TimeDelta = TimeDelta::minutes(2);

/// No known window is longer than a month (codex on its free plan, a spend limit).
pub(in crate::limit) const FARTHEST: TimeDelta = TimeDelta::days(32);

/// What a text announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// Seconds since 1970.
    Epoch(i64),
    /// From now.
    In(TimeDelta),
    /// A day and a time of day; without one the day's first moment is meant. `zone`: the one that the text names.
    Local { day: Day, clock: Option<NaiveTime>, zone: Option<Zone> },
}

/// A day as named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    /// Whichever comes first.
    Unnamed,
    Today,
    Tomorrow,
    Weekday(Weekday),
    Date {
        year: Option<i32>,
        month: u32,
        day: u32,
    },
}

/// The reset, if it lies in the time that a window can end in.
pub(super) fn resolve(when: &When, now: Now) -> Option<Reset> {
    let (at, dated) = match *when {
        When::Epoch(seconds) => (DateTime::from_timestamp(seconds, 0)?, true),
        When::In(span) => (now.wall.checked_add_signed(span)?, true),
        When::Local { day, clock, zone } => {
            let zone = zone.unwrap_or(now.zone);
            (local(day, clock.unwrap_or(NaiveTime::MIN), zone, now)?, day != Day::Unnamed)
        }
    };
    (is_ahead(at, now) && at <= now.wall.checked_add_signed(FARTHEST)?)
        .then_some(Reset { at, dated })
}

fn local(day: Day, clock: NaiveTime, zone: Zone, now: Now) -> Option<DateTime<Utc>> {
    let today = zone::local(zone, now.wall)?.date();
    let on = |date: NaiveDate| instant(zone, date, clock, now);
    let later = |days: u64| today.checked_add_days(Days::new(days)).and_then(on);
    match day {
        Day::Unnamed => on(today).filter(|&at| is_ahead(at, now)).or_else(|| later(1)),
        Day::Today => on(today),
        Day::Tomorrow => later(1),
        Day::Weekday(weekday) => {
            let days = u64::from(weekday.days_since(today.weekday()));
            later(days).filter(|&at| is_ahead(at, now)).or_else(|| later(days + 7))
        }
        Day::Date { year: Some(year), month, day } => {
            NaiveDate::from_ymd_opt(year, month, day).and_then(on)
        }
        Day::Date { year: None, month, day } => {
            let in_year = |year| NaiveDate::from_ymd_opt(year, month, day).and_then(on);
            in_year(today.year())
                .filter(|&at| is_ahead(at, now))
                .or_else(|| in_year(today.year().checked_add(1)?))
        }
    }
}

/// The first instant of that date and time which is still ahead, or else the last.
fn instant(zone: Zone, date: NaiveDate, clock: NaiveTime, now: Now) -> Option<DateTime<Utc>> {
    let (first, last) = zone::instants(zone, date.and_time(clock))?;
    Some(if is_ahead(first, now) { first } else { last })
}

fn is_ahead(at: DateTime<Utc>, now: Now) -> bool {
    now.wall.checked_sub_signed(JUST_PASSED).is_some_and(|earliest| at > earliest)
}
