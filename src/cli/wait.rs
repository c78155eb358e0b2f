//! Which words does `agents wait` take?

use std::time::Duration;

use clap::Args;

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Until {
    /// It rests, and nothing is owed to it
    Idle,
    /// It shows a sign of work
    Active,
    /// A question stands on its screen
    WaitingInput,
    /// Its program does not run
    Exited,
}

impl Until {
    /// The word on the command line and in `--json` output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Active => "active",
            Self::WaitingInput => "waiting_input",
            Self::Exited => "exited",
        }
    }
}

#[derive(Debug, Args)]
pub struct Wait {
    /// All of them must get there
    #[arg(required = true, add = crate::commands::completions::names())]
    pub names: Vec<String>,
    /// What is waited for
    #[arg(long, value_enum)]
    pub until: Until,
    /// Give up after so long, with exit code 4; without it, never
    #[arg(long, value_name = "DURATION", value_parser = super::duration)]
    pub timeout: Option<Duration>,
}
