//! Do the invariants hold whatever happens, and does everything come back afterwards?
//!
//! `SEED=4711 cargo test -p agents-sim --test seeds one_seed -- --nocapture` plays one seed and prints its trace.
//! `FROM=1000 SEEDS=5000 cargo test -p agents-sim --test seeds many_seeds` walks further.

use agents_sim::walk;

const SEEDS: u64 = 150;
const THREADS: usize = 2;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// What went wrong with the seed.
fn failure(seed: u64) -> Option<String> {
    let walked = walk(seed).unwrap();
    let problems = walked.problems.join("; ");
    (!problems.is_empty()).then(|| format!("SEED={seed}: {problems}"))
}

#[test]
fn many_seeds() {
    let from = number("FROM").unwrap_or(0);
    let seeds = from..from + number("SEEDS").unwrap_or(SEEDS);
    let share = &|nth: usize| {
        let own = seeds.clone().skip(nth).step_by(THREADS);
        own.filter_map(failure).collect::<Vec<String>>()
    };
    let failed: Vec<String> = std::thread::scope(|scope| {
        let walkers: Vec<_> = (0..THREADS).map(|nth| scope.spawn(move || share(nth))).collect();
        walkers.into_iter().flat_map(|walker| walker.join().unwrap()).collect()
    });
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
