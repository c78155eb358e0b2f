use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{instant, reset, reset_in};

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc)
}

#[test]
fn an_instant_is_read_in_every_unit_that_the_programs_use() {
    for (value, means) in [
        (json!("2026-11-21T16:11:45.361Z"), Some("2026-11-21T16:11:45.361Z")),
        (json!("2026-11-21T17:11:45+01:00"), Some("2026-11-21T16:11:45Z")),
        (json!(1_795_277_505), Some("2026-11-21T16:11:45Z")),
        (json!(1_795_277_505.75), Some("2026-11-21T16:11:45Z")),
        (json!(1_795_277_505_507_i64), Some("2026-11-21T16:11:45.507Z")),
        (json!(0), None),
        (json!(-1_795_277_505), None),
        (json!(5400), None),
        (json!(1_795_277_505_507_000_i64), None),
        (json!(i64::MAX), None),
        (json!(u64::MAX), None),
        (json!(1e300), None),
        (json!("soon"), None),
        (json!("0001-01-01T00:00:00Z"), None),
        (json!("9999-01-01T00:00:00Z"), None),
        (json!(null), None),
        (json!({"secs": 1}), None),
    ] {
        assert_eq!(instant(&value), means.map(at), "{value}");
    }
}

#[test]
fn a_reset_must_lie_near_the_line_that_announces_it() {
    let seen = at("2026-11-21T16:00:00Z");
    for (value, means) in [
        (json!(1_795_282_200), Some("2026-11-21T17:30:00Z")),
        (json!("2026-11-24T16:00:00Z"), Some("2026-11-24T16:00:00Z")),
        (json!("2026-11-21T15:00:00Z"), Some("2026-11-21T15:00:00Z")),
        (json!("2026-11-20T15:00:00Z"), None),
        (json!("2027-11-21T16:00:00Z"), None),
        (json!(false), None),
    ] {
        assert_eq!(reset(&value, seen), means.map(at), "{value}");
    }
}

#[test]
fn a_reset_in_seconds_counts_from_the_line() {
    let seen = at("2026-11-21T16:00:00Z");
    let read = |value: Value| reset_in(&value, seen);
    assert_eq!(read(json!(5400)), Some(at("2026-11-21T17:30:00Z")));
    assert_eq!(read(json!(0)), Some(seen));
    for odd in [json!(-1), json!(1e18), json!(i64::MAX), json!("5400"), json!(1_795_282_200)] {
        assert_eq!(read(odd.clone()), None, "{odd}");
    }
}
