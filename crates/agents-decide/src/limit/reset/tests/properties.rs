//! What holds of every reset time that is read, against slow and obvious ways to tell it?

use chrono::{NaiveDateTime, SecondsFormat, TimeDelta, Timelike, Utc};
use proptest::prelude::*;

use super::super::parse;
use super::any_now;
use crate::{Now, Zone};

/// A zone that a clock can have.
fn real_zone(now: Now) -> bool {
    !matches!(now.zone, Zone::Fixed(east) if east.abs() >= 86_400)
}

fn local(now: Now, at: chrono::DateTime<Utc>) -> NaiveDateTime {
    match now.zone {
        Zone::Named(zone) => at.with_timezone(&zone).naive_local(),
        Zone::Fixed(east) => at.naive_utc() + TimeDelta::seconds(i64::from(east)),
    }
}

/// The first whole minute by the zone's clock that shows this time, tried one after the other; none in a day that skips it.
fn first_minute(now: Now, hour: u32, minute: u32) -> Option<chrono::DateTime<Utc>> {
    let here = local(now, now.wall);
    let since_minute = TimeDelta::seconds(i64::from(here.second()));
    // A reset up to two minutes ago is the one that is meant.
    let begin = now.wall - since_minute - TimeDelta::minutes(1);
    (0..24 * 60 - 1).map(|minutes| begin + TimeDelta::minutes(minutes)).find(|at| {
        let shown = local(now, *at);
        *at > now.wall - TimeDelta::minutes(2) && (shown.hour(), shown.minute()) == (hour, minute)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_written_instant_reads_back(seconds in 0_i64..691_200, now in any_now()) {
        let at = now.wall + TimeDelta::seconds(seconds);
        let text = format!("usage limit, resets {}", at.to_rfc3339_opts(SecondsFormat::Secs, true));
        let reset = parse(&text, now);
        prop_assert_eq!(reset.map(|it| (it.at, it.dated)), Some((at, true)), "{}", text);
        let stamp = parse(&format!("\"resets_at\":{}", at.timestamp()), now);
        // Ten digits are seconds; a number with fewer is none.
        if at.timestamp() >= 1_000_000_000 {
            prop_assert_eq!(stamp.map(|it| it.at), Some(at));
        }
    }

    #[test]
    fn a_time_of_day_is_the_first_that_the_clock_shows(hour in 0_u32..24, minute in 0_u32..60, now in any_now()) {
        prop_assume!(real_zone(now));
        // A zone whose clock is not at a whole minute of UTC's has no first whole minute of both.
        prop_assume!(local(now, now.wall).second() == now.wall.second());
        let reset = parse(&format!("limit reached, resets {hour:02}:{minute:02}"), now);
        if let Some(first) = first_minute(now, hour, minute) {
            prop_assert_eq!(reset.map(|it| it.at), Some(first));
        }
    }

    #[test]
    fn a_time_of_day_stays_the_same_until_it_comes(hour in 1_u32..13, late in any::<bool>(), now in any_now(), part in 0.0_f64..1.0) {
        prop_assume!(real_zone(now));
        let text = format!("limit reached, resets {hour}{}", if late { "pm" } else { "am" });
        let Some(reset) = parse(&text, now) else { return Ok(()) };
        let wait = (reset.at - now.wall).num_seconds();
        prop_assume!(wait > 0);
        #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
        let later = TimeDelta::seconds((wait as f64 * part) as i64);
        let then = Now { wall: now.wall + later, ..now };
        prop_assert_eq!(parse(&text, then).map(|it| it.at), Some(reset.at));
    }

    #[test]
    fn a_span_moves_with_the_look_and_longer_ones_end_later(minutes in 1_i64..5_000, more in 1_i64..5_000, shift in 0_i64..1_000_000, now in any_now()) {
        let read = |minutes: i64, now: Now| {
            let (hours, rest) = (minutes / 60, minutes % 60);
            parse(&format!("try again in {hours}h {rest}m"), now).map(|it| it.at)
        };
        let then = Now { wall: now.wall + TimeDelta::seconds(shift), ..now };
        let (early, late) = (read(minutes, now), read(minutes + more, now));
        prop_assert_eq!(early, Some(now.wall + TimeDelta::minutes(minutes)));
        prop_assert_eq!(read(minutes, then), early.map(|at| at + TimeDelta::seconds(shift)));
        prop_assert!(early < late);
    }

    #[test]
    fn the_last_of_two_announcements_counts_and_twice_the_same_is_once(first in 1_i64..2_000, second in 1_i64..2_000, now in any_now()) {
        let says = |minutes: i64| format!("limit resets in {minutes} minutes.");
        let (one, two) = (says(first), says(second));
        prop_assert_eq!(parse(&format!("{one}\n{two}"), now), parse(&two, now));
        prop_assert_eq!(parse(&format!("{one}\n{one}"), now), parse(&one, now));
    }
}
