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
    assert_eq!(body["output"][0]["content"][0]["text"], "A short title");
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

fn claude(text: &str) -> String {
    json!({"model": "opus", "stream": true, "messages": [{"role": "user", "content": text}],
        "tools": [{"name": "Bash", "input_schema":
            {"properties": {"command": {"type": "string"}}, "required": ["command"]}}]})
    .to_string()
}

#[test]
fn a_messages_turn_streams_its_blocks_in_order() {
    let server = server();
    let answer =
        exchange(server.addr, "POST", "/v1/messages?beta=true", &claude("MOCK:think:1 go"));
    let kinds: Vec<&str> = answer.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    assert_eq!(kinds.first(), Some(&"message_start"), "{answer}");
    assert_eq!(kinds.last(), Some(&"message_stop"), "{answer}");
    let opened = events(&answer, "content_block_start");
    let opened: Vec<_> = opened.iter().map(|it| &it["content_block"]["type"]).collect();
    assert_eq!(opened, ["thinking", "text"]);
    assert_eq!(events(&answer, "content_block_stop").len(), 2);
    assert_eq!(events(&answer, "message_delta")[0]["delta"]["stop_reason"], "end_turn");
    assert!(answer.contains("anthropic-ratelimit-unified-status: allowed"), "{answer}");
}

#[test]
fn a_messages_turn_calls_a_tool() {
    let server = server();
    let ask = claude("MOCK:run sh ./work.sh");
    let answer = exchange(server.addr, "POST", "/v1/messages", &ask);
    assert_eq!(events(&answer, "content_block_start")[0]["content_block"]["name"], "Bash");
    let delta = &events(&answer, "content_block_delta")[0]["delta"];
    assert_eq!(delta["partial_json"], r#"{"command":"sh ./work.sh"}"#);
    assert_eq!(events(&answer, "message_delta")[0]["delta"]["stop_reason"], "tool_use");
}

#[test]
fn a_subscriptions_limit_names_its_window_and_its_reset_in_headers() {
    let server = server();
    for (scenario, claim) in [("usage:3600", "five_hour"), ("weekly", "seven_day")] {
        let ask = claude(&format!("MOCK:{scenario}"));
        let answer = exchange(server.addr, "POST", "/v1/messages", &ask);
        assert!(answer.starts_with("HTTP/1.1 429"), "{answer}");
        assert!(answer.contains("anthropic-ratelimit-unified-status: rejected"), "{answer}");
        let claim = format!("anthropic-ratelimit-unified-representative-claim: {claim}");
        assert!(answer.contains(&claim), "{answer}");
        let reset = answer.split("anthropic-ratelimit-unified-reset: ").nth(1).expect("a reset");
        let reset: u64 = reset.lines().next().expect("a line").parse().expect("seconds");
        let asked = server.requests().last().expect("a request")["time"].as_u64().expect("a time");
        assert_eq!(reset - asked, if scenario == "weekly" { 3 * 86_400 } else { 3600 });
    }
}

#[test]
fn gemini_names_model_and_method_in_the_path() {
    let server = server();
    let tools = json!([{"functionDeclarations": [{"name": "run_shell_command",
        "parametersJsonSchema": {"properties": {"command": {"type": "string"}}}}]}]);
    let ask = |text: &str| {
        let contents = json!([{"role": "user", "parts": [{"text": text}]}]);
        json!({"contents": contents, "tools": tools}).to_string()
    };
    let path = "/v1beta/models/gemini-9:streamGenerateContent?alt=sse";
    let answer = exchange(server.addr, "POST", path, &ask("MOCK:run make"));
    assert!(answer.contains(r#"{"args":{"command":"make"},"name":"run_shell_command"}"#));
    let answer = exchange(server.addr, "POST", path, &ask("MOCK:ok"));
    assert!(answer.contains("All done.") && answer.contains(r#""finishReason":"STOP""#));
    let whole = path.replace("streamGenerateContent?alt=sse", "generateContent");
    let answer = exchange(server.addr, "POST", &whole, &ask("MOCK:usage:600"));
    assert!(answer.contains("RESOURCE_EXHAUSTED") && answer.contains(r#""retryDelay":"600s""#));
    assert_eq!(server.requests()[0]["model"], "gemini-9");
    let count = path.replace("streamGenerateContent?alt=sse", "countTokens");
    assert!(exchange(server.addr, "POST", &count, "{}").contains("totalTokens"));
}

#[test]
fn who_wants_another_server_is_refused_and_named_in_the_log() {
    let server = server();
    let answer = exchange(server.addr, "CONNECT", "example.invalid:443", "");
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    let entry = &server.requests()[0];
    assert_eq!(
        (&entry["method"], &entry["path"]),
        (&json!("CONNECT"), &json!("example.invalid:443"))
    );
}

#[test]
fn a_mute_server_sends_no_head_before_its_time_is_over() {
    let server = server();
    let began = std::time::Instant::now();
    let answer = exchange(server.addr, "POST", "/v1/messages", &claude("MOCK:hang0:1"));
    assert!(began.elapsed() >= std::time::Duration::from_secs(1));
    assert!(answer.starts_with("HTTP/1.1 529"), "{answer}");
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
