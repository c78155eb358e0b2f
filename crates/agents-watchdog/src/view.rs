//! What does the fleet look like now? The one summary behind `agents status`, made of values alone.

pub mod limits;
mod member;
#[cfg(test)]
mod tests;
mod waiting;
mod watchdog;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use agents_config::{Fleet, Kind, Watch};
use agents_decide::sentence::way_out;
use agents_decide::{FleetState, Now, Sequence, Stand, Standing};
use agents_names::{AgentName, BackendName, PhaseId};
use agents_tmux::Listing;
use chrono::{DateTime, Utc};

use crate::files::Files;
use crate::notify::Untold;
use crate::observe::sessions;
use crate::recorder::Word;

pub use watchdog::{WatchdogState, WatchdogView};

/// Everything that the summary is made of.
#[derive(Debug)]
pub struct Known<'a> {
    /// The fleet in force.
    pub fleet: &'a Fleet,
    pub config_problem: Option<String>,
    /// What that comes to.
    pub config_standing: ConfigStanding,
    /// Why the store cannot be used; then nothing is remembered.
    pub store_problem: Option<String>,
    /// Who could not be told of what needs a person.
    pub untold: Vec<Untold>,
    /// Which other fleet has the session prefix on this tmux server; its sessions are not among the terminals.
    pub neighbour: Option<&'a NeighbourView>,
    /// What the last tick remembered; `None` before the first.
    pub state: Option<&'a FleetState>,
    /// The last words about members, by name.
    pub words: &'a BTreeMap<String, Word>,
    pub terminals: &'a Terminals,
    /// What the files of today say of what was started earlier.
    pub files: &'a Files,
    pub watchdog: WatchdogView,
    /// The phase whose kickoff a loop agent would get now, where the fleet has phases.
    pub phase: Option<PhaseId>,
    /// Whether the status file says that this phase is done; `None` when it cannot be read.
    pub phase_done: Option<bool>,
    /// Now, comparable with the moments of `state`.
    pub now: Now,
}

/// What a problem of the config file comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConfigStanding {
    /// It is not obeyed, and the last good one stays in force.
    #[default]
    Broken,
    /// Nothing is wrong with it but that nobody has trusted it; the last good one stays in force.
    Untrusted,
    /// Nobody has trusted it and nobody watches, so that a start would be refused.
    Unstartable,
    /// It is good by now, and the watchdog has not read it yet.
    Mended,
}

/// What the look at the terminals brought.
#[derive(Debug, Clone, PartialEq)]
pub enum Terminals {
    Listed(Listing),
    /// No server runs, and none that we know of lives: nothing runs.
    NoServer,
    /// The look failed; nobody knows what runs. `hangs`: a server lets everybody wait.
    Unseen {
        cause: String,
        hangs: bool,
    },
}

/// The summary.
#[derive(Debug, Clone, PartialEq)]
pub struct FleetView {
    pub config: PathBuf,
    /// What is wrong with the config file, in one line.
    pub config_problem: Option<String>,
    /// What that comes to.
    pub config_standing: ConfigStanding,
    /// Why the store cannot be used, since when, and the way out.
    pub store_problem: Option<String>,
    /// Who could not be told of what needs a person.
    pub untold: Vec<Untold>,
    /// Which other fleet has the session prefix on this tmux server: nothing of this one runs, or may be started.
    pub neighbour: Option<NeighbourView>,
    pub phase: Option<PhaseView>,
    /// In the order of the file.
    pub agents: Vec<MemberView>,
    pub services: Vec<MemberView>,
    pub watchdog: WatchdogView,
    pub undeclared: Vec<UndeclaredView>,
    /// Why the terminals could not be looked at.
    pub tmux_problem: Option<String>,
}

/// The position in the phases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhaseView {
    pub id: PhaseId,
    /// Counted from 0; `None` when the file no longer declares it.
    pub index: Option<usize>,
    pub of: usize,
    pub plan: Option<String>,
    pub done: Option<bool>,
    /// The last phase is done and the loops rest.
    pub complete: bool,
    /// Another phase that the fleet is on its way from.
    pub moving_from: Option<PhaseId>,
    /// The phase is done, and agents of the loop that still work may finish until then.
    pub advances_by: Option<DateTime<Utc>>,
}

