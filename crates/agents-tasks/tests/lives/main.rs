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

#[test]
fn every_life_keeps_every_rule_and_ends() {
    if let Some(seed) = number("LIFE") {
        let (counts, result) = live(seed, Subject::default(), true);
        println!("{}", counts.told());
        return result.unwrap_or_else(|broken| panic!("{}: {}", broken.rule, broken.told));
    }
    let (from, lives) = (number("FROM").unwrap_or(1), number("LIVES").unwrap_or(1_000));
    let mut all = Counts::default();
    // Of each rule the first life that broke it, and how many did.
    let mut found: BTreeMap<&str, (u64, String, u64)> = BTreeMap::new();
    for seed in from..from + lives {
        let (counts, result) = live(seed, Subject::default(), false);
        if let Err(broken) = result {
            found.entry(broken.rule).or_insert((seed, broken.told, 0)).2 += 1;
        }
        all.add(&counts);
    }
    println!("{}", all.told());
    let told = found.iter().map(|(rule, (seed, told, count))| {
        format!("{rule}, in {count} of {lives} lives: {told}\n    {}\n", line(*seed))
    });
    assert!(found.is_empty(), "{}", told.collect::<String>());
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
