//! What is one declared agent?

use std::path::PathBuf;
use std::time::Duration;

use agents_names::{AgentName, BackendName, RoleName, SessionName};

use crate::{Pilot, Wrap};

/// One declared worker; it exists whether or not it runs.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Agent {
    pub name: AgentName,
    pub session: SessionName,
    pub kind: Kind,
    pub backend: BackendName,
    pub model: Option<String>,
    pub role: Option<RoleName>,
    /// The working directory, absolute.
    pub dir: PathBuf,
    /// Whether a missing working directory is made.
    pub create_dir: bool,
    pub prompt: PromptSource,
    pub enabled: bool,
    pub watch: Watch,
    /// Whether a restart continues the earlier conversation, where the backend can.
    pub resume: bool,
    pub wake: Option<Wake>,
    pub pilot: Option<Pilot>,
    /// Its own; [`crate::Fleet::account_of`] is the one that counts.
    pub account: Option<String>,
    /// Its own; [`crate::Fleet::wrap_of`] is the one that counts.
    pub wrap: Option<Wrap>,
    /// Whether the pane is logged to `<log_dir>/<session>.log`.
    pub log: bool,
}

/// How an agent's life is managed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Follows the phases.
    Loop,
    /// Stays up.
    Persistent,
    /// Stays up and supervises others.
    Orchestrator,
    /// Runs once.
    Task,
}

/// What the watchdog does for an agent.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
pub enum Watch {
    #[serde(rename = "none")]
    None,
    /// Restart what is gone, mismatched or fatal; wait out usage windows.
    #[serde(rename = "heal")]
    Heal,
    /// The same, and restart what stalls.
    #[serde(rename = "heal+stall")]
    HealStall,
}

impl Kind {
    /// The word of the config file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Loop => "loop",
            Self::Persistent => "persistent",
            Self::Orchestrator => "orchestrator",
            Self::Task => "task",
        }
    }
}

impl Watch {
    /// The word of the config file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Heal => "heal",
            Self::HealStall => "heal+stall",
        }
    }
}

/// Where an agent's kickoff comes from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub enum PromptSource {
    /// A loop agent: the kickoff template of the loop, filled from the phase, then `<roles_dir>/<role>.md`.
    Loop { template: Option<PathBuf>, role_file: PathBuf },
    /// The content of a file.
    File(PathBuf),
    /// The text itself; empty when the agent gets no prompt.
    Text(String),
}

/// A scheduled nudge to an idle agent.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Wake {
    pub interval: Duration,
    /// The text to send, as one line.
    pub prompt_file: PathBuf,
}
