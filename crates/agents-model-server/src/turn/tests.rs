use serde_json::{Value, json};

use super::{Turn, turns};
use crate::request::Api;

fn user(text: &str) -> Turn {
    Turn::User(text.to_owned())
}

fn output(text: &str) -> Turn {
    Turn::Output(text.to_owned())
}

fn of_messages(messages: &Value) -> Vec<Turn> {
    turns(Api::Messages, &json!({"messages": messages}))
}

#[test]
fn each_part_of_a_message_is_a_message_of_its_own() {
    let parts = json!([{"type": "text", "text": "killed in the middle"},
        {"type": "text", "text": "and the next"}]);
    let said = of_messages(&json!([{"role": "user", "content": parts}]));
    assert_eq!(said, [user("killed in the middle"), user("and the next")]);
}

#[test]
fn what_a_program_says_in_its_users_name_is_no_message() {
    let parts = json!([{"type": "text", "text": "<system-reminder>\nbe good\n</system-reminder>"},
        {"type": "text", "text": "go"}]);
    let said = of_messages(
        &json!([{"role": "user", "content": parts}, {"role": "system", "content": "# Environment"}]),
    );
    assert_eq!(said, [user("go"), Turn::Aside]);
    let context = json!({"input": [
        {"role": "user", "content": "<environment_context>read /x/.git</environment_context>"}]});
    assert_eq!(turns(Api::Responses, &context), []);
}

#[test]
fn a_messages_turn_ends_with_words_and_not_with_calls() {
    let result = json!([{"type": "tool_result", "content": [{"type": "text", "text": "out"}]},
        {"type": "text", "text": "typed meanwhile"}]);
    let said = of_messages(&json!([
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": [{"type": "text", "text": "I call"}, {"type": "tool_use"}]},
        {"role": "user", "content": result},
        {"role": "assistant", "content": [{"type": "text", "text": "all done"}]}]));
    let expected = [user("go"), Turn::Aside, output("out"), user("typed meanwhile"), Turn::Answer];
    assert_eq!(said, expected);
}

#[test]
fn geminis_contents_are_read_alike() {
    let body = json!({"contents": [
        {"role": "user", "parts": [{"text": "go"}]},
        {"role": "model", "parts": [{"functionCall": {"name": "f"}}]},
        {"role": "user", "parts": [{"functionResponse": {"response": {"output": "out"}}}]},
        {"role": "model", "parts": [{"text": "done"}]}]});
    assert_eq!(turns(Api::Gemini, &body), [user("go"), Turn::Aside, output("out"), Turn::Answer]);
}
