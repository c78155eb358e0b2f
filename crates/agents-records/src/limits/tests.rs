use chrono::{DateTime, Utc};

use super::{Limits, Window, WindowKind};

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
}

fn window(kind: WindowKind, exhausted: bool, resets: Option<&str>) -> Window {
    Window { kind, used_percent: None, resets_at: resets.map(at), exhausted }
}

#[test]
fn work_is_possible_again_when_the_last_used_up_window_ends() {
    let noon = Some("2026-11-21T12:00:00Z");
    let monday = Some("2026-11-23T00:00:00Z");
    for (windows, until) in [
        (vec![], None),
        (vec![window(WindowKind::FiveHour, false, noon)], None),
        (
            vec![
                window(WindowKind::FiveHour, true, noon),
                window(WindowKind::Weekly, false, monday),
            ],
            noon,
        ),
        (
            vec![
                window(WindowKind::FiveHour, true, noon),
                window(WindowKind::Weekly, true, monday),
            ],
            monday,
        ),
        (
            vec![window(WindowKind::FiveHour, true, noon), window(WindowKind::Weekly, true, None)],
            None,
        ),
    ] {
        let limits = Limits { at: at("2026-11-21T10:00:00Z"), line: 1, windows };
        assert_eq!(limits.blocked_until(), until.map(at), "{limits:?}");
        assert_eq!(limits.blocking().and_then(|window| window.resets_at), until.map(at));
    }
}

#[test]
fn windows_are_named_by_their_length() {
    for (minutes, kind) in [
        (300, WindowKind::FiveHour),
        (299, WindowKind::FiveHour),
        (10_080, WindowKind::Weekly),
        (1440, WindowKind::Daily),
        (43_200, WindowKind::Monthly),
        (60, WindowKind::Minutes(60)),
        (0, WindowKind::Unknown),
    ] {
        assert_eq!(WindowKind::of_minutes(minutes), kind);
    }
    for (word, kind) in [
        ("five_hour", WindowKind::FiveHour),
        ("seven_day", WindowKind::Weekly),
        ("seven_day_opus", WindowKind::Weekly),
        ("overage", WindowKind::Unknown),
        ("", WindowKind::Unknown),
    ] {
        assert_eq!(WindowKind::of_claude(word), kind);
    }
}
