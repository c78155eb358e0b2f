//! What did a task's program print last, and what do its own events say of its end?

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use agents_tasks::Spent;
use agents_tasks::step::Judged;
use serde_json::Value;

/// How much of the end of a log is looked at: the last event of pi holds its whole conversation.
const LENGTH: u64 = 16 << 20;
/// How much of that is looked through for its last rows.
const ROWS_LENGTH: usize = 256 << 10;
/// A row is cut there.
const ROW: usize = 400;

/// The end of a session log, from where the attempt began.
pub(super) struct Tail {
    text: String,
    /// Whether the attempt printed more before that, which cuts the first row.
    is_cut: bool,
}

impl Tail {
    /// Empty where there is nothing to read.
    pub fn of(log: &Path, from: u64) -> Self {
        let (text, is_cut) = read(log, from).unwrap_or_default();
        Self { text, is_cut }
    }

    /// The last readable rows, without control sequences and secrets.
    pub fn rows(&self, count: usize) -> Vec<String> {
        let from = self.text.len().saturating_sub(ROWS_LENGTH);
        let from = (from..=self.text.len()).find(|at| self.text.is_char_boundary(*at));
        let text = crate::harmless::text(&self.text[from.unwrap_or_default()..]);
        let text = crate::redacted::redacted(&text);
        let rows: Vec<&str> =
            text.lines().map(str::trim_end).filter(|row| !row.is_empty()).collect();
        let last = rows[rows.len().saturating_sub(count)..].iter();
        last.map(|row| row.chars().take(ROW).collect()).collect()
    }

    /// What the last event says that a program prints at its end; `None` where it prints none that is known.
    ///
    /// `speaks`: it was told to print events. Of any other such a row may be part of a text, so that it counts only where
    /// the program began as one that prints them does.
    pub fn judged(&self, speaks: bool) -> Option<Judged> {
        let events = self.text.lines().filter_map(event);
        let mut speaks = speaks;
        let mut judged = None;
        let mut said = String::new();
        for event in events {
            speaks |= begins(&event);
            match judge(&event).filter(|_| speaks) {
                Some(Event::Said(text)) => said = text,
                Some(Event::Ended(is_well, message)) => {
                    let message = if message.is_empty() { said.clone() } else { message };
                    judged = Some(Judged { is_well, message, spent: spent(&event) });
                }
                None => {}
            }
        }
        judged.map(|judged| Judged {
            message: crate::redacted::redacted(&crate::harmless::text(&judged.message))
                .into_owned(),
            ..judged
        })
    }
}

impl Tail {
    /// Why nothing tells how a program ended that was told to print events: its last one may stand in what is not read.
    pub fn untold(&self, speaks: bool, judged: Option<&Judged>) -> Option<String> {
        if !speaks || !self.is_cut || judged.is_some() {
            return None;
        }
        let most = LENGTH >> 20;
        let whole = self.text.split_once('\n').map_or("", |(_, whole)| whole);
        Some(if whole.trim().is_empty() {
            format!("its last event is longer than {most} MiB: nothing tells whether it succeeded")
        } else {
            format!("no event in the last {most} MiB of its output tells whether it succeeded")
        })
    }
}

enum Event {
    Said(String),
    /// Whether it ended well, and what it says of that.
    Ended(bool, String),
}

/// A row that is one event, and nothing else but control sequences before it.
fn event(row: &str) -> Option<Value> {
    let (before, event) = row.split_at(row.find('{')?);
    if !crate::harmless::text(before).is_empty() {
        return None;
    }
    let event: Value = serde_json::from_str(event.trim_end()).ok()?;
    event.is_object().then_some(event)
}

/// Whether a program that prints events begins so: `codex exec --json`, `claude -p --output-format stream-json`, `pi --mode
/// json`; `claude -p --output-format json` prints one event alone, with its conversation.
fn begins(event: &Value) -> bool {
    match event["type"].as_str() {
        Some("thread.started") => event["thread_id"].is_string(),
        Some("system") => event["subtype"] == "init",
        Some("result") => event["session_id"].is_string(),
        Some("session" | "agent_start") => true,
        Some(_) | None => false,
    }
}

