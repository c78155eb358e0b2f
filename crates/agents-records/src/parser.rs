//! What do the lines of a record say, one after the other?

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::event::{Cli, Event, Fault, What};
use crate::{claude, codex, harmless, moment, pi};

/// Longest line that is parsed, in bytes. The longest seen is 22 kB (the instructions in codex's first line); a tool result or a pasted
/// picture can have some megabytes.
pub const LINE_LIMIT: usize = 8 << 20;

/// How much of a line is kept as evidence, in characters.
const HEAD: usize = 160;

/// An object of JSON.
pub(crate) type Object = Map<String, Value>;

/// A whole line of a record, without its line end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    Text(Vec<u8>),
    /// Longer than [`LINE_LIMIT`]; the length in bytes.
    TooLong(u64),
}

/// A line that said something.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The number of the line, counted from 1.
    pub line: u64,
    /// The beginning of the line, harmless to a terminal.
    pub head: String,
    pub events: Vec<Event>,
}

/// Reads a record's lines in their order.
#[derive(Debug, Clone)]
pub struct Parser {
    cli: Cli,
    lines: u64,
    opened: bool,
    pi: pi::Memory,
}

impl Parser {
    #[must_use]
    pub fn new(cli: Cli) -> Self {
        Self { cli, lines: 0, opened: false, pi: pi::Memory::default() }
    }

    /// How many lines were read.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Reads the next line. `None` for a line that says nothing of interest; types and fields that are not known are no fault.
    pub fn line(&mut self, line: &Line) -> Option<Entry> {
        self.lines += 1;
        let (head, events) = match line {
            Line::TooLong(bytes) => (format!("({bytes} bytes)"), vec![unreadable(Fault::TooLong)]),
            Line::Text(bytes) if bytes.len() > LINE_LIMIT => {
                (format!("({} bytes)", bytes.len()), vec![unreadable(Fault::TooLong)])
            }
            Line::Text(bytes) if bytes.iter().all(u8::is_ascii_whitespace) => return None,
            Line::Text(bytes) => (head(bytes), self.events(bytes)),
        };
        (!events.is_empty()).then_some(Entry { line: self.lines, head, events })
    }

    fn events(&mut self, bytes: &[u8]) -> Vec<Event> {
        let Ok(Value::Object(object)) = serde_json::from_slice(bytes) else {
            return vec![unreadable(Fault::NotJson)];
        };
        let mut events = match self.cli {
            Cli::Codex => codex::events(&object),
            Cli::Claude => claude::events(&object),
            Cli::Pi => pi::events(&object, &mut self.pi),
        };
        // The first line that names a conversation is the file's own; copies of other ones follow in forked conversations.
        let opened = &mut self.opened;
        events.retain(|event| {
            !matches!(event.what, What::Opened(_)) || !std::mem::replace(opened, true)
        });
        events
    }
}

fn unreadable(fault: Fault) -> Event {
    Event { at: None, what: What::Unreadable(fault) }
}

fn head(bytes: &[u8]) -> String {
    let start = &bytes[..bytes.len().min(HEAD * 4)];
    let mut head = harmless::row(&String::from_utf8_lossy(start), HEAD);
    if start.len() < bytes.len() && !head.ends_with('…') {
        head.push('…');
    }
    head
}

/// The time that the field `timestamp` of a line gives; all three programs write it.
pub(crate) fn line_time(object: &Object) -> Option<DateTime<Utc>> {
    moment::instant(object.get("timestamp")?)
}

/// The text in the field `key`.
pub(crate) fn text<'a>(object: &'a Object, key: &str) -> Option<&'a str> {
    object.get(key)?.as_str()
}

/// The object in the field `key`.
pub(crate) fn object<'a>(object: &'a Object, key: &str) -> Option<&'a Object> {
    object.get(key)?.as_object()
}

/// The whole number in the field `key`; 0 when it is absent or none.
pub(crate) fn count(object: &Object, key: &str) -> u64 {
    object.get(key).and_then(Value::as_u64).unwrap_or(0)
}

/// The text of a message: a string, or a list of parts of which those with a text count.
pub(crate) fn content_text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let texts: Vec<&str> =
                parts.iter().filter_map(|part| part.get("text")?.as_str()).collect();
            texts.join("\n")
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => String::new(),
    }
}

/// A value as one text: a string as it is, everything else as JSON.
pub(crate) fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}
