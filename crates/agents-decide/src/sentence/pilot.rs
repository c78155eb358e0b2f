//! What the pilot says, in words.

use super::{Telling, count};
use crate::PilotNote;

impl PilotNote {
    pub(super) fn told(&self, telling: &Telling<'_>) -> String {
        let name = telling.name();
        match self {
            Self::Off { asked: true } => {
                format!("its pilot is off, as the operator asked; `agents pilot start {name}`")
            }
            Self::Off { asked: false } => {
                format!("its pilot is off, as the config says; `agents pilot start {name}`")
            }
            Self::Watches { given, most, reason } => {
                format!("its pilot waits ({given} of {most} prompts given): {reason}")
            }
            Self::At { at, number, most } => format!(
                "it is idle; its pilot prompts it at {}, with prompt {number} of {most}, unless something happens before",
                telling.now.point(*at)
            ),
            Self::Prompts { number, most, shown: _ } => format!(
                "it is idle, and {} prompted by its pilot ({number} of {most})",
                telling.is("is", "would be")
            ),
            Self::OnItsWay { number, most } => {
                format!("the prompt of its pilot ({number} of {most}) is on its way")
            }
            Self::WouldPrompt { text } => {
                format!("it is idle; its pilot only says what it would type (`dry_run`): {text}")
            }
            Self::Analysing { since, attempt } => {
                let again =
                    if *attempt > 1 { format!(", attempt {attempt}") } else { String::new() };
                format!(
                    "it is idle, and its analyzer judges the screen {}{again}",
                    telling.now.since(*since)
                )
            }
            Self::Discarded => {
                "its analyzer is called off, since it is idle no longer or shows something else"
                    .to_owned()
            }
            Self::Waits { reason } => format!(
                "its analyzer says to wait, and is not asked again before the screen changes: {reason}"
            ),
            Self::NoAnswer { attempt, of, reason } if attempt < of => format!(
                "its analyzer gave no answer (attempt {attempt} of {of}), and is asked again: {reason}"
            ),
            Self::NoAnswer { of, reason, .. } => format!(
                "its analyzer gave no answer in {}, which counts as a prompt: {reason}",
                count(u64::from(*of), "attempt")
            ),
            Self::Stopped { most: 0 } => format!(
                "is idle, and its pilot may not prompt it (`max_continue = 0`); `agents send {name} TEXT` does"
            ),
            Self::Stopped { most } => format!(
                "is idle again after {} of its pilot, which stops there; `agents send {name} TEXT` or `agents pilot start {name}` goes on",
                count(u64::from(*most), "prompt")
            ),
        }
    }
}
