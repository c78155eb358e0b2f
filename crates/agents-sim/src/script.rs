//! What does a `.fleet` text say? A config between `---` lines, then timed steps.
//!
//! ```text
//! # A comment. Tables that the config lacks are the standard ones.
//! ---
//! [[agent]]
//! name = "builder"
//! ---
//! 09:00  watchdog starts
//!        up
//! 09:05  builder exits 7
//!        run 10m
//!        expect builder runs
//! ```
//! A line without a time happens where the last one left off. A time earlier than the last is the next day's.

mod asked;
mod program;
mod read;
mod step;
mod tells;

use std::time::Duration;

use crate::SimError;

pub use program::ProgramText;
pub use step::{Expect, MachineStep, SessionStep, Step, TerminalStep, Until, WatchdogStep};
pub use tells::TellsText;

/// A config and what happens to its fleet.
#[derive(Debug, Clone)]
pub struct Script {
    pub config: String,
    pub lines: Vec<Line>,
}

/// One line of a script.
#[derive(Debug, Clone)]
pub struct Line {
    /// Counted from 1.
    pub number: usize,
    /// Time of day.
    pub at: Option<Duration>,
    pub text: String,
    pub step: Step,
}

impl Script {
    /// Reads a script.
    ///
    /// # Errors
    /// [`SimError::Step`] with the first line that is no step.
    pub fn parse(text: &str) -> Result<Self, SimError> {
        let mut config = String::new();
        let mut lines = Vec::new();
        let mut in_config = false;
        for (at, row) in text.lines().enumerate() {
            let number = at + 1;
            let trimmed = row.trim();
            if trimmed == "---" {
                in_config = !in_config;
            } else if in_config {
                config.push_str(row);
                config.push('\n');
            } else if !trimmed.is_empty() && !trimmed.starts_with('#') {
                lines.push(line(number, trimmed)?);
            }
        }
        Ok(Self { config, lines })
    }
}

fn line(number: usize, row: &str) -> Result<Line, SimError> {
    let (at, text) = match row.split_once(char::is_whitespace) {
        Some((first, rest)) => match time_of_day(first) {
            Some(at) => (Some(at), rest.trim()),
            None => (None, row),
        },
        None => (None, row),
    };
    let step = read::parse(text).map_err(|reason| SimError::Step {
        line: number,
        text: text.to_owned(),
        reason,
    })?;
    Ok(Line { number, at, text: text.to_owned(), step })
}

/// `09:05` or `09:05:30`.
pub(crate) fn time_of_day(word: &str) -> Option<Duration> {
    let parts: Option<Vec<u64>> = word
        .split(':')
        .map(|part| if part.len() == 2 { part.parse().ok() } else { None })
        .collect();
    let seconds = match parts?.as_slice() {
        [hours, minutes] => hours * 3600 + minutes * 60,
        [hours, minutes, seconds] => hours * 3600 + minutes * 60 + seconds,
        _ => return None,
    };
    Some(Duration::from_secs(seconds))
}

/// `90s`, `10m`, `6h`, `10d`, `250ms`.
pub(crate) fn span(word: &str) -> Option<Duration> {
    let digits = word.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = word.split_at(digits);
    let count: u64 = count.parse().ok()?;
    let millis = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    Some(Duration::from_millis(count * millis))
}
