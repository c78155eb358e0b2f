mod properties;

use chrono::{DateTime, Utc};

use super::{Promise, last};
use crate::activity::fixture::{now, screen};
use crate::{Now, Zone};

fn check(text: &str, expected: &str) {
    let zone = Zone::Named("Europe/Paris".parse().expect("a zone"));
    let found = last(&screen(text).rows, Now { zone, ..now(0) });
    let expected = match expected {
        "" => Promise::None,
        text if text.starts_with("2026") => Promise::Until(time(text)),
        text => Promise::Unreadable(text.to_owned()),
    };
    assert_eq!(found, expected, "{text:?}");
}

fn time(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).expect("valid").to_utc()
}

#[test]
fn the_last_marker_wins() {
    check(
        "WAITING-UNTIL: 2026-11-21T10:00:00Z / text / WAITING-UNTIL: 2026-11-21T12:00:00Z /  / > / footer",
        "2026-11-21T12:00:00Z",
    );
    check("WAITING-UNTIL: 2026-11-21T10:00:00Z / WAITING-UNTIL: later / >", "later");
    check("no marker at all", "");
}

#[test]
fn a_marker_may_stand_after_a_bullet_or_emphasis() {
    for lead in ["", "  ", "• ", "● ", "⏺ ", "  - ", "> ", "**", "│ ", "  `", "┃  * "] {
        check(&format!("{lead}WAITING-UNTIL: 2026-11-21T10:00:00Z"), "2026-11-21T10:00:00Z");
    }
    check("**WAITING-UNTIL: 2026-11-21T10:00:00Z**", "2026-11-21T10:00:00Z");
    check("│ `WAITING-UNTIL: 2026-11-21T10:00:00Z`   │", "2026-11-21T10:00:00Z");
}

#[test]
fn f23_a_quoted_marker_is_none() {
    for row in [
        "print(\"WAITING-UNTIL: 2026-11-21T10:00:00Z\")",
        "+WAITING-UNTIL: 2026-11-21T10:00:00Z",
        "❯ WAITING-UNTIL: 2026-11-21T10:00:00Z",
        "› WAITING-UNTIL: 2026-11-21T10:00:00Z",
        "end with WAITING-UNTIL: 2026-11-21T10:00:00Z",
        "$ echo WAITING-UNTIL: 2026-11-21T10:00:00Z",
        "waiting-until: 2026-11-21T10:00:00Z",
    ] {
        check(row, "");
    }
}

#[test]
fn times_with_and_without_a_zone_are_read() {
    for (said, expected) in [
        ("2026-11-21T10:00:00Z", "2026-11-21T10:00:00Z"),
        ("2026-11-21T10:00Z", "2026-11-21T10:00:00Z"),
        ("2026-11-21t10:00:00z", "2026-11-21T10:00:00Z"),
        ("2026-11-21T10:00:00.5+02:00", "2026-11-21T08:00:00.5Z"),
        ("2026-11-21T10:00+0200", "2026-11-21T08:00:00Z"),
        ("2026-11-21T10:00:00", "2026-11-21T09:00:00Z"),
        ("2026-11-21T10:00", "2026-11-21T09:00:00Z"),
        ("2026-11-21 10:00", "2026-11-21T09:00:00Z"),
        ("2026-11-21 10:00:00 UTC", "2026-11-21T10:00:00Z"),
        ("2026-11-21T10:00:00Z (tests run)", "2026-11-21T10:00:00Z"),
        ("2026-11-21T10:00:00Z.", "2026-11-21T10:00:00Z"),
        ("<ISO time>", "<ISO time>"),
        ("", ""),
        ("in 5 minutes", "in 5 minutes"),
        ("2026-13-41T10:00:00Z", "not"),
    ] {
        let row = format!("WAITING-UNTIL: {said}");
        match expected {
            "" => assert_eq!(last(&screen(&row).rows, now(0)), Promise::Unreadable(String::new())),
            "not" => {
                assert_eq!(last(&screen(&row).rows, now(0)), Promise::Unreadable(said.to_owned()))
            }
            expected => check(&row, expected),
        }
    }
}
