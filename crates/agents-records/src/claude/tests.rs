use serde_json::{Value, json};

use super::events;
use crate::event::{Outcome, What};
use crate::failure::ErrorKind;

/// What a line says, without the conversation.
fn said(line: Value) -> Vec<What> {
    let events = events(line.as_object().unwrap());
    events.into_iter().map(|event| event.what).collect()
}

fn begins(line: Value) -> bool {
    said(line).contains(&What::Began)
}

#[test]
fn older_versions_tell_prompts_by_what_they_are_not() {
    let user = |text: &str| json!({"type": "user", "message": {"content": text}});
    assert!(begins(user("go on")));
    assert!(begins(user("<command-message>review</command-message>")));
    for local in [
        "<command-name>/model</command-name>",
        "<local-command-stdout>x</local-command-stdout>",
        "<local-command-caveat>x",
        "<bash-input>ls</bash-input>",
        "<bash-stdout></bash-stdout>",
    ] {
        assert!(!begins(user(local)), "{local}");
    }
    assert!(!begins(json!({"type": "user", "isMeta": true, "message": {"content": "x"}})));
    assert!(!begins(
        json!({"type": "user", "isCompactSummary": true, "message": {"content": "x"}})
    ));
}

#[test]
fn a_prompt_that_quotes_the_mark_of_an_interruption_is_a_prompt() {
    let mark = "[Request interrupted by user]";
    let quoted = json!({"type": "user", "turnOrigin": "human", "message": {"content": mark}});
    assert!(begins(quoted));
    let real = json!({"type": "user", "message": {"content": [{"type": "text", "text": mark}]}});
    assert_eq!(said(real), [What::Ended(Outcome::Interrupted)]);
}

#[test]
fn a_limit_is_a_usage_limit_only_when_the_quota_says_so() {
    let line = |more: Value| {
        let mut line = json!({
            "type": "assistant", "timestamp": "2026-11-21T10:00:00Z", "error": "rate_limit",
            "isApiErrorMessage": true, "apiErrorStatus": 429,
            "message": {"content": [{"type": "text", "text": "API Error: Request rejected (429)"}]},
        });
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        line
    };
    for (more, kind, until) in [
        (json!({}), ErrorKind::RateLimit, None),
        (
            json!({"quotaLimits": {"status": "allowed", "resetsAt": 1_795_282_200}}),
            ErrorKind::RateLimit,
            None,
        ),
        (
            json!({"quotaLimits": {"status": "rejected", "resetsAt": 1_795_262_400, "rateLimitType": "seven_day_opus"}}),
            ErrorKind::UsageLimit,
            Some("2026-11-21T12:00:00+00:00"),
        ),
        (
            json!({"quotaLimits": {"status": "rejected", "resetsAt": 5400}}),
            ErrorKind::UsageLimit,
            None,
        ),
        (json!({"apiError": "usage_limit_reached", "quotaLimits": 7}), ErrorKind::UsageLimit, None),
    ] {
        let said = said(line(more.clone()));
        let Some(What::Ended(Outcome::Failed(failure))) = said.last() else { panic!("{said:?}") };
        let until = until.map(ToOwned::to_owned);
        assert_eq!(
            (failure.kind, failure.until.map(|at| at.to_rfc3339())),
            (kind, until),
            "{more}"
        );
    }
}

#[test]
fn side_chains_are_counted_and_not_told() {
    let line = json!({
        "type": "assistant", "isSidechain": true,
        "message": {"id": "m", "content": [{"type": "text", "text": "x"}], "stop_reason": "end_turn", "usage": {"input_tokens": 5}},
    });
    assert!(matches!(&said(line)[..], [What::Used { usage, .. }] if usage.input == 5));
}
