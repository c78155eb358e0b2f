//! What is an agent doing, by its own record, and which line says so?

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::conversation::Conversation;
use crate::event::{Cli, Event, Fault, Outcome, What};
use crate::failure::Failure;
use crate::limits::{Limits, Window};
use crate::parser::{Entry, Line, Parser};

/// What a record says of its program. A program that was killed says nothing any more: whether it runs is for its process to
/// tell, and *active* here means that the last turn has not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// The record does not tell.
    Unknown { why: Why },
    /// A turn runs. Waiting for an approval of a tool is part of it: codex and claude do not record that.
    Active { since: DateTime<Utc> },
    /// The last turn is over.
    Idle { since: DateTime<Utc> },
    /// The model asked the user and gets on with the answer only.
    Waiting { since: DateTime<Utc> },
    /// The last turn ended in an error, or is asked again by the program ([`Failure::retried`]).
    Failed { since: DateTime<Utc>, failure: Failure },
}

/// Why a record does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Why {
    /// There is no file.
    NoRecord,
    /// The last look failed.
    NotRead,
    /// No line so far says anything about a turn.
    NothingSaid,
    /// A line cannot be read; it may have begun or ended a turn.
    Unreadable { fault: Fault },
    /// A line that begins or ends a turn has no time.
    NoTime,
    /// The end of the file was not reached yet; the next look goes on.
    Behind { bytes: u64 },
}

/// A state and where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    #[serde(flatten)]
    pub state: State,
    /// The line that says so; `None` when no line does.
    pub evidence: Option<Evidence>,
}

impl Verdict {
    pub(crate) fn unknown(why: Why) -> Self {
        Self { state: State::Unknown { why }, evidence: None }
    }
}

/// A line of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Counted from 1.
    pub line: u64,
    pub at: Option<DateTime<Utc>>,
    /// The beginning of the line, harmless to a terminal.
    pub head: String,
}

/// Follows a record line by line.
#[derive(Debug, Clone)]
pub struct Standing {
    parser: Parser,
    conversation: Option<Conversation>,
    verdict: Verdict,
    limits: Option<Limits>,
    /// The windows that the last turn saw: those of an earlier turn do not explain its failure.
    turn_windows: Option<Vec<Window>>,
}

impl Standing {
    #[must_use]
    pub fn new(cli: Cli) -> Self {
        Self {
            parser: Parser::new(cli),
            conversation: None,
            verdict: Verdict::unknown(Why::NothingSaid),
            limits: None,
            turn_windows: None,
        }
    }

    /// Reads a whole record of which every line has its end; a torn rest is left out.
    #[must_use]
    pub fn of(cli: Cli, bytes: &[u8]) -> Self {
        let mut standing = Self::new(cli);
        let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        lines.pop();
        for line in lines {
            standing.line(&Line::Text(line.to_vec()));
        }
        standing
    }

    #[must_use]
    pub fn conversation(&self) -> Option<&Conversation> {
        self.conversation.as_ref()
    }

    #[must_use]
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// What the record last said about the allowance.
    #[must_use]
    pub fn limits(&self) -> Option<&Limits> {
        self.limits.as_ref()
    }

    /// How many lines were read.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.parser.lines()
    }

    /// Reads the next line.
    pub fn line(&mut self, line: &Line) {
        let Some(Entry { line, head, events }) = self.parser.line(line) else { return };
        for Event { at, what } in events {
            let evidence = || Evidence { line, at, head: head.clone() };
            if let Some(state) = self.event(line, at, what) {
                self.verdict = Verdict { state, evidence: Some(evidence()) };
            }
        }
    }

    /// The state after an event, when the event tells it anew.
    fn event(&mut self, line: u64, at: Option<DateTime<Utc>>, what: What) -> Option<State> {
        let timed = |state: fn(DateTime<Utc>) -> State| {
            Some(at.map_or(State::Unknown { why: Why::NoTime }, state))
        };
        match what {
            What::Opened(conversation) => {
                self.conversation = Some(conversation);
                None
            }
            What::Limits(windows) => {
                self.turn_windows = Some(windows.clone());
                if let Some(at) = at {
                    self.limits = Some(Limits { at, line, windows });
                }
                None
            }
            What::Began => {
                self.turn_windows = None;
                timed(|since| State::Active { since })
            }
            What::Works if matches!(self.verdict.state, State::Active { .. }) => None,
            What::Works => timed(|since| State::Active { since }),
            What::Asks => timed(|since| State::Waiting { since }),
            What::Returned { .. } if matches!(self.verdict.state, State::Waiting { .. }) => {
                timed(|since| State::Active { since })
            }
            What::Retries(failure) | What::Ended(Outcome::Failed(failure)) => {
                let failure = failure.explained_by(self.turn_windows.as_deref());
                Some(at.map_or(State::Unknown { why: Why::NoTime }, |since| State::Failed {
                    since,
                    failure,
                }))
            }
            What::Ended(Outcome::Done | Outcome::Interrupted) => {
                timed(|since| State::Idle { since })
            }
            What::Unreadable(fault) => Some(State::Unknown { why: Why::Unreadable { fault } }),
            What::Prompt(_)
            | What::Said(_)
            | What::Model(_)
            | What::Called { .. }
            | What::Returned { .. }
            | What::Used { .. }
            | What::UsedSoFar(_)
            | What::Paid { .. }
            | What::Compacted => None,
        }
    }
}

#[cfg(test)]
mod tests;
