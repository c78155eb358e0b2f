use serde_json::{Value, json};

use super::{running_session, shell_call, wait_call};
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