/// One agent or service.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberView {
    pub name: String,
    pub session: String,
    pub declared: Declared,
    pub enabled: bool,
    /// Enabled, and neither taken down by the operator nor done with its work.
    pub should_run: bool,
    pub state: State,
    /// Since when it is in that state.
    pub since: Option<Since>,
    pub restarts: u32,
    pub waiting_for: Option<String>,
    /// How it ended, why it rests, or what it runs with still, where it waits for nothing.
    pub remark: Option<String>,
    /// With what it runs that the file has changed since, in words that follow "runs with".
    pub edited: Option<String>,
    /// The foreground process of its pane.
    pub command: Option<String>,
    /// What its program does, as the last look found, and what says so; only while it runs and is watched.
    pub doing: Option<Standing>,
    pub limited_until: Option<DateTime<Utc>>,
    /// What it is owed, oldest first.
    pub owed: Vec<String>,
    /// Its pilot, where the file gives it one.
    pub pilot: Option<PilotView>,
}

/// What tells an idle agent to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PilotView {
    pub is_on: bool,
    /// How many prompts went since a person last said something, of how many.
    pub given: u32,
    pub most: u32,
    /// What the last look said of it; only while it is watched.
    pub said: Option<String>,
}

impl PilotView {
    /// In one line.
    #[must_use]
    pub fn told(&self) -> String {
        let switch = if self.is_on { "on" } else { "off" };
        let said = self.said.as_ref().map_or_else(String::new, |said| format!("; {said}"));
        format!("{switch}, {} of {} prompts given{said}", self.given, self.most)
    }
}

/// What the file says about a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Declared {
    Agent {
        kind: Kind,
        /// That it runs with, as the model.
        backend: BackendName,
        /// That it runs with; where it does not run, the one that its next start takes.
        model: Option<String>,
        watch: Watch,
    },
    Service,
}

/// A point in time, and how long ago it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Since {
    pub at: DateTime<Utc>,
    pub ago: Duration,
}

/// What a member does now, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Running,
    Starting,
    Stopping,
    /// It is down, and a start is due.
    Restarting,
    Stopped,
    /// The last start failed, and none is due.
    Failed,
    /// It ended by itself, and is not started again.
    Ended,
    Parked,
    /// Inside a usage window.
    Limited,
    /// It runs, and asks a person something.
    WaitingInput,
    /// It runs, needs a restart, and may not be restarted.
    Stalled,
    /// It ran when last looked at, and is not there now.
    Missing,
    Unknown,
}

impl State {
    /// All states.
    pub const ALL: [Self; 13] = [
        Self::Running,
        Self::Starting,
        Self::Stopping,
        Self::Restarting,
        Self::Stopped,
        Self::Failed,
        Self::Ended,
        Self::Parked,
        Self::Limited,
        Self::WaitingInput,
        Self::Stalled,
        Self::Missing,
        Self::Unknown,
    ];

    /// Whether it does not run, and nothing is under way.
    #[must_use]
    pub fn is_rest(self) -> bool {
        matches!(self, Self::Stopped | Self::Ended)
    }

    /// The word in `--json` output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Starting => "starting",
            Self::Stopping => "stopping",
            Self::Restarting => "restarting",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Ended => "ended",
            Self::Parked => "parked",
            Self::Limited => "limited",
            Self::WaitingInput => "waiting_input",
            Self::Stalled => "stalled",
            Self::Missing => "missing",
            Self::Unknown => "unknown",
        }
    }
}

/// A session with our tag that the file does not declare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndeclaredView {
    pub name: String,
    pub session: String,
}

/// Another living fleet that has the session prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeighbourView {
    /// Whose the prefix is, and the way out.
    pub problem: String,
    /// The agents and services that it runs.
    pub runs: Vec<AgentName>,
}

