//! What keeps a session going that goes idle with work left?

use std::time::Duration;

/// What the watchdog does for an agent that goes idle.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Pilot {
    pub mode: PilotMode,
    /// Whether it works without being told to.
    pub enabled: bool,
    /// What is typed in the mode `rule`.
    pub prompt: String,
    /// How many prompts go before a person has to say something.
    pub max_continue: u32,
    /// For how long the screen must stand still.
    pub idle_threshold: Duration,
    /// The least time between two prompts.
    pub cooldown: Duration,
    /// Whether it is only said what would be typed.
    pub dry_run: bool,
}

impl Pilot {
    /// What is typed unless the config says otherwise.
    pub const PROMPT: &'static str = "Please continue the current task. If the goal is not finished yet, keep going and do not stop early.";
}

/// Who decides what is typed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum PilotMode {
    /// Nobody: it is always the same prompt.
    Rule,
}

impl PilotMode {
    /// The word of the config file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rule => "rule",
        }
    }
}
