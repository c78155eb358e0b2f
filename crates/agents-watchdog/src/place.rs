//! Where do the agents live, besides their terminals? Files, processes, git and the clock of one machine.

pub mod analyst;
mod clock;
mod conversation;
mod descriptors;
mod facts;
mod fetcher;
mod local;
mod prepare;
mod roots;
mod tellers;

pub use clock::now_after;
pub(crate) use facts::log_file;
pub(crate) use facts::unstartable as start_obstacle;
pub use local::LocalPlace;
pub(crate) use prepare::kickoff;
pub(crate) use prepare::make_private_dir;

use agents_config::{Fleet, OneOff};
use agents_decide::{
    AnalysisSeen, Base, BeganSeen, ExitSeen, HandoffSeen, Heard, JobSeen, Moment, Now, Opening,
    ProcessesSeen, RootsSeen, RunId, Seen, StatusSeen, StopStage, Told,
};
use agents_names::{AgentName, PhaseId};
use agents_tmux::{Listing, StartSession, TmuxError};

/// What a place knows of one member, beside its pane.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    pub exit: Option<ExitSeen>,
    pub log_age: Option<std::time::Duration>,
    /// In milliseconds since 1970, as the file is dated.
    pub log_dated: Option<i64>,
    /// In bytes.
    pub log_size: Option<u64>,
    pub processes: Seen<ProcessesSeen>,
    pub job: Option<JobSeen>,
    pub unstartable: Option<String>,
    pub began: Option<BeganSeen>,
    pub roots: Option<RootsSeen>,
    /// How many of the processes that were told to end had left the run before.
    pub strays: u32,
    pub resume_id: Option<String>,
    /// The conversation that the run's program has open.
    pub conversation: Option<String>,
    pub wake_text: Option<String>,
    /// What the program of the run says about itself.
    pub told: Option<Told>,
    pub heard: Option<Heard>,
    /// What the analyzer of its pilot does, or has answered.
    pub analysis: Option<AnalysisSeen>,
}

/// Which facts of a member this look needs; the others are skipped, since each costs something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    pub run: Option<RunId>,
    /// What tmux started in its pane, if that lives.
    pub launcher: Option<u32>,
    /// What is remembered of the processes that the run began with.
    pub roots: Option<RootsSeen>,
    /// Whether its program has begun.
    pub beginning: bool,
    /// The end of the run.
    pub end: bool,
    /// It lives in its pane, as far as is known.
    pub lives: bool,
    pub processes: bool,
    /// Whether the program of the run goes on, or was stopped by a signal.
    pub job: bool,
    /// Also those that left the run: it is to end with all that it began.
    pub strays: bool,
    /// Whether a start would work.
    pub startable: bool,
    pub wake: bool,
    /// In which conversation its program is.
    pub conversation: bool,
    /// The conversation that the run is known to be in.
    pub own: Option<String>,
}

/// What is to be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start<'a> {
    pub name: &'a AgentName,
    pub run: RunId,
    pub phase: Option<&'a PhaseId>,
    /// With which conversation it begins.
    pub opening: &'a Opening,
    /// What the operator wants instead of what the config says.
    pub one_off: &'a OneOff,
    /// The tmux server that lives, by its process.
    pub server: Option<u32>,
    /// How many others are started in the same request.
    pub beside: u64,
}

/// What an agent's analyzer is to judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question<'a> {
    pub name: &'a AgentName,
    pub job: u64,
    /// What this pane shows.
    pub pane: u32,
    /// The conversation of its own that it goes on with.
    pub resume: Option<&'a str>,
}

/// One machine, or a model of one.
///
/// Nothing here waits: what takes long runs beside the tick and is reported by a later one.
pub trait Place: Send {
    /// The time. Fleet time goes on from `resumed` after a restart of the watchdog.
    fn now(&mut self) -> Now;

    /// Continues fleet time from a stored moment.
    fn resume_clock(&mut self, mark: &ClockMark);

    /// What must be stored for fleet time to go on after a restart.
    fn clock_mark(&mut self) -> ClockMark;

    /// The numbers that runs and messages may have reached in a life of the fleet whose store was lost, or is newer than
    /// the one that is there.
    fn reached(&mut self) -> Reached;

    /// Whether the launcher of that run is this process.
    fn has_launched(&mut self, name: &AgentName, run: RunId, pid: u32) -> bool;

    fn facts(&mut self, fleet: &Fleet, name: &AgentName, need: Need) -> Facts;

    /// The status file of a phase.
    fn status(&mut self, fleet: &Fleet, phase: &PhaseId) -> Seen<StatusSeen>;

    /// The newest commit of the shared branch that the local copy of it holds; the remote is not asked.
    fn copy_of_branch(
        &mut self,
        fleet: &Fleet,
    ) -> impl std::future::Future<Output = Seen<String>> + Send;

    /// What the latest fetch brought since the last call, read from `base` on.
    fn handoff(&mut self, fleet: &Fleet, base: &Base) -> Seen<HandoffSeen>;

    /// The position that the original program left.
    fn legacy_position(&mut self, fleet: &Fleet) -> Option<usize>;

    /// A listing over a connection of its own.
    fn independent_listing(
        &mut self,
    ) -> impl std::future::Future<Output = Result<Listing, TmuxError>> + Send;

    /// Writes what a start needs, and says what tmux is to run.
    ///
    /// # Errors
    /// In words, what is missing.
    fn prepare(&mut self, fleet: &Fleet, start: &Start<'_>) -> Result<StartSession, String>;

    /// Signals the processes of a run that are left; `roots`: as they are remembered.
    fn end_processes(
        &mut self,
        name: &AgentName,
        run: RunId,
        roots: Option<&RootsSeen>,
        stage: StopStage,
    );

    /// Has the agent's analyzer answer a question, beside the ticks; an earlier one of the agent is ended. The answer stands in its facts.
    ///
    /// # Errors
    /// In words, why it cannot be asked.
    fn analyze(&mut self, fleet: &Fleet, question: &Question<'_>) -> Result<(), String>;

    /// Ends what the agent's analyzer does, and forgets it.
    fn end_analysis(&mut self, name: &AgentName);

    /// Mirrors the position into the file that other programs read.
    ///
    /// # Errors
    /// Those of the file system, in words.
    fn write_position(&mut self, fleet: &Fleet, phase: &PhaseId) -> Result<(), String>;

    /// Writes, or removes, the file that says the sequence is complete; one that stands is left as it is.
    ///
    /// # Errors
    /// Those of the file system, in words.
    fn mark_complete(&mut self, fleet: &Fleet, phase: Option<&PhaseId>) -> Result<(), String>;
}

/// Numbers that are not to be given out again: files and tmux sessions of an earlier life may carry them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reached {
    pub run: u64,
    pub message: u64,
}

/// Ties fleet time to the clocks of the machine.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ClockMark {
    pub at: Moment,
    /// Milliseconds of the boot clock.
    pub boot_ms: u64,
    pub boot_id: Option<String>,
    pub wall_ms: i64,
}
