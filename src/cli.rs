//! Which words does the command line take?

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::demo_agent::DemoArgs;

mod pilot;
mod run;
mod send;
mod service;
mod shown;
mod tasks;
#[cfg(test)]
mod tests;
mod wait;

pub use pilot::{Adopt, PilotRun, PilotVerb};
pub use run::{Clean, ReportRun, ResultOf, Run};
pub use send::Send;
pub use service::{ServiceInstall, ServiceUninstall, ServiceVerb};
pub use shown::{Explain, Transcript};
pub use tasks::{Graph, Tasks, TasksImport, TasksPlan, TasksVerb};
pub use wait::{Until, Wait};

/// Runs and supervises a fleet of AI coding agents, each in its own tmux session, from one agents.toml.
#[derive(Debug, Parser)]
#[command(
    name = "agents",
    version,
    max_term_width = 100,
    after_help = "Without a command: status."
)]
pub struct Cli {
    /// The config file
    #[arg(
        long,
        global = true,
        env = "AGENTS_CONFIG",
        default_value = "agents.toml",
        value_name = "PATH"
    )]
    pub config: PathBuf,
    /// Print data as JSON, and what became of a change too
    #[arg(long, global = true)]
    pub json: bool,
    /// Without one: `status`, as in the original program
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Start agents, services and the watchdog; what runs is left alone
    Up(Up),
    /// End agents, services and the watchdog; what is down stays down
    Down(Down),
    /// End and start the named agents or services
    Restart(Names),
    /// Show the phase, every agent and service, and the watchdog
    Status(Status),
    /// Supervise the fleet until told to stop
    Watchdog(Watchdog),
    /// Show or move the phase
    Phase {
        #[command(subcommand)]
        verb: Option<PhaseVerb>,
    },
    /// Follow the log of an agent, a service or the watchdog
    Logs(Logs),
    /// Show the conversation of an agent, from its program's own record
    Transcript(Transcript),
    /// Attach this terminal to an agent's session
    Attach(Attach),
    /// Type a message at an agent, and see that it went
    Send(Send),
    /// Switch what tells idle agents to go on, `[agent.pilot]` in the config
    Pilot {
        #[command(subcommand)]
        verb: PilotVerb,
    },
    /// Wait until each of the named agents is idle, at work, asking or at its end; for scripts
    Wait(Wait),
    /// Check the config and print every problem
    Check,
    /// Show what the config means
    Config {
        #[command(subcommand)]
        verb: ConfigVerb,
    },
    /// Show what the next look would do and why, changing nothing
    Plan,
    /// Explain the last decision about an agent
    Why(One),
    /// List the conversations that an agent has had
    Conversations(One),
    /// Show which usage limits and refused logins hold which agents, and until when
    Limits,
    /// Say what a screen shows, by which rule, and which other rules held
    Explain(Explain),
    /// Show the journal of decisions and outcomes
    Events(Events),
    /// Try the ways by which people are told, `[notify]` in the config
    Notify {
        #[command(subcommand)]
        verb: NotifyVerb,
    },
    /// Show, or write, what makes agent programs report in your own config; agents of a fleet need none of it
    Hooks {
        #[command(subcommand)]
        verb: HooksVerb,
    },
    /// Have the watchdog kept running by systemd, or launchd on macOS: after its death, and after a reboot
    Service {
        #[command(subcommand)]
        verb: ServiceVerb,
    },
    /// Print a completion script for a shell
    Completions {
        /// bash, zsh, fish, elvish or powershell
        shell: String,
    },
    /// Watch over a tmux session that a person started, and write it into the config; it is never started or ended
    Adopt(Adopt),
    /// Write a first agents.toml and its prompts
    Init(Init),
    /// Say that the config, as it is now, may be run; from then on no other content of it is
    Trust(Trust),
    /// Check this program: screens, reset times, tmux; needs no config
    Selftest(Selftest),
    /// Carry out a manifest of tasks, or one task: each in a git worktree, branch and session of its own
    Run(Run),
    /// Show the tasks and how far they are; plan a manifest, make one of issues, change what becomes of a task
    Tasks(Tasks),
    /// Show what came of a task: its end, its last words, its commits
    Result(ResultOf),
    /// Report on a manifest that was carried out
    ReportRun(ReportRun),
    /// List the worktrees of tasks that are there, and why
    Worktrees,
    /// Remove what is left of tasks that are at their end; keep what somebody could miss, and say why
    Clean(Clean),
    /// Let fleets live through hours of faults in virtual time, and check what must always hold; needs no config
    Sim(Sim),
    /// Find what on this machine could trouble a fleet
    Doctor(Doctor),
    /// A small scriptable agent, for demonstrations and tests
    DemoAgent(DemoArgs),
    /// Hand what an agent program's hook says to the watchdog; used by hooks
    #[command(hide = true)]
    Report {
        /// Whose hook it is (claude, codex or pi), and the program's own JSON; read from standard input if none is given
        #[arg(allow_hyphen_values = true, num_args = 0..=2)]
        words: Vec<String>,
    },
    /// Run one agent in its pane; used by `agents` itself
    #[command(hide = true)]
    Launch {
        #[arg(long)]
        exec: bool,
        spec: PathBuf,
    },
}

/// A duration as in the config: seconds, or a text with units.
fn duration(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok();
    match seconds.map(Duration::try_from_secs_f64) {
        Some(seconds) => seconds.map_err(|error| error.to_string()),
        None => humantime::parse_duration(text)
            .map_err(|_| "name seconds, or a text with units: 90, 5m, 1h30m, 400ms".to_owned()),
    }
}

