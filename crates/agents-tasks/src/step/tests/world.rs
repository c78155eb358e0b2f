//! Is every task run to its end, whatever fails and whoever is killed when?

use proptest::prelude::*;

use super::super::*;
use super::{at, ended, exit, manifest};
use crate::Forge;
use crate::errand::{Fate, owed};
use crate::progress::{Pull, Time};

/// A world in which sessions and errands go on, fail and are lost, whoever looks or not.
struct World {
    manifest: Manifest,
    /// What is stored.
    work: Work,
    seats: Vec<Seat>,
    under_way: Vec<Option<Errand>>,
    now: Time,
    /// Runs of each task.
    runs: Vec<u32>,
}

impl World {
    /// A tick of the watchdog; `killed`: after the record, before anything that it owes was done.
    fn tick(&mut self, outcomes: Vec<Outcome>, killed: bool) {
        self.now += 1000;
        let look = Look { seats: self.seats.clone(), outcomes, ..Look::default() };
        self.work = step(&self.manifest, &self.work, &look, at(self.now)).work;
        if killed {
            self.under_way.fill(None);
            return;
        }
        for place in 0..self.work.tasks.len() {
            let progress = &self.work.tasks[place];
            match session_of(progress, &self.seats[place], true) {
                Session::ToStart => {
                    self.now += 10;
                    self.runs[place] += 1;
                    self.seats[place] = Seat::Up { since: self.now, held: None };
                }
                Session::ToEnd => self.seats[place] = Seat::Down { since: self.now + 1 },
                Session::AsItIs => {}
            }
            if self.under_way[place].is_none() {
                self.under_way[place] = owed(&self.manifest, &self.work, place, at(self.now));
            }
        }
    }

    /// What the draw does to one task: its session ends somehow, or its errand comes to something.
    fn happen(&mut self, place: usize, draw: u8) -> Vec<Outcome> {
        if let Some(errand) = self.under_way[place].take() {
            let failed = Err(Failure { reason: "the network is down".to_owned(), lasting: false });
            let result = if draw < 40 { failed } else { Ok(done(errand)) };
            return vec![Outcome { place, generation: 0, errand, result, aside: None }];
        }
        if matches!(self.seats[place], Seat::Up { .. }) {
            let code = match draw {
                0..40 => exit(1),
                40..60 => None,
                60.. => exit(0),
            };
            self.seats[place] = ended(self.now + 1, code);
        }
        Vec::new()
    }

    fn holds(&self) {
        let tasks = &self.work.tasks;
        let live = |place: usize| {
            tasks[place].stage.has_session() || matches!(self.seats[place], Seat::Up { .. })
        };
        for (place, task) in self.manifest.tasks.iter().enumerate() {
            if !live(place) {
                continue;
            }
            assert!(task.depends_on.iter().all(|on| tasks[*on].state.is_done()), "a dependency");
            for other in (0..tasks.len()).filter(|other| *other != place && live(*other)) {
                let shared = crate::schedule::shared(&self.manifest, place, other);
                assert!(shared.is_none(), "{} and {other} at once: {shared:?}", task.id);
            }
            let earlier = self.manifest.tasks.iter().zip(tasks);
            let mut earlier = earlier.filter(|(it, _)| it.phase < task.phase);
            assert!(earlier.all(|(_, progress)| progress.state.is_over()), "the phase before");
        }
        let most = self.manifest.max_parallel.unwrap_or(u32::MAX) as usize;
        assert!((0..tasks.len()).filter(|place| live(*place)).count() <= most, "at once");
    }
}

fn done(errand: Errand) -> Done {
    match errand {
        Errand::Prepare => Done::Prepared { worktree: "/w".to_owned(), start: "c0".to_owned() },
        Errand::Look => Done::Looked { trace: "x".to_owned() },
        Errand::Judge => Done::Judged { commits: 1, dirty: 0, head: "c1".to_owned() },
        Errand::Push => Done::Pushed,
        Errand::Open => {
            Done::Opened(Pull { forge: Forge::Gh, number: Some(1), url: String::new() })
        }
        Errand::Watch => Done::Watched(Fate::Merged),
        Errand::Tidy => Done::Removed,
        Errand::Hook(_) => Done::Hooked,
    }
}

proptest! {
    #[test]
    fn every_task_is_run_to_its_end_whoever_is_killed_when(
        text in crate::schedule::tests::any_manifest(),
        draws in proptest::collection::vec((0_usize..14, 0_u8..100, proptest::bool::weighted(0.2)), 0..300),
    ) {
        let manifest = manifest(&format!("forge = \"gh\"\nonDone = [\"tell\"]\nattempts = 1000\nretryDelay = 1\n{text}"));
        let count = manifest.tasks.len();
        let work = Work::begin(&manifest, at(0));
        let mut world = World {
            manifest, work, now: 1000,
            seats: vec![Seat::Free; count],
            under_way: vec![None; count],
            runs: vec![0; count],
        };
        for (place, draw, killed) in draws {
            let outcomes = world.happen(place % count, draw);
            world.tick(outcomes, killed);
            world.holds();
        }
        // From now on all goes well.
        for round in 0..20_000 {
            let outcomes = (0..count).flat_map(|place| world.happen(place, 99)).collect();
            world.now += 600_000;
            world.tick(outcomes, false);
            world.holds();
            if world.work.is_over() && world.work.tasks.iter().all(|it| it.state == TaskState::Merged) {
                break;
            }
            prop_assert!(round < 19_999, "it never ends: {:?}", world.work);
        }
        prop_assert!(world.runs.iter().all(|runs| *runs >= 1));
    }
}
