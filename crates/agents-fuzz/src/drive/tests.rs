use std::time::Duration;

use super::{Drive, drive};
use crate::{Outcome, Target};

fn of(run: fn(&[u8]) -> Outcome) -> Target {
    Target { name: "planted", run, words: &["key", " = "] }
}

fn short() -> Drive {
    Drive { time: Duration::from_secs(20), ..Drive::for_seconds(0) }
}

#[test]
fn a_planted_panic_behind_two_words_is_found() {
    let target = of(|bytes| {
        let has_key = bytes.starts_with(b"key");
        assert!(!(has_key && bytes[3..].starts_with(b" = ") && bytes.ends_with(b"\\")), "planted");
        Outcome::of((has_key, bytes.len() > 3))
    });
    let crash = drive(&target, &[b"seed".to_vec()], &short()).expect_err("it is there to be found");
    assert!(crash.input.starts_with(b"key = "), "{:?}", crash.input);
    assert_eq!(crash.why, "panics: planted");
}

#[test]
fn time_that_grows_with_the_square_is_found_from_a_harmless_seed() {
    let target = of(|bytes| {
        let pairs = bytes.len() * bytes.len();
        for step in 0..pairs / 64 {
            std::hint::black_box(step);
        }
        Outcome::of(pairs > 10)
    });
    let limits = Drive { slowest: Duration::from_millis(100), ..short() };
    let crash = drive(&target, &[b"abc".to_vec()], &limits).expect_err("65,536 squared");
    assert!(crash.why.starts_with("takes "), "{}", crash.why);
}

#[test]
fn the_same_seed_draws_the_same_inputs() {
    fn ways(seed: u64) -> Vec<Vec<u8>> {
        let mut dice = crate::dice::Dice::new(seed);
        (0..50)
            .map(|_| crate::mutate::mutated(b"one\ntwo\n", b"three", &["w"], &mut dice))
            .collect()
    }
    assert_eq!(ways(7), ways(7));
    assert_ne!(ways(7), ways(8));
}
