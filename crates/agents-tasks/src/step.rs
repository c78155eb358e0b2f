//! What follows for every task from what was seen? One step of the work on a manifest.
//!
//! Pure: what is owed stands in the next [`Work`], and is read from there, by [`crate::errand::owed`] and [`session_of`], as
//! often as it takes. Whoever is killed between a step and what it owes finds it owed still.

mod asked;
pub use asked::numbered;
mod end;
mod errands;
mod seat;

use crate::errand::{Done, Errand, Failure, millis};
use crate::progress::{Now, Progress, Stage, Then, Work};
use crate::schedule::{Bounds, Verdict, schedule};
use crate::{Forge, Hook, Manifest, TaskState};

pub use asked::{Asked, TaskVerb};
pub use seat::{Ended, Judged, Seat};

/// What one step takes account of.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// What the fleet says of each task's session, by its place.
    pub seats: Vec<Seat>,
    pub outcomes: Vec<Outcome>,
    pub asked: Vec<Asked>,
    pub bounds: Bounds,
    /// The backend that runs each task, by its place, or why none does.
    pub backends: Vec<Result<String, String>>,
}

/// What came of an errand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub place: usize,
    /// That of the task when the errand began: what comes of an earlier one is no news of this one.
    pub generation: u32,
    pub errand: Errand,
    pub result: Result<Done, Failure>,
    /// What is to be said of it besides, in words.
    pub aside: Option<String>,
}

/// What follows.
#[derive(Debug, Clone)]
pub struct Step {
    pub work: Work,
    pub told: Vec<Told>,
    /// One for each of [`Look::asked`].
    pub answers: Vec<Result<String, String>>,
}

/// Something worth a line of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub place: usize,
    pub text: String,
    /// Somebody has to look.
    pub alarm: bool,
}

/// What is owed to a task's session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Session {
    /// It stays as it is.
    AsItIs,
    ToStart,
    ToEnd,
}

/// Takes account of verbs, errands and sessions, then starts what may start.
#[must_use]
pub fn step(manifest: &Manifest, work: &Work, look: &Look, now: Now) -> Step {
    let mut draft =
        Draft { manifest, work: work.clone(), backends: &look.backends, now, told: Vec::new() };
    draft.without_forge();
    let answers = look.asked.iter().map(|asked| draft.ask(asked)).collect();
    for outcome in &look.outcomes {
        draft.hear(outcome);
    }
    for (place, seat) in look.seats.iter().enumerate() {
        draft.see(place, seat);
    }
    draft.admit(&look.bounds);
    Step { work: draft.work, told: draft.told, answers }
}

/// What is owed to the task's session. `may_start`: there is a backend that runs it.
#[must_use]
pub fn session_of(progress: &Progress, seat: &Seat, may_start: bool) -> Session {
    match (&progress.stage, seat) {
        (Stage::Starting { .. }, Seat::Up { .. } | Seat::Busy | Seat::Going | Seat::Unseen) => {
            Session::AsItIs
        }
        // The operator ended it since: `agents up` and `agents tasks retry` go on.
        (Stage::Starting { asked, .. }, Seat::Down { since }) if since > asked => Session::AsItIs,
        (Stage::Starting { .. }, _) if may_start => Session::ToStart,
        (Stage::Starting { .. }, _) => Session::AsItIs,
        (Stage::Ending { .. }, Seat::Up { .. } | Seat::Busy) => Session::ToEnd,
        (
            Stage::Ending { .. }
            | Stage::Waiting { .. }
            | Stage::Preparing
            | Stage::Working { .. }
            | Stage::Judging
            | Stage::Pushing
            | Stage::Opening
            | Stage::Over,
            _,
        ) => Session::AsItIs,
    }
}

/// The next work, in the making.
struct Draft<'a> {
    manifest: &'a Manifest,
    work: Work,
    backends: &'a [Result<String, String>],
    now: Now,
    told: Vec<Told>,
}

