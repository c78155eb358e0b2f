//! What does a line of claude's transcript say? (measured with claude 2.1.330)
//!
//! A turn begins with a `user` line that carries `turnOrigin` and ends with an `assistant` line whose `stop_reason` is no
//! `tool_use`; a failed turn ends with an `assistant` line that has `isApiErrorMessage`. Lines of local commands (`/model`), of
//! tool results and of summaries are `user` lines too. Asking for permission leaves no trace; the tools that ask the user do.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::conversation::{Conversation, Origin};
use crate::event::{Event, Outcome, What};
use crate::failure::{ErrorKind, Failure};
use crate::limits::{Window, WindowKind};
use crate::moment;
use crate::parser::{Object, as_text, content_text, count, line_time, object, text};
use crate::turn::Usage;

/// The tools with which the model asks the user.
const QUESTIONS: &[&str] = &["AskUserQuestion", "ExitPlanMode"];

/// The model that claude names for lines of its own.
const SYNTHETIC: &str = "<synthetic>";

pub(crate) fn events(line: &Object) -> Vec<Event> {
    let at = line_time(line);
    let in_side_chain = line.get("isSidechain").and_then(Value::as_bool) == Some(true);
    let mut whats: Vec<What> = at.and_then(|at| opened(line, at)).into_iter().collect();
    match text(line, "type") {
        Some("user") => whats.extend(user(line)),
        Some("assistant") => whats.extend(assistant(line, at)),
        Some("system") if text(line, "subtype") == Some("compact_boundary") => {
            whats.push(What::Compacted);
        }
        Some("cost-state") => whats.extend(paid(line)),
        Some(_) | None => {}
    }
    if in_side_chain {
        // A sub-agent's lines: what it used counts, what it does says nothing of the conversation.
        whats.retain(|what| matches!(what, What::Used { .. } | What::Opened(_)));
    }
    whats.into_iter().map(|what| Event { at, what }).collect()
}

/// Every message names its conversation; the first one opens the record.
fn opened(line: &Object, at: DateTime<Utc>) -> Option<What> {
    let cwd = text(line, "cwd")?;
    let side_chain = line.get("isSidechain").and_then(Value::as_bool);
    Some(What::Opened(Conversation {
        id: text(line, "sessionId")?.to_owned(),
        cwd: Some(cwd.into()),
        began: Some(at),
        origin: match side_chain {
            Some(true) => Origin::Subagent,
            Some(false) => Origin::Main,
            None => Origin::Unknown,
        },
    }))
}

fn user(line: &Object) -> Vec<What> {
    let content = object(line, "message").and_then(|message| message.get("content"));
    let content = content.unwrap_or(&Value::Null);
    if let Some(results) = tool_results(content) {
        return std::iter::once(What::Works).chain(results).collect();
    }
    let said = content_text(content);
    if said.starts_with("[Request interrupted by user") && !line.contains_key("turnOrigin") {
        return vec![What::Ended(Outcome::Interrupted)];
    }
    if begins_turn(line, &said) { vec![What::Began, What::Prompt(said)] } else { Vec::new() }
}

/// Since 2.1.330 the line says so itself, also when claude goes on by itself after a limit (`auto_continuation`). Before, a prompt is
/// what is neither claude's own text nor a local command's.
fn begins_turn(line: &Object, said: &str) -> bool {
    const LOCAL: &[&str] =
        &["<command-name>", "<local-command-", "<bash-input>", "<bash-stdout>", "<bash-stderr>"];
    let flag = |key: &str| line.get(key).and_then(Value::as_bool) == Some(true);
    if flag("isCompactSummary") {
        return false;
    }
    if text(line, "turnOrigin").is_some() {
        return true;
    }
    let is_new = line.contains_key("turnPosition") || line.contains_key("turnCompanion");
    !(is_new || flag("isMeta") || LOCAL.iter().any(|tag| said.starts_with(tag)))
}

fn tool_results(content: &Value) -> Option<Vec<What>> {
    let parts = content.as_array()?;
    let results: Vec<What> = parts.iter().filter_map(tool_result).collect();
    (!results.is_empty()).then_some(results)
}

fn tool_result(part: &Value) -> Option<What> {
    let part = part.as_object()?;
    if text(part, "type")? != "tool_result" {
        return None;
    }
    let content = part.get("content").unwrap_or(&Value::Null);
    Some(What::Returned {
        call: text(part, "tool_use_id").map(ToOwned::to_owned),
        output: content_text(content),
        failed: part.get("is_error").and_then(Value::as_bool) == Some(true),
    })
}

