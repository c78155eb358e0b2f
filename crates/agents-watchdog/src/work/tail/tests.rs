use super::*;

fn judged(text: &str) -> Option<(bool, String)> {
    let tail = Tail { text: text.to_owned(), is_cut: false };
    tail.judged(true).map(|judged| (judged.is_well, judged.message))
}

#[test]
fn the_last_event_of_a_program_tells_how_it_ended() {
    let claude = r#"{"type":"result","subtype":"success","is_error":false,"result":"Done."}"#;
    assert_eq!(judged(claude), Some((true, "Done.".to_owned())));
    let failed =
        r#"{"type":"result","subtype":"success","is_error":true,"result":"API Error: 429"}"#;
    assert_eq!(judged(failed), Some((false, "API Error: 429".to_owned())));
    let turns = r#"{"type":"result","subtype":"error_max_turns","is_error":false}"#;
    assert_eq!(judged(turns), Some((false, String::new())));
    let codex = "{\"type\":\"thread.started\",\"thread_id\":\"x\"}\r\n\
                 {\"type\":\"item.completed\",\"item\":{\"type\":\"agent_message\",\"text\":\"Mended.\"}}\r\n\
                 {\"type\":\"turn.completed\",\"usage\":{}}\r\n";
    assert_eq!(judged(codex), Some((true, "Mended.".to_owned())));
    let failed = r#"{"type":"turn.failed","error":{"message":"usage limit"}}"#;
    assert_eq!(judged(failed), Some((false, "usage limit".to_owned())));
    let pi = r#"{"type":"agent_end","messages":[{"role":"user"},{"role":"assistant","stopReason":"error","errorMessage":"no key","content":[]}]}"#;
    assert_eq!(judged(pi), Some((false, "no key".to_owned())));
    assert_eq!(judged("all is well\n{\"type\":\"other\"}\n{ not json"), None);
}

#[test]
fn what_a_program_says_that_it_cost_is_read_and_nothing_else_counts() {
    let spent = |text: &str| {
        let judged = Tail { text: text.to_owned(), is_cut: false }.judged(true).unwrap();
        judged.spent.map(|it| (it.usd_micros, it.read, it.written, it.attempts))
    };
    let claude = r#"{"type":"result","subtype":"success","is_error":false,"result":"Done.","total_cost_usd":0.0123,
        "usage":{"input_tokens":10,"cache_creation_input_tokens":200,"cache_read_input_tokens":3000,"output_tokens":45}}"#
        .replace('\n', "");
    assert_eq!(spent(&claude), Some((Some(12_300), Some(3210), Some(45), 1)));
    let codex = r#"{"type":"turn.completed","usage":{"input_tokens":900,"cached_input_tokens":600,"output_tokens":12}}"#;
    assert_eq!(spent(codex), Some((None, Some(900), Some(12), 1)));
    let usage = |total: &str| {
        format!(
            r#"{{"role":"assistant","stopReason":"stop","content":[],"usage":{{"input":5,"output":7,"cacheRead":1,"cacheWrite":0,"cost":{{"total":{total}}}}}}}"#
        )
    };
    let pi = format!(
        r#"{{"type":"agent_end","messages":[{{"role":"user"}},{},{}]}}"#,
        usage("0.5"),
        usage("0.25")
    );
    assert_eq!(spent(&pi), Some((Some(750_000), Some(12), Some(14), 1)));
    assert_eq!(
        spent(r#"{"type":"result","subtype":"success","is_error":false,"result":""}"#),
        None
    );
    assert_eq!(spent(r#"{"type":"turn.completed","usage":{}}"#), None);
}

#[test]
fn a_log_is_read_from_where_the_attempt_began() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("x.log");
    std::fs::write(&log, "{\"type\":\"turn.completed\"}\nold\n\u{1b}[31mnew\u{1b}[0m\r\n").unwrap();
    assert_eq!(Tail::of(&log, 30).rows(20), ["new"]);
    assert_eq!(
        Tail::of(&log, 30).judged(true),
        None,
        "what an earlier attempt said is not its word"
    );
    assert_eq!(Tail::of(&log, 9000).rows(1), ["new"]);
    assert_eq!(Tail::of(&dir.path().join("none"), 0).rows(5), Vec::<String>::new());
}

#[test]
fn a_text_about_events_is_no_event_of_a_program_that_prints_none() {
    let judged = |text: &str| {
        Tail { text: text.to_owned(), is_cut: false }.judged(false).map(|it| it.is_well)
    };
    let failed = r#"{"type":"turn.failed","error":{"message":"usage limit, resets in 3 days"}}"#;
    let result = r#"{"type":"result","subtype":"success","is_error":true,"result":"no"}"#;
    for text in [failed, result, &format!("As codex prints:\n{failed}\nSo it is.")] {
        assert_eq!(judged(text), None, "{text}");
    }
    for text in [format!("  {failed}"), format!("it says {failed}"), format!("{failed} and")] {
        assert_eq!(Tail { text, is_cut: false }.judged(true), None);
    }
    // One that began as those do that print events is one of them, whatever its command is.
    let codex = format!("{{\"type\":\"thread.started\",\"thread_id\":\"x\"}}\n{failed}");
    assert_eq!(judged(&codex), Some(false));
    assert_eq!(
        judged(&result.replace("\"result\",", "\"result\",\"session_id\":\"x\",")),
        Some(false)
    );
    assert_eq!(
        judged(&format!("\u{1b}[?25l{}", codex.replace('\n', "\r\n\u{1b}]0;t\u{7}"))),
        Some(false)
    );
    for (command, is_asked) in [
        ("codex exec --json - < {kickoff}", true),
        ("claude -p \"$(cat {kickoff})\" --output-format stream-json", true),
        ("pi --mode json -p", true),
        ("claude -p \"$(cat {kickoff})\"", false),
        ("claude -p --output-format text", false),
        ("pi --mode text", false),
    ] {
        assert_eq!(speaks(command), is_asked, "{command}");
    }
}

#[test]
fn an_event_as_long_as_a_conversation_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("x.log");
    let long = "q".repeat(3 << 20);
    let event = format!(
        r#"{{"type":"agent_end","messages":[{{"role":"user","content":"{long}"}},{{"role":"assistant","stopReason":"error","errorMessage":"500","content":[]}}]}}"#
    );
    std::fs::write(&log, format!("begun\n{event}\n")).unwrap();
    let tail = Tail::of(&log, 0);
    let judged = tail.judged(true).unwrap();
    assert_eq!((judged.is_well, judged.message.as_str()), (false, "500"));
    assert!(tail.rows(20).iter().all(|row| row.chars().count() <= ROW));
}

#[test]
fn a_last_event_that_is_too_long_to_be_read_tells_nothing_and_that_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("x.log");
    let long = "q".repeat(17 << 20);
    std::fs::write(&log, format!("begun\n{{\"type\":\"agent_end\",\"messages\":\"{long}\"}}\r\n"))
        .unwrap();
    let tail = Tail::of(&log, 0);
    assert_eq!(tail.judged(true), None);
    assert!(tail.untold(true, None).unwrap().contains("its last event is longer than 16 MiB"));
    assert_eq!(tail.untold(false, None), None, "a program that prints text has its exit code");
    let from = std::fs::metadata(&log).unwrap().len() - 5;
    assert_eq!(Tail::of(&log, from).untold(true, None), None, "it printed no more than that");
}
