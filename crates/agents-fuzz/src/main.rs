//! Fuzzes all targets, or those that are named: `agents-fuzz [--seconds N] [--seed N] [--part K/N] [TARGET…]`.
//!
//! `--part 0/2` and `--part 1/2` share the targets between two processes.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use agents_fuzz::{Drive, TARGETS, Target, drive, seeds};

const USAGE: &str = "usage: agents-fuzz [--seconds N] [--seed N] [--part K/N] [TARGET…]";

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("agents-fuzz: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut words: impl Iterator<Item = String>) -> Result<(), String> {
    let mut limits = Drive::for_seconds(20);
    let (mut names, mut part) = (Vec::new(), (0, 1));
    while let Some(word) = words.next() {
        let mut number = || words.next().and_then(|word| word.parse().ok()).ok_or(USAGE);
        match word.as_str() {
            "--seconds" => limits.time = std::time::Duration::from_secs(number()?),
            "--seed" => limits.seed = number()?,
            "--part" => part = words.next().and_then(|word| part_of(&word)).ok_or(USAGE)?,
            _ => names.push(word),
        }
    }
    if let Some(name) = names.iter().find(|name| TARGETS.iter().all(|it| it.name != **name)) {
        return Err(format!("there is no target `{name}`; {USAGE}"));
    }
    // A crash is told below, once, with its input.
    std::panic::set_hook(Box::new(|_| {}));
    let mut failed = Vec::new();
    let asked = TARGETS.iter().filter(|it| names.is_empty() || names.iter().any(|n| n == it.name));
    for target in asked.skip(part.0).step_by(part.1) {
        if let Err(why) = fuzz(target, &limits) {
            eprintln!("{}: {why}", target.name);
            failed.push(target.name);
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

/// `K/N`: every Nth target from the Kth on, counted from 0.
fn part_of(word: &str) -> Option<(usize, usize)> {
    let (first, step) = word.split_once('/')?;
    let (first, step) = (first.parse().ok()?, step.parse().ok()?);
    (first < step).then_some((first, step))
}

fn fuzz(target: &Target, limits: &Drive) -> Result<(), String> {
    let seeds = seeds(target.name).map_err(|error| format!("cannot read its seeds: {error}"))?;
    let seeds: Vec<Vec<u8>> = seeds.into_iter().map(|(_, bytes)| bytes).collect();
    match drive(target, &seeds, limits) {
        Ok(report) => {
            println!(
                "{}: {} inputs, {} ways, the slowest took {:.0?}",
                target.name, report.inputs, report.ways, report.slowest
            );
            Ok(())
        }
        Err(crash) => {
            let folder = Path::new("fuzz/artifacts").join(target.name);
            let file = folder.join(format!("seed-{}.crash", limits.seed));
            let kept = fs::create_dir_all(&folder).and_then(|()| fs::write(&file, &crash.input));
            let place = match kept {
                Ok(()) => file.display().to_string(),
                Err(error) => format!("nowhere, since {error}"),
            };
            Err(format!("{}; the input of {} bytes is in {place}", crash.why, crash.input.len()))
        }
    }
}
