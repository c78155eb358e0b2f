//! What does a program tell of itself? `limited until 10:30, goes on`, for example.

use std::time::Duration;

use agents_decide::ToldState;
use chrono::{DateTime, Utc};

use super::time_of_day;

/// A state as a script names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TellsText {
    Nothing,
    Active,
    Idle,
    Refused,
    Limited { until: Option<Duration>, goes_on: bool },
}

/// Reads the words after the colon.
pub(super) fn parse(text: &str) -> Result<TellsText, String> {
    let words: Vec<&str> = text.split_whitespace().map(|word| word.trim_end_matches(',')).collect();
    let until = |word: &str| time_of_day(word).ok_or(format!("`{word}` is no time of day"));
    Ok(match words.as_slice() {
        ["nothing"] => TellsText::Nothing,
        ["active"] => TellsText::Active,
        ["idle"] => TellsText::Idle,
        ["login", "refused"] => TellsText::Refused,
        ["limited"] => TellsText::Limited { until: None, goes_on: false },
        ["limited", "until", time] => {
            TellsText::Limited { until: Some(until(time)?), goes_on: false }
        }
        ["limited", "until", time, "goes", "on"] => {
            TellsText::Limited { until: Some(until(time)?), goes_on: true }
        }
        _ => return Err(format!("no program tells `{text}`")),
    })
}

impl TellsText {
    /// The state itself; `wall` turns a time of day into an instant.
    pub(crate) fn state(self, wall: impl Fn(Duration) -> DateTime<Utc>) -> Option<ToldState> {
        Some(match self {
            Self::Nothing => return None,
            Self::Active => ToldState::Active,
            Self::Idle => ToldState::Idle,
            Self::Refused => ToldState::Unauthenticated { text: "401 token expired".to_owned() },
            Self::Limited { until, goes_on } => ToldState::Limited {
                reset_ms: until.map(|time| wall(time).timestamp_millis()),
                window_minutes: None,
                goes_on,
                text: "usage limit reached".to_owned(),
            },
        })
    }
}
