//! What was said and done in a conversation, and what did it use?

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::conversation::Conversation;
use crate::event::{Cli, Event, Outcome, What};
use crate::limits::Window;
use crate::parser::{Entry, Line, Parser};
use crate::turn::{Part, Tool, ToolResult, Turn, Usage};

/// A conversation as its record tells it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Transcript {
    pub conversation: Option<Conversation>,
    pub turns: Vec<Turn>,
    pub totals: Totals,
}

/// Sums over a conversation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Totals {
    pub turns: u64,
    pub failed_turns: u64,
    pub tool_calls: u64,
    pub usage: Usage,
    /// Lines that cannot be read.
    pub unreadable_lines: u64,
}

impl Transcript {
    /// Reads a whole record. A last line without an end counts when it can be read: the record ends there, whether or not its writer lives.
    #[must_use]
    pub fn parse(cli: Cli, bytes: &[u8]) -> Self {
        let mut parser = Parser::new(cli);
        let mut builder = TranscriptBuilder::default();
        let whole = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let last_is_whole = whole.len() < bytes.len();
        let mut lines = whole.split(|byte| *byte == b'\n').peekable();
        while let Some(line) = lines.next() {
            let torn = lines.peek().is_none() && !last_is_whole;
            if torn && serde_json::from_slice::<serde::de::IgnoredAny>(line).is_err() {
                break;
            }
            if let Some(entry) = parser.line(&Line::Text(line.to_vec())) {
                builder.entry(entry);
            }
        }
        builder.finish()
    }
}

/// Builds a transcript from what a [`Parser`] gives, line by line.
#[derive(Debug, Clone, Default)]
pub struct TranscriptBuilder {
    transcript: Transcript,
    /// The model that answers, for turns to come.
    model: Option<String>,
    /// The last count of [`What::UsedSoFar`].
    so_far: Usage,
    /// What answers used, by key, and the turn that was charged.
    answers: HashMap<String, (usize, Usage)>,
    /// The last count of [`What::Paid`] per process.
    paid: BTreeMap<String, f64>,
    unreadable: u64,
    /// The windows that the last turn saw.
    turn_windows: Option<Vec<Window>>,
}

impl TranscriptBuilder {
    /// The turns that were read so far.
    #[must_use]
    pub fn turns(&self) -> &[Turn] {
        &self.transcript.turns
    }

    /// All that was read.
    #[must_use]
    pub fn finish(mut self) -> Transcript {
        self.transcript.totals = self.totals();
        self.transcript
    }

    /// Adds what the next line says.
    pub fn entry(&mut self, Entry { line, events, .. }: Entry) {
        for event in events {
            self.event(line, event);
        }
    }

    fn event(&mut self, line: u64, Event { at, what }: Event) {
        match what {
            What::Opened(conversation) => self.transcript.conversation = Some(conversation),
            What::Began => self.begin(at),
            What::Works | What::Asks => {}
            What::Limits(windows) => self.turn_windows = Some(windows),
            What::Prompt(text) => self.part(at, Part::User { at, text }),
            What::Said(text) => self.part(at, Part::Assistant { at, text }),
            What::Model(model) => {
                if let Some(turn) = self.open_turn() {
                    turn.model = Some(model.clone());
                }
                self.model = Some(model);
            }
            What::Called { call, name, arguments } => {
                let arguments = cut(&arguments, Tool::KEPT).to_owned();
                self.part(at, Part::Tool(Tool { at, call, name, arguments, result: None }));
            }
            What::Returned { call, output, failed } => {
                let head = cut(&output, Tool::KEPT).to_owned();
                let result = ToolResult { at, head, bytes: output.len(), failed };
                self.result(call.as_deref(), result);
            }
            What::Used { key, usage } => self.used(key, usage),
            What::UsedSoFar(usage) => {
                let spent = usage.since(&self.so_far);
                self.so_far = usage;
                self.used(None, spent);
            }
            What::Paid { process, dollars } => drop(self.paid.insert(process, dollars)),
            What::Compacted => self.part(at, Part::Compacted { at }),
            What::Retries(failure) => self.retry(at, failure),
            What::Ended(outcome) => self.end(at, outcome),
            What::Unreadable(_) => {
                self.unreadable += 1;
                self.part(at, Part::Unreadable { line });
            }
        }
    }

