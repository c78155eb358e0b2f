use serde_json::{Value, json};

use super::{approve_call, ask_call, edit_call, running_session, shell_call, wait_call};
use crate::request::{Api, Request};

fn offering(tools: Value) -> Request {
    Request::read(Api::Responses, &json!({"input": "go", "tools": tools}))
}

#[test]
fn codex_gets_the_command_as_cmd() {
    let request = offering(json!([{"type": "function", "name": "exec_command", "parameters":
        {"properties": {"cmd": {"type": "string"}, "yield_time_ms": {"type": "number"}}, "required": ["cmd"]}}]));
    let call = shell_call(&request, "make").expect("a shell");
    assert_eq!(call.arguments, json!({"cmd": "make", "yield_time_ms": 30_000}));
}

#[test]
fn a_shell_that_wants_words_gets_words_and_what_it_requires_besides() {
    let request = offering(json!([{"type": "function", "name": "shell", "parameters":
        {"properties": {"command": {"type": "array"}, "quiet": {"type": "boolean"}}, "required": ["command", "quiet"]}}]));
    let call = shell_call(&request, "make").expect("a shell");
    assert_eq!(call.arguments, json!({"command": ["sh", "-c", "make"], "quiet": false}));
}

#[test]
fn without_a_shell_there_is_no_call() {
    assert_eq!(shell_call(&offering(json!([{"type": "web_search"}])), "make"), None);
}

#[test]
fn a_running_command_is_waited_for() {
    let request = offering(json!([{"type": "function", "name": "write_stdin", "parameters":
        {"properties": {"session_id": {"type": "number"}, "chars": {"type": "string"}}}}]));
    let output = "Wall time: 30 seconds\nProcess running with session ID 417\nOutput:\n";
    let call = wait_call(&request, output).expect("a wait");
    assert_eq!(call.arguments, json!({"session_id": 417, "chars": ""}));
}

#[test]
fn what_the_command_prints_is_not_taken_for_a_running_session() {
    assert_eq!(running_session("Exited with code 0\nOutput:\nrunning with session ID 4"), None);
    assert_eq!(running_session("Process running with session ID 5"), Some(5));
}

#[test]
fn codex_is_told_to_ask_before_it_leaves_its_sandbox() {
    let request = offering(json!([{"type": "function", "name": "exec_command", "parameters":
        {"properties": {"cmd": {"type": "string"}, "sandbox_permissions": {"type": "string"}}}}]));
    let call = approve_call(&request, "make").expect("a shell");
    assert_eq!(call.arguments["sandbox_permissions"], "require_escalated");
    assert_eq!(shell_call(&request, "make").expect("a shell").arguments, json!({"cmd": "make"}));
}

#[test]
fn a_file_is_made_with_whatever_edits_and_below_the_folder_that_is_told() {
    let write = json!([{"name": "Write", "input_schema": {"properties":
        {"file_path": {"type": "string"}, "content": {"type": "string"}}}}]);
    let told = json!({"system": [{"text": "Env:\n - Primary working directory: /srv/my demo\n - x"}],
        "messages": [], "tools": write});
    let call = edit_call(&Request::read(Api::Messages, &told)).expect("an editor");
    assert_eq!(call.arguments["file_path"], "/srv/my demo/hello.txt");
    let untold = json!({"messages": [], "tools": write});
    let call = edit_call(&Request::read(Api::Messages, &untold)).expect("an editor");
    assert_eq!(call.arguments["file_path"], "hello.txt");

    let patch = edit_call(&offering(json!([{"type": "custom", "name": "apply_patch"}])));
    assert!(patch.expect("an editor").arguments.as_str().expect("text").contains("*** Add File"));
    let shell = offering(json!([{"type": "function", "name": "exec_command", "parameters":
        {"properties": {"cmd": {"type": "string"}}}}]));
    let command = edit_call(&shell).expect("an editor").arguments["cmd"].clone();
    assert!(command.as_str().expect("text").starts_with("apply_patch <<'PATCH'\n*** Begin"));
}

#[test]
fn claude_gets_a_question_without_keys_that_it_does_not_know() {
    let request = |name: &str| {
        let schema = json!({"properties": {"questions": {"type": "array"}}});
        offering(json!([{"type": "function", "name": name, "parameters": schema}]))
    };
    let keys = |name: &str| {
        let call = ask_call(&request(name)).expect("a tool that asks");
        let question = call.arguments["questions"][0].as_object().expect("a question").clone();
        question.keys().cloned().collect::<Vec<String>>().join(" ")
    };
    assert_eq!(keys("AskUserQuestion"), "header multiSelect options question");
    assert!(keys("question").contains("multiple"));
}
