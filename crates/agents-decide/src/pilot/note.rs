//! What does the pilot say?

use crate::Moment;

/// What the machine says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum PilotNote {
    /// It does nothing; `asked`: the operator said so, and not the config.
    Off { asked: bool },
    /// It does not prompt now, for this reason.
    Watches { given: u32, most: u32, reason: String },
    /// It prompts then, if nothing happens before.
    At { at: Moment, number: u32, most: u32 },
    /// It prompts.
    Prompts { number: u32, most: u32 },
    /// Its prompt is owed.
    OnItsWay { number: u32, most: u32 },
    /// It would type that, and only says so.
    WouldPrompt { text: String },
    /// Its analyzer judges the screen.
    Analysing { since: Moment, attempt: u32 },
    /// The screen changed while its analyzer judged it.
    Discarded,
    /// Its analyzer says that nothing is to be typed before the screen changes.
    Waits { reason: String },
    /// Its analyzer gave no answer that can be read.
    NoAnswer { attempt: u32, of: u32, reason: String },
    /// As many prompts went as may.
    Stopped { most: u32 },
}
