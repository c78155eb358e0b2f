use proptest::prelude::*;

use super::{Judged, Judgement, NoJudgement, Written};

fn plain(text: &str) -> Result<Judgement, NoJudgement> {
    Judged::of(Written::Plain, text.as_bytes()).judgement
}

fn go_on(prompt: &str) -> Result<Judgement, NoJudgement> {
    Ok(Judgement::Continue { prompt: prompt.to_owned() })
}

#[test]
fn the_two_answers_are_read_also_in_a_fence() {
    for text in [
        r#"{"action":"continue","prompt":"Run the tests."}"#,
        "  {\"action\": \"continue\", \"prompt\": \"Run\\n  the\\ttests.\", \"reason\": \"r\"}\n",
        "```json\n{\"action\":\"continue\",\"prompt\":\"Run the tests.\"}\n```",
        "```\n{\"action\":\"continue\",\"prompt\":\"\\u001b[31mRun the tests.\\u0007\"}```",
    ] {
        assert_eq!(plain(text), go_on("Run the tests."), "{text}");
    }
    let wait = plain(r#"{"action":"wait","reason":"All is\ndone."}"#);
    assert_eq!(wait, Ok(Judgement::Wait { reason: "All is done.".to_owned() }));
}

#[test]
fn whatever_is_not_exactly_an_answer_is_none() {
    let long = format!(r#"{{"action":"continue","prompt":"{}"}}"#, "x".repeat(2001));
    for text in [
        "",
        "continue",
        "[]",
        "{}",
        r#"{"action":"stop"}"#,
        r#"{"action":"continue"}"#,
        r#"{"action":"continue","prompt":" \n"}"#,
        r#"{"action":"continue","prompt":7}"#,
        r#"{"action":"wait"}"#,
        r#"{"action":"wait","reason":""}"#,
        r#"{"action":"wait","reason":"a","more":1}"#,
        r#"{"action":"wait","action":"continue","prompt":"x"}"#,
        r#"Sure: {"action":"wait","reason":"a"}"#,
        r#"{"action":"wait","reason":"a"} {"action":"continue","prompt":"x"}"#,
        &long,
    ] {
        assert!(plain(text).is_err(), "{text}");
    }
}

#[test]
fn what_a_program_would_take_for_a_command_is_not_typed() {
    for sign in ["/", "!", "#", "@", "&", "$", "\\\\", "-", "\\u001b", "."] {
        let text = format!(r#"{{"action":"continue","prompt":"{sign}quit now"}}"#);
        let read = plain(&text);
        // An escape and what belongs to it is dropped before.
        let is_bare = matches!(&read, Ok(Judgement::Continue { prompt }) if prompt.starts_with(char::is_alphanumeric));
        assert!(is_bare || matches!(read, Err(NoJudgement::Refused { .. })), "{text}: {read:?}");
        assert!(sign == "\\u001b" || read.is_err(), "{text}: {read:?}");
    }
}

/// As codex 0.169.0 prints it.
const CODEX: &str = r#"{"type":"thread.started","thread_id":"01a201da-ae4a-73a3-a532-6b6bd58767a0"}
{"type":"item.completed","item":{"id":"item_0","type":"error","message":"Model metadata for `mock-1` not found."}}
{"type":"turn.started"}
{"type":"item.completed","item":{"id":"item_1","type":"agent_message","text":"{\"action\":\"continue\",\"prompt\":\"Go on.\"}"}}
{"type":"turn.completed","usage":{"input_tokens":1200,"cached_input_tokens":0,"cache_write_input_tokens":0,"output_tokens":30,"reasoning_output_tokens":0}}
"#;

#[test]
fn codex_says_its_answer_and_its_conversation_in_events() {
    let read = Judged::of(Written::Codex, CODEX.as_bytes());
    assert_eq!(read.conversation.as_deref(), Some("01a201da-ae4a-73a3-a532-6b6bd58767a0"));
    assert_eq!(read.judgement, go_on("Go on."));
    let failed = CODEX.replace(
        r#"{"type":"turn.completed","usage":{"input_tokens":1200,"cached_input_tokens":0,"cache_write_input_tokens":0,"output_tokens":30,"reasoning_output_tokens":0}}"#,
        r#"{"type":"turn.failed","error":{"message":"usage limit"}}"#,
    );
    let read = Judged::of(Written::Codex, failed.as_bytes());
    assert_eq!(read.judgement, Err(NoJudgement::Failed { told: "usage limit".to_owned() }));
    assert!(read.conversation.is_some());
    let started: String = CODEX.lines().take(3).collect::<Vec<_>>().join("\n");
    let read = Judged::of(Written::Codex, started.as_bytes());
    assert_eq!(read.judgement, Err(NoJudgement::Silent));
}

#[test]
fn claude_says_both_in_one_result() {
    let result = |error: bool, said: &str| {
        serde_json::json!({ "type": "result", "is_error": error, "result": said,
            "session_id": "0a1b2c3d-0000-4000-8000-000000000000" })
        .to_string()
    };
    let good = result(false, r#"{"action":"wait","reason":"It is done."}"#);
    let read = Judged::of(Written::Claude, good.as_bytes());
    assert_eq!(read.conversation.as_deref(), Some("0a1b2c3d-0000-4000-8000-000000000000"));
    assert_eq!(read.judgement, Ok(Judgement::Wait { reason: "It is done.".to_owned() }));
    let bad = Judged::of(Written::Claude, result(true, "Invalid API key").as_bytes());
    assert_eq!(bad.judgement, Err(NoJudgement::Failed { told: "Invalid API key".to_owned() }));
    for other in ["", "Error: no", "[]", "{}", "{\"result\":\"x\"}"] {
        assert!(Judged::of(Written::Claude, other.as_bytes()).judgement.is_err(), "{other}");
    }
}

#[test]
fn an_id_that_a_command_line_would_misread_is_none() {
    for id in ["-c", "--last", "a b", "", "../x", "$(x)"] {
        let event = serde_json::json!({ "type": "thread.started", "thread_id": id });
        let read = Judged::of(Written::Codex, event.to_string().as_bytes());
        assert_eq!(read.conversation, None, "{id}");
    }
}

proptest! {
    #[test]
    fn whatever_is_read_what_is_typed_is_one_short_row_that_is_no_command(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        prompt in any::<String>(),
        codex in any::<bool>(),
    ) {
        let told = serde_json::json!({ "action": "continue", "prompt": prompt }).to_string();
        let written = if codex { Written::Codex } else { Written::Claude };
        let reads = [
            Judged::of(Written::Plain, told.as_bytes()),
            Judged::of(Written::Plain, &bytes),
            Judged::of(written, &bytes),
        ];
        for read in reads {
            if let Ok(Judgement::Continue { prompt }) = read.judgement {
                prop_assert!(prompt.starts_with(char::is_alphanumeric));
                prop_assert!(!prompt.contains(char::is_control));
                prop_assert!(prompt.chars().count() <= 2000);
            }
        }
    }
}
