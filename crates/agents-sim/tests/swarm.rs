//! Do whole lives of fleets hold, and does a seed live the same life each time?
//!
//! `SEED=4711 HOURS=300 cargo test -p agents-sim --test swarm a_swarm -- --nocapture` lives longer;
//! `SEED=4711 cargo test -p agents-sim --test swarm one_life -- --nocapture` prints one life.

use agents_sim::swarm::{Swarm, live};

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn a_swarm_breaks_nothing() {
    let swarm = Swarm { seed: number("SEED").unwrap_or(1), hours: number("HOURS").unwrap_or(60) };
    let began = std::time::Instant::now();
    let outcome = swarm.run(|_| {}).unwrap();
    for lived in &outcome.broken {
        println!("{}", lived.again());
        lived.violations.iter().for_each(|text| println!("    {text}"));
    }
    if number("COVERAGE").is_some() {
        outcome.coverage.lines().iter().for_each(|line| println!("{line}"));
    }
    println!("{} in {:?}", outcome.closing(swarm.seed), began.elapsed());
    assert_eq!(outcome.violations, 0);
    assert_eq!(outcome.coverage.gaps(outcome.fleet_hours), Vec::<String>::new());
}

#[test]
fn a_seed_lives_the_same_life_each_time() {
    for seed in [3, 11] {
        let (one, other) = (live(seed, true).unwrap(), live(seed, false).unwrap());
        assert_eq!(one.digest, other.digest, "seed {seed}");
        assert_eq!(one.violations, other.violations, "seed {seed}");
        assert!(one.ticks > 300, "seed {seed}: {} ticks", one.ticks);
        assert_ne!(one.digest, live(seed + 1, false).unwrap().digest);
    }
}

#[test]
fn one_life() {
    let Some(seed) = number("SEED") else { return };
    let lived = live(seed, true).unwrap();
    println!("{}", lived.trace.unwrap_or_default());
    println!("{:#?}", lived.violations);
}
