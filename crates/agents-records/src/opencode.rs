//! What do the answers of opencode's HTTP interface say? (measured with opencode 1.18.33, started with `--port N`)
//!
//! `GET /session/status` names only the sessions that are not idle; an open permission or question leaves them `busy`, so the two lists
//! `GET /permission` and `GET /question` are needed too. A turn that failed for good is idle: the error stands in the last message of
//! `GET /session/ID/message`. opencode keeps no file that could be read instead but its own database.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::conversation::{Conversation, Origin};
use crate::error::RecordError;
use crate::event::{Event, Outcome, What};
use crate::failure::{ErrorKind, Failure};
use crate::moment;
use crate::parser::{Entry, Object, as_text, count, object, text};
use crate::state::{State, Why};
use crate::transcript::{Transcript, TranscriptBuilder};
use crate::turn::Usage;

mod http;

pub use http::{Server, USER, fetch};

/// The answers from which a session's state is read, taken one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Answers<'a> {
    /// `GET /session`
    pub sessions: &'a [u8],
    /// `GET /session/status`
    pub status: &'a [u8],
    /// `GET /permission`
    pub permissions: &'a [u8],
    /// `GET /question`
    pub questions: &'a [u8],
    /// `GET /session/ID/message` of the session in question.
    pub messages: &'a [u8],
}

/// What the session `id` is doing. The interface tells no time but the session's last change, which is the `since` of every state.
///
/// # Errors
/// [`RecordError::Answer`] when an answer has not the shape that was measured.
pub fn state(id: &str, answers: &Answers<'_>) -> Result<State, RecordError> {
    let sessions = list("GET /session", answers.sessions)?;
    let session = sessions.iter().find(|session| text(session, "id") == Some(id));
    let changed = session.and_then(|session| time(session, "updated"));
    let Some(since) = changed else { return Ok(State::Unknown { why: Why::NothingSaid }) };
    let asked = |request, bytes| {
        let asked = list(request, bytes)?;
        Ok::<_, RecordError>(asked.iter().any(|it| text(it, "sessionID") == Some(id)))
    };
    let is_asked = asked("GET /permission", answers.permissions)?
        || asked("GET /question", answers.questions)?;
    let status = parse("GET /session/status", answers.status)?;
    let status = status.as_object().ok_or_else(|| shape("GET /session/status", "no object"))?;
    match object(status, id) {
        Some(_) if is_asked => Ok(State::Waiting { since }),
        Some(status) => Ok(of_status(status, since)),
        None => Ok(match last_failure(answers.messages)? {
            Some(failure) => State::Failed { since, failure },
            None => State::Idle { since },
        }),
    }
}

fn of_status(status: &Object, since: DateTime<Utc>) -> State {
    match text(status, "type") {
        Some("busy") => State::Active { since },
        Some("idle") => State::Idle { since },
        Some("retry") => {
            let message = text(status, "message").unwrap_or_default();
            let kind = ErrorKind::of(None, None, message);
            let mut failure = Failure::new(kind, message, None);
            failure.retried = true;
            // The instant of its next try; only after a limit is that the end of the refusal.
            if matches!(kind, ErrorKind::UsageLimit | ErrorKind::RateLimit) {
                failure.until = status.get("next").and_then(|next| moment::reset(next, since));
            }
            State::Failed { since, failure }
        }
        Some(_) | None => State::Unknown { why: Why::NothingSaid },
    }
}

fn last_failure(messages: &[u8]) -> Result<Option<Failure>, RecordError> {
    let messages = list("GET /session/ID/message", messages)?;
    let last = messages.last().and_then(|message| object(message, "info"));
    Ok(match last.and_then(|info| object(info, "error")).map(failed) {
        Some(Outcome::Failed(failure)) => Some(failure),
        Some(Outcome::Done | Outcome::Interrupted) | None => None,
    })
}

/// A prompt that a conversation got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    pub at: DateTime<Utc>,
    pub text: String,
    /// Nothing has followed it yet.
    pub is_last: bool,
}

/// The last prompt among the messages of `GET /session/ID/message`.
///
/// # Errors
/// [`RecordError::Answer`] when the answer is no list of objects.
pub fn last_prompt(messages: &[u8]) -> Result<Option<Prompt>, RecordError> {
    let messages = list("GET /session/ID/message", messages)?;
    let mut newest_first = messages.iter().rev().enumerate();
    Ok(newest_first.find_map(|(after, message)| {
        of_message(message).into_iter().find_map(|event| {
            let What::Prompt(text) = event.what else { return None };
            Some(Prompt { at: event.at?, text, is_last: after == 0 })
        })
    }))
}

/// The conversations of `GET /session`; a sub-agent's session has a parent.
///
/// # Errors
/// [`RecordError::Answer`] when the answer is no list of objects.
pub fn conversations(sessions: &[u8]) -> Result<Vec<Conversation>, RecordError> {
    let sessions = list("GET /session", sessions)?;
    let found = sessions.iter().filter_map(|session| {
        Some(Conversation {
            id: text(session, "id")?.to_owned(),
            cwd: text(session, "directory").map(Into::into),
            began: time(session, "created"),
            origin: match text(session, "parentID") {
                Some(_) => Origin::Subagent,
                None => Origin::Main,
            },
        })
    });
    Ok(found.collect())
}

