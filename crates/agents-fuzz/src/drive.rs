//! What does a target make of many inputs?

use std::any::Any;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::Target;
use crate::dice::Dice;
use crate::effort;
use crate::mutate::{LONGEST, mutated};

/// How long, and how hard.
#[derive(Debug, Clone, Copy)]
pub struct Drive {
    /// Draws every mutation.
    pub seed: u64,
    /// Begins no further input after so long by the wall clock.
    pub time: Duration,
    /// One input that uses more CPU time has failed.
    pub slowest: Duration,
    /// The process has failed when it ever held more, in KiB.
    pub memory_kib: u64,
}

impl Drive {
    /// Limits that the slowest build on a busy machine keeps.
    #[must_use]
    pub fn for_seconds(seconds: u64) -> Self {
        let (time, slowest) = (Duration::from_secs(seconds), Duration::from_secs(4));
        Self { seed: 1, time, slowest, memory_kib: 1 << 20 }
    }
}

/// What was tried without a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    pub inputs: u64,
    /// How many different ways the inputs took.
    pub ways: usize,
    /// The most CPU time that one input used.
    pub slowest: Duration,
}

/// An input that failed, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crash {
    pub input: Vec<u8>,
    pub why: String,
}

/// Inputs kept to be mutated further.
const KEPT: usize = 4096;

/// Runs all seeds, each of them repeated to the full length too, then mutations until the time is up.
///
/// # Errors
/// The first input at which the target panics, takes too long or holds too much memory.
pub fn drive(target: &Target, seeds: &[Vec<u8>], drive: &Drive) -> Result<Report, Crash> {
    let begun = Instant::now();
    let mut dice = Dice::new(drive.seed);
    let mut report = Report { inputs: 0, ways: 0, slowest: Duration::ZERO };
    let mut ways = BTreeSet::new();
    let mut kept: Vec<Vec<u8>> = Vec::new();
    let long = seeds.iter().filter(|seed| !seed.is_empty()).map(|seed| {
        let times = LONGEST.div_ceil(seed.len());
        seed.repeat(times)
    });
    for input in seeds.iter().cloned().chain(long).collect::<Vec<_>>() {
        let way = once(target, &input, drive, &mut report)?;
        ways.insert(way);
        if input.len() < LONGEST {
            kept.push(input);
        }
    }
    while begun.elapsed() < drive.time {
        let one = dice.pick(&kept).cloned().unwrap_or_default();
        let other = dice.pick(&kept).cloned().unwrap_or_default();
        let input = mutated(&one, &other, target.words, &mut dice);
        let way = once(target, &input, drive, &mut report)?;
        if ways.insert(way) {
            if kept.len() < KEPT {
                kept.push(input);
            } else {
                let at = dice.below(KEPT);
                kept[at] = input;
            }
        }
    }
    Ok(Report { ways: ways.len(), ..report })
}

fn once(
    target: &Target,
    input: &[u8],
    drive: &Drive,
    report: &mut Report,
) -> Result<crate::Outcome, Crash> {
    let crash = |why: String| Crash { input: input.to_vec(), why };
    let before = effort::cpu_time();
    let outcome = catch_unwind(AssertUnwindSafe(|| (target.run)(input)))
        .map_err(|panic| crash(format!("panics: {}", words_of(&*panic))))?;
    let took = effort::cpu_time().saturating_sub(before);
    report.inputs += 1;
    report.slowest = report.slowest.max(took);
    if took > drive.slowest {
        return Err(crash(format!("takes {took:?} of CPU time")));
    }
    // Asking costs as much as a small input does, so only what can have grown is asked about.
    let can_have_grown = report.inputs.is_multiple_of(256) || took > Duration::from_millis(20);
    let held = can_have_grown.then(effort::most_memory_kib).flatten().unwrap_or(0);
    if held > drive.memory_kib {
        return Err(crash(format!("{held} KiB were held, by this input or one of the 255 before")));
    }
    Ok(outcome)
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without words")
}

#[cfg(test)]
mod tests;