/// The words of [`Verb::Launch`] as `agents` itself writes them; anything else is for the whole grammar.
pub fn launch_words(words: impl Iterator<Item = OsString>) -> Option<(bool, PathBuf)> {
    let words: Vec<OsString> = words.collect();
    let (exec, spec) = match words.as_slice() {
        [verb, spec] if verb == "launch" => (false, spec),
        [verb, exec, spec] if verb == "launch" && exec == "--exec" => (true, spec),
        _ => return None,
    };
    let spec = PathBuf::from(spec);
    spec.is_absolute().then_some((exec, spec))
}

#[derive(Debug, Subcommand)]
pub enum HooksVerb {
    /// Print it, and where it belongs
    Show {
        /// claude, codex or pi
        program: String,
    },
    /// Write it there; what is there already stays
    Install {
        /// claude, codex or pi
        program: String,
    },
}

#[derive(Debug, Args)]
pub struct Targets {
    /// Agents, services, or the word `watchdog`; if none is named all of them, but `up` only those that are enabled
    #[arg(add = crate::commands::completions::names())]
    pub names: Vec<String>,
    /// Print what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct Up {
    #[command(flatten)]
    pub targets: Targets,
    #[command(flatten)]
    pub opening: Opening,
}

/// With which conversation agents begin.
#[derive(Debug, Args)]
pub struct Opening {
    /// Begin a new conversation, also where an agent would resume its own
    #[arg(long, conflicts_with = "conversation")]
    pub fresh: bool,
    /// Resume this conversation of the one agent that is named: its id, or how the id begins
    #[arg(long, value_name = "ID")]
    pub conversation: Option<String>,
}

#[derive(Debug, Args)]
pub struct Down {
    #[command(flatten)]
    pub targets: Targets,
    /// End the sessions that the config no longer declares
    #[arg(long, conflicts_with = "names")]
    pub undeclared: bool,
}

#[derive(Debug, Args)]
pub struct Names {
    #[arg(required = true, add = crate::commands::completions::names())]
    pub names: Vec<String>,
    /// Print what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub opening: Opening,
}

#[derive(Debug, Args)]
pub struct One {
    #[arg(add = crate::commands::completions::names())]
    pub name: String,
}

#[derive(Debug, Default, Args)]
pub struct Status {
    /// End with 3 unless everything that should run does
    #[arg(long)]
    pub exit_code: bool,
    /// Show what each agent's conversation used, too, by its program's own record
    #[arg(long)]
    pub wide: bool,
}

#[derive(Debug, Args)]
pub struct Watchdog {
    /// Print what the first look would do, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Subcommand)]
pub enum PhaseVerb {
    /// Show the phase and the sequence
    Show,
    /// Go to the next phase
    Next,
    /// Go to a phase, by its number (counted from 0) or its id
    Set(PhaseSet),
}

#[derive(Debug, Args)]
pub struct PhaseSet {
    /// A number, counted from 0, or an id
    #[arg(allow_hyphen_values = true, required_unless_present = "id")]
    pub phase: Option<String>,
    /// The id, where it could also be read as a number
    #[arg(long, conflicts_with = "phase")]
    pub id: Option<String>,
}

#[derive(Debug, Args)]
pub struct Logs {
    #[arg(add = crate::commands::completions::names())]
    pub name: String,
    /// The bytes as the agent printed them, control sequences and all
    #[arg(long)]
    pub raw: bool,
    /// Print what is there, and do not wait for more
    #[arg(long)]
    pub no_follow: bool,
    /// How many of the last lines to begin with
    #[arg(short = 'n', long, default_value_t = 50)]
    pub lines: usize,
}

#[derive(Debug, Args)]
pub struct Attach {
    #[arg(add = crate::commands::completions::names())]
    pub name: String,
    /// Look without being able to type
    #[arg(long)]
    pub read_only: bool,
}

#[derive(Debug, Args)]
pub struct Init {
    /// The folder to set up; this one if none is named
    pub dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Trust {
    /// Take it back: changes are not asked about any more
    #[arg(long)]
    pub withdraw: bool,
}

#[derive(Debug, Args)]
pub struct Selftest {
    /// Show every check, not only those that fail
    #[arg(long, short)]
    pub verbose: bool,
}

#[derive(Debug, Args)]
pub struct Sim {
    /// The seed of the first fleet's life; those of the others follow from it
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
    /// At least so many fleet-hours, in whole lives of three
    #[arg(long, default_value_t = 30, value_name = "H")]
    pub hours: u64,
    /// Print all that happens in the first life
    #[arg(long)]
    pub trace: bool,
    /// Print how often each fault struck and each machine changed
    #[arg(long)]
    pub coverage: bool,
}

#[derive(Debug, Args)]
pub struct Doctor {
    /// Also try everything that the drivers rely on, on tmux servers of their own
    #[arg(long)]
    pub tmux: bool,
}

#[derive(Debug, Subcommand)]
pub enum ConfigVerb {
    /// Print the resolved fleet
    Show {
        /// Say where each value came from
        #[arg(long)]
        origin: bool,
    },
    /// Print the JSON schema of agents.toml
    Schema,
}

#[derive(Debug, Subcommand)]
pub enum NotifyVerb {
    /// Send a test message, and say of each target whether it got through
    Test {
        /// The target, by its name; all of them if none is named
        target: Option<String>,
    },
}

#[derive(Debug, Args)]
pub struct Events {
    /// Wait for more
    #[arg(long, short)]
    pub follow: bool,
    /// How many of the last events to begin with
    #[arg(short = 'n', long, default_value_t = 50)]
    pub lines: u32,
    /// Only those about this agent or service
    #[arg(add = crate::commands::completions::names())]
    pub name: Option<String>,
}
