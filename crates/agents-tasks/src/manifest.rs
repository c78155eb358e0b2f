//! What is to be done, and under which bounds?

use agents_names::AgentName;

use crate::{Claim, Rules, TaskState};

/// A list of tasks in phases; checked, so that every name in it is known and no order is a circle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    pub project: String,
    /// `owner/name` at the forge, or what `git clone` takes.
    pub repo: Option<String>,
    /// The branch from which every task's branch begins.
    pub base: String,
    pub model: Option<String>,
    /// How many tasks may run at once.
    pub max_parallel: Option<u32>,
    pub rules: Rules,
    /// A phase begins when every task of the one before is at its end.
    pub phases: Vec<Phase>,
    /// In the order of the phases, and of the file within one.
    pub tasks: Vec<Task>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phase {
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its session is called so, behind the fleet's prefix.
    pub id: AgentName,
    /// Which of the manifest's phases it belongs to.
    pub phase: usize,
    /// The number of the issue that it closes.
    pub issue: Option<u64>,
    pub title: String,
    pub body: String,
    /// What it writes to. Without any it may write anywhere, and shares no file with nobody: nothing is known.
    pub files: Vec<Claim>,
    /// Places in [`Manifest::tasks`].
    pub depends_on: Vec<usize>,
    /// Of two that may start, the one with the larger number starts first.
    pub priority: i64,
    /// Tasks of one account share its limit.
    pub account: Option<String>,
    pub backend: Option<String>,
    pub branch: String,
    /// What the file says of its state.
    pub state: TaskState,
}

impl Manifest {
    /// The task of that name, and its place.
    #[must_use]
    pub fn task(&self, id: &str) -> Option<(usize, &Task)> {
        self.tasks.iter().enumerate().find(|(_, task)| task.id.as_str() == id)
    }
}
