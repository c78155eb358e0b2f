//! What is wrong with a manifest?

/// One thing that is wrong with a manifest, in words that name the way out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("it has no task: list some under `[[task]]`, or under `tasks` of a phase")]
    NoTask,
    #[error("two phases are called `{0}`: give each a name of its own")]
    PhaseTwice(String),
    #[error("{task}: there is no phase `{phase}`{}", nearby(.known, "the phases are"))]
    UnknownPhase { task: String, phase: String, known: Vec<String> },
    #[error("{task}: {reason}")]
    Name { task: String, reason: String },
    #[error("two tasks are called `{0}`: an id names one task")]
    IdTwice(String),
    #[error(
        "`{one}` and `{other}` would share the branch `{branch}`: give one of them another `branch`"
    )]
    BranchTwice { one: String, other: String, branch: String },
    #[error(
        "{task}: its branch `{branch}` is the base, which nothing is pushed to: give it another `branch`"
    )]
    BranchIsBase { task: String, branch: String },
    #[error(
        "`{one}` and `{other}`: git cannot have the branch `{outer}` beside `{inner}`: give one of them another `branch`"
    )]
    BranchInside { one: String, other: String, outer: String, inner: String },
    #[error("{task}: `dependsOn` names `{on}`, which no task is called{}", nearby(.known, "did you mean"))]
    UnknownTask { task: String, on: String, known: Vec<String> },
    #[error("{task}: it depends on itself")]
    OnItself { task: String },
    #[error("a circle of tasks that wait for each other: {}", .path.join(" → "))]
    Circle { path: Vec<String> },
    #[error(
        "{task} of phase `{phase}` depends on {on} of the later phase `{later}`, which begins when {task} is done: {task} → {on} → the end of `{phase}` → {task}; put {on} into `{phase}`, or {task} into `{later}`"
    )]
    LaterPhase { task: String, phase: String, on: String, later: String },
    #[error("{task}: `files`: {reason}")]
    Claim { task: String, reason: String },
    #[error("{task}: `{branch}` cannot name a branch: {reason}")]
    Branch { task: String, branch: String, reason: &'static str },
    #[error("`maxParallel` is 0, so nothing would ever start: leave it out, or give at least 1")]
    NothingAtOnce,
    #[error("`attempts` is 0, so nothing would ever be tried: leave it out, or give at least 1")]
    NoAttempt,
    #[error("`{key}`: `{name}` cannot be a name in git: {reason}")]
    GitName { key: &'static str, name: String, reason: &'static str },
    #[error("`{key}`: its first word is empty: name a program")]
    NoProgram { key: &'static str },
    #[error("`copy`: {reason}")]
    Copy { reason: String },
}

impl Problem {
    /// The id of the task that it is about, where it is about one.
    #[must_use]
    pub fn task(&self) -> Option<&str> {
        match self {
            Self::UnknownPhase { task, .. }
            | Self::Name { task, .. }
            | Self::UnknownTask { task, .. }
            | Self::OnItself { task }
            | Self::LaterPhase { task, .. }
            | Self::Claim { task, .. }
            | Self::Branch { task, .. }
            | Self::BranchIsBase { task, .. }
            | Self::BranchTwice { other: task, .. }
            | Self::BranchInside { other: task, .. }
            | Self::IdTwice(task) => Some(task),
            Self::Circle { path } => path.first().map(String::as_str),
            Self::NoTask
            | Self::PhaseTwice(_)
            | Self::NothingAtOnce
            | Self::NoAttempt
            | Self::GitName { .. }
            | Self::NoProgram { .. }
            | Self::Copy { .. } => None,
        }
    }
}

fn nearby(known: &[String], words: &str) -> String {
    if known.is_empty() { String::new() } else { format!("; {words} {}", quoted(known)) }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
