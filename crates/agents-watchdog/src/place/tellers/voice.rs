//! What do the reports of one run come to? Pure: reports in, what they tell out.

use std::path::PathBuf;

use agents_decide::{Heard, Prompted, Told};
use agents_records::{Report, ReportKind};

use super::tale;

/// What was heard of one run, in a shape that outlives the watchdog.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Voice {
    /// The conversation that the run is in.
    pub conversation: Option<String>,
    /// Where the program keeps its record of it.
    pub record: Option<PathBuf>,
    /// The program said that this conversation is over; another may follow in the same run.
    pub is_over: bool,
    pub told: Option<Told>,
    pub heard: Option<Heard>,
    /// How far the wall clock was ahead of the boot clock when these times were put down, in milliseconds.
    pub offset_ms: Option<i64>,
}

/// A wall clock that moves by less goes its way; one that moves by more was set.
pub(crate) const SET_BY_MS: i64 = 2_000;

impl Voice {
    /// Takes a report of this run. One of another conversation counts for nothing, unless the run moves on to it.
    pub fn hear(&mut self, report: &Report) {
        if !self.is_own(report) {
            return;
        }
        let at_ms = report.at.timestamp_millis();
        let heard = self.heard.get_or_insert_default();
        heard.at_ms = heard.at_ms.max(at_ms);
        if report.kind == ReportKind::SessionEnded {
            (self.is_over, self.told) = (true, None);
            return;
        }
        if report.subagent.is_none() {
            if let Some(path) = &report.transcript_path {
                self.record = Some(path.clone());
            }
            let text = report.text.clone().filter(|text| !text.is_empty());
            if let (ReportKind::PromptSubmitted, Some(text)) = (report.kind, text) {
                heard.prompt = Some(Prompted { at_ms, text });
            }
        }
        let source = format!("hook {}", report.event);
        let Some(told) = report.state().and_then(|state| tale::of(&state, source)) else { return };
        let before = self.told.as_ref();
        // A turn that goes on began when it began.
        let is_same = before.is_some_and(|before| before.state == told.state);
        let is_late = before.is_some_and(|before| told.since_ms < before.since_ms);
        if !is_same && !is_late {
            self.told = Some(told);
        }
    }

    /// Tells all times by the wall clock as it goes now: one that was set would make what was told before later than what
    /// is told now, or much older than it is.
    pub fn follow(&mut self, offset_ms: i64) {
        let by = self.offset_ms.map_or(0, |before| offset_ms.saturating_sub(before));
        if self.offset_ms.is_some() && by.abs() <= SET_BY_MS {
            return;
        }
        self.offset_ms = Some(offset_ms);
        if let Some(told) = &mut self.told {
            told.since_ms = told.since_ms.saturating_add(by);
        }
        if let Some(heard) = &mut self.heard {
            heard.at_ms = heard.at_ms.saturating_add(by);
            if let Some(prompt) = &mut heard.prompt {
                prompt.at_ms = prompt.at_ms.saturating_add(by);
            }
        }
    }

    /// Whether a report speaks for the run's conversation; takes up the one that it moves on to.
    ///
    /// Programs that an agent runs as its tools report under the same run, and hidden helpers of codex under ids of their
    /// own: a conversation gives way only to one that begins while no turn of its own runs.
    fn is_own(&mut self, report: &Report) -> bool {
        let Some(id) = &report.session_id else { return true };
        if self.conversation.as_ref() == Some(id) {
            self.is_over &= report.kind == ReportKind::SessionEnded;
            return true;
        }
        let begins =
            matches!(report.kind, ReportKind::SessionStarted | ReportKind::PromptSubmitted);
        let is_free = self.conversation.is_none() || self.is_over || !self.is_in_turn();
        if !(begins && is_free && report.subagent.is_none()) {
            return false;
        }
        (self.conversation, self.is_over) = (Some(id.clone()), false);
        (self.record, self.told) = (None, None);
        true
    }

    fn is_in_turn(&self) -> bool {
        use agents_decide::ToldState;
        self.told.as_ref().is_some_and(|told| match told.state {
            ToldState::Active | ToldState::Waiting | ToldState::Failed { retried: true, .. } => {
                true
            }
            ToldState::Idle
            | ToldState::Limited { .. }
            | ToldState::Unauthenticated { .. }
            | ToldState::Failed { retried: false, .. } => false,
        })
    }

    /// Whether another one says more than that something was heard.
    pub fn says_more_than(&self, other: &Self) -> bool {
        let prompt = |voice: &Self| voice.heard.as_ref().and_then(|heard| heard.prompt.clone());
        (&self.conversation, &self.record, self.is_over, &self.told)
            != (&other.conversation, &other.record, other.is_over, &other.told)
            || prompt(self) != prompt(other)
    }
}
