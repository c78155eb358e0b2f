//! Which words does `agents send` take?

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

#[derive(Debug, Args)]
pub struct Send {
    #[arg(add = crate::commands::completions::names())]
    pub name: String,
    /// The message; `-` reads it from standard input
    #[arg(required_unless_present = "file", conflicts_with = "file")]
    pub text: Vec<String>,
    /// The message is in this file; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Do not wait until the agent is idle; what cannot be typed at once is refused, not queued
    #[arg(long)]
    pub now: bool,
    /// Wait until it was delivered, so long at most, `10m` if no time is named; without it the answer comes within 8 s
    #[arg(long, value_name = "DURATION", num_args = 0..=1, require_equals = true, default_missing_value = "10m", value_parser = super::duration)]
    pub wait: Option<Duration>,
}
