//! What is a turn of a conversation, and what did it use?

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::event::Outcome;
use crate::failure::Failure;

/// One request of the user and all that followed until the model was done with it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Turn {
    /// Counted from 1 within the conversation.
    pub number: u64,
    pub began: Option<DateTime<Utc>>,
    pub ended: Option<DateTime<Utc>>,
    /// The model that answered last.
    pub model: Option<String>,
    /// In the record's order.
    pub parts: Vec<Part>,
    /// `None` while it runs, and for ever when the program was killed in it.
    pub outcome: Option<Outcome>,
    pub usage: Usage,
}

/// A piece of a turn.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "part", rename_all = "snake_case")]
pub enum Part {
    User {
        at: Option<DateTime<Utc>>,
        text: String,
    },
    Assistant {
        at: Option<DateTime<Utc>>,
        text: String,
    },
    Tool(Tool),
    /// An error that the program answered by trying again; the error that ended the turn is its outcome.
    Retry {
        at: Option<DateTime<Utc>>,
        failure: Failure,
    },
    /// The earlier conversation was replaced by a summary.
    Compacted {
        at: Option<DateTime<Utc>>,
    },
    /// A line that cannot be read stood here.
    Unreadable {
        line: u64,
    },
}

/// A call of a tool and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tool {
    pub at: Option<DateTime<Utc>>,
    pub call: Option<String>,
    pub name: String,
    /// JSON or free text, cut to [`Tool::KEPT`] bytes.
    pub arguments: String,
    /// `None` while it runs, and for ever when it never came back.
    pub result: Option<ToolResult>,
}

impl Tool {
    /// How many bytes of arguments and of a result are kept.
    pub const KEPT: usize = 4_096;
}

/// What a tool gave back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToolResult {
    pub at: Option<DateTime<Utc>>,
    /// The beginning, at most [`Tool::KEPT`] bytes.
    pub head: String,
    /// The length of the whole, in bytes.
    pub bytes: usize,
    pub failed: bool,
}

/// Tokens, and dollars where the program records them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Usage {
    /// Input that was neither read from nor written to the provider's cache.
    pub input: u64,
    /// Reasoning included.
    pub output: u64,
    pub cache_read: u64,
    pub cache_written: u64,
    /// By the program's own price list; `None` when it records none.
    pub dollars: Option<f64>,
}

impl Usage {
    /// All tokens together.
    #[must_use]
    pub fn tokens(&self) -> u64 {
        [self.input, self.output, self.cache_read, self.cache_written]
            .into_iter()
            .fold(0, u64::saturating_add)
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.input = self.input.saturating_add(other.input);
        self.output = self.output.saturating_add(other.output);
        self.cache_read = self.cache_read.saturating_add(other.cache_read);
        self.cache_written = self.cache_written.saturating_add(other.cache_written);
        self.dollars = match (self.dollars, other.dollars) {
            (Some(ours), Some(theirs)) => Some(ours + theirs),
            (ours, theirs) => ours.or(theirs),
        };
    }

    pub(crate) fn remove(&mut self, part: &Self) {
        self.input = self.input.saturating_sub(part.input);
        self.output = self.output.saturating_sub(part.output);
        self.cache_read = self.cache_read.saturating_sub(part.cache_read);
        self.cache_written = self.cache_written.saturating_sub(part.cache_written);
        self.dollars = self.dollars.map(|ours| ours - part.dollars.unwrap_or(0.0));
    }

    /// What was used since `earlier`, when both count up to their moment. A count that went down began anew.
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        if self.tokens() < earlier.tokens() {
            return *self;
        }
        let mut spent = *self;
        spent.remove(earlier);
        spent
    }
}
