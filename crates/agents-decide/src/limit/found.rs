//! What says that the provider refuses work: the program itself, the rules of its preset, or the backend's pattern?

use chrono::{DateTime, Utc};

use super::LimitLook;
use super::banner::TailRead;
use crate::{ShownState, ToldState};

/// Who says that an agent is limited.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum LimitSource {
    /// The program's own record, hook or HTTP answer.
    Told {
        /// Where it stands, in one line.
        place: String,
        /// Since when, in milliseconds of the wall clock since 1970; another number is another refusal.
        since_ms: i64,
    },
    /// A rule of the preset, by the screen.
    Shown { rule: Option<String> },
    /// The backend's `limit_re`, by the screen.
    #[default]
    Pattern,
}

impl LimitSource {
    /// Since when the program itself says so.
    pub(super) fn told_ms(&self) -> Option<i64> {
        match self {
            Self::Told { since_ms, .. } => Some(*since_ms),
            Self::Shown { .. } | Self::Pattern => None,
        }
    }
}

impl std::fmt::Display for LimitSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Told { place, .. } => f.write_str(place),
            Self::Shown { rule: Some(rule) } => write!(f, "screen, rule `{rule}`"),
            Self::Shown { rule: None } => f.write_str("screen, by its preset"),
            Self::Pattern => f.write_str("screen, `limit_re`"),
        }
    }
}

/// A sign that the provider refuses work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The row or the words that say so.
    pub row: String,
    /// Where its reset time may stand in words, in order of trust.
    pub texts: Vec<String>,
    /// The reset time as the program itself knows it.
    pub exact: Option<DateTime<Utc>>,
    pub goes_on: GoesOn,
    pub source: LimitSource,
}

/// Whether the program goes on by itself when its limit ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum GoesOn {
    #[default]
    No,
    /// Its record said so when the limit was reached; somebody may have called it off since.
    Told,
    /// Its screen says so now.
    Shown,
}

impl LimitLook<'_> {
    /// The best sign of this look: what the program itself says, then the rules of its preset, then prose.
    pub(super) fn found(&self, tail: &TailRead) -> Option<Found> {
        let shown = self.shown.filter(|shown| shown.state == ShownState::Limited);
        let shown_goes_on = shown.is_some_and(|shown| shown.goes_on);
        let told = self.told.map(|told| (told, &told.state));
        if let Some((told, ToldState::Limited { reset_ms, goes_on, text, .. })) = told {
            let place = told.source.clone();
            return Some(Found {
                row: text.clone(),
                texts: vec![text.clone()],
                exact: reset_ms.and_then(DateTime::from_timestamp_millis),
                goes_on: match (shown_goes_on, goes_on) {
                    (true, _) => GoesOn::Shown,
                    (false, true) => GoesOn::Told,
                    (false, false) => GoesOn::No,
                },
                source: LimitSource::Told { place, since_ms: told.since_ms },
            });
        }
        // What stands on a screen does not outweigh a program that says that its last turn ended well.
        if matches!(told, Some((_, ToldState::Idle))) {
            return None;
        }
        self.on_screen(tail)
    }

    /// What the screen alone says.
    pub(super) fn on_screen(&self, tail: &TailRead) -> Option<Found> {
        if let Some(shown) = self.shown {
            let shown = Some(shown).filter(|shown| shown.state == ShownState::Limited);
            return shown.map(|shown| Found {
                row: shown.proof.clone(),
                texts: shown.reset_text.iter().cloned().collect(),
                exact: None,
                goes_on: if shown.goes_on { GoesOn::Shown } else { GoesOn::No },
                source: LimitSource::Shown { rule: shown.rule.clone() },
            });
        }
        let banner = tail.banner.clone()?;
        Some(Found {
            row: banner.row,
            texts: banner.texts,
            exact: None,
            goes_on: GoesOn::No,
            source: LimitSource::Pattern,
        })
    }
}
