use std::path::Path;

use chrono::{SecondsFormat, Utc};

use super::{Standing, State};
use crate::event::Cli;
use crate::parser::Line;

fn fixture(cli: Cli, case: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(cli.name());
    let path = folder.join(format!("{case}.jsonl"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn time(at: chrono::DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The state as one row: what it is, since when, and which line says so.
fn told(standing: &Standing) -> String {
    let verdict = standing.verdict();
    let state = match &verdict.state {
        State::Unknown { why } => format!("unknown {why:?}"),
        State::Active { since } => format!("active {}", time(*since)),
        State::Idle { since } => format!("idle {}", time(*since)),
        State::Waiting { since } => format!("waiting {}", time(*since)),
        State::Failed { since, failure } => {
            let again = if failure.retried { " again" } else { "" };
            let until = failure.until.map(|until| format!(" until {}", time(until)));
            let window = failure.window.map(|window| format!(" {window:?}"));
            let (until, window) = (until.unwrap_or_default(), window.unwrap_or_default());
            format!("failed{again} {:?} {}{window}{until}", failure.kind, time(*since))
        }
    };
    let line = verdict.evidence.as_ref().map(|evidence| format!(" L{}", evidence.line));
    state + &line.unwrap_or_default()
}

mod records;

/// A watcher that reads bytes while they are written sees, at every instant, what the whole lines so far say.
#[test]
fn a_record_cut_at_any_byte_says_what_its_whole_lines_say() {
    for (cli, case) in [
        (Cli::Codex, "usage_then_ok"),
        (Cli::Claude, "usage"),
        (Cli::Claude, "interrupted"),
        (Cli::Pi, "usage"),
    ] {
        let bytes = fixture(cli, case);
        let mut line_by_line = Standing::new(cli);
        let mut start = 0;
        for end in bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at) {
            let torn = start + (end - start) / 2;
            assert_eq!(Standing::of(cli, &bytes[..torn]).verdict(), line_by_line.verdict());
            line_by_line.line(&Line::Text(bytes[start..end].to_vec()));
            assert_eq!(Standing::of(cli, &bytes[..=end]).verdict(), line_by_line.verdict());
            start = end + 1;
        }
    }
}

/// The states that a watcher sees while a record grows, one row per change.
fn walk(cli: Cli, case: &str) -> Vec<String> {
    let mut standing = Standing::new(cli);
    let mut seen = Vec::new();
    for line in fixture(cli, case).split(|byte| *byte == b'\n') {
        standing.line(&Line::Text(line.to_vec()));
        let told = told(&standing);
        if seen.last() != Some(&told) {
            seen.push(told);
        }
    }
    seen
}

#[test]
fn pi_fails_and_tries_again_until_it_gives_up() {
    assert_eq!(
        walk(Cli::Pi, "server_once"),
        [
            "unknown NothingSaid",
            "active 2026-11-21T16:20:15Z L5",
            "failed Server 2026-11-21T16:20:16Z L6",
            "failed again Server 2026-11-21T16:20:16Z L7",
            "idle 2026-11-21T16:20:18Z L8",
        ]
    );
}

#[test]
fn an_approval_and_a_limit_and_an_interruption_follow_each_other_in_codex() {
    assert_eq!(
        walk(Cli::Codex, "approved_usage_interrupted"),
        [
            "unknown NothingSaid",
            "active 2026-11-21T16:16:23Z L2",
            "idle 2026-11-21T16:16:26Z L19",
            "active 2026-11-21T16:16:28Z L21",
            "failed UsageLimit 2026-11-21T16:16:28Z FiveHour until 2026-11-21T17:46:28Z L26",
            "active 2026-11-21T16:16:33Z L28",
            "idle 2026-11-21T16:16:36Z L34",
        ]
    );
}

#[test]
fn claude_that_goes_on_by_itself_after_a_limit_is_active() {
    assert_eq!(
        walk(Cli::Claude, "auto_continued"),
        [
            "unknown NothingSaid",
            "active 2026-11-21T17:04:44Z L6",
            "failed UsageLimit 2026-11-21T17:04:45Z FiveHour until 2026-11-21T17:05:10Z L20",
            "active 2026-11-21T17:06:16Z L29",
            "failed UsageLimit 2026-11-21T17:06:16Z FiveHour until 2026-11-21T17:06:41Z L32",
        ]
    );
}

/// Local commands, a compaction, a queued prompt and a resume: none of them is taken for a turn that runs on.
#[test]
fn local_commands_of_claude_begin_no_turn() {
    let seen = walk(Cli::Claude, "commands");
    let (active, rest): (Vec<_>, Vec<_>) = seen.iter().partition(|row| row.starts_with("active"));
    let idle = rest.iter().filter(|row| row.starts_with("idle")).count();
    assert_eq!((active.len(), idle), (5, 5), "{seen:#?}");
    assert_eq!(seen.first().unwrap(), "unknown NothingSaid");
}

#[test]
fn what_cannot_be_read_is_unknown_until_a_line_tells_the_state_anew() {
    let good = fixture(Cli::Codex, "ok");
    let lines: Vec<&[u8]> = good.split(|byte| *byte == b'\n').collect();
    let nul = vec![0; 4096];
    let torn = &lines[13][..lines[13].len() / 2];
    for bad in [&nul[..], torn, b"{\"type\":\"event_msg\"", b"[1,2]", b"null", b"\xff\xfe{}"] {
        let mut standing = Standing::new(Cli::Codex);
        for line in &lines[..13] {
            standing.line(&Line::Text(line.to_vec()));
        }
        assert!(told(&standing).starts_with("active"));
        standing.line(&Line::Text(bad.to_vec()));
        assert_eq!(told(&standing), "unknown Unreadable { fault: NotJson } L14");
        // Settings and counters do not tell what was missed, the start of the next turn does.
        standing.line(&Line::Text(lines[14].to_vec()));
        assert!(told(&standing).starts_with("unknown"));
        standing.line(&Line::Text(lines[15].to_vec()));
        assert_eq!(told(&standing), "active 2026-11-21T16:12:45Z L16");
    }
}

#[test]
fn a_line_beyond_the_limit_is_unknown_and_not_parsed() {
    let mut standing = Standing::new(Cli::Claude);
    standing.line(&Line::TooLong(1 << 30));
    assert_eq!(told(&standing), "unknown Unreadable { fault: TooLong } L1");
}

#[test]
fn types_and_fields_of_other_versions_change_nothing() {
    for (cli, rows) in [
        (
            Cli::Codex,
            [
                r#"{"timestamp":"2026-11-21T10:00:00Z","type":"event_msg","payload":{"type":"task_started","new":{}}}"#,
                r#"{"timestamp":"2026-11-21T10:00:01Z","type":"event_msg","payload":{"type":"never_heard_of"}}"#,
                r#"{"timestamp":"2026-11-21T10:00:01Z","type":"event_msg","payload":[]}"#,
                r#"{"timestamp":"2026-11-21T10:00:02Z","type":"token_count","payload":{"rate_limits":7}}"#,
                r#"{"timestamp":"2026-11-21T10:00:02Z","type":"event_msg","payload":{"type":"token_count","info":[],"rate_limits":{"primary":"full"}}}"#,
            ],
        ),
        (
            Cli::Claude,
            [
                r#"{"type":"user","timestamp":"2026-11-21T10:00:00Z","message":{"role":"user","content":"go"}}"#,
                r#"{"type":"never_heard_of","timestamp":"2026-11-21T10:00:00Z"}"#,
                r#"{"type":"system","subtype":7}"#,
                r#"{"type":"assistant","message":"text"}"#,
                r#"{"type":7,"message":{}}"#,
            ],
        ),
        (
            Cli::Pi,
            [
                r#"{"type":"message","timestamp":"2026-11-21T10:00:00Z","message":{"role":"user","content":[{"type":"text"}]}}"#,
                r#"{"type":"message","timestamp":"2026-11-21T10:00:00Z","message":{"role":"judge"}}"#,
                r#"{"type":"context_edit","targetId":"none"}"#,
                r#"{"type":"label","id":1}"#,
                r#"{}"#,
            ],
        ),
    ] {
        let mut standing = Standing::new(cli);
        for row in rows {
            standing.line(&Line::Text(row.into()));
            assert_eq!(told(&standing), "active 2026-11-21T10:00:00Z L1", "{row}");
        }
    }
}

#[test]
fn a_state_without_a_time_is_unknown() {
    for stamp in ["", r#""timestamp":7,"#, r#""timestamp":"yesterday","#] {
        let row = format!(r#"{{{stamp}"type":"event_msg","payload":{{"type":"task_started"}}}}"#);
        let mut standing = Standing::new(Cli::Codex);
        standing.line(&Line::Text(row.into()));
        assert_eq!(told(&standing), "unknown NoTime L1");
    }
}

#[test]
fn limits_of_an_earlier_turn_do_not_explain_a_later_failure() {
    let record = String::from_utf8(fixture(Cli::Codex, "weekly")).unwrap();
    let lines: Vec<&str> = record.lines().collect();
    // The windows were full, a new turn began, and it failed without saying when the limit ends.
    let again = [lines[9], lines[1], lines[10]].join("\n") + "\n";
    assert_eq!(
        told(&Standing::of(Cli::Codex, again.as_bytes())),
        "failed UsageLimit 2026-11-21T16:13:34Z L3"
    );
}

#[test]
fn the_last_limits_are_kept_with_their_windows() {
    let standing = Standing::of(Cli::Codex, &fixture(Cli::Codex, "weekly"));
    assert_eq!(
        serde_json::to_value(standing.limits()).unwrap(),
        serde_json::json!({
            "at": "2026-11-21T16:13:34.451Z",
            "line": 10,
            "windows": [
                {"kind": "five_hour", "used_percent": 55.0, "resets_at": "2026-11-21T17:43:34Z", "exhausted": false},
                {"kind": "weekly", "used_percent": 100.0, "resets_at": "2026-11-24T16:13:34Z", "exhausted": true},
            ],
        })
    );
    let healthy = Standing::of(Cli::Codex, &fixture(Cli::Codex, "ok"));
    assert_eq!(healthy.limits().unwrap().blocked_until(), None);
}

#[test]
fn a_background_command_that_ends_between_turns_makes_nobody_active() {
    let record = String::from_utf8(fixture(Cli::Codex, "tool")).unwrap();
    let late = record
        .lines()
        .filter(|line| line.contains("CommandExecution") || line.contains("function_call_output"));
    let record: String = record.lines().chain(late).flat_map(|line| [line, "\n"]).collect();
    assert_eq!(told(&Standing::of(Cli::Codex, record.as_bytes())), "idle 2026-11-21T16:13:02Z L19");
}

#[test]
fn an_answered_question_of_codex_goes_on() {
    let call = r#"{"timestamp":"2026-11-21T10:00:00Z","type":"response_item","payload":{"type":"function_call","name":"request_user_input","call_id":"c","arguments":"{}"}}"#;
    let answer = r#"{"timestamp":"2026-11-21T10:05:00Z","type":"response_item","payload":{"type":"function_call_output","call_id":"c","output":"red"}}"#;
    let asked = format!("{call}\n");
    assert_eq!(
        told(&Standing::of(Cli::Codex, asked.as_bytes())),
        "waiting 2026-11-21T10:00:00Z L1"
    );
    let answered = format!("{call}\n{answer}\n");
    assert_eq!(
        told(&Standing::of(Cli::Codex, answered.as_bytes())),
        "active 2026-11-21T10:05:00Z L2"
    );
}

mod torn {
    use proptest::prelude::*;

    use super::{Cli, Standing, fixture};

    fn cli() -> impl Strategy<Value = Cli> {
        prop_oneof![Just(Cli::Codex), Just(Cli::Claude), Just(Cli::Pi)]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn any_bytes_are_read_without_a_panic(cli in cli(), bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            let standing = Standing::of(cli, &bytes);
            prop_assert_eq!(standing.conversation(), None);
        }

        /// Overwriting a stretch of a record can only make it unknown or leave an earlier state; it never invents a limit.
        #[test]
        fn damage_never_invents_a_limit(start in 0usize..9000, length in 1usize..3000, fill in any::<u8>()) {
            let mut bytes = fixture(Cli::Codex, "ok");
            let start = start.min(bytes.len());
            let end = (start + length).min(bytes.len());
            bytes[start..end].fill(fill);
            let standing = Standing::of(Cli::Codex, &bytes);
            let failed = matches!(standing.verdict().state, super::State::Failed { .. });
            prop_assert!(!failed, "{:?}", standing.verdict());
        }
    }
}
