//! How much of the provider's allowance is used, and when does it begin anew?

use chrono::{DateTime, Utc};
use serde::Serialize;

/// What one line of a record said about the allowance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Limits {
    /// The record's own time of that line.
    pub at: DateTime<Utc>,
    /// The number of the line, counted from 1.
    pub line: u64,
    /// In the record's order.
    pub windows: Vec<Window>,
}

impl Limits {
    /// When work is possible again by these numbers: the latest reset of the windows that are used up; `None` when
    /// none is, or when one of them does not say when it ends.
    #[must_use]
    pub fn blocked_until(&self) -> Option<DateTime<Utc>> {
        blocked_until(&self.windows)
    }

    /// The window whose end is [`Limits::blocked_until`].
    #[must_use]
    pub fn blocking(&self) -> Option<&Window> {
        blocking(&self.windows)
    }
}

pub(crate) fn blocked_until(windows: &[Window]) -> Option<DateTime<Utc>> {
    let used_up = windows.iter().filter(|window| window.exhausted);
    let ends: Option<Vec<_>> = used_up.map(|window| window.resets_at).collect();
    ends?.into_iter().max()
}

pub(crate) fn blocking(windows: &[Window]) -> Option<&Window> {
    let until = blocked_until(windows)?;
    windows.iter().find(|window| window.exhausted && window.resets_at == Some(until))
}

/// One allowance and how much of it is used.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Window {
    pub kind: WindowKind,
    /// 0 to 100, and above when the provider counts overdraft; `None` when not said.
    pub used_percent: Option<f64>,
    /// When the allowance begins anew; `None` when not said or not plausible.
    pub resets_at: Option<DateTime<Utc>>,
    /// The provider refuses work because of this window.
    pub exhausted: bool,
}

/// How long a usage window is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowKind {
    FiveHour,
    Daily,
    Weekly,
    Monthly,
    /// Another length, in minutes.
    Minutes(u64),
    /// Not said, or a word that is not known.
    Unknown,
}

impl WindowKind {
    /// From codex's `window_minutes`. A few minutes more or less are rounding of the server.
    #[must_use]
    pub fn of_minutes(minutes: u64) -> Self {
        match minutes {
            0 => Self::Unknown,
            295..=305 => Self::FiveHour,
            1430..=1450 => Self::Daily,
            10_020..=10_140 => Self::Weekly,
            // 28 to 31 days.
            40_320..=44_640 => Self::Monthly,
            other => Self::Minutes(other),
        }
    }

    /// From claude's `rateLimitType`; weekly windows come per model too (`seven_day_opus`, measured in the strings of 2.1.330).
    #[must_use]
    pub fn of_claude(word: &str) -> Self {
        match word {
            "five_hour" => Self::FiveHour,
            word if word.starts_with("seven_day") => Self::Weekly,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests;