/// The conversation that `GET /session/ID/message` tells.
///
/// # Errors
/// [`RecordError::Answer`] when the answer is no list of objects.
pub fn transcript(
    conversation: Option<Conversation>,
    messages: &[u8],
) -> Result<Transcript, RecordError> {
    let messages = list("GET /session/ID/message", messages)?;
    let mut builder = TranscriptBuilder::default();
    for (line, message) in (1..).zip(&messages) {
        builder.entry(Entry { line, head: String::new(), events: of_message(message) });
    }
    Ok(Transcript { conversation, ..builder.finish() })
}

fn of_message(message: &Object) -> Vec<Event> {
    let Some(info) = object(message, "info") else { return Vec::new() };
    let at = time(info, "created");
    let parts = message.get("parts").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let parts: Vec<&Object> = parts.iter().filter_map(Value::as_object).collect();
    if text(info, "role") == Some("user") {
        let said: Vec<&str> = parts.iter().filter_map(|part| said(part)).collect();
        let whats = [What::Began, What::Prompt(said.join("\n"))];
        return whats.into_iter().map(|what| Event { at, what }).collect();
    }
    let model = text(info, "modelID").map(|model| What::Model(model.to_owned()));
    let used = What::Used { key: text(info, "id").map(ToOwned::to_owned), usage: usage(info) };
    let whats = model.into_iter().chain([used]).chain(parts.into_iter().flat_map(of_part));
    let mut events: Vec<Event> = whats.map(|what| Event { at, what }).collect();
    if let Some(end) = end(info) {
        events.push(Event { at: time(info, "completed"), what: What::Ended(end) });
    }
    events
}

fn said(part: &Object) -> Option<&str> {
    (text(part, "type") == Some("text")).then(|| text(part, "text")).flatten()
}

fn of_part(part: &Object) -> Vec<What> {
    if let Some(said) = said(part) {
        return vec![What::Said(said.to_owned())];
    }
    let (Some("tool"), Some(name), Some(state)) =
        (text(part, "type"), text(part, "tool"), object(part, "state"))
    else {
        return Vec::new();
    };
    let call = text(part, "callID").map(ToOwned::to_owned);
    let arguments = state.get("input").map(as_text).unwrap_or_default();
    let called = What::Called { call: call.clone(), name: name.to_owned(), arguments };
    let failed = match text(state, "status") {
        Some("completed") => false,
        Some("error") => true,
        Some(_) | None => return vec![called],
    };
    let output = text(state, if failed { "error" } else { "output" }).unwrap_or_default();
    vec![called, What::Returned { call, output: output.to_owned(), failed }]
}

/// How the turn ended with this message; `None` when it goes on.
fn end(info: &Object) -> Option<Outcome> {
    if let Some(error) = object(info, "error") {
        return Some(failed(error));
    }
    time(info, "completed")?;
    match text(info, "finish") {
        Some("tool-calls") => None,
        Some(_) => Some(Outcome::Done),
        // Interrupted before the model gave a reason to end (measured: an abort while it tried again).
        None => Some(Outcome::Interrupted),
    }
}

fn failed(error: &Object) -> Outcome {
    if text(error, "name") == Some("MessageAbortedError") {
        return Outcome::Interrupted;
    }
    let data = object(error, "data");
    let message = data.and_then(|data| text(data, "message")).unwrap_or_default();
    let status = data.and_then(|data| data.get("statusCode")?.as_u64());
    let status = status.and_then(|status| u16::try_from(status).ok());
    let body = data.and_then(|data| text(data, "responseBody")).unwrap_or_default();
    let body = serde_json::from_str::<Object>(body).ok();
    let code = body.as_ref().and_then(|body| text(object(body, "error")?, "code"));
    Outcome::Failed(Failure::new(ErrorKind::of(code, status, message), message, status))
}

fn usage(info: &Object) -> Usage {
    let tokens = object(info, "tokens");
    let of = |key| tokens.map_or(0, |tokens| count(tokens, key));
    let cache = tokens.and_then(|tokens| object(tokens, "cache"));
    let of_cache = |key| cache.map_or(0, |cache| count(cache, key));
    Usage {
        input: of("input"),
        output: of("output").saturating_add(of("reasoning")),
        cache_read: of_cache("read"),
        cache_written: of_cache("write"),
        dollars: info.get("cost").and_then(Value::as_f64).filter(|cost| cost.is_finite()),
    }
}

fn time(of: &Object, key: &str) -> Option<DateTime<Utc>> {
    moment::instant(object(of, "time")?.get(key)?)
}

fn parse(request: &'static str, bytes: &[u8]) -> Result<Value, RecordError> {
    serde_json::from_slice(bytes).map_err(|error| shape(request, &error.to_string()))
}

fn list(request: &'static str, bytes: &[u8]) -> Result<Vec<Object>, RecordError> {
    serde_json::from_slice(bytes).map_err(|error| shape(request, &error.to_string()))
}

fn shape(request: &'static str, detail: &str) -> RecordError {
    RecordError::Answer { request, detail: detail.to_owned() }
}

#[cfg(test)]
mod tests;
