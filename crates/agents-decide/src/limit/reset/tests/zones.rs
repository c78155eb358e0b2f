//! Which zone the words of a banner mean.

use chrono::{DateTime, Utc};

use super::{parse, saturday};
use crate::limit::reset::{cursor, zone};
use crate::{Now, Tz, Zone};

/// Two o'clock of the 24th, as the text has it.
fn at(zone: &str, now: Now) -> Option<DateTime<Utc>> {
    parse(&format!("resets Nov 24, 2pm {zone}"), now).map(|reset| reset.at)
}

fn utc(text: &str) -> Option<DateTime<Utc>> {
    let read = DateTime::parse_from_rfc3339(&format!("2026-11-{text}:00Z"));
    Some(read.expect("valid").to_utc())
}

#[test]
fn an_abbreviation_is_so_many_hours_east() {
    let east = [
        (-10, &["HST"][..]),
        (-9, &["AKST"]),
        (-8, &["PST", "AKDT"]),
        (-7, &["PDT", "MST"]),
        (-6, &["MDT", "CST"]),
        (-5, &["CDT", "EST"]),
        (-4, &["EDT", "AST"]),
        (-3, &["ADT", "BRT", "ART"]),
        (0, &["WET", "UTC", "GMT"]),
        (1, &["BST", "WEST", "CET", "MEZ"]),
        (2, &["CEST", "MESZ", "EET", "SAST"]),
        (3, &["EEST", "MSK"]),
        (8, &["HKT", "SGT", "AWST"]),
        (9, &["JST", "KST"]),
        (10, &["AEST"]),
        (11, &["AEDT"]),
        (12, &["NZST"]),
        (13, &["NZDT"]),
    ];
    let noon = utc("24T14:00").unwrap();
    for (hours, names) in east {
        for name in names {
            let expected = Some(noon - chrono::TimeDelta::hours(hours));
            assert_eq!(at(name, saturday()), expected, "{name}");
            assert_eq!(at(&format!("({name})"), saturday()), expected, "({name})");
        }
    }
}

#[test]
fn a_region_is_its_zone_in_winter_and_its_own_abbreviation_that_of_this_machine() {
    for (words, hour) in [
        (&["PT", "Pacific", "Pacific Time", "Pacific Standard Time"][..], 22),
        (&["MT", "Mountain Time"], 21),
        (&["CT", "Central Daylight Time"], 20),
        (&["ET", "Eastern"], 19),
    ] {
        for word in words {
            assert_eq!(at(word, saturday()), utc(&format!("24T{hour}:00")), "{word}");
        }
    }
    // IST means several zones, and one where this machine stands in it.
    assert_eq!(at("(IST)", saturday()), None);
    let india = Now { zone: Zone::Named(Tz::of("Asia/Kolkata").unwrap()), ..saturday() };
    assert_eq!(at("(IST)", india), utc("24T08:30"));
    assert_eq!(at("(XYZ)", saturday()), None, "which zone that is cannot be told");
    assert_eq!(at("local time", india), utc("24T08:30"));
}

fn path(text: &str) -> Option<Zone> {
    let tokens = cursor::tokens(text);
    let mut cursor = cursor::Cursor { tokens: &tokens };
    zone::read(&mut cursor, saturday()).ok().flatten()
}

#[test]
fn a_path_is_read_with_the_signs_that_such_names_have() {
    for name in [
        "Asia/Tokyo",
        "America/Argentina/Buenos_Aires",
        "America/Port-au-Prince",
        "Etc/GMT+5",
        "Etc/GMT-14",
    ] {
        let expected = Tz::of(name).map(Zone::Named);
        assert!(expected.is_some(), "{name}");
        assert_eq!(path(name), expected, "{name}");
        assert_eq!(path(&format!("({name})")), expected, "({name})");
    }
    // A narrow terminal breaks it behind the slash, and nowhere else.
    assert_eq!(path("Asia/ Tokyo"), path("Asia/Tokyo"));
    assert_eq!(path("Asia /Tokyo"), None);
}

#[test]
fn an_offset_is_read_up_to_fourteen_hours_and_fifty_nine_minutes() {
    for (text, seconds) in [
        ("UTC", Some(0)),
        ("UTC+2", Some(7200)),
        ("UTC-03:00", Some(-10_800)),
        ("UTC+0530", Some(19_800)),
        ("UTC−3:30", Some(-12_600)),
        ("GMT+14", Some(50_400)),
        ("GMT+14:59", Some(53_940)),
        ("GMT-14:59", Some(-53_940)),
        // What is none is not read as part of it.
        ("GMT+15", Some(0)),
        ("UTC+5:60", Some(0)),
        ("UTC+0560", Some(0)),
        ("UTC+123", Some(0)),
    ] {
        assert_eq!(path(text), seconds.map(Zone::Fixed), "{text}");
    }
}

#[test]
fn a_countdown_has_no_more_than_59_minutes_and_seconds() {
    let ahead =
        |text: &str| parse(text, saturday()).map(|it| (it.at - saturday().wall).num_seconds());
    assert_eq!(ahead("resets in 1:59:59"), Some(7199));
    assert_eq!(ahead("resets in 100:00:00"), Some(360_000));
    assert_eq!(ahead("resets in 1:60:00"), None);
    assert_eq!(ahead("resets in 1:00:60"), None);
    assert_eq!(ahead("resets in 1:75:00"), None);
    assert_eq!(ahead("resets in 1:00:75"), None);
}

#[test]
fn capitals_that_may_be_a_zone_are_one_where_they_stand_as_one_does() {
    let local = utc("24T14:00");
    for (words, expected) in [
        // In brackets, or as an abbreviation of three letters or more ends.
        ("(XY)", None),
        ("(QQQ)", None),
        ("XQT", None),
        ("QXYZT", None),
        // Too short, too long, or not as zones are called.
        ("QT", local),
        ("XYZ", local),
        ("QXYZVT", local),
        ("xqt", local),
        ("XqT", local),
        ("(XYZVUT)", local),
        ("(Xy)", local),
    ] {
        assert_eq!(at(words, saturday()), expected, "{words}");
    }
}

#[test]
fn a_zone_in_brackets_counts_once_they_are_closed() {
    let mut now = saturday();
    now.zone = Zone::Named("Asia/Tokyo".parse::<Tz>().unwrap());
    assert_eq!(at("(UTC)", now), utc("24T14:00"));
    assert_eq!(at("[UTC]", now), utc("24T14:00"));
    assert_eq!(at("(UTC", now), utc("24T05:00"), "it may be cut off");
}
