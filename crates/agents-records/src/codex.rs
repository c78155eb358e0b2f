//! What does a line of codex's rollout file say? (measured with codex 0.169)
//!
//! `event_msg` lines carry the life of a turn: `task_started`, `item_completed`, `token_count`, and `task_complete` or
//! `turn_aborted`. Only these two pairs begin and end a turn: commands in the background complete, and notices of sub-agents
//! arrive, while no turn runs. Asking for approval leaves no trace. Tool calls are taken from `response_item`.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::conversation::{Conversation, Origin};
use crate::event::{Event, Outcome, What};
use crate::failure::{ErrorKind, Failure};
use crate::limits::{Window, WindowKind};
use crate::moment;
use crate::parser::{Object, as_text, content_text, count, line_time, object, text};
use crate::turn::Usage;

/// The tool that asks the user; the turn goes on when there is an answer.
const QUESTION: &str = "request_user_input";

pub(crate) fn events(line: &Object) -> Vec<Event> {
    let at = line_time(line);
    let Some(payload) = object(line, "payload") else { return Vec::new() };
    let whats = match text(line, "type") {
        Some("session_meta") => opened(payload).into_iter().collect(),
        Some("turn_context") => {
            text(payload, "model").map(|model| What::Model(model.to_owned())).into_iter().collect()
        }
        Some("event_msg") => of_event(payload, at),
        Some("response_item") => of_item(payload),
        Some("compacted") => vec![What::Compacted],
        Some(_) | None => Vec::new(),
    };
    whats.into_iter().map(|what| Event { at, what }).collect()
}

fn opened(meta: &Object) -> Option<What> {
    let id = text(meta, "id")?.to_owned();
    Some(What::Opened(Conversation {
        origin: origin(meta, &id),
        id,
        cwd: text(meta, "cwd").map(Into::into),
        began: meta.get("timestamp").and_then(moment::instant),
    }))
}

/// A sub-agent's thread names a parent, a source `{"subagent": …}` and the session of its root. What is not clearly one or the
/// other is neither.
fn origin(meta: &Object, id: &str) -> Origin {
    let source = meta.get("source");
    let is_child = text(meta, "parent_thread_id").is_some()
        || text(meta, "session_id").is_some_and(|session| session != id)
        || text(meta, "thread_source") == Some("subagent")
        || source.is_some_and(Value::is_object);
    let by_user = match text(meta, "thread_source") {
        Some(word) => word == "user",
        None => matches!(source.and_then(Value::as_str), Some("cli" | "exec")),
    };
    match (is_child, by_user) {
        (true, _) => Origin::Subagent,
        (false, true) => Origin::Main,
        (false, false) => Origin::Unknown,
    }
}

fn of_event(payload: &Object, at: Option<DateTime<Utc>>) -> Vec<What> {
    match text(payload, "type") {
        Some("task_started") => vec![What::Began],
        Some("task_complete") => vec![What::Ended(ended(payload))],
        Some("turn_aborted") => vec![What::Ended(Outcome::Interrupted)],
        Some("token_count") => token_count(payload, at),
        Some("item_completed") => {
            object(payload, "item").and_then(of_completed).into_iter().collect()
        }
        Some(_) | None => Vec::new(),
    }
}

fn of_completed(item: &Object) -> Option<What> {
    let said = || content_text(item.get("content").unwrap_or(&Value::Null));
    match text(item, "type")? {
        "UserMessage" => Some(What::Prompt(said())),
        "AgentMessage" => Some(What::Said(said())),
        _ => None,
    }
}

fn ended(payload: &Object) -> Outcome {
    match payload.get("error") {
        None | Some(Value::Null) => Outcome::Done,
        Some(error) => Outcome::Failed(failure(error)),
    }
}

