//! How far is the work on a manifest, task by task? What is stored of it.

use crate::{Forge, Hook, Manifest, Spent, TaskState};

/// A manifest that is being carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// One for each task of the manifest, in its order.
    pub tasks: Vec<Progress>,
}

impl Work {
    /// The work on a manifest that nobody has begun. What its file says is done stays so.
    #[must_use]
    pub fn begin(manifest: &Manifest, now: Now) -> Self {
        let of = |task: &crate::Task| {
            let state = if task.state.is_over() { task.state } else { TaskState::Pending };
            let stage = if state.is_over() {
                Stage::Over
            } else {
                Stage::Waiting { from: Time::default() }
            };
            let mut progress = Progress { branch: task.branch.clone(), ..Progress::default() };
            (progress.state, progress.stage, progress.since_ms) = (state, stage, now.wall_ms);
            progress
        };
        Self { tasks: manifest.tasks.iter().map(of).collect() }
    }

    /// Whether every task is at its end.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.tasks.iter().all(|task| task.state.is_over())
    }

    /// Whether nothing moves any more unless somebody says so.
    #[must_use]
    pub fn rests(&self) -> bool {
        self.tasks.iter().all(|task| task.stage == Stage::Over)
    }
}

/// Fleet time, in milliseconds.
pub type Time = u64;

/// The time of a step: fleet time for durations, the wall clock for people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Now {
    pub at: Time,
    /// Milliseconds since 1970.
    pub wall_ms: i64,
}

/// How far one task is.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Progress {
    pub state: TaskState,
    pub stage: Stage,
    /// Why it is in that state.
    pub reason: String,
    /// Since when, by the wall clock.
    pub since_ms: i64,
    /// Counts all attempts; 0 before the first.
    pub attempt: u32,
    /// Attempts that failed since somebody last asked for a retry.
    pub failures: u32,
    /// How often the attempt under way was cut off by something that was not its fault.
    pub interruptions: u32,
    /// How often in a row its program was refused by a usage limit.
    pub limited: u32,
    /// Its program was refused until then: others of its account wait, too.
    pub limited_until: Time,
    /// Counts resets: each makes a worktree and a branch of its own.
    pub generation: u32,
    pub branch: String,
    /// The backend that runs its attempt, or ran the last one.
    pub backend: Option<String>,
    /// The repository of its branch, where that is another than the file names by now.
    pub repository: Option<String>,
    /// Absolute; `None` before there is one, and when it was removed.
    pub worktree: Option<String>,
    /// The commit that its branch begins with.
    pub start: Option<String>,
    /// The newest commit of its branch, when it was last looked at.
    pub head: Option<String>,
    /// How many commits the branch has on top of its start.
    pub commits: u32,
    pub started_ms: Option<i64>,
    pub ended_ms: Option<i64>,
    pub exit: Option<Exit>,
    /// The last rows of the last attempt that failed, for the prompt of the next.
    pub error: Vec<String>,
    /// What the program said last.
    pub said: Vec<String>,
    /// The conversation of its program, where that is known.
    pub conversation: Option<String>,
    /// When the attempt under way began to run, moved by all that it had to wait for.
    pub attempt_from: Time,
    pub held_from: Option<Time>,
    /// What the worktree and the log were when they were last seen to have changed, and when that was.
    pub trace: String,
    pub moved_at: Time,
    /// How long the session log was when the attempt began.
    pub log_from: u64,
    /// An errand that failed is tried again from then on.
    pub errand_from: Time,
    pub errand_failures: u32,
    pub pull: Option<Pull>,
    /// How many files it changed, and had not committed when it ended.
    pub uncommitted: u32,
    /// Why its worktree is kept.
    pub kept: Option<String>,
    /// A program that is still to hear of its end.
    pub hook: Option<Hook>,
    /// What its programs said that it cost.
    pub spent: Option<Spent>,
}

/// What is under way for a task.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Nothing; it may start from then on, when nothing else stands in its way.
    Waiting { from: Time },
    /// Its worktree is made ready.
    Preparing,
    /// The fleet was asked to start it. `again`: it is to go on where it was cut off.
    Starting { asked: Time, again: bool },
    /// Its session runs.
    Working { since: Time },
    /// Its session is being ended.
    Ending { then: Then },
    /// Its program ended well: what is there of its work?
    Judging,
    /// Its branch is pushed.
    Pushing,
    /// Its pull request is opened.
    Opening,
    /// Nothing more is to be done for it, but for what is left to tidy.
    Over,
}

impl Default for Stage {
    fn default() -> Self {
        Self::Waiting { from: 0 }
    }
}

/// What follows when a session has ended that was told to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// The attempt failed, for this reason.
    Fail(String),
    Cancel,
    Skip,
    Reset,
    Retry,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Exit {
    pub code: Option<i32>,
    pub signal: Option<i32>,
    /// How long it ran.
    pub alive_ms: u64,
}

/// A pull request.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Pull {
    pub forge: Forge,
    pub number: Option<u64>,
    pub url: String,
}

impl Stage {
    /// Whether the fleet has the task as a member: it may have a session.
    #[must_use]
    pub fn has_session(&self) -> bool {
        match self {
            Self::Starting { .. } | Self::Working { .. } | Self::Ending { .. } => true,
            Self::Waiting { .. }
            | Self::Preparing
            | Self::Judging
            | Self::Pushing
            | Self::Opening
            | Self::Over => false,
        }
    }
}
