//! What does the file say, key by key? JSON of the form that orchestrators of this kind share, and the same in TOML.

use std::time::Duration;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use crate::{Forge, NoChange, TaskState};

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
    pub backend: Option<String>,
    pub attempts: Option<u32>,
    #[serde(alias = "max_runtime")]
    pub max_runtime: Option<RawSpan>,
    pub stall: Option<RawSpan>,
    #[serde(alias = "retry_delay")]
    pub retry_delay: Option<RawSpan>,
    #[serde(alias = "set_up")]
    pub set_up: Option<String>,
    #[serde(alias = "set_up_limit")]
    pub set_up_limit: Option<RawSpan>,
    #[serde(default)]
    pub copy: Vec<String>,
    pub remote: Option<String>,
    pub forge: Option<Forge>,
    #[serde(default, alias = "on_done")]
    pub on_done: Vec<String>,
    #[serde(default, alias = "on_error")]
    pub on_error: Vec<String>,
    #[serde(alias = "no_change")]
    pub no_change: Option<NoChange>,
    pub prompt: Option<String>,
    #[serde(default)]
    pub checklist: Vec<String>,
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

/// A span of time: a number of seconds, or a number with `s`, `m` or `h` behind it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RawSpan(pub Duration);

impl<'de> Deserialize<'de> for RawSpan {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = RawSpan;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number of seconds, or a text such as \"90s\", \"20m\" or \"5h\"")
            }
            fn visit_i64<E: Error>(self, seconds: i64) -> Result<RawSpan, E> {
                let seconds = u64::try_from(seconds);
                let seconds = seconds.map_err(|_| E::custom("a span of time is not negative"))?;
                self.visit_u64(seconds)
            }
            fn visit_u64<E: Error>(self, seconds: u64) -> Result<RawSpan, E> {
                Ok(RawSpan(Duration::from_secs(seconds)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<RawSpan, E> {
                let refused = || E::invalid_value(Unexpected::Str(text), &self);
                let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
                if let Some(digits) = text.strip_suffix("ms") {
                    let millis = digits.trim().parse().map_err(|_| refused())?;
                    return Ok(RawSpan(Duration::from_millis(millis)));
                }
                let seconds = match &text[digits.len()..] {
                    "s" | "" => 1,
                    "m" => 60,
                    "h" => 3600,
                    _ => return Err(refused()),
                };
                let number: u64 = digits.trim().parse().map_err(|_| refused())?;
                let seconds = number.checked_mul(seconds).ok_or_else(refused)?;
                Ok(RawSpan(Duration::from_secs(seconds)))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}
