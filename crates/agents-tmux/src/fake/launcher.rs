//! Which starts give a program, and which only a launcher that ends at once?
//!
//! A start is a launcher first. It reads the spec of its run, which the next start of that member takes away, and claims the
//! run, which goes once. What is never claimed stays open, however late it comes, unless it was taken back meanwhile.

use std::collections::BTreeMap;
use std::time::Duration;

use super::World;
use super::program::Program;
use super::server::Session;
use crate::StartSession;

/// How long a launcher takes until it has claimed its run, or has ended since it cannot. One that is ended before has claimed
/// nothing.
pub const LAUNCH: Duration = Duration::from_millis(50);

/// The files of the members' runs, by the tag of the member. A member without any has no launcher.
#[derive(Debug, Default)]
pub(super) struct Launches {
    ready: BTreeMap<String, Ready>,
}

/// The one run of a member that has files.
#[derive(Debug)]
struct Ready {
    run: String,
    is_claimed: bool,
    is_taken_back: bool,
}

impl World {
    /// A run is laid ready, as a watchdog does before it starts it, also once more: its spec lies there, and the files of
    /// the member's other runs do not any longer. From then on starts of this member go through launchers.
    pub fn lay_ready(&self, agent_id: &str, run: &str) {
        self.lock().launches.lay_ready(agent_id, run);
    }

    /// A run that no launcher has claimed is taken back, as a watchdog does before it ends what is there of it. `name`: the
    /// member's, without its fleet's.
    pub fn take_back(&self, name: &str, run: &str) {
        self.lock().launches.take_back(name, run);
    }
}

impl Launches {
    fn lay_ready(&mut self, agent_id: &str, run: &str) {
        if self.ready.get(agent_id).is_none_or(|ready| ready.run != run) {
            let run = run.to_owned();
            let ready = Ready { run, is_claimed: false, is_taken_back: false };
            self.ready.insert(agent_id.to_owned(), ready);
        }
    }

    fn take_back(&mut self, name: &str, run: &str) {
        let is_of = |agent_id: &str| agent_id.rsplit('/').next() == Some(name);
        for (_, ready) in self.ready.iter_mut().filter(|(agent_id, _)| is_of(agent_id)) {
            ready.is_taken_back |= ready.run == run;
        }
    }

    /// The launcher that ends at once in place of the program, and says why.
    pub(super) fn refusal(&self, start: &StartSession) -> Option<Program> {
        let ready = self.ready.get(&start.agent_id)?;
        let why = if ready.run != start.run {
            "cannot read its spec: No such file or directory (os error 2)"
        } else if ready.is_claimed || ready.is_taken_back {
            "it is not started, since it ran before or was taken back: File exists (os error 17)"
        } else {
            return None;
        };
        let said = format!("agents launch: run {} of {}: {why}", start.run, start.agent_id);
        Some(Program::launcher(said).exits(LAUNCH, 1))
    }

    /// The launcher of a start takes its run.
    pub(super) fn claim(&mut self, start: &StartSession) {
        let ready = self.ready.get_mut(&start.agent_id);
        if let Some(ready) = ready.filter(|ready| ready.run == start.run) {
            ready.is_claimed = true;
        }
    }

    /// Somebody ended that session; a launcher that had not come so far has not claimed its run.
    pub(super) fn ended(&mut self, session: &Session, now: Duration) {
        if !session.has_program() || session.age(now) >= LAUNCH {
            return;
        }
        let (Some(agent_id), Some(run)) = (&session.agent_id, &session.run) else { return };
        let ready = self.ready.get_mut(&**agent_id);
        if let Some(ready) = ready.filter(|ready| *ready.run == **run) {
            ready.is_claimed = false;
        }
    }
}

#[cfg(test)]
mod tests;
