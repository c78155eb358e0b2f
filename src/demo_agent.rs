//! How does an agent behave that is scripted, needs no model, and does real work in git?
//!
//! `agents demo-agent` imitates a chat program in the terminal: a composer, a row that says that it works, a footer at
//! rest. It takes its kickoff as a file, as an argument or typed, plays builder or adversary by itself, and misbehaves
//! on order (`DEMO:` lines), so that a fleet can be shown and tested without any account.

mod composer;
mod directive;
mod git;
mod kickoff;
mod record;
mod session;
mod signals;
mod task;
mod terminal;
mod turn;
mod work;

use std::path::PathBuf;
use std::time::Duration;

use self::kickoff::Role;

/// The options of the demo agent.
#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    /// The kickoff, as text
    pub text: Option<String>,
    /// The file with the kickoff
    #[arg(long, value_name = "FILE", conflicts_with = "text")]
    pub prompt: Option<PathBuf>,
    /// Do what the kickoff says as one task in the git worktree of this folder, and end; no terminal is needed
    #[arg(long, conflicts_with_all = ["role", "record"])]
    pub task: bool,
    /// The part to play; the kickoff's `role:` line says it otherwise
    #[arg(long, value_enum)]
    pub role: Option<Role>,
    /// The folder of status and review files in the repository
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub state_subdir: PathBuf,
    /// A `DEMO:` line to follow at the start, without the prefix; may be given more than once
    #[arg(long, value_name = "DIRECTIVE")]
    pub scenario: Vec<String>,
    /// How long each message makes the agent think, before it does anything
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds)]
    pub think: Duration,
    /// Lose the first N Enters
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub swallow_enters: u32,
    /// Draw and read nothing for so long
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = seconds)]
    pub slow_start: Duration,
    /// Survive the loss of the terminal, for ten minutes at the longest
    #[arg(long)]
    pub ignore_hup: bool,
    /// Take an Enter so soon after a character for part of a paste
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    pub paste_burst: u64,
    /// Append what was received and said to this file, as JSON lines
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Divide every waiting time of the script by this
    #[arg(long, value_name = "X", default_value = "1", value_parser = speed)]
    pub speed: f64,
}

/// Runs until the script, a signal or the terminal's end ends it; returns the exit code.
pub fn run(args: DemoArgs) -> i32 {
    let ended = if args.task {
        session::kickoff(&args).map_err(|error| error.to_string()).and_then(|text| {
            task::run(&args, &text.unwrap_or_default()).map_err(|error| error.to_string())
        })
    } else {
        session::run(&args).map_err(|error| error.to_string())
    };
    ended.unwrap_or_else(|error| {
        eprintln!("agents demo-agent: {error}");
        1
    })
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| format!("`{text}` is no number of seconds"))?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if speed > 0.0 && speed.is_finite() => Ok(speed),
        Ok(_) | Err(_) => Err(format!("`{text}` is no positive number")),
    }
}