/// Whether a command tells its program to print events.
pub(super) fn speaks(command: &str) -> bool {
    let given = |option: &str, value: &str| {
        let option = [format!("{option} {value}"), format!("{option}={value}")];
        option.iter().any(|it| command.contains(it))
    };
    command.contains("--json")
        || given("--mode", "json")
        || ["json", "stream-json"].iter().any(|it| given("--output-format", it))
}

/// The events of `claude -p --output-format json` and `stream-json`, `codex exec --json` and `pi --mode json`.
fn judge(event: &Value) -> Option<Event> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match event["type"].as_str()? {
        "result" => {
            let is_well = event["is_error"] != true && event["subtype"] == "success";
            Some(Event::Ended(is_well, text(&event["result"])))
        }
        "item.completed" if event["item"]["type"] == "agent_message" => {
            Some(Event::Said(text(&event["item"]["text"])))
        }
        "turn.completed" => Some(Event::Ended(true, String::new())),
        "turn.failed" => Some(Event::Ended(false, text(&event["error"]["message"]))),
        "agent_end" => {
            let last = event["messages"].as_array()?.iter().rev();
            let last = last.clone().find(|message| message["role"] == "assistant")?;
            let is_well = !matches!(last["stopReason"].as_str(), Some("error" | "aborted"));
            let said = last["content"].as_array().into_iter().flatten();
            let said: Vec<String> = said
                .filter(|part| part["type"] == "text")
                .map(|part| text(&part["text"]))
                .collect();
            let wrong = text(&last["errorMessage"]);
            Some(Event::Ended(is_well, if is_well { said.join("\n") } else { wrong }))
        }
        _ => None,
    }
}

/// What an event at the end of a run says of its cost. Of codex tokens alone, since it tells no price.
fn spent(event: &Value) -> Option<Spent> {
    let sum = |of: &Value, keys: &[&str]| {
        keys.iter().filter_map(|key| of[*key].as_u64()).reduce(u64::saturating_add)
    };
    match event["type"].as_str()? {
        "result" => {
            let usage = &event["usage"];
            let keys = ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"];
            let written = usage["output_tokens"].as_u64();
            Spent::told(event["total_cost_usd"].as_f64(), sum(usage, &keys), written)
        }
        "turn.completed" => {
            let usage = &event["usage"];
            // Its count of what was read holds what came from caches.
            Spent::told(None, usage["input_tokens"].as_u64(), usage["output_tokens"].as_u64())
        }
        "agent_end" => {
            let messages = event["messages"].as_array()?.iter();
            let usages = messages.filter(|it| it["role"] == "assistant").map(|it| &it["usage"]);
            let told = usages.filter_map(|usage| {
                let read = sum(usage, &["input", "cacheRead", "cacheWrite"]);
                Spent::told(usage["cost"]["total"].as_f64(), read, usage["output"].as_u64())
            });
            told.reduce(Spent::and).map(|all| Spent { attempts: 1, ..all })
        }
        _ => None,
    }
}

/// The end of a log, and whether the attempt printed more before it.
fn read(log: &Path, from: u64) -> Option<(String, bool)> {
    // A pipe in the place of the log would make the opening wait.
    let metadata = std::fs::metadata(log).ok().filter(std::fs::Metadata::is_file)?;
    let length = metadata.len();
    // A log that is shorter by now was begun anew.
    let from = if from <= length { from } else { 0 };
    let mut file = File::open(log).ok()?;
    let begin = from.max(length.saturating_sub(LENGTH));
    file.seek(SeekFrom::Start(begin)).ok()?;
    let mut bytes = Vec::new();
    file.take(LENGTH).read_to_end(&mut bytes).ok()?;
    Some((String::from_utf8_lossy(&bytes).into_owned(), begin > from))
}

#[cfg(test)]
mod tests;
