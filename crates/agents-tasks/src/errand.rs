//! Which slow thing is owed to a task, outside of its session? Each may be done twice without harm.

use std::time::Duration;

use crate::progress::{Now, Progress, Pull, Stage};
use crate::{Forge, Hook, Manifest, TaskState, Work};

/// A slow thing that is done beside the ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Errand {
    /// Make worktree and branch, unless they are there, and set the worktree up.
    Prepare,
    /// Look whether anything moves.
    Look,
    /// Count commits and changes.
    Judge,
    /// Push the branch.
    Push,
    /// Open a pull request, unless there is one.
    Open,
    /// Ask whether the pull request is merged.
    Watch,
    /// Remove the worktree, if nothing would be lost.
    Tidy,
    /// Tell the operator's program that it is done, or has failed.
    Hook(Hook),
}

/// What came of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    Prepared {
        worktree: String,
        start: String,
    },
    /// Equal where nothing has moved.
    Looked {
        trace: String,
    },
    Judged {
        commits: u32,
        dirty: u32,
        head: String,
    },
    Pushed,
    /// There is no remote to push to.
    NoRemote,
    Opened(Pull),
    Watched(Fate),
    Removed,
    /// It was told.
    Hooked,
    /// It stays, for this reason.
    Kept(String),
}

/// What became of a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Open,
    Merged,
    /// Closed without a merge.
    Closed,
}

/// Why one did not come to anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub reason: String,
    /// Nothing but a person mends it.
    pub lasting: bool,
}

/// Between two looks at a pull request.
const LOOK_AT_PULLS: Duration = Duration::from_secs(120);
/// Before an errand that failed is tried again; doubles up to the second.
const RETRY: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(600));

/// What is owed to the task now; `None` when nothing is, or not yet.
#[must_use]
pub fn owed(manifest: &Manifest, work: &Work, place: usize, now: Now) -> Option<Errand> {
    let progress = work.tasks.get(place)?;
    let errand = of_stage(manifest, progress)?;
    (now.at >= progress.errand_from).then_some(errand)
}

/// When the next errand that waits is due.
#[must_use]
pub fn next_due(manifest: &Manifest, work: &Work) -> Option<u64> {
    let due = |progress: &Progress| of_stage(manifest, progress).map(|_| progress.errand_from);
    work.tasks.iter().filter_map(due).min()
}

pub(crate) fn of_stage(manifest: &Manifest, progress: &Progress) -> Option<Errand> {
    match &progress.stage {
        Stage::Preparing => Some(Errand::Prepare),
        Stage::Working { .. } => Some(Errand::Look),
        Stage::Judging => Some(Errand::Judge),
        Stage::Pushing => Some(Errand::Push),
        Stage::Opening => Some(Errand::Open),
        Stage::Over if progress.hook.is_some() => progress.hook.map(Errand::Hook),
        // While somebody may want to look into it, it stays.
        Stage::Over if progress.worktree.is_some() && progress.kept.is_none() => {
            let is_done = progress.state.is_done() || progress.state == TaskState::Cancelled;
            is_done.then_some(Errand::Tidy)
        }
        Stage::Over => {
            let is_open = progress.state == TaskState::PrOpen && progress.pull.is_some();
            (is_open && manifest.rules.forge != Forge::None).then_some(Errand::Watch)
        }
        Stage::Waiting { .. } | Stage::Starting { .. } | Stage::Ending { .. } => None,
    }
}

/// Tries it again later.
pub(crate) fn postpone(progress: &mut Progress, now: Now) {
    let doubled = RETRY.0.saturating_mul(1 << progress.errand_failures.min(16)).min(RETRY.1);
    progress.errand_failures = progress.errand_failures.saturating_add(1);
    progress.errand_from = now.at + millis(doubled);
}

/// The pull request is looked at again after a while.
pub(crate) fn look_later(progress: &mut Progress, now: Now) {
    progress.errand_failures = 0;
    progress.errand_from = now.at + millis(LOOK_AT_PULLS);
}

/// The next look at whether anything moves.
pub(crate) fn look_soon(progress: &mut Progress, stall: Duration, now: Now) {
    progress.errand_failures = 0;
    progress.errand_from = now.at + millis(stall / 4);
}

/// It came to something: the next one is due at once.
pub(crate) fn settled(progress: &mut Progress) {
    (progress.errand_failures, progress.errand_from) = (0, 0);
}

pub(crate) fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
