//! What does the pilot say?

use crate::activity::tail;
use crate::{MemberSeen, Moment, Seen};

/// What the machine says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum PilotNote {
    /// It does nothing; `asked`: the operator said so, and not the config.
    Off { asked: bool },
    /// It does not prompt now, for this reason.
    Watches { given: u32, most: u32, reason: String },
    /// It prompts then, if nothing happens before.
    At { at: Moment, number: u32, most: u32 },
    /// It prompts, since the screen shows this.
    Prompts { number: u32, most: u32, shown: Preview },
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

/// The end of a screen, for whoever asks in the morning why an agent was told to go on.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Preview {
    /// The digest of the whole screen, in hexadecimal.
    pub screen: String,
    pub rows: Vec<String>,
}

impl Preview {
    /// So many rows are kept.
    const ROWS: usize = 20;

    pub(super) fn of(seen: &MemberSeen) -> Self {
        match &seen.screen {
            Seen::Known(screen) => Self {
                screen: format!("{:016x}", screen.digest),
                rows: tail(&screen.rows, Self::ROWS).iter().map(ToString::to_string).collect(),
            },
            Seen::Absent | Seen::Unknown(_) => Self::default(),
        }
    }
}
