mod properties;
mod zones;

use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;

use super::{Reset, parse, table};
use crate::{Moment, Now, Tz, Zone};

#[test]
fn f26_every_banner_of_the_table_is_read() {
    let results = table::run();
    assert!(results.len() >= 100, "the table has {} banners", results.len());
    let wrong: Vec<String> = results
        .iter()
        .filter(|result| result.found != result.expected)
        .map(|result| {
            format!(
                "{:?}\n  expected {:?}\n  found    {:?}",
                result.text, result.expected, result.found
            )
        })
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    let epoch = DateTime::from_timestamp(0, 0);
    assert!(results.iter().all(|result| result.expected != epoch), "a time of the table is broken");
}

#[test]
fn only_a_named_day_or_a_span_is_certain() {
    for (text, dated) in [
        ("resets 3pm", false),
        ("resets 3pm (Asia/Tokyo)", false),
        ("resets tomorrow 3pm", true),
        ("resets Nov 24, 3pm", true),
        ("resets Mon 3pm", true),
        ("resets in 3h", true),
        ("resets_at: 1795264976", true),
    ] {
        assert_eq!(parse(text, saturday()).map(|reset| reset.dated), Some(dated), "{text}");
    }
}

fn saturday() -> Now {
    let wall = DateTime::parse_from_rfc3339("2026-11-21T10:30:00Z").expect("valid").to_utc();
    Now { at: Moment(0), wall, zone: Zone::Named(Tz::utc()) }
}

/// Text made of what the grammar knows, in any order.
fn near_misses() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        proptest::sample::select(vec![
            "resets",
            "reset",
            "at",
            "in",
            "on",
            "try again",
            "retrying",
            "limit",
            "resets_at",
            "resets_in_seconds",
            "am",
            "pm",
            "UTC",
            "(Europe/Paris)",
            "Asia/",
            "(",
            ")",
            ":",
            "-",
            "+",
            ".",
            ",",
            "·",
            "tomorrow",
            "Mon",
            "Feb",
            "29",
            "30",
            "31",
            "24th",
            "2026",
            "2026-11-22",
            "T",
            "Z",
            "h",
            "minutes",
            "days",
            "weeks",
            "from now",
            "noon",
            "’",
            "e\u{301}",
            "\u{a0}",
            "٣",
        ])
        .prop_map(str::to_owned),
        "[0-9]{1,22}",
        "\\PC",
    ];
    (proptest::collection::vec((piece, any::<bool>()), 0..14)).prop_map(|pieces| {
        pieces
            .into_iter()
            .map(|(piece, spaced)| if spaced { format!("{piece} ") } else { piece })
            .collect()
    })
}

fn any_now() -> impl Strategy<Value = Now> {
    let zones: Vec<Zone> = Tz::all().map(Zone::Named).collect();
    let zone =
        prop_oneof![proptest::sample::select(zones), (-90_000..90_000).prop_map(Zone::Fixed)];
    (0_i64..7_258_118_400, zone).prop_map(|(seconds, zone)| Now {
        at: Moment(0),
        wall: DateTime::from_timestamp(seconds, 0).expect("within the calendar"),
        zone,
    })
}

fn in_range(reset: Option<Reset>, now: Now) -> bool {
    reset.is_none_or(|reset| {
        reset.at > now.wall - TimeDelta::minutes(2) && reset.at <= now.wall + super::FARTHEST
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_is_read_without_panic_and_in_range(text in any::<String>(), now in any_now()) {
        prop_assert!(in_range(parse(&text, now), now));
    }

    #[test]
    fn near_misses_are_read_without_panic_and_in_range(text in near_misses(), now in any_now()) {
        prop_assert!(in_range(parse(&text, now), now));
    }

    #[test]
    fn a_time_of_day_is_the_next_one_in_every_zone(hour in 0_u32..24, minute in 0_u32..60, now in any_now()) {
        let reset = parse(&format!("limit reached, resets {hour:02}:{minute:02}"), now);
        if let Zone::Fixed(seconds) = now.zone && seconds.abs() >= 86_400 {
            prop_assert_eq!(reset, None);
        } else {
            let reset = reset.expect("a time of day always comes");
            prop_assert!(reset.at <= now.wall + TimeDelta::hours(49), "{:?}", reset);
        }
    }

    #[test]
    fn a_span_is_counted_from_now(minutes in 0_i64..10_000, now in any_now()) {
        let reset = parse(&format!("limit resets in {minutes} minutes"), now);
        prop_assert_eq!(reset.map(|reset| reset.at), Some(now.wall + TimeDelta::minutes(minutes)));
    }
}

#[test]
fn days_and_months_are_read_in_each_way_that_they_are_written() {
    let read = |text: &str| parse(text, saturday()).map(|reset| reset.at);
    // Saturday the 21st of November.
    for (day, names) in [
        (22, &["Sun", "Sunday"][..]),
        (23, &["Mon", "Monday"]),
        (24, &["Tue", "Tues", "Tuesday"]),
        (25, &["Wed", "Weds", "Wednesday"]),
        (26, &["Thu", "Thur", "Thurs", "Thursday"]),
        (27, &["Fri", "Friday"]),
    ] {
        let expected = read(&format!("resets Nov {day}, 3pm"));
        assert!(expected.is_some());
        for name in names {
            assert_eq!(read(&format!("resets {name} 3pm")), expected, "{name}");
        }
    }
    let mut august = saturday();
    august.wall = DateTime::parse_from_rfc3339("2026-08-30T10:00:00Z").expect("valid").to_utc();
    for name in ["Sep", "Sept", "September"] {
        let read = parse(&format!("resets {name} 2, 3pm"), august).map(|reset| reset.at);
        assert_eq!(
            read.map(|at| at.to_rfc3339()).as_deref(),
            Some("2026-09-02T15:00:00+00:00"),
            "{name}"
        );
    }
    assert_eq!(parse("resets Sepe 2, 3pm", august).filter(|it| it.dated), None);
}