impl Draft<'_> {
    /// Starts what may start, and says of the others why they wait.
    fn admit(&mut self, bounds: &Bounds) {
        let bounds = &self.with_limits(bounds);
        let states: Vec<TaskState> = self.work.tasks.iter().map(|task| task.state).collect();
        let verdicts = schedule(self.manifest, &states, bounds);
        for (place, verdict) in verdicts.into_iter().enumerate() {
            let Some(progress) = self.work.tasks.get(place) else { continue };
            let Stage::Waiting { from } = progress.stage else { continue };
            match verdict {
                Verdict::Start if self.now.at >= from => self.begin_attempt(place),
                // It keeps its reason: why the attempt before failed.
                Verdict::Start => self.set(place, TaskState::Pending, None),
                Verdict::Waits(reasons) => {
                    let is_of_another = reasons.iter().any(crate::schedule::Reason::is_of_another);
                    let state = if is_of_another { TaskState::Blocked } else { TaskState::Pending };
                    let told: Vec<String> =
                        reasons.iter().map(|it| it.told(self.manifest)).collect();
                    self.set(place, state, Some(told.join("; ")));
                }
                Verdict::UnderWay | Verdict::Failed | Verdict::Over => {}
            }
        }
    }

    /// Where there is no forge any more, no pull request is owed: what is pushed is done.
    fn without_forge(&mut self) {
        if self.manifest.rules.forge != Forge::None {
            return;
        }
        for place in 0..self.work.tasks.len() {
            if self.work.tasks.get(place).is_some_and(|it| it.stage == Stage::Opening) {
                let told = format!("pushed to `{}`", self.manifest.rules.remote);
                self.close(place, TaskState::Complete, told);
            }
        }
    }

    /// The accounts of those that were refused are held for all, and whom nobody can run waits.
    fn with_limits(&self, bounds: &Bounds) -> Bounds {
        let mut bounds = bounds.clone();
        for (task, progress) in self.manifest.tasks.iter().zip(&self.work.tasks) {
            if progress.limited_until > self.now.at {
                bounds.held_accounts.extend(task.account.clone());
            }
        }
        let nobody = self.backends.iter().enumerate();
        let nobody = nobody.filter_map(|(place, by)| Some((place, by.as_ref().err()?.clone())));
        bounds.nobody_runs.extend(nobody);
        bounds
    }

    fn begin_attempt(&mut self, place: usize) {
        let now = self.now;
        let backend = self.backends.get(place).and_then(|by| by.as_ref().ok());
        let Some(progress) = self.work.tasks.get_mut(place) else { return };
        progress.backend = backend.cloned().or(progress.backend.take());
        progress.attempt = progress.attempt.saturating_add(1);
        progress.interruptions = 0;
        progress.started_ms.get_or_insert(now.wall_ms);
        (progress.ended_ms, progress.exit, progress.conversation) = (None, None, None);
        (progress.kept, progress.hook) = (None, None);
        progress.said.clear();
        crate::errand::settled(progress);
        progress.stage = Stage::Preparing;
        let attempt = progress.attempt;
        let reason = format!("attempt {attempt}: its worktree is made ready");
        self.set(place, TaskState::Running, Some(reason));
    }

    /// An attempt came to nothing; there is another, unless it was the last.
    fn fail(&mut self, place: usize, reason: &str, rows: Vec<String>) {
        let (now, rules) = (self.now, &self.manifest.rules);
        let Some(progress) = self.work.tasks.get_mut(place) else { return };
        progress.failures = progress.failures.saturating_add(1);
        progress.ended_ms = Some(now.wall_ms);
        progress.error = if rows.is_empty() { vec![reason.to_owned()] } else { rows };
        let (failures, attempts) = (progress.failures, rules.attempts);
        if failures >= attempts {
            let told = format!("attempt {failures} of {attempts} failed, the last one: {reason}");
            self.close(place, TaskState::Error, told);
            return;
        }
        let delay = rules.retry_delay.saturating_mul(1 << (failures - 1).min(10));
        progress.stage = Stage::Waiting { from: now.at + millis(delay) };
        let told = format!("attempt {failures} of {attempts} failed: {reason}");
        self.set(place, TaskState::Pending, Some(told));
    }

    /// Nobody but a person mends it.
    fn give_up(&mut self, place: usize, reason: String) {
        if let Some(progress) = self.work.tasks.get_mut(place) {
            progress.error = vec![reason.clone()];
            progress.ended_ms = Some(self.now.wall_ms);
        }
        self.close(place, TaskState::Error, reason);
    }

    /// Nothing more is to be done for it.
    fn close(&mut self, place: usize, state: TaskState, reason: String) {
        let Some(progress) = self.work.tasks.get_mut(place) else { return };
        progress.hook = Hook::owed(&self.manifest.rules, progress.state, state).or(progress.hook);
        progress.stage = Stage::Over;
        progress.ended_ms.get_or_insert(self.now.wall_ms);
        progress.kept = None;
        crate::errand::settled(progress);
        self.set(place, state, Some(reason));
    }

    /// The only place where a state changes, so that each change is told.
    fn set(&mut self, place: usize, state: TaskState, reason: Option<String>) {
        let Some(progress) = self.work.tasks.get_mut(place) else { return };
        let is_new = progress.state != state;
        if is_new {
            progress.since_ms = self.now.wall_ms;
            progress.state = state;
        }
        let says_more = reason.as_ref().is_some_and(|reason| *reason != progress.reason);
        if let Some(reason) = reason {
            progress.reason = reason;
        }
        // What a waiting task waits for changes with each that ends; the plan tells it.
        if is_new || (says_more && !state.is_waiting()) {
            let text = match progress.reason.as_str() {
                "" => state.word().to_owned(),
                reason => format!("{}: {reason}", state.word()),
            };
            let alarm = is_new && matches!(state, TaskState::Error | TaskState::Stuck);
            self.told.push(Told { place, text, alarm });
        }
    }

    fn end_session(&mut self, place: usize, then: Then, reason: String) {
        if let Some(progress) = self.work.tasks.get_mut(place) {
            progress.stage = Stage::Ending { then };
        }
        self.set(place, TaskState::Running, Some(reason));
    }
}

#[cfg(test)]
mod tests;
