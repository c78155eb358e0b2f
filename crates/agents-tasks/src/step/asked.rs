//! What does somebody ask of a task, and may it be done?

use super::Draft;
use crate::TaskState;
use crate::progress::{Progress, Stage, Then};

/// One thing that is asked of one task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    pub place: usize,
    pub verb: TaskVerb,
}

/// What can be asked of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskVerb {
    /// One more round of attempts, on the same branch.
    Retry,
    /// Nobody wants it any more.
    Cancel,
    /// It counts as done.
    Skip,
    /// It begins anew, on a new branch and in a new worktree; the old ones stay.
    Reset,
    /// What is left of its worktree is looked at again, and goes if nothing would be lost.
    Tidy,
}

/// The answer to a retry.
const ANOTHER: &str = "there is another attempt as soon as it may start";

impl Draft<'_> {
    pub(super) fn ask(&mut self, asked: &Asked) -> Result<String, String> {
        let place = asked.place;
        let Some(progress) = self.work.tasks.get(place) else {
            return Err("there is no such task".to_owned());
        };
        let (state, stage) = (progress.state, progress.stage.clone());
        match asked.verb {
            TaskVerb::Retry => self.retry(place, state, &stage),
            TaskVerb::Tidy => self.tidy(place),
            TaskVerb::Cancel | TaskVerb::Skip | TaskVerb::Reset if state.is_done() => {
                match asked.verb {
                    TaskVerb::Reset => Ok(self.now_or_after(place, &stage, Then::Reset)),
                    TaskVerb::Cancel | TaskVerb::Skip | TaskVerb::Retry | TaskVerb::Tidy => {
                        Err(format!("it is {} already", state.word()))
                    }
                }
            }
            TaskVerb::Cancel => Ok(self.now_or_after(place, &stage, Then::Cancel)),
            TaskVerb::Skip => Ok(self.now_or_after(place, &stage, Then::Skip)),
            TaskVerb::Reset => Ok(self.now_or_after(place, &stage, Then::Reset)),
        }
    }

    fn retry(&mut self, place: usize, state: TaskState, stage: &Stage) -> Result<String, String> {
        match (state, stage) {
            (TaskState::Error | TaskState::Cancelled, _) | (_, Stage::Waiting { .. }) => {}
            // Its session was ended by the operator; it may have come up again since.
            (TaskState::Stuck, Stage::Working { .. } | Stage::Starting { .. }) => {
                self.end_session(place, Then::Retry, "it is asked for once more".to_owned());
                return Ok(ANOTHER.to_owned());
            }
            (
                TaskState::Stuck,
                Stage::Preparing | Stage::Judging | Stage::Pushing | Stage::Opening,
            ) => {
                if let Some(progress) = self.work.tasks.get_mut(place) {
                    progress.errand_from = 0;
                }
                return Ok("it is tried again now".to_owned());
            }
            _ => {
                return Err(format!(
                    "it is {}; only what failed, waits or is cancelled can be tried again",
                    state.word()
                ));
            }
        }
        Ok(self.follow(place, Then::Retry))
    }

    fn another_round(&mut self, place: usize) {
        if let Some(progress) = self.work.tasks.get_mut(place) {
            progress.failures = 0;
            progress.stage = Stage::Waiting { from: 0 };
            progress.ended_ms = None;
            // Who heard, or was to hear, of the failure has nothing to hear of what becomes of this round.
            progress.hook = None;
        }
        self.set(place, TaskState::Pending, Some("it was asked for once more".to_owned()));
    }

    fn tidy(&mut self, place: usize) -> Result<String, String> {
        let progress = self.work.tasks.get_mut(place);
        let Some(progress) = progress.filter(|it| it.stage == Stage::Over && it.state.is_over())
        else {
            return Err("it is not at its end".to_owned());
        };
        if progress.worktree.is_none() {
            return Ok("its worktree has gone already".to_owned());
        }
        progress.kept = None;
        crate::errand::settled(progress);
        Ok("its worktree is removed, if nothing would be lost".to_owned())
    }

    /// Where a session may be there it is ended first.
    fn now_or_after(&mut self, place: usize, stage: &Stage, then: Then) -> String {
        if stage.has_session() {
            self.end_session(place, then, "its session is ended, as asked".to_owned());
            return "its session is being ended".to_owned();
        }
        self.follow(place, then)
    }

    /// What comes once its session has ended.
    pub(super) fn follow(&mut self, place: usize, then: Then) -> String {
        match then {
            Then::Fail(reason) => {
                let rows = self.work.tasks.get(place).map(|it| it.said.clone()).unwrap_or_default();
                self.fail(place, &reason, rows);
                reason
            }
            Then::Cancel => {
                self.close(place, TaskState::Cancelled, "as asked".to_owned());
                "it is cancelled".to_owned()
            }
            Then::Skip => {
                self.close(place, TaskState::Complete, "skipped, as asked".to_owned());
                "it is skipped, and counts as done".to_owned()
            }
            Then::Reset => {
                self.reset(place);
                "it begins anew".to_owned()
            }
            Then::Retry => {
                self.another_round(place);
                ANOTHER.to_owned()
            }
        }
    }

    fn reset(&mut self, place: usize) {
        let Some(generation) = self.free_generation(place) else { return };
        let Some(task) = self.manifest.tasks.get(place) else { return };
        let Some(progress) = self.work.tasks.get_mut(place) else { return };
        // What the earlier generation left stays where it is: nothing of it is lost.
        let branch = numbered(&task.branch, generation);
        let (state, since_ms) = (progress.state, progress.since_ms);
        *progress = Progress { state, since_ms, generation, branch, ..Progress::default() };
        self.set(place, TaskState::Pending, Some("it begins anew, as asked".to_owned()));
    }

    /// The next one whose branch and worktree are nobody else's: a task may be called `a-2` beside `a`.
    fn free_generation(&self, place: usize) -> Option<u32> {
        let task = self.manifest.tasks.get(place)?;
        let before = self.work.tasks.get(place)?.generation;
        let tasks = || self.manifest.tasks.iter().zip(&self.work.tasks);
        let is_taken = |generation: &u32| {
            let branch = numbered(&task.branch, *generation);
            let worktree = numbered(task.id.as_str(), *generation);
            branch == self.manifest.base
                || tasks().enumerate().any(|(other, (it, progress))| {
                    let others = numbered(it.id.as_str(), progress.generation);
                    other != place
                        && ([&it.branch, &progress.branch].contains(&&branch)
                            || [it.id.as_str(), &others].contains(&worktree.as_str()))
                })
        };
        (before + 1..).find(|generation| !is_taken(generation))
    }
}

/// The name of a branch or worktree in that generation; the first has no number.
#[must_use]
pub fn numbered(name: &str, generation: u32) -> String {
    match generation {
        0 => name.to_owned(),
        generation => format!("{name}-{}", generation + 1),
    }
}
