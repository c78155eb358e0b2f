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
    /// Who is asked in the mode `analyzer`.
    pub analyzer: Analyzer,
    /// How many rows of the screen and its history the analyzer gets.
    pub history_lines: u32,
    /// How long one answer may take.
    pub timeout: Duration,
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
    /// A program that is shown the screen.
    Analyzer,
}

/// A program that judges a screen: it gets the question on standard input.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub enum Analyzer {
    /// `codex exec`, with further words for it.
    Codex(Vec<String>),
    /// `claude -p`, with further words for it.
    Claude(Vec<String>),
    /// `pi -p`, with further words for it.
    Pi(Vec<String>),
    /// A program and its arguments; it prints the answer alone.
    Own(Vec<String>),
}

impl Analyzer {
    /// The word of the preset that stands first, and what follows it.
    #[must_use]
    pub fn of(words: Vec<String>) -> Self {
        let more = || words.iter().skip(1).cloned().collect();
        match words.first().map(String::as_str) {
            Some("codex") | None => Self::Codex(more()),
            Some("claude") => Self::Claude(more()),
            Some("pi") => Self::Pi(more()),
            Some(_) => Self::Own(words),
        }
    }
}

impl PilotMode {
    /// The word of the config file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Analyzer => "analyzer",
        }
    }
}
