//! What is done? An action as an order, which `would` can stand before.

use agents_config::Fleet;
use agents_names::AgentName;

use super::{Telling, first_words, listed};
use crate::draft::Declared;
use crate::{Action, Answer, Now, Opening, StopStage, Why};

impl Action {
    /// What is to be done, in words: `start worker, because …`.
    #[must_use]
    pub fn told(&self, now: Now) -> String {
        let telling = Telling::decided(self.about(), now);
        self.told_because(|why| why.told(&telling))
    }

    /// As [`Action::told`], by who knows the fleet. The session of a manifest's task is asked for by the work on that task,
    /// as verbs ask, so nobody can tell it from the operator.
    #[must_use]
    pub fn told_of(&self, fleet: &Fleet, now: Now) -> String {
        let agent = self.about().and_then(|name| fleet.agent(name));
        let is_of_manifest =
            agent.is_some_and(|agent| Declared::Agent(agent).is_of_manifest(fleet));
        let telling = Telling::decided(self.about(), now);
        self.told_because(|why| match why {
            Why::Asked | Why::New if is_of_manifest => {
                "its task or the operator asked for it".to_owned()
            }
            why => why.told(&telling),
        })
    }

    fn told_because(&self, because: impl Fn(&Why) -> String) -> String {
        match self {
            Self::Start { name, why, opening, phase, one_off, .. } => {
                let with =
                    if one_off.is_none() { String::new() } else { format!(" with {one_off}") };
                let phase = phase.as_ref().map_or_else(String::new, |it| format!(" on phase {it}"));
                let opening = match opening {
                    Opening::Resumed(id) => format!(", resuming its conversation {id}"),
                    Opening::Unknown => {
                        " (it begins a new conversation; the id of the old one was not known)"
                            .to_owned()
                    }
                    Opening::Unnamed | Opening::Named(_) => String::new(),
                };
                format!("start {name}{with}{phase}{opening}, because {}", because(why))
            }
            // Its session is no more; its processes may be.
            Self::Stop {
                name,
                stage: StopStage::Terminate,
                why: why @ (Why::Gone { .. } | Why::ServerLost),
                ..
            } => {
                format!("end what is left of {name}, because {}", because(why))
            }
            Self::Stop { name, stage: StopStage::Terminate, why, .. } => {
                format!("stop {name}, because {}", because(why))
            }
            Self::Stop { name, stage: StopStage::Kill, why, .. } => {
                format!("kill what is left of {name}, because {}", because(why))
            }
            Self::Type { name, text, .. } => format!("type at {name}: {}", first_words(text)),
            Self::Submit { name, key, .. } => {
                format!("press {key} at {name}, to submit what was typed")
            }
            Self::Choose { name, key, dialog, choose, .. } => format!(
                "press {} at {name}, to answer its dialog {dialog} with \"{choose}\"",
                key.as_str()
            ),
            Self::Analyze { name, .. } => format!("ask the analyzer what {name} is to do"),
            Self::EndAnalysis { name } => format!("end what the analyzer does for {name}"),
            Self::RestoreSocket { server } => format!(
                "ask the tmux server (process {}) to make its socket anew, if it still lives",
                server.pid
            ),
            Self::LookAgain => "look again at once, over another connection to tmux".to_owned(),
            Self::WritePosition { phase } => format!("record {phase} as the phase"),
            Self::MarkComplete { phase } => {
                format!(
                    "record in SEQUENCE-COMPLETE that {phase} was the last phase, and remove the trigger file of `on_complete`, if any"
                )
            }
            Self::ClearComplete => {
                "remove SEQUENCE-COMPLETE if it is there, since a phase is under way".to_owned()
            }
            Self::StopUndeclared { name, session, .. } => {
                format!("stop {name}, which the config no longer declares (session {session})")
            }
            Self::Reply { answers, .. } => format!("tell the operator: {}", answered(answers)),
            Self::Alarm { text, .. } => format!("raise the alarm: {text}"),
            Self::Exit => "end the watchdog".to_owned(),
        }
    }

    /// Which agent or service it is about, if one.
    #[must_use]
    pub fn about(&self) -> Option<&AgentName> {
        match self {
            Self::Start { name, .. }
            | Self::Stop { name, .. }
            | Self::Type { name, .. }
            | Self::Submit { name, .. }
            | Self::Choose { name, .. }
            | Self::Analyze { name, .. }
            | Self::EndAnalysis { name }
            | Self::StopUndeclared { name, .. } => Some(name),
            Self::Alarm { about, .. } => about.as_ref(),
            Self::RestoreSocket { .. }
            | Self::LookAgain
            | Self::WritePosition { .. }
            | Self::MarkComplete { .. }
            | Self::ClearComplete
            | Self::Reply { .. }
            | Self::Exit => None,
        }
    }
}

/// Members with the same answer stand together: `a and b started; c failed: …`.
fn answered(answers: &[(AgentName, Answer)]) -> String {
    let mut said: Vec<(String, &Answer, Vec<&AgentName>)> = Vec::new();
    for (name, answer) in answers {
        let words = answer.told("");
        match said.iter_mut().find(|(known, ..)| *known == words) {
            Some((.., names)) => names.push(name),
            None => said.push((words, answer, vec![name])),
        }
    }
    if said.is_empty() {
        return "done".to_owned();
    }
    let parts: Vec<String> =
        said.into_iter().map(|(_, answer, names)| answer.told(&listed(names))).collect();
    parts.join("; ")
}

impl Answer {
    /// What became of it for those members.
    fn told(&self, names: &str) -> String {
        match self {
            Self::Started => format!("{names} started"),
            Self::AlreadyRunning => format!("{names} already running"),
            Self::Stopped => format!("{names} stopped"),
            Self::StoppedWith(said) => format!("{names} stopped ({said})"),
            Self::NotRunning => format!("{names} not running"),
            Self::NotRunningWith(said) => format!("{names} not running ({said})"),
            Self::Delivered(_) => format!("{names} has its message"),
            Self::Done(said) => format!("{names}: {said}"),
            // A start or a message: what failed is the request, not the member.
            Self::Failed(reason) => format!("what was asked of {names} failed ({reason})"),
            Self::Unseen(reason) => format!("{names} unknown ({reason})"),
            Self::Waiting(reason) => {
                format!("what was asked of {names} is accepted for later ({reason})")
            }
        }
    }
}
