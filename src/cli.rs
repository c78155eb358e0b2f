//! Which words does the command line take?

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

use crate::demo_agent::DemoArgs;

/// Runs and supervises a fleet of AI coding agents, each in its own tmux session, from one agents.toml.
#[derive(Debug, Parser)]
#[command(
    name = "agents",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true
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
    /// Print data as JSON, on every verb that reads
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub verb: Verb,
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
    /// Wait until each of the named agents is idle, at work, asking or at its end; for scripts
    Wait(Wait),
    /// Check the config and print every problem
    Check,
    /// Show what the config means
    Config {
        #[command(subcommand)]
        verb: ConfigVerb,
    },
    /// Show what the next tick would do and why, changing nothing
    Plan,
    /// Explain the last decision about an agent
    Why(One),
    /// List the conversations that an agent has had
    Conversations(One),
    /// Say what a screen shows, by which rule, and which other rules held
    Explain(Explain),
    /// Show the journal of decisions and outcomes
    Events(Events),
    /// Try the ways by which people are told, `[notify]` in the config
    Notify {
        #[command(subcommand)]
        verb: NotifyVerb,
    },
    /// Print a completion script for a shell
    Completions {
        /// bash, zsh, fish, elvish or powershell
        shell: String,
    },
    /// Write a first agents.toml and its prompts
    Init(Init),
    /// Check this program: screens, reset times, tmux; needs no config
    Selftest(Selftest),
    /// Find what on this machine could trouble a fleet
    Doctor(Doctor),
    /// A small scriptable agent, for demonstrations and tests
    DemoAgent(DemoArgs),
    /// Hand what an agent program's hook says to the watchdog; used by hooks
    #[command(hide = true)]
    Report {
        /// The program's own JSON; read from standard input if none is given
        #[arg(allow_hyphen_values = true)]
        text: Option<String>,
    },
    /// Run one agent in its pane; used by `agents` itself
    #[command(hide = true)]
    Launch {
        #[arg(long)]
        exec: bool,
        spec: PathBuf,
    },
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

#[derive(Debug, Args)]
pub struct Targets {
    /// Agents, services, or the word `watchdog`; all enabled ones if none is named
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

#[derive(Debug, Args)]
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
    /// Print what the next tick would do, and do nothing
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
pub struct Transcript {
    #[arg(add = crate::commands::completions::names())]
    pub name: String,
    /// Wait for more
    #[arg(long, short)]
    pub follow: bool,
    /// Show what the tools gave back, too
    #[arg(long)]
    pub tools: bool,
    /// The conversation, by the id that the program gave it; that of the last run if none is named
    #[arg(long, value_name = "ID")]
    pub conversation: Option<String>,
    /// The record itself
    #[arg(long, value_name = "FILE", conflicts_with = "conversation")]
    pub file: Option<PathBuf>,
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
    /// Wait until it was delivered, so long at most; without it the answer comes within 8 s
    #[arg(long, value_name = "DURATION", num_args = 0..=1, require_equals = true, default_missing_value = "10m", value_parser = humantime::parse_duration)]
    pub wait: Option<Duration>,
}

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
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub timeout: Option<Duration>,
}

#[derive(Debug, Args)]
pub struct Init {
    /// The folder to set up; this one if none is named
    pub dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Selftest {
    /// Show every check, not only those that fail
    #[arg(long, short)]
    pub verbose: bool,
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

#[derive(Debug, Args)]
pub struct Explain {
    /// The agent whose screen is read
    #[arg(add = crate::commands::completions::names(), conflicts_with_all = ["screen", "backend"])]
    pub name: Option<String>,
    /// Whose screen the file is: a backend of the config, or a preset
    #[arg(long, value_name = "NAME")]
    pub backend: Option<String>,
    /// A stored screen, as `tmux capture-pane -p` prints it; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    pub screen: Option<PathBuf>,
    /// The pane's title at that time
    #[arg(long, requires = "screen")]
    pub title: Option<String>,
    /// The foreground process at that time
    #[arg(long, requires = "screen")]
    pub command: Option<String>,
    /// The pane's process had ended
    #[arg(long, requires = "screen")]
    pub dead: bool,
    /// The pane's width
    #[arg(long, requires = "screen")]
    pub columns: Option<usize>,
    /// The moment against which a reset time is read; RFC 3339
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
}
