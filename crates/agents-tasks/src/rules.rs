//! By which rules is a manifest carried out?

use std::time::Duration;

use crate::Forge;

/// What holds for every task of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// The backend of tasks that name none.
    pub backend: Option<String>,
    /// How often a task may fail before somebody has to look.
    pub attempts: u32,
    /// How long one attempt may run.
    pub max_runtime: Duration,
    /// How long an attempt may go on without output, commit or change.
    pub stall: Duration,
    /// Before the second attempt; doubles with each further one.
    pub retry_delay: Duration,
    /// A shell command that makes a new worktree ready.
    pub set_up: Option<String>,
    /// How long it may take.
    pub set_up_limit: Duration,
    /// Files and folders of the project that a new worktree gets a copy of: what git does not have.
    pub copy: Vec<String>,
    /// Where branches are pushed to.
    pub remote: String,
    pub forge: Forge,
    /// A program and its arguments, which hears that a task is done; empty: none.
    pub on_done: Vec<String>,
    /// The same for one that has used up its attempts.
    pub on_error: Vec<String>,
    /// What a program that ends well and changed nothing has done.
    pub no_change: NoChange,
    /// The frame of each prompt, with slots.
    pub prompt: Option<String>,
    /// Further rows for the checklist of each pull request.
    pub checklist: Vec<String>,
}

/// What an attempt without a change counts as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NoChange {
    Complete,
    #[default]
    Error,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            backend: None,
            attempts: 3,
            max_runtime: Duration::from_secs(5 * 3600),
            stall: Duration::from_secs(20 * 60),
            retry_delay: Duration::from_secs(10),
            set_up: None,
            set_up_limit: Duration::from_secs(15 * 60),
            copy: Vec::new(),
            remote: "origin".to_owned(),
            forge: Forge::default(),
            on_done: Vec::new(),
            on_error: Vec::new(),
            no_change: NoChange::default(),
            prompt: None,
            checklist: Vec::new(),
        }
    }
}
