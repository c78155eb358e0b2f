//! What follows from what came of an errand?

use super::end::span;
use super::{Draft, Outcome, Told};
use crate::errand::{
    self, Done, Errand, Failure, Fate, look_later, look_soon, of_stage, postpone, settled,
};
use crate::progress::{Progress, Pull, Stage, Then};
use crate::{Forge, NoChange, TaskState};

/// A pull request that could not be read so often in a row, for two and a half minutes, is told of.
const TOLD_AFTER: u32 = 5;

impl Draft<'_> {
    pub(super) fn hear(&mut self, outcome: &Outcome) {
        let place = outcome.place;
        if let Some(aside) = &outcome.aside {
            self.told.push(Told { place, text: aside.clone(), alarm: false });
        }
        let Some(progress) = self.work.tasks.get_mut(place) else { return };
        if outcome.generation != progress.generation {
            // It was reset meanwhile: what the earlier worktree and branch hold is not this one's.
            return;
        }
        if of_stage(self.manifest, progress) != Some(outcome.errand) {
            // Somebody decided otherwise meanwhile. What it left on disk is not forgotten.
            if let Ok(Done::Prepared { worktree, start }) = &outcome.result
                && progress.stage == Stage::Over
            {
                progress.worktree.get_or_insert_with(|| worktree.clone());
                progress.start.get_or_insert_with(|| start.clone());
            }
            // Another round must know it, should a person close it.
            if let Ok(Done::Opened(pull)) = &outcome.result {
                progress.pull = Some(pull.clone());
            }
            return;
        }
        match &outcome.result {
            Ok(done) => self.done(place, done),
            Err(failure) => self.undone(place, outcome.errand, failure),
        }
    }

    fn done(&mut self, place: usize, done: &Done) {
        let now = self.now;
        let Some(progress) = self.work.tasks.get_mut(place) else { return };
        settled(progress);
        match done {
            Done::Prepared { worktree, start } => {
                progress.worktree = Some(worktree.clone());
                progress.start.get_or_insert_with(|| start.clone());
                progress.stage = Stage::Starting { asked: now.at, again: false };
                // Should it be cut off before anybody sees it run, it ran since now.
                (progress.attempt_from, progress.held_from) = (now.at, None);
                let told = format!("attempt {}: it is started", progress.attempt);
                self.set(place, TaskState::Running, Some(told));
            }
            Done::Looked { trace } => self.looked(place, trace),
            Done::Judged { commits, dirty, head } => {
                (progress.commits, progress.head) = (*commits, Some(head.clone()));
                progress.uncommitted = *dirty;
                self.judged(place, *commits, *dirty);
            }
            Done::Pushed if self.manifest.rules.forge == Forge::None => {
                let told = format!("pushed to `{}`{}", self.manifest.rules.remote, left(progress));
                self.close(place, TaskState::Complete, told);
            }
            Done::Pushed => {
                progress.stage = Stage::Opening;
                self.set(place, TaskState::Running, Some("its pull request is opened".to_owned()));
            }
            Done::NoRemote => {
                let told = format!(
                    "its commits stand on the branch; there is no remote `{}` to push to{}",
                    self.manifest.rules.remote,
                    left(progress)
                );
                self.close(place, TaskState::Complete, told);
            }
            Done::Opened(pull) => {
                progress.pull = Some(pull.clone());
                let told = shown(pull) + &left(progress);
                self.close(place, TaskState::PrOpen, told);
            }
            Done::Watched(fate) => self.watched(place, *fate),
            Done::Hooked => progress.hook = None,
            Done::Removed => progress.worktree = None,
            Done::Kept(reason) => progress.kept = Some(reason.clone()),
        }
    }

    /// Only two looks that succeeded prove that nothing moves.
    fn looked(&mut self, place: usize, trace: &str) {
        let (now, stall) = (self.now, self.manifest.rules.stall);
        let Some(progress) = self.work.tasks.get_mut(place) else { return };
        look_soon(progress, stall, now);
        if progress.trace != trace {
            trace.clone_into(&mut progress.trace);
            progress.moved_at = now.at;
        } else if progress.held_from.is_none()
            && now.at.saturating_sub(progress.moved_at) >= errand::millis(stall)
        {
            let span = span(stall.as_secs());
            let reason = format!("it stalled: no output, no commit and no change for {span}");
            let told = format!("{reason}; its session is ended");
            self.end_session(place, Then::Fail(reason), told);
        }
    }

    fn judged(&mut self, place: usize, commits: u32, dirty: u32) {
        let files = if dirty == 1 { "file" } else { "files" };
        match (commits, dirty) {
            (0, 0) if self.manifest.rules.no_change == NoChange::Complete => {
                self.close(
                    place,
                    TaskState::Complete,
                    "it ended well, and changed nothing".to_owned(),
                );
            }
            (0, 0) => {
                let reason = "its program ended well, but there is no commit and no change";
                self.fail(place, reason, Vec::new());
            }
            (0, dirty) => {
                let reason = format!(
                    "its program ended well, but committed nothing of {dirty} changed {files}"
                );
                self.fail(place, &reason, Vec::new());
            }
            (commits, _) => {
                if let Some(progress) = self.work.tasks.get_mut(place) {
                    progress.stage = Stage::Pushing;
                }
                let word = if commits == 1 { "commit" } else { "commits" };
                self.set(
                    place,
                    TaskState::Running,
                    Some(format!("{commits} {word}, to be pushed")),
                );
            }
        }
    }

    fn watched(&mut self, place: usize, fate: Fate) {
        let now = self.now;
        let Some(progress) = self.work.tasks.get_mut(place) else { return };
        let pull = progress.pull.as_ref().map(shown).unwrap_or_default() + &left(progress);
        match fate {
            Fate::Open => {
                look_later(progress, now);
                // It may have said that nobody could read it.
                self.set(place, TaskState::PrOpen, Some(pull));
            }
            Fate::Merged => self.close(place, TaskState::Merged, pull),
            Fate::Closed => {
                self.close(
                    place,
                    TaskState::Cancelled,
                    format!("{pull} was closed without a merge"),
                );
            }
        }
    }

    /// It is tried again, unless only a person can mend it.
    fn undone(&mut self, place: usize, errand: Errand, failure: &Failure) {
        let now = self.now;
        let Some(progress) = self.work.tasks.get_mut(place) else { return };
        match errand {
            Errand::Hook(hook) => {
                progress.hook = None;
                settled(progress);
                let text = format!("`{}` failed: {}", hook.word(), failure.reason);
                self.told.push(Told { place, text, alarm: false });
            }
            Errand::Watch => {
                postpone(progress, now);
                if progress.errand_failures == TOLD_AFTER {
                    let pull = progress.pull.as_ref().map(shown).unwrap_or_default();
                    let why = format!("{}: {}", doing(errand), failure.reason);
                    let told = format!("{pull}; {why}; it is asked again");
                    self.set(place, TaskState::PrOpen, Some(told));
                    self.told.push(Told { place, text: why, alarm: true });
                }
            }
            Errand::Look => postpone(progress, now),
            Errand::Tidy => {
                postpone(progress, now);
                progress.kept = Some(failure.reason.clone());
            }
            Errand::Prepare | Errand::Judge | Errand::Push | Errand::Open => {
                let told = format!("{}: {}", doing(errand), failure.reason);
                if failure.lasting {
                    settled(progress);
                    self.give_up(place, told);
                } else {
                    errand::postpone(progress, now);
                    self.set(place, TaskState::Stuck, Some(format!("{told}; it is tried again")));
                }
            }
        }
    }
}

fn doing(errand: Errand) -> &'static str {
    match errand {
        Errand::Prepare => "its worktree cannot be made ready",
        Errand::Look | Errand::Judge => "its worktree cannot be read",
        Errand::Push => "its branch cannot be pushed",
        Errand::Open => "its pull request cannot be opened",
        Errand::Watch => "its pull request cannot be read",
        Errand::Tidy => "its worktree cannot be removed",
        Errand::Hook(_) => "nobody was told",
    }
}

/// What its program changed, and did not commit: it stays in the worktree, and nobody else gets it.
fn left(progress: &Progress) -> String {
    match progress.uncommitted {
        0 => String::new(),
        1 => "; 1 changed file is not committed".to_owned(),
        files => format!("; {files} changed files are not committed"),
    }
}

fn shown(pull: &Pull) -> String {
    match (pull.number, pull.url.as_str()) {
        (Some(number), "") => format!("#{number}"),
        (Some(number), url) => format!("#{number}, {url}"),
        (None, url) => url.to_owned(),
    }
}
