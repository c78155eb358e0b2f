mod properties;

use std::path::Path;

use chrono::{DateTime, Utc};

use super::{REPORT_LIMIT, Report, ReportKind};
use crate::error::RecordError;
use crate::failure::ErrorKind;
use crate::state::State;

fn now() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-21T17:00:00Z").unwrap().with_timezone(&Utc)
}

fn reports(
    case: &str,
    read: fn(&[u8], DateTime<Utc>) -> Result<Report, RecordError>,
) -> Vec<Report> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/hooks");
    let text = std::fs::read_to_string(folder.join(format!("{case}.jsonl"))).unwrap();
    text.lines().map(|line| read(line.as_bytes(), now()).unwrap()).collect()
}

fn kinds(reports: &[Report]) -> Vec<ReportKind> {
    reports.iter().map(|report| report.kind).collect()
}

#[test]
fn real_hooks_of_claude() {
    let all = reports("claude", Report::of_claude);
    assert_eq!(
        kinds(&all),
        [
            ReportKind::SessionStarted,
            ReportKind::PromptSubmitted,
            ReportKind::TurnEnded,
            ReportKind::PromptSubmitted,
            ReportKind::ToolStarting,
            ReportKind::ApprovalAsked,
            ReportKind::ApprovalAsked,
            ReportKind::ToolFinished,
            ReportKind::TurnEnded,
            ReportKind::PromptSubmitted,
            ReportKind::PromptSubmitted,
            ReportKind::SessionStarted,
            ReportKind::PromptSubmitted,
            ReportKind::TurnEnded,
            ReportKind::SessionEnded,
        ]
    );
    let asked = &all[6];
    assert_eq!(
        (asked.event.as_str(), asked.text.as_deref()),
        ("Notification", Some("Claude needs your permission"))
    );
    assert!(matches!(asked.state(), Some(State::Waiting { since }) if since == now()));
    assert_eq!(all[5].tool.as_deref(), Some("Bash"));
    for report in &all {
        assert_eq!(report.session_id.as_deref(), Some("ea74014e-f3d3-477b-a421-91e7acf58174"));
        assert_eq!(report.cwd.as_deref(), Some(Path::new("/srv/demo")));
        let path = report.transcript_path.as_deref().unwrap();
        assert!(path.starts_with("/srv/home/.claude/projects/-srv-demo"));
    }
}

#[test]
fn real_failures_of_claude() {
    for (case, kind) in [
        ("claude_usage", ErrorKind::UsageLimit),
        ("claude_billing", ErrorKind::Billing),
        ("claude_auth", ErrorKind::Auth),
        ("claude_context", ErrorKind::Context),
        ("claude_model", ErrorKind::Model),
        ("claude_server", ErrorKind::Server),
    ] {
        let all = reports(case, Report::of_claude);
        let failed: Vec<&Report> =
            all.iter().filter(|it| it.kind == ReportKind::TurnFailed).collect();
        let [failed] = failed[..] else { panic!("{case}: {all:#?}") };
        assert_eq!(failed.failure.as_ref().unwrap().kind, kind, "{case}");
        assert!(matches!(failed.state(), Some(State::Failed { .. })));
    }
}

#[test]
fn real_hooks_of_codex() {
    let all = reports("codex", Report::of_codex);
    assert_eq!(
        kinds(&all),
        [
            ReportKind::SessionStarted,
            ReportKind::PromptSubmitted,
            ReportKind::ToolStarting,
            ReportKind::ApprovalAsked,
            ReportKind::ToolFinished,
            ReportKind::TurnEnded,
            // This turn ran into a limit: codex has no hook for that.
            ReportKind::PromptSubmitted,
            ReportKind::PromptSubmitted,
            ReportKind::SessionEnded,
        ]
    );
    assert!(
        all.iter()
            .all(|it| it.session_id.as_deref() == Some("01a1fee5-02e3-7030-9272-a24af030c7b8"))
    );
    assert_eq!(all[0].model.as_deref(), Some("mock-1"));
}