impl FleetView {
    /// The summary of what is known.
    #[must_use]
    pub fn of(known: &Known<'_>) -> Self {
        let listing = match known.terminals {
            Terminals::Listed(listing) => Some(listing),
            Terminals::NoServer | Terminals::Unseen { .. } => None,
        };
        let agents = member::agents(known, listing);
        let services = member::services(known, listing);
        let undeclared = sessions::undeclared(known.fleet, listing).into_iter();
        let undeclared = undeclared
            .map(|found| UndeclaredView { name: found.name.to_string(), session: found.session });
        let undeclared = undeclared.collect();
        Self {
            config: known.fleet.config.clone(),
            config_problem: known.config_problem.clone(),
            config_standing: known.config_standing,
            store_problem: known.store_problem.clone(),
            untold: known.untold.clone(),
            neighbour: known.neighbour.cloned(),
            phase: phase(known),
            agents,
            services,
            watchdog: known.watchdog,
            undeclared,
            tmux_problem: match known.terminals {
                Terminals::Unseen { cause, hangs } => Some(unseen(known, cause, *hangs)),
                Terminals::Listed(_) | Terminals::NoServer => None,
            },
        }
    }

    /// Agents, then services.
    pub fn members(&self) -> impl Iterator<Item = &MemberView> {
        self.agents.iter().chain(&self.services)
    }

    /// Whether everything that should run does, and somebody watches it.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        let all_run = self.members().all(|member| !member.should_run || member.runs());
        let is_blocked = self.config_problem.is_some()
            || self.store_problem.is_some()
            || self.neighbour.is_some();
        all_run && !is_blocked && self.watchdog.state == WatchdogState::Running
    }
}

/// Why the terminals cannot be looked at, with what the watchdog knows of it.
fn unseen(known: &Known<'_>, cause: &str, hangs: bool) -> String {
    let Some(state) = known.state else { return cause.to_owned() };
    let mut text = cause.to_owned();
    if let Some(blind) = state.blind {
        let since = known.now.since(blind.since);
        text.push_str(&format!("; so it is {since}, and nothing is started or stopped"));
    }
    if let Some(server) = state.server.filter(|_| hangs) {
        text.push_str(&format!("; {}", way_out(server)));
    }
    text
}

impl MemberView {
    /// Whether only a person can help it on.
    #[must_use]
    pub fn needs_person(&self) -> bool {
        let doing = self.doing.as_ref().map(|doing| doing.stand);
        self.state == State::WaitingInput
            || matches!(doing, Some(Stand::Unauthenticated | Stand::Suspended))
    }

    /// Whether its program runs, at work or inside a usage window.
    #[must_use]
    pub fn runs(&self) -> bool {
        matches!(self.state, State::Running | State::Limited) && self.command.is_some()
    }
}

fn phase(known: &Known<'_>) -> Option<PhaseView> {
    let sequence = known.state.and_then(|state| state.sequence.as_ref());
    let id = sequence.map(Sequence::phase).or(known.phase.as_ref())?.clone();
    // The file may have no phases any more.
    let plan = known.fleet.loop_plan.as_ref()?;
    let moving_from = match sequence {
        Some(Sequence::Moving { from, .. }) => Some(from.clone()),
        Some(
            Sequence::Running { .. }
            | Sequence::Finishing { .. }
            | Sequence::Completing { .. }
            | Sequence::Complete { .. },
        )
        | None => None,
    };
    let advances_by = match sequence {
        Some(Sequence::Finishing { since, .. }) => {
            Some(known.now.wall_of(since.after(plan.advance_grace)))
        }
        Some(
            Sequence::Running { .. }
            | Sequence::Moving { .. }
            | Sequence::Completing { .. }
            | Sequence::Complete { .. },
        )
        | None => None,
    };
    Some(PhaseView {
        index: plan.index(&id),
        of: plan.phases.len(),
        plan: plan.phase(&id).map(|phase| phase.plan.clone()),
        done: known.phase_done,
        complete: sequence.is_some_and(Sequence::is_complete),
        moving_from,
        advances_by,
        id,
    })
}
