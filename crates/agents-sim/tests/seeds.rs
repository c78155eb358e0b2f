//! Do the invariants hold whatever happens, and does everything come back afterwards?
//!
//! `SEED=4711 cargo test -p agents-sim --test seeds one_seed -- --nocapture` plays one seed and prints its trace.
//! `SEEDS=5000 cargo test -p agents-sim --test seeds many_seeds` walks further.

use agents_sim::walk;

const SEEDS: u64 = 200;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn many_seeds() {
    let mut failed = Vec::new();
    for seed in 0..number("SEEDS").unwrap_or(SEEDS) {
        let walked = walk(seed).unwrap();
        if !walked.problems.is_empty() {
            failed.push(format!("SEED={seed}: {}", walked.problems.join("; ")));
        }
    }
    assert!(failed.is_empty(), "{} seeds failed\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    for seed in [1, 7, 42] {
        let (one, other) = (walk(seed).unwrap(), walk(seed).unwrap());
        assert!(one.ticks > 100, "seed {seed}: only {} ticks", one.ticks);
        assert_eq!(one.trace, other.trace, "seed {seed}");
    }
}

#[test]
fn one_seed() {
    let Some(seed) = number("SEED") else { return };
    let walked = walk(seed).unwrap();
    println!("{}", walked.trace);
    assert!(walked.problems.is_empty(), "SEED={seed}: {:#?}", walked.problems);
}
