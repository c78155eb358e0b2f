//! What does a line of pi's session file say? (measured with pi 0.87)
//!
//! `message` lines hold the messages of the user, the model and the tools; the model's `stopReason` tells whether the turn goes on
//! (`toolUse`), ended (`stop`), failed (`error`) or was interrupted (`aborted`). A failed answer that pi asks again is followed by a
//! `context_edit` that takes it out of the conversation; that pi gave up on it afterwards is not recorded.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::conversation::{Conversation, Origin};
use crate::event::{Event, Outcome, What};
use crate::failure::{ErrorKind, Failure};
use crate::limits::{Window, WindowKind};
use crate::moment;
use crate::parser::{Object, as_text, content_text, count, line_time, object, text};
use crate::turn::Usage;

/// What a later line refers to: the message that failed last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory {
    failed: Option<(String, Failure)>,
}

pub(crate) fn events(line: &Object, memory: &mut Memory) -> Vec<Event> {
    let at = line_time(line);
    let whats = match text(line, "type") {
        Some("session") => opened(line, at).into_iter().collect(),
        Some("model_change") => {
            text(line, "modelId").map(|model| What::Model(model.to_owned())).into_iter().collect()
        }
        Some("compaction") => vec![What::Compacted],
        Some("context_edit") => retried(line, memory).into_iter().collect(),
        Some("message") => {
            object(line, "message").map(|it| message(line, it, at, memory)).unwrap_or_default()
        }
        Some(_) | None => Vec::new(),
    };
    whats.into_iter().map(|what| Event { at, what }).collect()
}

fn opened(line: &Object, at: Option<DateTime<Utc>>) -> Option<What> {
    Some(What::Opened(Conversation {
        id: text(line, "id")?.to_owned(),
        cwd: text(line, "cwd").map(Into::into),
        began: at,
        origin: Origin::Main,
    }))
}

fn message(
    line: &Object,
    message: &Object,
    at: Option<DateTime<Utc>>,
    memory: &mut Memory,
) -> Vec<What> {
    let content = message.get("content").unwrap_or(&Value::Null);
    match text(message, "role") {
        Some("user") => vec![What::Began, What::Prompt(content_text(content))],
        Some("toolResult") => vec![
            What::Works,
            What::Returned {
                call: text(message, "toolCallId").map(ToOwned::to_owned),
                output: content_text(content),
                failed: message.get("isError").and_then(Value::as_bool) == Some(true),
            },
        ],
        Some("assistant") => {
            let mut whats = answer(message, content);
            whats.extend(end(line, message, at, memory));
            whats
        }
        Some(_) | None => Vec::new(),
    }
}

fn answer(message: &Object, content: &Value) -> Vec<What> {
    let model = text(message, "model").map(|model| What::Model(model.to_owned()));
    let used = object(message, "usage").map(|used| What::Used {
        key: text(message, "responseId").map(ToOwned::to_owned),
        usage: usage(used),
    });
    let parts = content.as_array().map_or(&[][..], Vec::as_slice);
    let parts = parts.iter().filter_map(|part| of_part(part.as_object()?));
    model.into_iter().chain(used).chain(parts).collect()
}

fn of_part(part: &Object) -> Option<What> {
    match text(part, "type")? {
        "text" => Some(What::Said(text(part, "text")?.to_owned())),
        "toolCall" => Some(What::Called {
            call: text(part, "id").map(ToOwned::to_owned),
            name: text(part, "name")?.to_owned(),
            arguments: part.get("arguments").map(as_text).unwrap_or_default(),
        }),
        _ => None,
    }
}

fn end(
    line: &Object,
    message: &Object,
    at: Option<DateTime<Utc>>,
    memory: &mut Memory,
) -> Vec<What> {
    match text(message, "stopReason") {
        Some("error") => {
            let said = text(message, "errorMessage").unwrap_or_default();
            let (failure, limits) = failure(said, at);
            memory.failed = text(line, "id").map(|id| (id.to_owned(), failure.clone()));
            limits.into_iter().chain([What::Ended(Outcome::Failed(failure))]).collect()
        }
        Some("aborted") => vec![What::Ended(Outcome::Interrupted)],
        Some("toolUse") => vec![What::Works],
        Some(_) => vec![What::Ended(Outcome::Done)],
        None => Vec::new(),
    }
}

/// Takes a failed answer out of the conversation. After a full context, pi tries to make it shorter instead of asking again; what came of
/// it shows in the next lines, so the failure stands.
fn retried(line: &Object, memory: &mut Memory) -> Option<What> {
    let (id, mut failure) = memory.failed.take()?;
    if text(line, "targetId") != Some(&id) || failure.kind == ErrorKind::Context {
        return None;
    }
    failure.retried = true;
    Some(What::Retries(failure))
}

/// `429: {"message": …, "type": …, "resets_at": …, "resets_in_seconds": …}`: the status and the `error` object of the body, or free text.
pub(crate) fn failure(said: &str, at: Option<DateTime<Utc>>) -> (Failure, Option<What>) {
    let (status, rest) = split_status(said);
    let body = serde_json::from_str::<Object>(rest).ok();
    let field = |key: &str| body.as_ref().and_then(|body| text(body, key));
    let message = field("message").unwrap_or(rest);
    // Vendors put the exact word into `code` or into `type`.
    let kinds = [field("code"), field("type")].map(|code| ErrorKind::of(code, None, ""));
    let exact = kinds.into_iter().find(|kind| *kind != ErrorKind::Unknown);
    let kind = exact.unwrap_or_else(|| ErrorKind::of(None, status, message));
    let mut failure = Failure::new(kind, message, status);
    let until = at.zip(body.as_ref()).and_then(|(at, body)| reset(body, at));
    if kind != ErrorKind::UsageLimit {
        return (failure, None);
    }
    failure.until = until;
    failure.window = Some(WindowKind::Unknown);
    let window =
        Window { kind: WindowKind::Unknown, used_percent: None, resets_at: until, exhausted: true };
    (failure, Some(What::Limits(vec![window])))
}

fn reset(body: &Object, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let absolute = body.get("resets_at").and_then(|value| moment::reset(value, at));
    absolute.or_else(|| moment::reset_in(body.get("resets_in_seconds")?, at))
}

fn split_status(said: &str) -> (Option<u16>, &str) {
    said.split_once(':')
        .and_then(|(status, rest)| Some((Some(status.trim().parse().ok()?), rest.trim_start())))
        .unwrap_or((None, said))
}

fn usage(used: &Object) -> Usage {
    let dollars = object(used, "cost").and_then(|cost| cost.get("total")?.as_f64());
    Usage {
        input: count(used, "input"),
        output: count(used, "output"),
        cache_read: count(used, "cacheRead"),
        cache_written: count(used, "cacheWrite"),
        dollars: dollars.filter(|dollars| dollars.is_finite()),
    }
}

#[cfg(test)]
mod tests;
