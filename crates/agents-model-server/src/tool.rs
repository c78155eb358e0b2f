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
const SHELLS: [&str; 8] = [
    "exec_command",
    "shell_command",
    "local_shell",
    "shell",
    "bash",
    "Bash",
    "run_shell_command",
    "run_terminal_cmd",
];

/// The names of tools that write a file, and of those that ask the user.
const EDITORS: [&str; 5] = ["apply_patch", "Write", "write", "write_file", "edit"];
const ASKERS: [&str; 5] =
    ["AskUserQuestion", "request_user_input", "question", "ask_user", "ask_user_question"];

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

/// The same call in a form for which codex asks its user; the others ask where their settings say so.
pub(crate) fn approve_call(request: &Request, command: &str) -> Option<Call> {
    let mut call = shell_call(request, command)?;
    let tool = request.tool(&SHELLS)?;
    if tool.schema["properties"]["sandbox_permissions"].is_object() {
        call.arguments["sandbox_permissions"] = json!("require_escalated");
        call.arguments["justification"] = json!("May the script touch a marker file?");
    }
    Some(call)
}

/// The call that makes `hello.txt`, when the agent offers an editing tool.
pub(crate) fn edit_call(request: &Request) -> Option<Call> {
    let text = "hello from the model server\n";
    let patch = format!("*** Begin Patch\n*** Add File: hello.txt\n+{text}*** End Patch\n");
    let Some(tool) = request.tool(&EDITORS) else {
        // codex offers its editor to models that it knows; for others it looks for this command line.
        request.tool(&["exec_command"])?;
        return shell_call(request, &format!("apply_patch <<'PATCH'\n{patch}PATCH"));
    };
    if tool.name == "apply_patch" {
        if tool.kind == "custom" {
            let arguments = Value::String(patch);
            return Some(Call { tool: tool.name.clone(), kind: tool.kind.clone(), arguments });
        }
        return Some(call(tool, &json!({"input": patch, "patch": patch, "patchText": patch})));
    }
    // qwen takes no other path than an absolute one.
    let path = match &request.folder {
        Some(folder) => format!("{folder}/hello.txt"),
        None => "hello.txt".to_owned(),
    };
    Some(call(tool, &json!({"file_path": path, "filePath": path, "path": path, "content": text})))
}

/// The call that puts a question with two answers to the user, when the agent offers a tool for that.
pub(crate) fn ask_call(request: &Request) -> Option<Call> {
    let tool = request.tool(&ASKERS)?;
    let options = json!([{"label": "Red", "description": "use red"},
        {"label": "Blue", "description": "use blue"}]);
    let mut question = json!({"question": "Which colour should it be?", "header": "Colour",
        "options": options, "multiSelect": false});
    // claude takes no other keys, and the others need some of them.
    if tool.name != "AskUserQuestion" {
        question["id"] = json!("colour");
        question["multiple"] = json!(false);
        question["type"] = json!("choice");
    }
    Some(call(
        tool,
        &json!({"questions": [question], "question": question["question"], "options": options}),
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
    let arguments = fill(&tool.schema, wishes);
    Call { tool: tool.name.clone(), kind: tool.kind.clone(), arguments }
}

/// An object that keeps to the schema, with those of the wishes that it knows.
pub(crate) fn fill(schema: &Value, wishes: &Value) -> Value {
    let properties = &schema["properties"];
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
    for key in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !arguments.contains_key(key) {
            arguments.insert(key.to_owned(), filler(&properties[key]));
        }
    }
    Value::Object(arguments)
}

fn filler(schema: &Value) -> Value {
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    match schema["type"].as_str().map(str::to_ascii_lowercase).as_deref() {
        Some("boolean") => json!(false),
        Some("number" | "integer") => json!(1),
        Some("array") => json!([]),
        Some("object") => json!({}),
        _ => json!("mock"),
    }
}

#[cfg(test)]
mod tests;
