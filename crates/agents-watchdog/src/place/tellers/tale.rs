//! What does the state that a program reports or records mean for its agent, and which of two is believed?

use agents_decide::{Heard, Prompted, Told, ToldState};
use agents_records::{ErrorKind, Failure, State, WindowKind};

use super::voice::{SET_BY_MS, Voice};

/// A failure that a hook and a record tell within this time is the same one; the record says more of it.
const SAME_WITHIN_MS: i64 = 5_000;

/// The state in the words of the decisions; `None` when it says nothing.
pub(crate) fn of(state: &State, source: String) -> Option<Told> {
    let (state, since) = match state {
        State::Unknown { .. } => return None,
        State::Active { since } => (ToldState::Active, since),
        State::Idle { since } => (ToldState::Idle, since),
        State::Waiting { since } => (ToldState::Waiting, since),
        State::Failed { since, failure } => (failed(failure), since),
    };
    Some(Told { state, since_ms: since.timestamp_millis(), source })
}

/// Waiting helps against a used-up window and too many requests. Where the money is gone it helps only with a person,
/// but the account refuses every agent alike, and asking now and then finds out when it works again.
fn failed(failure: &Failure) -> ToldState {
    let text = failure.text.clone();
    match failure.kind {
        ErrorKind::UsageLimit | ErrorKind::RateLimit | ErrorKind::Billing => ToldState::Limited {
            reset_ms: failure.until.map(|until| until.timestamp_millis()),
            window_minutes: failure.window.and_then(minutes),
            goes_on: failure.retried,
            text,
        },
        ErrorKind::Auth => ToldState::Unauthenticated { text },
        ErrorKind::Context | ErrorKind::Server | ErrorKind::Model | ErrorKind::Unknown => {
            ToldState::Failed { text, retried: failure.retried }
        }
    }
}

fn minutes(window: WindowKind) -> Option<u32> {
    match window {
        WindowKind::FiveHour => Some(300),
        WindowKind::Daily => Some(1_440),
        WindowKind::Weekly => Some(10_080),
        WindowKind::Monthly => Some(43_200),
        WindowKind::Minutes(minutes) => u32::try_from(minutes).ok(),
        WindowKind::Unknown => None,
    }
}

/// What a program's record, or its HTTP interface, says now.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Recorded {
    pub told: Option<Told>,
    pub conversation: Option<String>,
    /// When it last grew, or answered, in milliseconds of the wall clock since 1970.
    pub grown_ms: Option<i64>,
    /// The last prompt in it.
    pub prompt: Option<Prompted>,
}

/// What a run's program says, by its reports and its record together: the later word counts.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Tale {
    pub told: Option<Told>,
    pub heard: Option<Heard>,
    pub conversation: Option<String>,
}

impl Tale {
    /// `now_ms`: what the wall clock says. A record keeps the times of the clock that its program saw, so that those of before
    /// a clock was set back lie ahead: when that was is not known.
    pub fn of(voice: &Voice, record: Option<&Recorded>, now_ms: i64) -> Self {
        let conversation = voice.conversation.clone();
        let Some(record) = record else {
            return Self { told: voice.told.clone(), heard: voice.heard.clone(), conversation };
        };
        let mut heard = voice.heard.clone();
        let is_past = |at_ms: i64| at_ms <= now_ms.saturating_add(SET_BY_MS);
        if let Some(grown) = record.grown_ms.filter(|grown| is_past(*grown)) {
            let heard = heard.get_or_insert_default();
            heard.at_ms = heard.at_ms.max(grown);
        }
        if let Some(prompt) = &record.prompt {
            heard.get_or_insert_default().prompt = Some(prompt.clone());
        }
        let told = match (&voice.told, &record.told) {
            (Some(reported), Some(recorded)) if !is_past(recorded.since_ms) => {
                Some(reported.clone())
            }
            (Some(reported), Some(recorded)) => Some(later(reported, recorded).clone()),
            (told, None) | (None, told) => told.clone(),
        };
        Self { told, heard, conversation: conversation.or_else(|| record.conversation.clone()) }
    }
}

fn later<'a>(reported: &'a Told, recorded: &'a Told) -> &'a Told {
    let apart = reported.since_ms.saturating_sub(recorded.since_ms);
    if is_failure(&reported.state) && is_failure(&recorded.state) && apart.abs() <= SAME_WITHIN_MS {
        return recorded;
    }
    if apart > 0 { reported } else { recorded }
}

fn is_failure(state: &ToldState) -> bool {
    match state {
        ToldState::Limited { .. }
        | ToldState::Unauthenticated { .. }
        | ToldState::Failed { .. } => true,
        ToldState::Active | ToldState::Idle | ToldState::Waiting => false,
    }
}
