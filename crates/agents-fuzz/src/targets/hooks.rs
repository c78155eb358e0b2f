//! Does a report or a record, whatever its bytes, leave anything that a terminal would obey, or say two things?

use agents_records::{
    Cli, Judged, Judgement, Report, ReportKind, Standing, State, Transcript, Written, opencode,
    render,
};
use chrono::{DateTime, Utc};

use crate::{Outcome, Target};

/// JSON that hooks hand over, and records of the programs.
pub const TARGET: Target = Target {
    name: "hooks",
    run,
    words: &[
        "{\"hook_event_name\":\"Stop\"}",
        "{\"action\":\"continue\",\"prompt\":\"go on\"}",
        "{\"type\":\"thread.started\",\"thread_id\":\"a\"}",
        "{\"type\":\"result\",\"is_error\":false,\"result\":\"{}\"}",
        "\"hook_event_name\":\"StopFailure\",",
        "\"error\":\"rate_limit\",",
        "\"session_id\":\"0\",",
        "\"source\":\"compact\",",
        "\"notification_type\":\"permission_prompt\",",
        "\"prompt\":\"x\",",
        "\"agent_id\":\"a\",",
        "\"at\":1790000000000,",
        "\"type\":\"agent-turn-complete\",",
        "\"resets_at\":1795264976,",
        "\"last_assistant_message\":\"You've hit your limit\",",
        "null",
        "[]",
        "{}",
        "true",
        "\"\\u0000\\u001b[2J\"",
        "\"\\ud800\"",
        "1e400",
        "-1",
        "\n",
        "[[[[[[[[",
    ],
};

type Reader = fn(&[u8], DateTime<Utc>) -> Result<Report, agents_records::RecordError>;
const READERS: [Reader; 4] =
    [Report::of_claude, Report::of_codex, Report::of_codex_notify, Report::of_pi];

fn run(bytes: &[u8]) -> Outcome {
    let at = DateTime::from_timestamp(1_790_000_000, 0).unwrap_or_default();
    let kinds: Vec<Option<ReportKind>> = READERS
        .iter()
        .map(|read| read(bytes, at).ok().map(|report| report_holds(&report)))
        .collect();
    // The two readers differ in a last line without its end, on purpose: one reads a record that still grows.
    let whole = [bytes, b"\n"].concat();
    let states: Vec<_> = [Cli::Claude, Cli::Codex, Cli::Pi]
        .into_iter()
        .map(|cli| {
            let standing = Standing::of(cli, &whole);
            let again = Standing::of(cli, &whole);
            assert_eq!(standing.verdict(), again.verdict(), "two readings, two answers");
            let transcript = Transcript::parse(cli, &whole);
            assert_eq!(standing.conversation(), transcript.conversation.as_ref());
            harmless(&render::transcript(&transcript), true);
            std::mem::discriminant::<State>(&standing.verdict().state)
        })
        .collect();
    let judged = [Written::Plain, Written::Codex, Written::Claude].map(|it| judgement(it, bytes));
    let answered = opencode::transcript(None, bytes).is_ok_and(|it| it.totals.turns > 0);
    let listed = opencode::conversations(bytes).map_or(0, |list| list.len().min(3));
    Outcome::of((kinds, states, answered, listed, judged))
}

/// What a program that judges a screen would have typed: nothing that a terminal or a program obeys.
fn judgement(written: Written, bytes: &[u8]) -> bool {
    let read = Judged::of(written, bytes);
    match &read.judgement {
        Ok(Judgement::Continue { prompt }) => {
            harmless(prompt, false);
            assert!(
                prompt.starts_with(char::is_alphanumeric),
                "a program may take it for a command"
            );
            assert!(prompt.chars().count() <= 2000, "a text is kept short");
        }
        Ok(Judgement::Wait { reason }) => harmless(reason, false),
        Err(_) => {}
    }
    assert!(read.conversation.is_none_or(|id| !id.starts_with('-')), "an id is no option");
    read.judgement.is_ok()
}

fn report_holds(report: &Report) -> ReportKind {
    harmless(&report.event, false);
    for text in [&report.text, &report.tool].into_iter().flatten() {
        harmless(text, true);
        assert!(text.chars().count() <= 2000, "a text is kept short");
    }
    let fails = matches!(report.state(), Some(State::Failed { .. }));
    let is_of_subagent = report.subagent.is_some();
    assert_eq!(fails, report.kind == ReportKind::TurnFailed && !is_of_subagent);
    assert!(serde_json::to_string(report).is_ok());
    report.kind
}

fn harmless(shown: &str, rows: bool) {
    let obeyed = |c: &char| c.is_control() && !(rows && matches!(c, '\n' | '\t'));
    assert_eq!(shown.chars().find(obeyed), None, "a terminal would obey this");
}
