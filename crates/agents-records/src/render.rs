//! How is a transcript shown as plain text?

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};

use crate::conversation::Conversation;
use crate::event::Outcome;
use crate::failure::Failure;
use crate::harmless;
use crate::transcript::{Totals, Transcript};
use crate::turn::{Part, Tool, Turn, Usage};

/// Longest row that shows a tool's arguments, in characters.
const ARGUMENTS: usize = 160;

/// How many lines of a tool's result are shown.
const RESULT_LINES: usize = 8;

/// A transcript as text for a terminal: nothing in it is obeyed by one, times are UTC, each turn ends with an empty line.
#[must_use]
pub fn transcript(transcript: &Transcript) -> String {
    let mut out = String::new();
    if let Some(conversation) = &transcript.conversation {
        out.push_str(&self::conversation(conversation));
        out.push('\n');
    }
    for turn in &transcript.turns {
        out.push_str(&self::turn(turn));
        out.push('\n');
    }
    out.push_str(&sums(&transcript.totals));
    out
}

/// How much of a tool's call is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tools {
    /// That it was called, and whether it failed.
    Called,
    /// The beginning of what it gave back, too.
    Results,
}

/// Whose conversation it is, and since when.
#[must_use]
pub fn conversation(conversation: &Conversation) -> String {
    let mut out = String::new();
    let id = harmless::row(&conversation.id, 100);
    push(&mut out, 0, &format!("conversation {id}{}", stamp(conversation.began)));
    out
}

/// The sums, as one row.
#[must_use]
pub fn sums(of: &Totals) -> String {
    let mut out = String::new();
    push(&mut out, 0, &totals(of));
    out
}

/// One turn as text.
#[must_use]
pub fn turn(turn: &Turn) -> String {
    let mut out = head(turn);
    for part in &turn.parts {
        out.push_str(&self::part(part, Tools::Results));
    }
    out.push_str(&end(turn));
    out
}

/// The row that a turn begins with.
#[must_use]
pub fn head(turn: &Turn) -> String {
    let mut out = String::new();
    let model = turn.model.as_ref().map(|model| format!(" {}", harmless::row(model, 80)));
    let head = format!("turn {}{}{}", turn.number, stamp(turn.began), model.unwrap_or_default());
    push(&mut out, 0, &head);
    out
}

/// The row that a turn ends with.
#[must_use]
pub fn end(turn: &Turn) -> String {
    let mut out = String::new();
    let end = match &turn.outcome {
        None => "not ended".to_owned(),
        Some(Outcome::Done) => "done".to_owned(),
        Some(Outcome::Interrupted) => "interrupted".to_owned(),
        Some(Outcome::Failed(failure)) => format!("failed: {}", self::failure(failure)),
    };
    push(&mut out, 2, &format!("{end}{}{}", stamp(turn.ended), spent(&turn.usage)));
    out
}

/// One part of a turn.
#[must_use]
pub fn part(part: &Part, tools: Tools) -> String {
    let mut out = String::new();
    match part {
        Part::User { text, .. } => push(&mut out, 2, &format!("user: {text}")),
        Part::Assistant { text, .. } => push(&mut out, 2, &format!("assistant: {text}")),
        Part::Tool(tool) => out.push_str(&self::tool(tool, tools)),
        Part::Retry { failure, .. } => {
            push(&mut out, 2, &format!("tries again: {}", self::failure(failure)));
        }
        Part::Compacted { .. } => push(&mut out, 2, "earlier conversation replaced by a summary"),
        Part::Unreadable { line } => push(&mut out, 2, &format!("line {line} cannot be read")),
    }
    out
}

fn tool(tool: &Tool, tools: Tools) -> String {
    let mut out = String::new();
    let arguments = harmless::row(&tool.arguments, ARGUMENTS);
    let has_failed = tool.result.as_ref().is_some_and(|result| result.failed);
    let failed = if tools == Tools::Called && has_failed { " (failed)" } else { "" };
    push(&mut out, 2, &format!("tool {} {arguments}{failed}", harmless::row(&tool.name, 80)));
    if tools == Tools::Called {
        return out;
    }
    let Some(result) = &tool.result else {
        push(&mut out, 4, "no result");
        return out;
    };
    let failed = if result.failed { "failed, " } else { "" };
    push(&mut out, 4, &format!("{failed}{} bytes", result.bytes));
    for line in result.head.lines().take(RESULT_LINES) {
        push(&mut out, 6, line);
    }
    if result.head.lines().nth(RESULT_LINES).is_some() || result.head.len() < result.bytes {
        push(&mut out, 6, "…");
    }
    out
}

fn failure(failure: &Failure) -> String {
    // The serialized name is the one word for a kind, here and in JSON.
    let kind = serde_json::to_value(failure.kind).ok();
    let kind = kind.as_ref().and_then(|kind| kind.as_str()).unwrap_or("unknown").replace('_', " ");
    let until = failure.until.map(|until| format!(" (until {})", time(until)));
    format!("{kind}: {}{}", failure.text, until.unwrap_or_default())
}

fn count(number: u64, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

fn totals(totals: &Totals) -> String {
    let Totals { turns, failed_turns, tool_calls, usage, unreadable_lines } = totals;
    let (turns, tool_calls) = (count(*turns, "turn"), count(*tool_calls, "tool call"));
    let mut row = format!("{turns}, {failed_turns} failed, {tool_calls}");
    if *unreadable_lines > 0 {
        row.push_str(&format!(", {}", count(*unreadable_lines, "unreadable line")));
    }
    row + &spent(usage)
}

fn spent(usage: &Usage) -> String {
    if usage.tokens() == 0 {
        return String::new();
    }
    let cached = usage.cache_read.saturating_add(usage.cache_written);
    let mut row = format!(", {} tokens in, {} out", usage.input, usage.output);
    if cached > 0 {
        let _ = write!(row, ", {cached} cached");
    }
    if let Some(dollars) = usage.dollars {
        let _ = write!(row, ", ${dollars:.4}");
    }
    row
}

fn stamp(at: Option<DateTime<Utc>>) -> String {
    at.map(|at| format!(" at {}", time(at))).unwrap_or_default()
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Adds text as rows, none of which a terminal obeys. Rows after the first are indented more, so that no text can pass for another
/// part of the conversation.
fn push(out: &mut String, indent: usize, text: &str) {
    for (row, line) in harmless::text(text).lines().enumerate() {
        let line = line.trim_end();
        let indent = if row == 0 { indent } else { indent + 2 };
        out.extend(std::iter::repeat_n(' ', if line.is_empty() { 0 } else { indent }));
        out.push_str(line);
        out.push('\n');
    }
}

#[cfg(test)]
mod tests;
