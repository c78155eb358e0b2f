//! What did one look see? Serializable, so that a recorded tick is a test case.

use std::collections::BTreeMap;
use std::time::Duration;

use agents_names::{AgentName, PhaseId};

use crate::{Request, RunId, Seen};

/// All that one look saw.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Observation {
    /// `Absent`: proven dead, or never there. An unreachable socket of a living server is `Unknown`.
    pub server: Seen<ServerSeen>,
    /// The listing got no answer within the time limit: the server has its socket, and hangs.
    #[serde(default)]
    pub hangs: bool,
    /// The server is reached over a connection that was made before, and its socket file is gone: nobody else reaches it.
    #[serde(default)]
    pub socket_lost: bool,
    /// The look was made by another way than the ordinary one: a fresh connection and the process ids.
    pub independent: bool,
    /// The watchdog looks. A verb that holds the fleet for a moment does what it was asked for and no more.
    #[serde(default = "yes")]
    pub supervised: bool,
    /// Every declared agent and service.
    pub members: BTreeMap<AgentName, MemberSeen>,
    /// Sessions with our tag that the file does not declare.
    pub undeclared: Vec<Undeclared>,
    /// The status file of the phase that the state says is current.
    pub status: Seen<StatusSeen>,
    /// The newest commit of the shared branch that the local copy knew before this look began a fetch; looked up only
    /// until it is known from where on the branch is read. `Absent`: there is no copy of it.
    #[serde(default)]
    pub copy: Option<Seen<String>>,
    /// `Absent`: nothing was looked up since the last tick.
    pub handoff: Seen<HandoffSeen>,
    /// Requests of the operator that no earlier tick has taken up, oldest first.
    pub requests: Vec<Request>,
    /// The position that the original program left behind, for a store that has none yet.
    pub legacy_position: Option<usize>,
}

/// The identity of the tmux server that answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ServerSeen {
    pub pid: u32,
    pub start_time: u64,
}

/// What was seen of one agent or service.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct MemberSeen {
    /// `Absent`: the server answered without the session.
    pub pane: Seen<PaneSeen>,
    /// `Absent` without a pane.
    pub screen: Seen<ScreenSeen>,
    /// What the screen shows by the rules of the backend's preset; `None` without one, or without a screen.
    #[serde(default)]
    pub shown: Option<crate::Shown>,
    /// What the program itself says by its hooks and its record; `None` when it says nothing that holds now.
    #[serde(default)]
    pub told: Option<crate::Told>,
    /// When the program of this run last said anything; `None` when it never did.
    #[serde(default)]
    pub heard: Option<crate::Heard>,
    /// The conversation that the program of this run is in, as the program itself says.
    #[serde(default)]
    pub conversation: Option<String>,
    /// How the last run ended, as its launcher recorded.
    pub exit: Option<ExitSeen>,
    /// Since the session log was last written; `None` without a log.
    pub log_age: Option<Duration>,
    /// What the wall clock showed when the session log was last written, in milliseconds since 1970, as the file is dated.
    #[serde(default)]
    pub log_dated: Option<i64>,
    /// How long the session log is, in bytes: a file that was only touched is as long as before.
    #[serde(default)]
    pub log_size: Option<u64>,
    /// The processes of the last run; `Absent` when none is left, or none was recorded.
    pub processes: Seen<ProcessesSeen>,
    /// Whether the program of a living run goes on; `None` where that was not looked at, or cannot be told.
    #[serde(default)]
    pub job: Option<JobSeen>,
    /// Why a start would fail now: a missing prompt file or working directory.
    pub unstartable: Option<String>,
    /// Why the last start that the shell tried did fail, and which it was.
    pub start_failed: Option<(RunId, String)>,
    /// How the program of the last run began, as its launcher recorded; looked up until it is seen.
    #[serde(default)]
    pub began: Option<BeganSeen>,
    /// The processes that its run began with, until all of them are remembered.
    #[serde(default)]
    pub roots: Option<RootsSeen>,
    /// How many processes of its run that are being ended had left it: nobody's children, in sessions of their own.
    #[serde(default)]
    pub strays: u32,
    /// tmux was not heard to take what was decided for it last: it was not asked, or did not answer in time.
    #[serde(default)]
    pub unheard: bool,
    /// The conversation id that a restart would resume.
    pub resume_id: Option<String>,
    /// The text of the wake prompt, as one line; `None` when the file is missing or blank.
    pub wake_text: Option<String>,
    /// What its pilot's analyzer does, or has answered.
    #[serde(default)]
    pub analysis: Option<crate::AnalysisSeen>,
}

