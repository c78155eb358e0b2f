use serde_json::json;

use super::{Api, Request};

fn user(text: &str) -> serde_json::Value {
    json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]})
}

#[test]
fn a_responses_request_shows_messages_outputs_and_tools() {
    let request = Request::read(
        Api::Responses,
        &json!({"model": "mock-1", "stream": true,
            "input": [user("context"), user("go"),
                {"type": "function_call", "name": "exec_command", "call_id": "c", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "c", "output": "first"},
                {"type": "reasoning", "summary": []},
                {"type": "function_call_output", "call_id": "d", "output": [{"type": "input_text", "text": "second"}]}],
            "tools": [{"type": "function", "name": "exec_command", "parameters": {"type": "object"}},
                {"type": "web_search"}]}),
    );
    assert_eq!(request.waiting(), ["context", "go"]);
    assert_eq!(request.outputs, ["first", "second"]);
    assert_eq!(request.tool(&["shell", "exec_command"]).map(|tool| &*tool.kind), Some("function"));
    assert!(request.tool(&["web_search"]).is_some());
    assert!(request.stream);
}

#[test]
fn a_message_that_comes_during_work_joins_the_turn() {
    let input =
        json!([user("go"), {"type": "function_call_output", "output": "out"}, user("ping")]);
    let request = Request::read(Api::Responses, &json!({"input": input}));
    assert_eq!(request.waiting(), ["go", "ping"]);
    assert_eq!(request.outputs, ["out"]);
}

#[test]
fn the_models_words_end_a_turn_and_its_calls_do_not() {
    let request = Request::read(
        Api::Chat,
        &json!({"messages": [
            {"role": "user", "content": "go"},
            {"role": "assistant", "content": null, "tool_calls": [{"id": "c"}]},
            {"role": "tool", "content": "out"}]}),
    );
    assert_eq!(request.waiting(), ["go"]);
    assert_eq!(request.outputs, ["out"]);
    let said = json!({"type": "message", "role": "assistant", "content": "done"});
    let request =
        Request::read(Api::Responses, &json!({"input": [user("go"), said, user("next")]}));
    assert_eq!(request.waiting(), ["next"]);
}

#[test]
fn messages_that_came_one_upon_another_all_wait() {
    let request = Request::read(
        Api::Chat,
        &json!({"messages": [
            {"role": "system", "content": "be good"},
            {"role": "user", "content": "old"}, {"role": "assistant", "content": "done"},
            {"role": "user", "content": [{"type": "text", "text": "one"}]},
            {"role": "user", "content": "two"}],
            "tools": [{"type": "function", "function": {"name": "bash", "parameters": {}}}]}),
    );
    assert_eq!(request.waiting(), ["one", "two"]);
    assert_eq!(request.newest(), "two");
    assert!(request.tool(&["bash"]).is_some());
}

#[test]
fn a_bare_text_is_one_message() {
    let request = Request::read(Api::Responses, &json!({"input": "hello"}));
    assert_eq!(request.waiting(), ["hello"]);
}
