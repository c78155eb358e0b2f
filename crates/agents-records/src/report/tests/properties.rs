//! What holds of every report, whatever a hook hands over?

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::super::{Report, ReportKind, TEXT_LIMIT};
use super::now;
use crate::harmless;
use crate::state::State;

/// The words of claude's hooks, with what they mean, written down a second time.
const KINDS: [(&str, ReportKind); 10] = [
    ("SessionStart", ReportKind::SessionStarted),
    ("UserPromptSubmit", ReportKind::PromptSubmitted),
    ("PreToolUse", ReportKind::ToolStarting),
    ("PermissionRequest", ReportKind::ApprovalAsked),
    ("PostToolUse", ReportKind::ToolFinished),
    ("Stop", ReportKind::TurnEnded),
    ("StopFailure", ReportKind::TurnFailed),
    ("Notification", ReportKind::Notified),
    ("SessionEnd", ReportKind::SessionEnded),
    ("PreCompact", ReportKind::Other),
];

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!([1, {"prompt": "within"}])),
        Just(json!({"session_id": "within"})),
    ]
}

/// Fields that no report has.
fn others() -> impl Strategy<Value = Map<String, Value>> {
    proptest::collection::btree_map("x_[a-z]{1,6}", leaf(), 0..5)
        .prop_map(|map| map.into_iter().collect())
}

proptest! {
    #[test]
    fn a_report_says_what_its_fields_say(place in 0..KINDS.len(), id in "\\PC{0,20}", said in any::<String>(), others in others()) {
        let (event, kind) = KINDS[place];
        let mut payload = json!({"hook_event_name": event, "session_id": id, "prompt": said});
        let read = |payload: &Value| Report::of_claude(payload.to_string().as_bytes(), now()).unwrap();
        let report = read(&payload);
        prop_assert_eq!(report.kind, kind);
        prop_assert_eq!(report.session_id.as_deref(), Some(id.as_str()));
        let kept: String = harmless::text(&said).chars().take(TEXT_LIMIT).collect();
        prop_assert_eq!(report.text.as_deref(), Some(kept.as_str()));
        prop_assert_eq!(report.at, now());
        let fails = matches!(report.state(), Some(State::Failed { .. }));
        prop_assert_eq!(fails, kind == ReportKind::TurnFailed);
        // What a newer version adds changes nothing.
        payload.as_object_mut().unwrap().extend(others);
        prop_assert_eq!(&read(&payload), &report);
        // What a sub-agent does is nothing of its agent's, but that it asks.
        payload["agent_id"] = json!("sub");
        let of_subagent = read(&payload).state();
        prop_assert_eq!(of_subagent.is_some(), kind == ReportKind::ApprovalAsked);
    }

    #[test]
    fn a_field_of_another_kind_counts_as_absent(place in 0..KINDS.len(), other in leaf()) {
        prop_assume!(!other.is_string());
        let (event, kind) = KINDS[place];
        let bare = json!({"hook_event_name": event});
        let odd = json!({
            "hook_event_name": event, "session_id": other, "agent_id": other, "tool_name": other, "model": other,
            "prompt": other, "message": other, "cwd": other, "transcript_path": other, "source": other,
            "notification_type": other, "error": other, "last_assistant_message": other, "reason": other,
        });
        let read = |payload: &Value| Report::of_claude(payload.to_string().as_bytes(), now()).unwrap();
        prop_assert_eq!(read(&bare).kind, kind);
        prop_assert_eq!(read(&odd), read(&bare));
    }

    #[test]
    fn what_is_made_harmless_stays_so(raw in any::<String>(), limit in 1_usize..40) {
        let text = harmless::text(&raw);
        prop_assert!(!text.contains(|c: char| c.is_control() && c != '\n' && c != '\t'), "{text:?}");
        prop_assert_eq!(&harmless::text(&text), &text);
        let row = harmless::row(&raw, limit);
        prop_assert!(row.chars().count() <= limit && !row.contains(char::is_control), "{row:?}");
        if text.chars().count() <= limit {
            prop_assert_eq!(row, text.replace(['\n', '\t'], " "));
        }
    }
}