/// `{"message": …, "codex_error_info": "usage_limit_exceeded"}`, or with an object
/// `{"http_connection_failed": {"http_status_code": 401}}` in place of the word.
fn failure(error: &Value) -> Failure {
    let message = error.get("message").map_or_else(|| as_text(error), as_text);
    let info = error.get("codex_error_info");
    let (code, status) = match info {
        Some(Value::String(code)) => (Some(code.as_str()), None),
        Some(Value::Object(info)) => {
            let named = info.iter().next();
            let status = named.and_then(|(_, detail)| detail.get("http_status_code")?.as_u64());
            (named.map(|(code, _)| code.as_str()), status)
        }
        _ => (None, None),
    };
    let status = status.and_then(|status| u16::try_from(status).ok());
    let mut kind = ErrorKind::of(code, status, &message);
    // The quota of an API key is reported with the code of a usage limit; only the words tell that no wait ends it.
    if kind == ErrorKind::UsageLimit && ErrorKind::of(None, None, &message) == ErrorKind::Billing {
        kind = ErrorKind::Billing;
    }
    Failure::new(kind, &message, status)
}

fn token_count(payload: &Object, at: Option<DateTime<Utc>>) -> Vec<What> {
    let total = object(payload, "info").and_then(|info| object(info, "total_token_usage"));
    let limits = object(payload, "rate_limits").map(|limits| windows(limits, at));
    total
        .map(|total| What::UsedSoFar(usage(total)))
        .into_iter()
        .chain(limits.filter(|windows| !windows.is_empty()).map(What::Limits))
        .collect()
}

/// codex counts cached input within the input.
fn usage(total: &Object) -> Usage {
    let cached = count(total, "cached_input_tokens");
    let written = count(total, "cache_write_input_tokens");
    Usage {
        input: count(total, "input_tokens").saturating_sub(cached).saturating_sub(written),
        output: count(total, "output_tokens"),
        cache_read: cached,
        cache_written: written,
        dollars: None,
    }
}

fn windows(limits: &Object, at: Option<DateTime<Utc>>) -> Vec<Window> {
    ["primary", "secondary"]
        .into_iter()
        .filter_map(|name| window(object(limits, name)?, at))
        .collect()
}

fn window(window: &Object, at: Option<DateTime<Utc>>) -> Option<Window> {
    let used = window.get("used_percent")?.as_f64()?;
    let kind = window.get("window_minutes").and_then(Value::as_u64);
    let resets_at = at.and_then(|at| moment::reset(window.get("resets_at")?, at));
    Some(Window {
        kind: kind.map_or(WindowKind::Unknown, WindowKind::of_minutes),
        used_percent: Some(used),
        resets_at,
        exhausted: used >= 100.0,
    })
}

fn of_item(item: &Object) -> Vec<What> {
    let call = || text(item, "call_id").map(ToOwned::to_owned);
    match text(item, "type") {
        Some("function_call" | "custom_tool_call" | "local_shell_call") => {
            let name = text(item, "name").unwrap_or("shell").to_owned();
            let arguments = ["arguments", "input", "action"].iter().find_map(|key| item.get(*key));
            let goes_on = if name == QUESTION { What::Asks } else { What::Works };
            let arguments = arguments.map(as_text).unwrap_or_default();
            vec![goes_on, What::Called { call: call(), name, arguments }]
        }
        Some("function_call_output" | "custom_tool_call_output") => {
            let output = item.get("output").unwrap_or(&Value::Null);
            let output = match output {
                Value::Array(_) => content_text(output),
                other => as_text(other),
            };
            let failed = failed_output(&output);
            // No proof of a running turn: a command in the background gives its result at any time.
            vec![What::Returned { call: call(), output, failed }]
        }
        Some(_) | None => Vec::new(),
    }
}

/// codex writes the exit code of a command, or that the user stopped it, into the text of its output.
fn failed_output(output: &str) -> bool {
    let code =
        output.lines().take(5).find_map(|line| line.strip_prefix("Process exited with code "));
    code.is_some_and(|code| code.trim() != "0") || output.ends_with("\naborted by user")
}

#[cfg(test)]
mod tests;