#[test]
fn a_subagents_prompt_in_the_name_of_the_main_conversation_makes_nobody_active() {
    let all = reports("codex_subagent", Report::of_codex);
    let [main, child] = &all[..] else { panic!("{all:#?}") };
    assert_eq!(main.session_id, child.session_id);
    assert_ne!(main.transcript_path, child.transcript_path);
    assert!(matches!(main.state(), Some(State::Active { .. })));
    assert_eq!((child.kind, child.state()), (ReportKind::PromptSubmitted, None));
    let asks = br#"{"hook_event_name":"PermissionRequest","agent_id":"a"}"#;
    assert!(matches!(Report::of_codex(asks, now()).unwrap().state(), Some(State::Waiting { .. })));
}

#[test]
fn codex_notifies_of_the_title_thread_under_another_id() {
    let all = reports("codex_notify", Report::of_codex_notify);
    assert!(all.iter().all(|report| report.kind == ReportKind::TurnEnded));
    let own = "01a1fee5-02e3-7030-9272-a24af030c7b8";
    let ours = all.iter().filter(|report| report.session_id.as_deref() == Some(own));
    let texts: Vec<_> = ours.map(|report| report.text.as_deref()).collect();
    assert_eq!((texts, all.len()), (vec![Some("mock reply 59. All done.")], 4));
}

#[test]
fn what_is_not_known_is_kept_by_its_name_or_left_out() {
    let read = |text: &str| Report::of_claude(text.as_bytes(), now());
    let report =
        read(r#"{"hook_event_name":"Tele\u001b[2Jport","cwd":7,"session_id":null,"new":{}}"#)
            .unwrap();
    assert_eq!((report.kind, report.event.as_str()), (ReportKind::Other, "Teleport"));
    assert_eq!((report.session_id, report.cwd.as_deref()), (None, None));
    let nameless = read("{}").unwrap();
    assert_eq!((nameless.kind, nameless.state()), (ReportKind::Other, None));
    let compact = read(r#"{"hook_event_name":"SessionStart","source":"compact"}"#).unwrap();
    assert_eq!(compact.state(), None);
    let notice =
        read(r#"{"hook_event_name":"Notification","notification_type":"auth_success"}"#).unwrap();
    assert_eq!((notice.kind, notice.state()), (ReportKind::Notified, None));
    let other = Report::of_codex_notify(br#"{"type":"new-thing"}"#, now()).unwrap();
    assert_eq!(other.kind, ReportKind::Other);
    let failed = read(r#"{"hook_event_name":"StopFailure"}"#).unwrap();
    assert_eq!(failed.failure.unwrap().kind, ErrorKind::Unknown);
}

#[test]
fn what_is_no_report_is_an_error_that_names_the_program() {
    for bad in ["", "[]", "7", "{", "{}{}", "\0"] {
        let error = Report::of_codex(bad.as_bytes(), now()).unwrap_err().to_string();
        assert!(error.starts_with("the report of codex is not a JSON object"), "{error}");
    }
    let long = vec![b' '; REPORT_LIMIT + 1];
    let error = Report::of_pi(&long, now()).unwrap_err();
    assert!(matches!(error, RecordError::ReportTooLong { cli: "pi", .. }), "{error}");
}

#[test]
fn real_reports_of_our_extension_for_pi() {
    let all = reports("pi", Report::of_pi);
    assert_eq!(
        kinds(&all),
        [
            ReportKind::SessionStarted,
            ReportKind::PromptSubmitted,
            ReportKind::ToolStarting,
            ReportKind::ToolFinished,
            ReportKind::TurnEnded,
            ReportKind::PromptSubmitted,
            ReportKind::PromptSubmitted,
            ReportKind::TurnEnded,
            ReportKind::PromptSubmitted,
            ReportKind::TurnFailed,
            ReportKind::SessionEnded,
        ]
    );
}
