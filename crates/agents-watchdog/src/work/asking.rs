//! What is asked of the fleet for the sessions of tasks, and how often?
//!
//! A request is left as verbs leave theirs. One whose answer changed nothing is not left again at once, or the answers
//! would follow each other as fast as the watchdog ticks: there is a pause before it, and ever longer ones.

use std::collections::BTreeMap;

use agents_decide::{OneOffs, Verb, Which};
use agents_names::AgentName;
use agents_store::Request;
use agents_tasks::progress::{Now, Time};
use agents_tasks::step::{Look, Seat, Session, session_of};
use agents_tasks::{Progress, Stage};
use agents_tmux::Driver;

use super::desk::Desk;
use super::errands::Whose;
use crate::place::Place;
use crate::store_ledger::StoreLedger;
use crate::tick::Engine;

/// Before the same is asked once more, in milliseconds; doubles up to the second.
const PAUSE: (Time, Time) = (5_000, 600_000);

/// What was asked last, by the task that it was asked for.
#[derive(Debug, Default)]
pub(super) struct Asking(BTreeMap<Whose, Asked>);

#[derive(Debug)]
struct Asked {
    /// Another stage is another wish.
    stage: Stage,
    times: u32,
    again_from: Time,
}

impl Asking {
    /// Whether it may be asked for now.
    fn may(&self, whose: &Whose, stage: &Stage, now: Time) -> bool {
        let asked = self.0.get(whose).filter(|asked| asked.stage == *stage);
        asked.is_none_or(|asked| now >= asked.again_from)
    }

    fn has(&mut self, whose: Whose, stage: &Stage, now: Time) {
        let before = self.0.get(&whose).filter(|asked| asked.stage == *stage);
        let times = before.map_or(0, |asked| asked.times.saturating_add(1));
        let pause = PAUSE.0.saturating_mul(1 << times.min(16)).min(PAUSE.1);
        let asked = Asked { stage: stage.clone(), times, again_from: now.saturating_add(pause) };
        self.0.insert(whose, asked);
    }

    /// Nothing more is asked for those.
    fn forget(&mut self, is_owed: impl Fn(&Whose) -> bool) {
        self.0.retain(|whose, _| is_owed(whose));
    }
}

impl Desk {
    /// Leaves the requests that are owed; one that lies there already is not left twice. Whether any was left.
    pub(super) fn ask_for_sessions<D: Driver, P: Place>(
        &mut self,
        engine: &mut Engine<D, P, StoreLedger>,
        looks: &[Look],
        open: &[Request],
        now: Now,
    ) -> bool {
        let open: Vec<Verb> =
            open.iter().filter_map(|open| serde_json::from_str(&open.body).ok()).collect();
        let owed = self.owed_to_sessions(looks);
        self.asking.forget(|whose| owed.iter().any(|(other, ..)| other == whose));
        let mut moved = false;
        for (whose, stage, verb) in owed {
            let lies_there = open.iter().any(|open| is_settled_by(open, &verb, &whose.1));
            if lies_there || !self.asking.may(&whose, &stage, now.at) {
                continue;
            }
            let left =
                serde_json::to_string(&verb).map_err(|error| error.to_string()).and_then(|body| {
                    engine.ledger.store().submit_request(&body).map_err(|it| it.to_string())
                });
            match left {
                Ok(_) => {
                    moved = true;
                    self.asking.has(whose, &stage, now.at);
                }
                Err(error) => tracing::warn!("{}: {error}", whose.1),
            }
        }
        moved
    }

    /// Of which task, in which stage, and what.
    fn owed_to_sessions(&self, looks: &[Look]) -> Vec<(Whose, Stage, Verb)> {
        let mut owed = Vec::new();
        for (held, look) in self.board.works.iter().zip(looks) {
            let tasks = held.manifest.tasks.iter().zip(&held.work.tasks);
            for (place, (task, progress)) in tasks.enumerate() {
                let seat = look.seats.get(place).unwrap_or(&Seat::Unseen);
                let may_start = look.backends.get(place).is_none_or(Result::is_ok);
                let names = vec![task.id.clone()];
                let verb = match session_of(progress, seat, may_start) {
                    Session::AsItIs => continue,
                    Session::ToStart => {
                        let which = self.which(progress, &task.id);
                        Verb::Up { names, whole: false, one_offs: OneOffs::default(), which }
                    }
                    Session::ToEnd => Verb::Down { names, whole: false },
                };
                let whose = (held.header.name.clone(), task.id.clone());
                owed.push((whose, progress.stage.clone(), verb));
            }
        }
        owed
    }

    /// An attempt that was cut off goes on in its conversation, where the program can.
    fn which(&self, progress: &Progress, name: &AgentName) -> Which {
        let fleet = self.fleets.as_ref().map(|(_, with)| with);
        let resumes = fleet.is_some_and(|fleet| {
            fleet.agent(name).is_some_and(|agent| fleet.backend_of(agent).supports_resume)
        });
        match (&progress.stage, &progress.conversation) {
            (Stage::Starting { again: true, .. }, Some(id)) if resumes => Which::This(id.clone()),
            _ => Which::default(),
        }
    }
}

/// Whether a request that lies there asks the same of the task, or rules it out.
fn is_settled_by(open: &Verb, verb: &Verb, name: &AgentName) -> bool {
    match (open, verb) {
        // What is to be started waits until there is a fleet again.
        (Verb::Down { whole: true, .. }, Verb::Up { .. }) => true,
        (Verb::Up { names, .. }, Verb::Up { .. })
        | (Verb::Down { names, .. }, Verb::Down { .. }) => names.contains(name),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_nothing_is_asked_ever_less_often_and_something_else_at_once() {
        let whose = || ("work".to_owned(), AgentName::new("a").unwrap());
        let stage = |asked| Stage::Starting { asked, again: false };
        let mut asking = Asking::default();
        // A tick each 15 ms for an hour, of which each finds it owed still.
        let mut asked_at = Vec::new();
        for now in (0..3_600_000).step_by(15) {
            if asking.may(&whose(), &stage(0), now) {
                asked_at.push(now);
                asking.has(whose(), &stage(0), now);
            }
        }
        assert_eq!(asked_at.len(), 12, "{asked_at:?}");
        assert!(asked_at.windows(2).all(|two| two[1] - two[0] >= PAUSE.0), "{asked_at:?}");
        assert!(asking.may(&whose(), &stage(7), 3_600_000), "another wish");
        asking.forget(|_| false);
        assert!(asking.may(&whose(), &stage(0), 3_600_000), "it came about meanwhile");
    }
}
