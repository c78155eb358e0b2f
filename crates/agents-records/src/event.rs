//! What does a line of a record say, in words that all programs share?

use chrono::{DateTime, Utc};

use crate::conversation::Conversation;
use crate::failure::Failure;
use crate::limits::Window;
use crate::turn::Usage;

/// A program that keeps its record as lines of JSON, one file per conversation. (opencode has none: see [`crate::opencode`].)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cli {
    Codex,
    Claude,
    Pi,
}

impl Cli {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Codex => "codex",
            Self::Claude => "claude",
            Self::Pi => "pi",
        }
    }
}

/// One thing that a line says. A line can say several.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The record's own time of the line; `None` when it has none that can be read.
    pub at: Option<DateTime<Utc>>,
    pub what: What,
}

/// What is said.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// Whose record this is.
    Opened(Conversation),
    /// A turn begins.
    Began,
    /// The turn goes on: said by lines that only a running turn writes.
    Works,
    /// The turn goes on when the user has answered a question.
    Asks,
    /// What the user, or a program in the user's place, asked for.
    Prompt(String),
    /// What the model answered.
    Said(String),
    /// The model that answers from here on.
    Model(String),
    /// The model calls a tool; `arguments` is JSON text or free text.
    Called { call: Option<String>, name: String, arguments: String },
    /// A tool gave its result.
    Returned { call: Option<String>, output: String, failed: bool },
    /// What one answer of the model used. A later line with the same key replaces it.
    Used { key: Option<String>, usage: Usage },
    /// What the conversation used up to here.
    UsedSoFar(Usage),
    /// What a process paid up to here, in US dollars. A conversation can see several processes.
    Paid { process: String, dollars: f64 },
    /// How much of the allowance is used.
    Limits(Vec<Window>),
    /// The earlier conversation was replaced by a summary.
    Compacted,
    /// An error that the program answers by trying again.
    Retries(Failure),
    /// The turn is over.
    Ended(Outcome),
    /// The line cannot be read: it may have said anything.
    Unreadable(Fault),
}

/// How a turn ended.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Done,
    /// By the user, or by a prompt that took its place.
    Interrupted,
    Failed(Failure),
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// No JSON object: torn, overwritten, filled with NUL.
    NotJson,
    /// Longer than [`crate::LINE_LIMIT`].
    TooLong,
}
