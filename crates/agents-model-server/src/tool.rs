//! How is a command line put into the words of the tools that an agent offers?

use serde_json::{Map, Value, json};

use crate::request::{Request, Tool};

/// A call that the model makes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    pub(crate) tool: String,
    pub(crate) kind: String,
    pub(crate) arguments: Value,
}

/// The names under which agents offer a shell, best first.
const SHELLS: [&str; 7] = [
    "exec_command",
    "shell_command",
    "local_shell",
    "shell",
    "bash",
    "run_shell_command",
    "run_terminal_cmd",
];

/// How long codex may wait before it hands back the output of a command that still runs; it takes no more.
const LONGEST_WAIT_MS: u64 = 30_000;

/// The call that runs the command line, when the agent offers a shell.
pub(crate) fn shell_call(request: &Request, command: &str) -> Option<Call> {
    let tool = request.tool(&SHELLS)?;
    if tool.kind == "local_shell" {
        return Some(Call {
            tool: tool.name.clone(),
            kind: tool.kind.clone(),
            arguments: json!({"command": ["sh", "-c", command]}),
        });
    }
    Some(call(
        tool,
        &json!({"cmd": command, "command": command, "description": "Scripted work",
            "yield_time_ms": LONGEST_WAIT_MS, "timeout": 600_000, "timeout_ms": 600_000,
            "is_background": false}),
    ))
}

/// The call that goes on waiting for a command which the last output reports as still running.
pub(crate) fn wait_call(request: &Request, output: &str) -> Option<Call> {
    let session = running_session(output)?;
    let tool = request.tool(&["write_stdin"])?;
    Some(call(tool, &json!({"session_id": session, "chars": "", "yield_time_ms": LONGEST_WAIT_MS})))
}

/// The number in `Process running with session ID 12`, as codex words it before the output itself.
pub(crate) fn running_session(output: &str) -> Option<u64> {
    let head = output.split("Output:").next().unwrap_or_default();
    let (_, after) = head.split_once("running with session ID ")?;
    let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    after[..digits].parse().ok()
}

/// Arguments from the tool's schema: what we wish for and it knows, then something for whatever else it requires.
fn call(tool: &Tool, wishes: &Value) -> Call {
    let properties = &tool.schema["properties"];
    let mut arguments = Map::new();
    for (key, wish) in wishes.as_object().into_iter().flatten() {
        let known = &properties[key];
        if known.is_object() {
            let value = match (known["type"].as_str(), wish.as_str()) {
                (Some("array"), Some(line)) => json!(["sh", "-c", line]),
                _ => wish.clone(),
            };
            arguments.insert(key.clone(), value);
        }
    }
    for key in tool.schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !arguments.contains_key(key) {
            arguments.insert(key.to_owned(), filler(properties[key]["type"].as_str()));
        }
    }
    Call { tool: tool.name.clone(), kind: tool.kind.clone(), arguments: Value::Object(arguments) }
}

fn filler(kind: Option<&str>) -> Value {
    match kind {
        Some("boolean") => json!(false),
        Some("number" | "integer") => json!(1),
        Some("array") => json!([]),
        Some("object") => json!({}),
        _ => json!("mock"),
    }
}

#[cfg(test)]
mod tests;
