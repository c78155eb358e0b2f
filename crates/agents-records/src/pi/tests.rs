use chrono::{DateTime, Utc};

use super::failure;
use crate::event::What;
use crate::failure::ErrorKind;

fn at() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-21T10:00:00Z").unwrap().with_timezone(&Utc)
}

#[test]
fn an_error_is_a_status_and_a_body_or_words() {
    for (said, kind, status, text) in [
        (
            r#"429: {"message":"slow","type":"tokens","code":"rate_limit_exceeded"}"#,
            ErrorKind::RateLimit,
            Some(429),
            "slow",
        ),
        (
            r#"429: {"message":"x","type":"insufficient_quota","code":"insufficient_quota"}"#,
            ErrorKind::Billing,
            Some(429),
            "x",
        ),
        (
            r#"400: {"message":"prompt is too long: 9 > 8"}"#,
            ErrorKind::Context,
            Some(400),
            "prompt is too long: 9 > 8",
        ),
        ("503: upstream said no", ErrorKind::Server, Some(503), "upstream said no"),
        ("Error: nothing known", ErrorKind::Unknown, None, "Error: nothing known"),
        ("99999: {}", ErrorKind::Unknown, None, "99999: {}"),
        ("", ErrorKind::Unknown, None, ""),
    ] {
        let (failure, limits) = failure(said, Some(at()));
        assert_eq!((failure.kind, failure.status, failure.text.as_str()), (kind, status, text));
        assert_eq!((failure.until, limits), (None, None));
    }
}

#[test]
fn a_usage_limit_ends_at_the_instant_or_after_the_seconds() {
    for (body, until) in [
        (r#""resets_at":1795262400,"resets_in_seconds":1"#, Some("2026-11-21T12:00:00+00:00")),
        (r#""resets_in_seconds":5400"#, Some("2026-11-21T11:30:00+00:00")),
        // An instant beyond reason: the seconds are left.
        (r#""resets_at":1,"resets_in_seconds":5400"#, Some("2026-11-21T11:30:00+00:00")),
        (r#""resets_at":"soon""#, None),
    ] {
        let said = format!(r#"429: {{"message":"x","type":"usage_limit_reached",{body}}}"#);
        let (failure, limits) = failure(&said, Some(at()));
        assert_eq!(failure.kind, ErrorKind::UsageLimit);
        assert_eq!(failure.until.map(|at| at.to_rfc3339()).as_deref(), until, "{body}");
        let Some(What::Limits(windows)) = limits else { panic!() };
        assert_eq!((windows[0].exhausted, windows[0].resets_at), (true, failure.until));
    }
}
