//! What does the analyzer say about an idle agent, and does it still hold?
//!
//! It is asked about one screen. Whatever changes meanwhile makes its answer worthless, so the job is ended and its answer, should
//! one come, belongs to nobody.

use std::time::Duration;

use agents_config::Pilot;
use agents_names::AgentName;

use super::{Doing, PilotNote, Rest, count_cycle, prompt};
use crate::draft::Draft;
use crate::{Action, MemberSeen, Moment};

/// How often the analyzer is asked about one screen before that counts as a prompt.
const ATTEMPTS: u32 = 3;
/// A job that nobody knows of so long after it was begun was lost with the watchdog that began it.
const LOST_AFTER: Duration = Duration::from_secs(5);
/// How much longer than its limit a job may take to be ended.
const ENDS_WITHIN: Duration = Duration::from_secs(30);
/// How often it is looked whether an answer is there.
const LOOKS_EVERY: Duration = Duration::from_secs(1);

/// What is known of the analyzer's last job for an agent.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct AnalysisSeen {
    pub job: u64,
    /// The analyzer's own conversation, which a later job goes on with.
    pub conversation: Option<String>,
    /// `None`: it has not answered yet.
    pub answer: Option<Analysis>,
}

/// What the analyzer answered.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Analysis {
    /// The agent is to be told this.
    Continue { prompt: String },
    /// It is to be left alone.
    Wait { reason: String },
    /// There is no answer, or none that can be read.
    Failed { reason: String },
}

/// One look at an agent whose screen has stood still for long enough.
pub(super) fn step(
    draft: &mut Draft<'_>,
    name: &AgentName,
    pilot: &Pilot,
    (seen, rest): (&MemberSeen, &Rest),
) {
    let now = draft.now.at;
    match draft.member(name).pilot.doing.clone() {
        Doing::Waits { screen, reason } if screen == rest.screen => {
            draft.note(name, PilotNote::Waits { reason });
        }
        Doing::Said { screen, text } if screen == rest.screen => {
            draft.note(name, PilotNote::WouldPrompt { text });
        }
        Doing::Analysing { job, attempt, since, .. } => {
            let known = seen.analysis.as_ref().filter(|known| known.job == job);
            let took = now.since(since);
            let answer = match known {
                Some(known) => known.answer.clone(),
                None if took >= LOST_AFTER => failed("its analyzer was lost with a watchdog"),
                None => None,
            };
            let late = took >= pilot.timeout + ENDS_WITHIN;
            match answer.or_else(|| failed("no answer came in time").filter(|_| late)) {
                Some(answer) => {
                    keep_conversation(draft, name, known, &answer);
                    take(draft, name, pilot, (answer, attempt), (seen, rest));
                }
                None => {
                    draft.look_in(LOOKS_EVERY);
                    draft.note(name, PilotNote::Analysing { since, attempt });
                }
            }
        }
        Doing::Watching | Doing::Waits { .. } | Doing::Said { .. } => begin(draft, name, 1, rest),
    }
}

fn failed(reason: &str) -> Option<Analysis> {
    Some(Analysis::Failed { reason: reason.to_owned() })
}

fn keep_conversation(
    draft: &mut Draft<'_>,
    name: &AgentName,
    known: Option<&AnalysisSeen>,
    answer: &Analysis,
) {
    let kept = &mut draft.member(name).pilot.conversation;
    match answer {
        Analysis::Continue { .. } | Analysis::Wait { .. } => {
            if let Some(id) = known.and_then(|known| known.conversation.as_ref()) {
                *kept = Some(id.clone());
            }
        }
        // It may be the conversation that the program does not find, or that leads it astray.
        Analysis::Failed { .. } => *kept = None,
    }
}

fn take(
    draft: &mut Draft<'_>,
    name: &AgentName,
    pilot: &Pilot,
    (answer, attempt): (Analysis, u32),
    (seen, rest): (&MemberSeen, &Rest),
) {
    let screen = rest.screen;
    match answer {
        Analysis::Continue { prompt: text } if pilot.dry_run => {
            draft.note(name, PilotNote::WouldPrompt { text: text.clone() });
            draft.member(name).pilot.doing = Doing::Said { screen, text };
        }
        Analysis::Continue { prompt: text } => {
            draft.member(name).pilot.doing = Doing::Watching;
            prompt(draft, name, pilot, (seen, text));
        }
        Analysis::Wait { reason } => {
            draft.note(name, PilotNote::Waits { reason: reason.clone() });
            draft.member(name).pilot.doing = Doing::Waits { screen, reason };
        }
        Analysis::Failed { reason } if attempt < ATTEMPTS => {
            draft.note(name, PilotNote::NoAnswer { attempt, of: ATTEMPTS, reason });
            begin(draft, name, attempt + 1, rest);
        }
        Analysis::Failed { reason } => {
            draft.note(name, PilotNote::NoAnswer { attempt, of: ATTEMPTS, reason });
            draft.member(name).pilot.doing = Doing::Watching;
            count_cycle(draft, name);
        }
    }
}

fn begin(draft: &mut Draft<'_>, name: &AgentName, attempt: u32, rest: &Rest) {
    let (job, since) = (draft.new_message(), draft.now.at);
    let resume = draft.member(name).pilot.conversation.clone();
    draft.act(Action::Analyze { name: name.clone(), job, pane: rest.pane, resume });
    draft.member(name).pilot.doing = Doing::Analysing { job, screen: rest.screen, attempt, since };
    draft.look_in(LOOKS_EVERY);
    draft.note(name, PilotNote::Analysing { since, attempt });
}

/// Ends a job whose answer would hold no longer; `screen`: what the agent shows now.
pub(super) fn discard(draft: &mut Draft<'_>, name: &AgentName, screen: Option<u64>) {
    let Doing::Analysing { screen: judged, .. } = draft.member(name).pilot.doing else { return };
    if Some(judged) != screen {
        draft.member(name).pilot.doing = Doing::Watching;
        draft.act(Action::EndAnalysis { name: name.clone() });
        draft.note(name, PilotNote::Discarded);
    }
}

impl Doing {
    /// Since when an analysis runs.
    #[must_use]
    pub fn analysing_since(&self) -> Option<Moment> {
        match self {
            Self::Analysing { since, .. } => Some(*since),
            Self::Watching | Self::Waits { .. } | Self::Said { .. } => None,
        }
    }
}
