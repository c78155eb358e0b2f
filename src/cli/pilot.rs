//! The words of `agents pilot`.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum PilotVerb {
    /// Switch the pilots of these agents on; they count their prompts anew
    Start(Pilots),
    /// Switch them off, until they are started again
    Stop(Pilots),
    /// Show what they do
    Status(PilotStatus),
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
