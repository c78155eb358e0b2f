//! Does the net catch fish? Each planted bug must break something within a thousand fleet-hours.
//!
//! `ONLY=WallClock cargo test --release -p agents-sim --features planted --test planted every -- --nocapture` tries one.
#![cfg(feature = "planted")]

use std::num::NonZero;
use std::sync::Mutex;

use agents_decide::planted::{self, Bug};
use agents_sim::planted::{self as slips, Slip};
use agents_sim::swarm::{Swarm, live};

const WITHIN: u64 = 1000;

/// One bug, of a decision or of what surrounds it.
#[derive(Debug, Clone, Copy)]
enum Planted {
    Bug(Bug),
    Slip(Slip),
}

impl Planted {
    fn all() -> Vec<Self> {
        let bugs = Bug::ALL.iter().copied().map(Self::Bug);
        bugs.chain(Slip::ALL.iter().copied().map(Self::Slip)).collect()
    }

    fn name(self) -> String {
        match self {
            Self::Bug(bug) => format!("{bug:?}"),
            Self::Slip(slip) => format!("{slip:?}"),
        }
    }

    /// Plants it in this thread as long as `act` runs.
    fn within<T>(self, act: impl FnOnce() -> T) -> T {
        match self {
            Self::Bug(bug) => planted::plant(Some(bug)),
            Self::Slip(slip) => slips::plant(Some(slip)),
        }
        let done = act();
        planted::plant(None);
        slips::plant(None);
        done
    }

    /// After how many fleet-hours something broke, in which life, and what.
    fn caught(self) -> Option<(u64, u64, String)> {
        let seeds = Swarm { seed: 7, hours: WITHIN }.seeds();
        self.within(|| {
            seeds.into_iter().zip(1..).find_map(|(seed, lives)| {
                let first = broken(seed)?;
                Some((lives * Swarm::LIFE, seed, first))
            })
        })
    }
}

/// What breaks first in that life. A bug that nothing survives is caught, too.
fn broken(seed: u64) -> Option<String> {
    match live(seed, false) {
        Ok(lived) => lived.violations.first().cloned(),
        Err(error) => Some(error.to_string()),
    }
}

/// Lives that are known to break by a bug, and by nothing else.
const KNOWN: [(Planted, u64); 6] = [
    (Planted::Bug(Bug::OneLookIsProof), 7),
    (Planted::Bug(Bug::UnknownIsGone), 7),
    (Planted::Bug(Bug::OutputIsNothing), 7),
    (Planted::Bug(Bug::ComputingIsIdle), 16616101746815609346),
    (Planted::Slip(Slip::SecondServer), 7),
    (Planted::Slip(Slip::ShowsKeys), 7),
];

#[test]
fn known_lives_break_by_their_bug_alone() {
    for (planted, seed) in KNOWN {
        assert_eq!(broken(seed), None, "seed {seed}");
        assert!(planted.within(|| broken(seed)).is_some(), "{} in {seed}", planted.name());
    }
}

/// What breaks does so because of the bug.
#[test]
fn without_a_bug_nothing_breaks() {
    let hours = std::env::var("HOURS").ok().and_then(|hours| hours.parse().ok()).unwrap_or(60);
    let swarm = Swarm { seed: 7, hours };
    let outcome = swarm.run(|lived| {
        if !lived.violations.is_empty() {
            println!("{}\n    {}", lived.again(), lived.violations.join("\n    "));
        }
    });
    let outcome = outcome.unwrap();
    println!("{}", outcome.closing(swarm.seed));
    assert_eq!(outcome.violations, 0);
}

#[test]
fn every_planted_bug_is_caught() {
    let only = std::env::var("ONLY").ok();
    let all = Planted::all();
    assert!(all.len() >= 25);
    let wanted = |it: &Planted| only.as_ref().is_none_or(|only| *only == it.name());
    let left: Mutex<Vec<Planted>> = Mutex::new(all.into_iter().rev().filter(wanted).collect());
    let free = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(|| {
                while let Some(it) = { left.lock().unwrap().pop() } {
                    match it.caught() {
                        Some((hours, seed, how)) => {
                            println!("| {} | {hours} | {seed} | {how} |", it.name());
                        }
                        None => free.lock().unwrap().push(it.name()),
                    }
                }
            });
        }
    });
    let free = free.into_inner().unwrap();
    assert!(free.is_empty(), "nothing caught {free:?}");
}
