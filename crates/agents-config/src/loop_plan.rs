//! What are the phases of the build, and what ends one?

use std::collections::BTreeMap;
use std::path::PathBuf;

use agents_names::{AgentName, PhaseId, RoleName};

use crate::Handoff;

/// The `[loop]` table: the sequence of phases and how it moves.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct LoopPlan {
    /// Never empty, ids unique.
    pub phases: Vec<Phase>,
    /// The file under the state folder that mirrors the position for other programs.
    pub state_file: String,
    /// The line in the status file that ends a phase.
    pub done_marker: String,
    /// Whether a finished phase moves on by itself.
    pub auto_advance: bool,
    /// How long agents of the loop that are at work when their phase is done may finish before they are stopped.
    pub advance_grace: std::time::Duration,
    /// `Some(false)`: begin at the first phase when no position is recorded. Kept for files of the original.
    pub resume_phase: Option<bool>,
    pub handoff: Option<Handoff>,
    pub on_complete: Option<OnComplete>,
    /// The repository in which the status files lie: the handoff's, else the project.
    pub repo: PathBuf,
    /// The folder of the status files inside `repo`; the repository's root is looked at next.
    pub state_subdir: String,
}

/// One step of the build.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Phase {
    pub id: PhaseId,
    pub plan: String,
    /// The name of the status file.
    pub status: String,
    pub models: BTreeMap<RoleName, String>,
}

/// What happens when the last phase is done.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct OnComplete {
    /// The task agent to start.
    pub run: Option<AgentName>,
    /// A file in the log folder that is deleted then.
    pub trigger_file: String,
}

impl LoopPlan {
    /// The phase of that id.
    #[must_use]
    pub fn phase(&self, id: &PhaseId) -> Option<&Phase> {
        self.phases.iter().find(|phase| phase.id == *id)
    }

    /// The position of the phase, counted from 0.
    #[must_use]
    pub fn index(&self, id: &PhaseId) -> Option<usize> {
        self.phases.iter().position(|phase| phase.id == *id)
    }

    /// The phase after that one.
    #[must_use]
    pub fn after(&self, id: &PhaseId) -> Option<&Phase> {
        self.phases.get(self.index(id)? + 1)
    }
}
