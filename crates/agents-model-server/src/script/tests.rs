use serde_json::json;

use super::Script;
use crate::reply::Reply;
use crate::request::{Api, Request};
use crate::scenario::Scenario;

fn asking(text: &str) -> Request {
    Request::read(Api::Responses, &json!({"input": text, "tools": [{"type": "web_search"}]}))
}

/// What the request gets, in a word: the status of a refusal, or the words.
fn word(script: &mut Script, request: &Request, now: u64) -> String {
    match script.answer(request, now).reply {
        Reply::Refuse(refusal) => {
            format!("{} {}", refusal.status, refusal.body["error"]["resets_at"])
        }
        Reply::Say(speech) => speech.text,
        other => format!("{other:?}"),
    }
}

fn script() -> Script {
    Script::new(Vec::new(), Scenario::Ok)
}

#[test]
fn a_usage_window_keeps_its_reset_and_then_closes() {
    let mut script = script();
    let request = asking("MOCK:usage:60");
    assert_eq!(word(&mut script, &request, 1000), "429 1060");
    assert_eq!(word(&mut script, &request, 1059), "429 1060");
    assert_eq!(word(&mut script, &request, 1060), "mock reply 3. All done.");
}

#[test]
fn a_failure_holds_for_its_number_of_tries() {
    let mut script = script();
    let request = asking("MOCK:503:2");
    assert!(word(&mut script, &request, 0).starts_with("503"));
    assert!(word(&mut script, &request, 0).starts_with("503"));
    assert!(word(&mut script, &request, 0).starts_with("mock reply"));
}

#[test]
fn a_forced_window_holds_every_message_and_ends_by_itself() {
    let mut script = script();
    script.force(Some(Scenario::parse("usage:30").expect("known")));
    assert_eq!(word(&mut script, &asking("one"), 100), "429 130");
    assert_eq!(word(&mut script, &asking("two"), 120), "429 130");
    assert!(word(&mut script, &asking("three"), 130).starts_with("mock reply"));
    script.force(Some(Scenario::parse("usage:30").expect("known")));
    assert_eq!(word(&mut script, &asking("four"), 200), "429 230");
    script.force(None);
    assert!(word(&mut script, &asking("five"), 201).starts_with("mock reply"));
}

#[test]
fn a_request_without_tools_is_a_helper_and_is_never_refused() {
    let mut script = script();
    script.force(Some(Scenario::Quota));
    let helper = Request::read(Api::Responses, &json!({"input": "MOCK:401 name this"}));
    assert_eq!(word(&mut script, &helper, 0), "A short title");
}

#[test]
fn a_helper_that_wants_an_object_gets_one() {
    let schema = json!({"type": "object", "required": ["choice", "why", "score"], "properties":
        {"choice": {"type": "string", "enum": ["flash", "pro"]}, "why": {"type": "STRING"},
            "score": {"type": "INTEGER"}}});
    let ask = json!({"generationConfig": {"responseJsonSchema": schema}});
    let text = word(&mut script(), &Request::read(Api::Gemini, &ask), 0);
    let said: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(said, json!({"choice": "flash", "why": "mock", "score": 1}));
}

#[test]
fn a_closed_window_refuses_the_whole_conversation_and_no_other() {
    let mut script = script();
    let ask = |messages: &[&str]| {
        let input: Vec<_> =
            messages.iter().map(|text| json!({"role": "user", "content": text})).collect();
        Request::read(Api::Messages, &json!({"messages": input, "tools": [{"name": "Bash"}]}))
    };
    assert!(word(&mut script, &ask(&["MOCK:usage:60"]), 100).starts_with("429"));
    let probe = ask(&["MOCK:usage:60\n", "are you there?"]);
    assert!(word(&mut script, &probe, 130).starts_with("429"));
    assert!(word(&mut script, &ask(&["are you there?"]), 130).starts_with("mock reply"));
    assert!(word(&mut script, &probe, 160).starts_with("mock reply"));
}

#[test]
fn tool_scenarios_end_with_a_word_once_their_tool_was_called() {
    for scenario in ["tool", "approve", "edit", "ask"] {
        let text = format!("MOCK:{scenario}");
        let tools = json!([{"name": "Bash"}, {"name": "Write"}, {"name": "AskUserQuestion"}]);
        let first = json!([{"role": "user", "content": text}]);
        let first = Request::read(Api::Messages, &json!({"messages": first, "tools": tools}));
        assert!(word(&mut script(), &first, 0).starts_with("Call"), "{scenario}");
        let result = json!([{"type": "tool_result", "content": "fine"}]);
        let then = json!([{"role": "user", "content": text},
            {"role": "assistant", "content": [{"type": "tool_use"}]},
            {"role": "user", "content": result}]);
        let then = Request::read(Api::Messages, &json!({"messages": then, "tools": tools}));
        assert_eq!(word(&mut script(), &then, 0), "done", "{scenario}");
    }
}

#[test]
fn echo_and_recall_tell_what_came() {
    let mut script = script();
    let echo = word(&mut script, &asking("MOCK:echo\nsecond"), 0);
    assert!(echo.contains("chars=16 lines=2"), "{echo}");
    let recall = word(&mut script, &asking("MOCK:recall me"), 0);
    assert!(recall.contains("messages=1") && recall.contains("recall me"), "{recall}");
}

#[test]
fn work_without_a_shell_is_said_to_be_impossible() {
    let answer = word(&mut script(), &asking("MOCK:run make"), 0);
    assert!(answer.contains("web_search"), "{answer}");
}
