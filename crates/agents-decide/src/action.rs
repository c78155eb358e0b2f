//! What is to be done? Every effect is a value before it happens.

use agents_config::OneOff;
use agents_names::{AgentName, PhaseId};

use crate::conversation::Opening;
use crate::request::Answer;
use crate::{Moment, RequestId};

/// Which start of the fleet this is, counted over the fleet's life.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct RunId(pub u64);

impl std::fmt::Display for RunId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "r{}", self.0)
    }
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Action {
    /// Starts an agent or a service.
    Start {
        name: AgentName,
        run: RunId,
        /// The phase whose kickoff a loop agent gets.
        phase: Option<PhaseId>,
        /// With which conversation it begins.
        #[serde(default)]
        opening: Opening,
        /// What the operator wants instead of what the config says.
        #[serde(default)]
        one_off: OneOff,
        why: Why,
    },
    /// Ends a session and its processes, one step of it.
    Stop {
        name: AgentName,
        /// The pane of ours that was seen; without one, the session of its name if it carries our tag.
        #[serde(default)]
        pane: Option<u32>,
        run: Option<RunId>,
        stage: StopStage,
        why: Why,
    },
    /// Types a message.
    Type { name: AgentName, pane: u32, text: String, token: String },
    /// Presses the submit key.
    Submit { name: AgentName, pane: u32, key: String, token: String },
    /// Presses a key in a dialog that the config answers.
    Choose {
        name: AgentName,
        pane: u32,
        key: crate::MenuKey,
        token: String,
        /// The dialog, and the row that is to be taken in the end.
        dialog: String,
        choose: String,
    },
    /// Has an agent's analyzer judge what the pane shows; `resume`: in this conversation of its own.
    Analyze { name: AgentName, job: u64, pane: u32, resume: Option<String> },
    /// Ends what an agent's analyzer does.
    EndAnalysis { name: AgentName },
    /// Asks a living tmux server, whose socket file vanished, to make it anew.
    RestoreSocket { server: crate::ServerSeen },
    /// Asks for another look by another way, before many members are judged gone at once.
    LookAgain,
    /// Mirrors the position into the file that other programs read.
    WritePosition { phase: PhaseId },
    /// Writes the file that says the sequence is complete, and deletes the trigger file.
    MarkComplete { phase: PhaseId },
    /// Deletes that file.
    ClearComplete,
    /// Ends a session that the file no longer declares.
    StopUndeclared {
        name: AgentName,
        session: String,
        pane: u32,
        run: Option<RunId>,
        stage: StopStage,
    },
    /// Answers a request of the operator.
    Reply { request: RequestId, answers: Vec<(AgentName, Answer)> },
    /// Tells the operator, once.
    Alarm {
        about: Option<AgentName>,
        /// Which alarm it is; empty in one that an earlier version decided.
        #[serde(default)]
        key: String,
        text: String,
    },
    /// Ends the watchdog itself.
    Exit,
}

/// How hard a stop is by now.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum StopStage {
    /// Close the terminal, which sends SIGHUP, and SIGTERM to the process group.
    Terminate,
    /// SIGKILL to what is left.
    Kill,
}

/// Why something is started or stopped; reads as the second half of a sentence.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Why {
    /// The operator asked.
    Asked,
    /// It is declared, the fleet is up, and it never ran.
    New,
    /// It ended; how, in words.
    Gone { how: String },
    /// The tmux server was lost, and the fleet comes back.
    ServerLost,
    /// Another backend's program runs in its session.
    Mismatch { found: String, expected: String },
    /// The screen shows an error it cannot leave.
    Fatal { row: String },
    /// Idle too long; `since` is missing in a state that an earlier version wrote.
    Stall {
        #[serde(default)]
        since: Option<Moment>,
        how: String,
    },
    /// The phase changed.
    Phase { phase: PhaseId },
    /// The sequence is complete.
    SequenceComplete,
    /// A parked member gets one more try.
    ParkedRetry,
    /// Its program does not know the conversation that it was to continue, so it begins a new one.
    Refused { id: String },
    /// A start failed and is tried again.
    Retry { reason: String },
}

/// When the next look is due at the latest, because a machine waits for something sooner than the next tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LookBy(pub Moment);
