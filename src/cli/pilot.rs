//! The words of `agents pilot` and `agents adopt`.

use std::time::Duration;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum PilotVerb {
    /// Switch the pilots of these agents on; they count their prompts anew
    Start(Pilots),
    /// Switch them off, until they are started again
    Stop(Pilots),
    /// Show what they do
    Status(PilotStatus),
    /// Keep one tmux session going that is there already, without a config; `start`, `stop` and `status` are typed here, Ctrl-C ends it
    Run(PilotRun),
}

/// The words of the program that this stands in for; each may have `_` for `-`.
#[derive(Debug, Default, Args)]
pub struct PilotRun {
    /// The session; `--config FILE.json` may name it, and each of the following, with `_` for `-`
    #[arg(long)]
    pub session: Option<String>,
    /// The tmux server: a name as for `tmux -L`, or a socket path when it contains `/`; default: your own
    #[arg(long)]
    pub socket: Option<String>,
    /// What runs in it: claude, codex, gemini, opencode, pi or qwen; without it a person's unsent text is not seen
    #[arg(long)]
    pub preset: Option<String>,
    /// Who decides: rule, or codex, claude or pi, which is shown the screen
    #[arg(long, alias = "decision_mode", alias = "mode", value_name = "WHO")]
    pub decision_mode: Option<String>,
    /// How many prompts go before it stops; default 5
    #[arg(long, alias = "max_continue", value_name = "N")]
    pub max_continue: Option<u32>,
    /// For how long the screen must not change; default 10s
    #[arg(long, alias = "idle_threshold", value_name = "DURATION", value_parser = super::duration)]
    pub idle_threshold: Option<Duration>,
    /// Between two looks; default 2s
    #[arg(long, alias = "poll_interval", value_name = "DURATION", value_parser = super::duration)]
    pub poll_interval: Option<Duration>,
    /// How many rows who decides is shown; default 300
    #[arg(long, alias = "history_lines", value_name = "N")]
    pub history_lines: Option<u32>,
    /// What is typed with `rule`
    #[arg(long, alias = "rule_continue_prompt", value_name = "TEXT")]
    pub rule_continue_prompt: Option<String>,
    /// Say what would be typed, and type nothing
    #[arg(long, alias = "dry_run")]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct Adopt {
    /// The tmux session, as it is called there
    pub session: String,
    /// The tmux server: a name as for `tmux -L`, or a socket path when it contains `/`; that of the config, else your own
    #[arg(long)]
    pub socket: Option<String>,
    /// What the fleet calls it; the session's name, if none is named
    #[arg(long)]
    pub name: Option<String>,
    /// What runs in it: a backend of the config, or claude, codex, gemini, opencode, pi or qwen; found out where it can be
    #[arg(long)]
    pub backend: Option<String>,
    /// Keep it going when it goes idle with work left
    #[arg(long)]
    pub pilot: bool,
}

#[derive(Debug, Args)]
pub struct Pilots {
    #[arg(required = true, add = crate::commands::completions::names())]
    pub names: Vec<String>,
}

#[derive(Debug, Args)]
pub struct PilotStatus {
    /// Without any: all agents that have a pilot
    #[arg(add = crate::commands::completions::names())]
    pub names: Vec<String>,
}