fn assistant(line: &Object, at: Option<DateTime<Utc>>) -> Vec<What> {
    let Some(message) = object(line, "message") else { return Vec::new() };
    let content = message.get("content").unwrap_or(&Value::Null);
    if line.get("isApiErrorMessage").and_then(Value::as_bool) == Some(true) {
        return failed(line, &content_text(content), at);
    }
    if text(message, "model") == Some(SYNTHETIC) {
        // Written on resume when the last turn never ended, `No response requested.`
        return vec![What::Ended(Outcome::Interrupted)];
    }
    let mut whats: Vec<What> =
        text(message, "model").map(|model| What::Model(model.to_owned())).into_iter().collect();
    whats.extend(object(message, "usage").map(|used| What::Used {
        key: text(message, "id").map(ToOwned::to_owned),
        usage: usage(used),
    }));
    let parts = content.as_array().map_or(&[][..], Vec::as_slice);
    whats.extend(parts.iter().filter_map(|part| of_part(part.as_object()?)));
    whats.push(goes_on(line, message, &whats));
    whats
}

/// Whether the turn goes on after a line. Only the last line of an answer has its `stop_reason`.
fn goes_on(line: &Object, message: &Object, whats: &[What]) -> What {
    let asks = whats.iter().any(
        |what| matches!(what, What::Called { name, .. } if QUESTIONS.contains(&name.as_str())),
    );
    if asks {
        return What::Asks;
    }
    if line.get("isAbortedMidStream").and_then(Value::as_bool) == Some(true) {
        return What::Ended(Outcome::Interrupted);
    }
    match text(message, "stop_reason") {
        None | Some("tool_use" | "pause_turn") => What::Works,
        Some(_) => What::Ended(Outcome::Done),
    }
}

fn of_part(part: &Object) -> Option<What> {
    match text(part, "type")? {
        "text" => Some(What::Said(text(part, "text")?.to_owned())),
        "tool_use" => Some(What::Called {
            call: text(part, "id").map(ToOwned::to_owned),
            name: text(part, "name")?.to_owned(),
            arguments: part.get("input").map(as_text).unwrap_or_default(),
        }),
        _ => None,
    }
}

/// The error's code is in `error`; a usage limit of a subscription has `quotaLimits` too, that of an API key has not.
fn failed(line: &Object, said: &str, at: Option<DateTime<Utc>>) -> Vec<What> {
    let detail = text(line, "errorDetails").unwrap_or_default();
    let status = line.get("apiErrorStatus").and_then(Value::as_u64);
    let status = status.and_then(|status| u16::try_from(status).ok());
    let mut kind = ErrorKind::of(text(line, "error"), status, &format!("{said}\n{detail}"));
    let quota = object(line, "quotaLimits");
    let rejected = quota.is_some_and(|quota| text(quota, "status") == Some("rejected"));
    if rejected || text(line, "apiError") == Some("usage_limit_reached") {
        kind = ErrorKind::UsageLimit;
    }
    let window = quota.map(|quota| window(quota, at));
    let mut failure = Failure::new(kind, said, status);
    failure.until = window.as_ref().filter(|window| window.exhausted).and_then(|w| w.resets_at);
    failure.window = window.as_ref().map(|window| window.kind);
    let limits = window.map(|window| What::Limits(vec![window]));
    limits.into_iter().chain([What::Ended(Outcome::Failed(failure))]).collect()
}

fn window(quota: &Object, at: Option<DateTime<Utc>>) -> Window {
    Window {
        kind: text(quota, "rateLimitType").map_or(WindowKind::Unknown, WindowKind::of_claude),
        used_percent: None,
        resets_at: at.and_then(|at| moment::reset(quota.get("resetsAt")?, at)),
        exhausted: text(quota, "status") == Some("rejected"),
    }
}

fn usage(used: &Object) -> Usage {
    Usage {
        input: count(used, "input_tokens"),
        output: count(used, "output_tokens"),
        cache_read: count(used, "cache_read_input_tokens"),
        cache_written: count(used, "cache_creation_input_tokens"),
        dollars: None,
    }
}

/// Written when the program ends. `startTime` names the process; a resume after a clean end goes on with the old count under the
/// old time, one after a kill begins anew.
fn paid(line: &Object) -> Option<What> {
    Some(What::Paid {
        process: line.get("startTime").map(as_text)?,
        dollars: line.get("totalCostUSD")?.as_f64().filter(|dollars| dollars.is_finite())?,
    })
}

#[cfg(test)]
mod tests;