/// One pane, as the listing tells it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PaneSeen {
    pub pane: u32,
    /// The session carries our tag for this very member, or holds the launcher of its last run.
    pub ours: bool,
    /// Which start this was, from the session's tag.
    pub run: Option<RunId>,
    pub dead: Option<DeadSeen>,
    /// In copy mode, or input switched off: keys do not reach the program.
    pub deaf: bool,
    /// The foreground process.
    pub command: String,
    /// Tokens of the last text typed and of the last submit; proof that the step was done.
    pub typed: Option<String>,
    pub submitted: Option<String>,
}

/// How the process of a kept pane ended, as far as tmux knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DeadSeen {
    pub status: Option<i32>,
    pub signal: Option<i32>,
}

/// The rows of a screen.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ScreenSeen {
    /// Top to bottom; rows that the terminal wrapped are joined.
    pub rows: crate::Rows,
    /// Equal digests mean equal rows.
    pub digest: u64,
}

/// How a run began, from its launcher's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct BeganSeen {
    pub run: RunId,
    /// For how long its program has run, by the wall clock.
    pub age: Duration,
}

/// How a run ended, from its launcher's record.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ExitSeen {
    pub run: RunId,
    pub code: Option<i32>,
    pub signal: Option<i32>,
    /// How long the program ran.
    pub alive: Duration,
    /// Why the program could not be started at all.
    pub failure: Option<String>,
    /// Its terminal was gone when it ended: somebody closed the session under it.
    #[serde(default)]
    pub session_closed: bool,
    /// The last rows that it printed.
    pub last_output: Vec<String>,
}

/// The processes of one run.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ProcessesSeen {
    /// CPU time of all of them together, ended children included, in milliseconds.
    pub cpu_ms: u64,
    /// Equal digests mean the same set of processes.
    pub digest: u64,
    pub count: u32,
}

/// Whether the program that a run began with goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct JobSeen {
    /// It leads the process group of its run.
    pub pid: u32,
    /// A signal stopped it, or a debugger holds it.
    pub suspended: bool,
}

impl MemberSeen {
    /// The program of the run, where it is known to be stopped by a signal.
    pub(crate) fn suspended(&self) -> Option<u32> {
        self.job.filter(|job| job.suspended).map(|job| job.pid)
    }
}

/// The processes that a run began with. Whatever becomes of its records, the rest of it is found by them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RootsSeen {
    pub run: RunId,
    /// What tmux started in the pane.
    pub launcher: ProcessSeen,
    /// `None`: not known yet, or not any more.
    pub program: Option<ProcessSeen>,
}

/// One process.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ProcessSeen {
    pub pid: u32,
    /// When it began, in the words of its machine: a later process with its number began at another time.
    pub began: Option<String>,
}

/// The status file of a phase.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StatusSeen {
    pub phase: PhaseId,
    pub text: String,
}

/// What the last fetch of the handoff repository brought.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct HandoffSeen {
    /// Commit id of the branch's head; `None` when nothing was pushed yet.
    pub head: Option<String>,
    /// The base that `news` starts from.
    pub base: Option<String>,
    pub news: NewsSeen,
    /// The inbox files looked for.
    pub inboxes: Vec<InboxSeen>,
}

/// What is new on the branch since the base.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum NewsSeen {
    /// No base was given.
    First,
    /// Commit ids and subjects, oldest first.
    Commits(Vec<(String, String)>),
    /// The base is no longer known: the history was rewritten.
    BaseUnknown,
}

/// One inbox file on the branch.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct InboxSeen {
    pub file: String,
    /// A digest of its content; `None` when it is not there.
    pub digest: Option<String>,
}

/// A session with our tag that no table of the file declares.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Undeclared {
    pub name: AgentName,
    pub session: String,
    /// Its first pane.
    #[serde(default)]
    pub pane: u32,
    pub run: Option<RunId>,
}

fn yes() -> bool {
    true
}
