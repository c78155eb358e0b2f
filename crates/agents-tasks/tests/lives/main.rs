//! Is nothing lost, and does every task come to an end, whatever fails and whoever is killed when?
//!
//! `LIVES=100000` lives more of them, `LIFE=seed` lives one and tells it, `FROM=seed` begins elsewhere.

mod chance;
mod changes;
mod counts;
mod desk;
mod drawn;
mod errands;
mod life;
mod planted;
mod revised;
mod rules;
mod sessions;
mod world;

use std::collections::BTreeMap;

use counts::Counts;
use life::live;
use planted::{Plant, Subject};

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

fn line(seed: u64) -> String {
    format!("LIFE={seed} cargo test -p agents-tasks --test lives every_life -- --nocapture")
}

/// What a run of lives lived through, and of each rule that was broken the first life, what it told, and how many lives.
#[derive(Default)]
struct Run {
    counts: Counts,
    broken: BTreeMap<&'static str, (u64, String, u64)>,
}

impl Run {
    fn of(seeds: impl Iterator<Item = u64>) -> Self {
        let mut run = Self::default();
        for seed in seeds {
            let (counts, result) = live(seed, Subject::default(), false);
            if let Err(broken) = result {
                run.broken.entry(broken.rule).or_insert((seed, broken.told, 0)).2 += 1;
            }
            run.counts.add(&counts);
        }
        run
    }

    fn join(&mut self, other: Self) {
        self.counts.add(&other.counts);
        for (rule, (seed, told, count)) in other.broken {
            let known = self.broken.entry(rule).or_insert((seed, told.clone(), 0));
            known.2 += count;
            if seed < known.0 {
                (known.0, known.1) = (seed, told);
            }
        }
    }
}

#[test]
fn every_life_keeps_every_rule_and_ends() {
    if let Some(seed) = number("LIFE") {
        let (counts, result) = live(seed, Subject::default(), true);
        println!("{}", counts.told());
        return result.unwrap_or_else(|broken| panic!("{}: {}", broken.rule, broken.told));
    }
    let (from, lives) = (number("FROM").unwrap_or(1), number("LIVES").unwrap_or(2_000));
    let lanes = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut all = Run::default();
    std::thread::scope(|scope| {
        let lane = |lane: usize| {
            scope.spawn(move || Run::of((from..from + lives).skip(lane).step_by(lanes)))
        };
        let running: Vec<_> = (0..lanes).map(lane).collect();
        running.into_iter().for_each(|run| all.join(run.join().expect("a life ends in no panic")));
    });
    println!("{}", all.counts.told());
    let told = all.broken.iter().map(|(rule, (seed, told, count))| {
        format!("{rule}, in {count} of {lives} lives: {told}\n    {}\n", line(*seed))
    });
    assert!(all.broken.is_empty(), "{}", told.collect::<String>());
    let lacks = all.counts.lacks(lives);
    assert!(lacks.is_empty(), "these lives were too easy, of this there was too little: {lacks:?}");
}

#[test]
fn each_planted_bug_is_noticed() {
    for plant in Plant::ALL {
        let mut lives = 1..=400;
        let found = lives.find_map(|seed| {
            let broken = live(seed, Subject(Some(plant)), false).1.err()?;
            Some((seed, broken))
        });
        let (seed, broken) = found.unwrap_or_else(|| panic!("{plant:?} breaks nothing"));
        println!("{plant:?}: life {seed}, {}", broken.rule);
    }
}
