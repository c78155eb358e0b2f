//! Does it hold for years? Many lives, each with a fleet, faults and edits that its seed draws, over all processors.

mod coverage;
mod fleet;
mod kind;
mod life;
mod liveness;
mod ordinary;
mod strike;

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

pub use coverage::Coverage;
pub(crate) use fleet::KEY;
pub use kind::Kind;
pub use life::{Lived, live, live_unbroken};

use crate::SimError;
use crate::random::Random;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swarm {
    /// The seed of the first life; those of the others follow from it.
    pub seed: u64,
    /// At least so many hours are lived.
    pub hours: u64,
}

/// What all lives came to.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub fleet_hours: u64,
    pub coverage: Coverage,
    pub violations: u64,
    /// The lives in which something was violated, in their order.
    pub broken: Vec<Lived>,
}

impl Swarm {
    /// How many hours one life lasts; a run takes as many whole lives as it needs.
    pub const LIFE: u64 = life::HOURS;

    /// The seeds of its lives, in their order.
    #[must_use]
    pub fn seeds(&self) -> Vec<u64> {
        let count = self.hours.div_ceil(Self::LIFE).max(1);
        let mut others = Random::new(self.seed);
        let later = (1..count).map(|_| others.bits());
        std::iter::once(self.seed).chain(later).collect()
    }

    /// Lives all lives. The outcome depends on the seed and the hours only, not on how many processors there are.
    /// `each` hears of every life as it ends, in any order.
    ///
    /// # Errors
    /// When a simulation itself fails: with the seed that does it.
    pub fn run(&self, mut each: impl FnMut(&Lived)) -> Result<Outcome, SimError> {
        let seeds = self.seeds();
        let next = AtomicUsize::new(0);
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        let (sender, receiver) = mpsc::sync_channel(threads * 4);
        let mut lives = std::thread::scope(|scope| {
            for _ in 0..threads.min(seeds.len()) {
                let (sender, seeds, next) = (sender.clone(), &seeds, &next);
                scope.spawn(move || {
                    loop {
                        let place = next.fetch_add(1, Ordering::Relaxed);
                        let Some(seed) = seeds.get(place) else { return };
                        if sender.send((place, live(*seed, false))).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(sender);
            let mut lives = Vec::with_capacity(seeds.len());
            for (place, lived) in receiver {
                if let Ok(lived) = &lived {
                    each(lived);
                }
                lives.push((place, lived));
            }
            lives
        });
        lives.sort_by_key(|(place, _)| *place);
        let mut outcome = Outcome::default();
        for (_, lived) in lives {
            outcome.add(lived?);
        }
        Ok(outcome)
    }
}

impl Outcome {
    fn add(&mut self, lived: Lived) {
        self.fleet_hours += Swarm::LIFE;
        self.coverage.add(&lived);
        self.violations += lived.violations.len() as u64;
        if !lived.violations.is_empty() {
            self.broken.push(lived);
        }
    }

    /// The closing line of a run.
    #[must_use]
    pub fn closing(&self, seed: u64) -> String {
        let (hours, faults) = (self.fleet_hours, self.coverage.faults());
        format!("seed {seed}: {hours} fleet-hours, {faults} faults, {} violations", self.violations)
    }
}

impl Lived {
    /// The one line that lives this life again, byte for byte.
    #[must_use]
    pub fn again(&self) -> String {
        format!("agents sim --seed {} --hours {} --trace", self.seed, Swarm::LIFE)
    }
}
