use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use serde_json::{Value, json};

use super::{Options, Server};
use crate::{Rule, Scenario};

/// Sends one request and returns the whole answer, head and body.
fn exchange(addr: SocketAddr, method: &str, path: &str, body: &str) -> String {
    let mut wire = TcpStream::connect(addr).expect("the server listens");
    write!(
        wire,
        "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("a request");
    let mut answer = String::new();
    wire.read_to_string(&mut answer).expect("an answer");
    answer
}

fn server() -> Server {
    let rules = vec![Rule::parse("gate CLAIM=>sh ./review.sh").expect("a rule")];
    Server::start(&Options { rules, ..Options::default() }).expect("a server")
}

fn codex(input: &Value) -> String {
    json!({"model": "mock-1", "stream": true, "input": input, "tools": [
        {"type": "function", "name": "exec_command", "parameters":
            {"properties": {"cmd": {"type": "string"}}, "required": ["cmd"]}}]})
    .to_string()
}

/// The data of the events with that type.
fn events(answer: &str, kind: &str) -> Vec<Value> {
    answer
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .filter_map(|data| serde_json::from_str::<Value>(data).ok())
        .filter(|event| event["type"] == kind)
        .collect()
}

#[test]
fn a_responses_turn_calls_the_shell_and_then_says_done() {
    let server = server();
    let ask = json!([{"role": "user", "content": "MOCK:run sh ./work.sh"}]);
    let first = exchange(server.addr, "POST", "/v1/responses", &codex(&ask));
    let calls = events(&first, "response.output_item.done");
    assert_eq!(calls[0]["item"]["name"], "exec_command");
    assert_eq!(calls[0]["item"]["arguments"], r#"{"cmd":"sh ./work.sh"}"#);
    assert_eq!(events(&first, "response.completed").len(), 1);

    let after = json!([{"role": "user", "content": "MOCK:run sh ./work.sh"}, calls[0]["item"],
        {"type": "function_call_output", "call_id": calls[0]["item"]["call_id"], "output": "fine"}]);
    let second = exchange(server.addr, "POST", "/v1/responses", &codex(&after));
    let said = events(&second, "response.output_item.done");
    assert_eq!(said[0]["item"]["content"][0]["text"], "done");
    assert_eq!(server.requests()[1]["outputs"], json!(["fine"]));
}

#[test]
fn a_chat_turn_streams_the_call_and_ends_with_done() {
    let server = server();
    let tools = json!([{"type": "function", "function": {"name": "bash", "parameters":
        {"properties": {"command": {"type": "string"}}, "required": ["command"]}}}]);
    let ask = json!({"model": "m", "stream": true, "tools": tools,
        "messages": [{"role": "user", "content": "pushed a gate CLAIM commit"}]});
    let answer = exchange(server.addr, "POST", "/v1/chat/completions", &ask.to_string());
    assert!(answer.contains(r#"{\"command\":\"sh ./review.sh\"}"#), "{answer}");
    assert!(answer.contains(r#""finish_reason":"tool_calls""#), "{answer}");
    assert!(answer.contains("data: [DONE]"), "{answer}");
}

#[test]
fn a_request_that_does_not_stream_gets_one_object() {
    let server = server();
    let ask = json!({"input": "name this conversation"}).to_string();
    let answer = exchange(server.addr, "POST", "/v1/responses", &ask);
    let body = answer.split("\r\n\r\n").nth(1).expect("a body");
    let body: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(body["output"][0]["content"][0]["text"], "mock reply 1. All done.");
}

#[test]
fn a_usage_limit_has_the_vendors_body_and_headers() {
    let server = server();
    let ask = codex(&json!("MOCK:usage:3600"));
    let answer = exchange(server.addr, "POST", "/v1/responses", &ask);
    assert!(answer.starts_with("HTTP/1.1 429"), "{answer}");
    assert!(answer.contains("usage_limit_reached") && answer.contains("resets_in_seconds"));
    assert!(answer.contains("x-codex-primary-used-percent: 100"), "{answer}");
}

#[test]
fn a_cut_stream_never_completes() {
    let server = server();
    let answer = exchange(server.addr, "POST", "/v1/responses", &codex(&json!("MOCK:cut")));
    assert!(!events(&answer, "response.output_text.delta").is_empty());
    assert!(events(&answer, "response.completed").is_empty());
}

#[test]
fn force_and_log_work_over_http() {
    let server = server();
    let forced = exchange(server.addr, "POST", "/_mock/force", r#"{"scenario":"quota"}"#);
    assert!(forced.starts_with("HTTP/1.1 200"), "{forced}");
    let answer = exchange(server.addr, "POST", "/v1/responses", &codex(&json!("hello")));
    assert!(answer.contains("insufficient_quota"), "{answer}");
    let wrong = exchange(server.addr, "POST", "/_mock/force", r#"{"scenario":"quoat"}"#);
    assert!(wrong.starts_with("HTTP/1.1 400") && wrong.contains("quoat"), "{wrong}");
    server.force(None);
    let answer = exchange(server.addr, "POST", "/v1/responses", &codex(&json!("hello")));
    assert!(answer.contains("mock reply"), "{answer}");
    let log = exchange(server.addr, "GET", "/_mock/log", "");
    assert!(log.contains("Quota"), "{log}");
}

#[test]
fn stopping_cuts_a_hanging_answer_and_frees_the_port() {
    let server = server();
    let addr = server.addr;
    let waiting = std::thread::spawn(move || {
        let mut wire = TcpStream::connect(addr).expect("the server listens");
        let body = codex(&json!("MOCK:hang"));
        write!(
            wire,
            "POST /v1/responses HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .expect("a request");
        let mut first = [0; 16];
        wire.read_exact(&mut first).expect("the head arrives");
        first.starts_with(b"HTTP/1.1 200")
    });
    assert!(waiting.join().expect("an answer"));
    server.stop();
    assert!(TcpStream::connect(addr).is_err());
}

#[test]
fn a_server_listens_on_the_loopback_address_and_logs_to_its_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("requests.jsonl");
    let options = Options { log: Some(log.clone()), default: Scenario::Echo, ..Options::default() };
    let server = Server::start(&options).expect("a server");
    assert!(server.addr.ip().is_loopback());
    exchange(server.addr, "POST", "/v1/responses", &codex(&json!("hello there")));
    exchange(server.addr, "GET", "/v1/elsewhere", "");
    let lines = std::fs::read_to_string(&log).expect("the log");
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].contains("hello there") && lines[1].contains("/v1/elsewhere"));
}