    fn begin(&mut self, at: Option<DateTime<Utc>>) {
        self.turn_windows = None;
        let number = self.transcript.turns.len() as u64 + 1;
        self.transcript.turns.push(Turn {
            number,
            began: at,
            ended: None,
            model: self.model.clone(),
            parts: Vec::new(),
            outcome: None,
            usage: Usage::default(),
        });
    }

    /// The turn that runs.
    fn open_turn(&mut self) -> Option<&mut Turn> {
        self.transcript.turns.last_mut().filter(|turn| turn.outcome.is_none())
    }

    /// Something between two turns belongs to the earlier one; before the first turn, it opens one.
    fn part(&mut self, at: Option<DateTime<Utc>>, part: Part) {
        if self.transcript.turns.is_empty() {
            self.begin(at);
        }
        if let Some(turn) = self.transcript.turns.last_mut() {
            turn.parts.push(part);
        }
    }

    fn result(&mut self, call: Option<&str>, result: ToolResult) {
        let tools = self.transcript.turns.iter_mut().rev().flat_map(|turn| {
            turn.parts.iter_mut().rev().filter_map(|part| match part {
                Part::Tool(tool) => Some(tool),
                Part::User { .. }
                | Part::Assistant { .. }
                | Part::Retry { .. }
                | Part::Compacted { .. }
                | Part::Unreadable { .. } => None,
            })
        });
        let mut open = tools.filter(|tool| tool.result.is_none());
        let tool = open.find(|tool| call.is_none() || tool.call.as_deref() == call);
        if let Some(tool) = tool {
            tool.result = Some(result);
        }
    }

    fn used(&mut self, key: Option<String>, usage: Usage) {
        let Some(last) = self.transcript.turns.len().checked_sub(1) else { return };
        let Some(key) = key else { return self.transcript.turns[last].usage.add(&usage) };
        // One answer is recorded as several lines, one per block, and the later count is the truer one.
        if let Some((turn, before)) = self.answers.insert(key, (last, usage)) {
            self.transcript.turns[turn].usage.remove(&before);
        }
        self.transcript.turns[last].usage.add(&usage);
    }

    fn retry(&mut self, at: Option<DateTime<Utc>>, failure: crate::failure::Failure) {
        if let Some(turn) = self.transcript.turns.last_mut() {
            turn.outcome = None;
            turn.ended = None;
        }
        self.part(at, Part::Retry { at, failure });
    }

    fn end(&mut self, at: Option<DateTime<Utc>>, outcome: Outcome) {
        let outcome = match outcome {
            Outcome::Failed(failure) => {
                Outcome::Failed(failure.explained_by(self.turn_windows.as_deref()))
            }
            Outcome::Done | Outcome::Interrupted => outcome,
        };
        if let Some(turn) = self.transcript.turns.last_mut() {
            turn.ended = at;
            turn.outcome = Some(outcome);
        }
    }

    /// Sums over what was read so far.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = Totals { unreadable_lines: self.unreadable, ..Totals::default() };
        for turn in self.turns() {
            let tools = turn.parts.iter().filter(|part| matches!(part, Part::Tool(_)));
            totals.turns += 1;
            totals.tool_calls += tools.count() as u64;
            totals.failed_turns += u64::from(matches!(turn.outcome, Some(Outcome::Failed(_))));
            totals.usage.add(&turn.usage);
        }
        if !self.paid.is_empty() {
            totals.usage.dollars = Some(self.paid.values().sum());
        }
        totals
    }
}

/// The beginning of `text`, at most `limit` bytes, never within a character.
fn cut(text: &str, limit: usize) -> &str {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests;
