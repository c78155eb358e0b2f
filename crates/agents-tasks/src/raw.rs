//! What does the file say, key by key? JSON of the form that orchestrators of this kind share, and the same in TOML.

use serde::Deserialize;

use crate::TaskState;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RawManifest {
    #[serde(default)]
    pub project: String,
    pub repo: Option<String>,
    pub base: Option<String>,
    /// Where worktrees lie; kept for whoever runs the manifest.
    #[allow(dead_code, reason = "part of the shared form")]
    pub workdir: Option<String>,
    #[allow(dead_code, reason = "part of the shared form")]
    pub socket: Option<String>,
    #[allow(dead_code, reason = "part of the shared form")]
    pub created: Option<String>,
    pub model: Option<String>,
    #[serde(alias = "model_tier")]
    #[allow(dead_code, reason = "part of the shared form")]
    pub model_tier: Option<String>,
    /// `{issue}` and `{id}` are filled in.
    pub branch: Option<String>,
    #[serde(alias = "max_parallel")]
    pub max_parallel: Option<u32>,
    #[serde(default, alias = "phase")]
    pub phases: Vec<RawPhase>,
    #[serde(default, alias = "task")]
    pub tasks: Vec<RawTask>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPhase {
    pub name: String,
    #[serde(default, alias = "task")]
    pub tasks: Vec<RawTask>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RawTask {
    pub id: String,
    pub phase: Option<String>,
    pub issue: Option<u64>,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub body: String,
    #[serde(default)]
    pub files: Vec<String>,
    #[serde(default, alias = "depends_on")]
    pub depends_on: Vec<String>,
    #[serde(default)]
    pub priority: i64,
    pub account: Option<String>,
    pub backend: Option<String>,
    pub branch: Option<String>,
    #[serde(default)]
    pub status: TaskState,
    #[allow(dead_code, reason = "part of the shared form")]
    pub worktree: Option<String>,
    #[serde(alias = "tmux_session")]
    #[allow(dead_code, reason = "part of the shared form")]
    pub tmux_session: Option<String>,
    #[serde(alias = "started_at")]
    #[allow(dead_code, reason = "part of the shared form")]
    pub started_at: Option<String>,
    #[serde(alias = "last_progress")]
    #[allow(dead_code, reason = "part of the shared form")]
    pub last_progress: Option<String>,
    #[serde(alias = "completed_at")]
    #[allow(dead_code, reason = "part of the shared form")]
    pub completed_at: Option<String>,
    #[serde(alias = "pr_number")]
    #[allow(dead_code, reason = "part of the shared form")]
    pub pr_number: Option<u64>,
}
