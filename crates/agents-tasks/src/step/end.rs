//! Has a task's session begun, and how did it end?

use super::{Draft, Ended, Seat};
use crate::TaskState;
use crate::errand::{look_soon, millis};
use crate::progress::{Progress, Stage, Then, Time};

/// An attempt that was cut off more often than that has failed: whatever cuts it off comes with it.
const INTERRUPTIONS: u32 = 5;

/// Refusals in a row: more of them are no window that ends.
const LIMITS: u32 = 100;

impl Draft<'_> {
    pub(super) fn see(&mut self, place: usize, seat: &Seat) {
        self.keep_backend(place);
        let Some(progress) = self.work.tasks.get(place) else { return };
        match progress.stage.clone() {
            Stage::Starting { asked, again } => self.starting(place, seat, (asked, again)),
            Stage::Working { since } => self.working(place, seat, since),
            Stage::Ending { then } => self.ending(place, seat, then),
            Stage::Waiting { .. }
            | Stage::Preparing
            | Stage::Judging
            | Stage::Pushing
            | Stage::Opening
            | Stage::Over => {}
        }
    }

    /// One that was started by an earlier version, which did not write it down, keeps the one that is the choice now.
    fn keep_backend(&mut self, place: usize) {
        let by = self.backends.get(place).and_then(|by| by.as_ref().ok());
        if let Some(progress) = self.work.tasks.get_mut(place)
            && progress.stage.has_session()
            && progress.backend.is_none()
        {
            progress.backend = by.cloned();
        }
    }

    /// It is to be started, and nobody can: it waits for a backend, and says so.
    fn nobody_runs(&mut self, place: usize) {
        if let Some(Err(why)) = self.backends.get(place) {
            let told = format!("it cannot be started: {why}");
            self.set(place, TaskState::Stuck, Some(told));
        }
    }

    fn starting(&mut self, place: usize, seat: &Seat, (asked, again): (Time, bool)) {
        match seat {
            Seat::Up { since, .. } => {
                let since = *since;
                let Some(progress) = self.work.tasks.get_mut(place) else { return };
                progress.stage = Stage::Working { since };
                (progress.moved_at, progress.trace) = (self.now.at, String::new());
                look_soon(progress, self.manifest.rules.stall, self.now);
                if !again {
                    (progress.attempt_from, progress.held_from) = (self.now.at, None);
                }
                let attempt = progress.attempt;
                let told = if again {
                    format!("attempt {attempt} goes on where it was cut off")
                } else {
                    format!("attempt {attempt} runs")
                };
                self.set(place, TaskState::Running, Some(told));
            }
            // What is older than the request is about the attempt before.
            Seat::Ended(ended) if ended.since > asked => self.ended(place, ended),
            Seat::Failed { since, reason } if *since > asked => {
                let reason = format!("it could not be started: {reason}");
                self.fail(place, &reason, Vec::new());
            }
            Seat::Down { since } if *since > asked => self.down(place),
            Seat::Unseen | Seat::Busy | Seat::Going => {}
            Seat::Free | Seat::Ended(_) | Seat::Failed { .. } | Seat::Down { .. } => {
                self.nobody_runs(place);
            }
        }
    }

    fn working(&mut self, place: usize, seat: &Seat, since: Time) {
        match seat {
            Seat::Up { held, .. } => self.runs(place, held.as_ref()),
            Seat::Ended(ended) if ended.since >= since => self.ended(place, ended),
            Seat::Failed { since: at, reason } if *at >= since => {
                let reason = format!("it could not be started again: {reason}");
                self.fail(place, &reason, Vec::new());
            }
            Seat::Down { since: at } if *at >= since => self.down(place),
            // A store that was put back from a copy may know a later start than the fleet.
            Seat::Free => self.cut_off(place, "its session is not known any more"),
            Seat::Unseen
            | Seat::Busy
            | Seat::Going
            | Seat::Ended(_)
            | Seat::Failed { .. }
            | Seat::Down { .. } => {}
        }
    }

    fn runs(&mut self, place: usize, held: Option<&String>) {
        let (now, limit) = (self.now.at, self.manifest.rules.max_runtime);
        let Some(progress) = self.work.tasks.get_mut(place) else { return };
        if let Some(held) = held {
            progress.held_from.get_or_insert(now);
            progress.moved_at = now;
            let told = format!("it waits: {held}");
            self.set(place, TaskState::Running, Some(told));
            return;
        }
        not_its_time(progress, now);
        if now.saturating_sub(progress.attempt_from) >= millis(limit) {
            let reason = format!("it ran for {}, the longest that it may", span(limit.as_secs()));
            let told = format!("{reason}; its session is ended");
            self.end_session(place, Then::Fail(reason), told);
            return;
        }
        let attempt = progress.attempt;
        if progress.state == TaskState::Stuck || progress.reason.starts_with("it waits: ") {
            self.set(place, TaskState::Running, Some(format!("attempt {attempt} runs")));
        }
    }

    fn down(&mut self, place: usize) {
        let Some(id) = self.manifest.tasks.get(place).map(|task| &task.id) else { return };
        if let Some(progress) = self.work.tasks.get_mut(place) {
            // Who was ended does not stall, and does not run.
            progress.held_from.get_or_insert(self.now.at);
            progress.moved_at = self.now.at;
        }
        let told = format!(
            "its session was ended by `agents down`: `agents up {id}` goes on, `agents tasks retry {id}` begins another attempt"
        );
        self.set(place, TaskState::Stuck, Some(told));
    }

    fn ending(&mut self, place: usize, seat: &Seat, then: Then) {
        match seat {
            Seat::Up { .. } | Seat::Busy | Seat::Going | Seat::Unseen => {}
            Seat::Ended(ended) => {
                if let Some(progress) = self.work.tasks.get_mut(place) {
                    progress.said.clone_from(&ended.rows);
                    progress.exit = ended.exit;
                }
                self.follow(place, then);
            }
            Seat::Free | Seat::Down { .. } | Seat::Failed { .. } => {
                self.follow(place, then);
            }
        }
    }

    fn ended(&mut self, place: usize, ended: &Ended) {
        let Some(progress) = self.work.tasks.get_mut(place) else { return };
        not_its_time(progress, self.now.at);
        if ended.conversation.is_some() {
            progress.conversation.clone_from(&ended.conversation);
        }
        let Some(exit) = ended.exit else { return self.cut_off(place, &ended.how) };
        progress.exit = Some(exit);
        progress.ended_ms = Some(self.now.wall_ms);
        if let Some(spent) = ended.judged.as_ref().and_then(|judged| judged.spent) {
            progress.spent = Some(progress.spent.map_or(spent, |before| before.and(spent)));
        }
        let is_well = exit.signal.is_none() && exit.code == Some(0);
        progress.said = match &ended.judged {
            Some(judged) if !judged.message.is_empty() => {
                judged.message.lines().map(str::to_owned).collect()
            }
            Some(_) | None => ended.rows.clone(),
        };
        let has_failed = !is_well || ended.judged.as_ref().is_some_and(|judged| !judged.is_well);
        if let Some(until) = ended.limited_until.filter(|_| has_failed)
            && progress.limited < LIMITS
        {
            return self.limited(place, until);
        }
        progress.limited = 0;
        match &ended.judged {
            // Some programs end with 0 whatever happened.
            Some(judged) if !judged.is_well => {
                let reason = format!("its program says that it failed: {}", first(&judged.message));
                self.fail(place, &reason, ended.rows.clone());
            }
            None if is_well && ended.untold.is_some() => {
                let why = ended.untold.as_deref().unwrap_or_default();
                self.fail(place, &format!("{}, but {why}", ended.how), ended.rows.clone());
            }
            Some(_) | None if is_well => {
                progress.stage = Stage::Judging;
                crate::errand::settled(progress);
                let told = format!("{}; what it did is looked at", ended.how);
                self.set(place, TaskState::Running, Some(told));
            }
            Some(_) | None => self.fail(place, &ended.how.clone(), ended.rows.clone()),
        }
    }

    /// The provider refused it: that costs no attempt, and is waited out.
    fn limited(&mut self, place: usize, until: Time) {
        let now = self.now;
        let Some(progress) = self.work.tasks.get_mut(place) else { return };
        progress.limited += 1;
        progress.limited_until = until;
        progress.attempt = progress.attempt.saturating_sub(1);
        progress.stage = Stage::Waiting { from: until };
        let wait = span(until.saturating_sub(now.at).div_ceil(60_000) * 60);
        let told = format!("its provider refused it by a usage limit; it goes on in {wait}");
        self.set(place, TaskState::Pending, Some(told));
    }

    /// It did not end by itself: it goes on, and that costs no attempt.
    fn cut_off(&mut self, place: usize, how: &str) {
        let now = self.now.at;
        let Some(progress) = self.work.tasks.get_mut(place) else { return };
        progress.interruptions = progress.interruptions.saturating_add(1);
        let count = progress.interruptions;
        if count > INTERRUPTIONS {
            let reason = format!("it was cut off {count} times, the last time: {how}");
            return self.fail(place, &reason, Vec::new());
        }
        progress.stage = Stage::Starting { asked: now, again: true };
        self.set(place, TaskState::Running, Some(format!("cut off ({how}), and started again")));
    }
}

/// What it waited for until now was not its time.
fn not_its_time(progress: &mut Progress, now: Time) {
    if let Some(from) = progress.held_from.take() {
        progress.attempt_from += now.saturating_sub(from);
        progress.moved_at = now;
    }
}

/// So much of a message is a reason, in characters: it stands in lists, alarms and the environment of hooks.
const REASON: usize = 400;

fn first(message: &str) -> String {
    let row = message.lines().find(|line| !line.trim().is_empty());
    let row = row.unwrap_or("it does not say why");
    let mut reason: String = row.chars().take(REASON).collect();
    if reason.len() < row.len() {
        reason.push('…');
    }
    reason
}

pub(super) fn span(seconds: u64) -> String {
    match (seconds / 3600, seconds % 3600 / 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, _) => format!("{minutes} min"),
        (hours, 0, _) => format!("{hours} h"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}
