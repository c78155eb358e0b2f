//! Does every life come to the end that it has without an interruption, wherever the watchdog is interrupted?
//!
//! Each effect is struck on both sides, and each record in one of the ways, which take turns; `AGENTS_EVERY_CUT=1` strikes each
//! record in every way. `LIFE=limit cargo test -p agents-sim --test interrupted -- --nocapture` plays the lives with that in their name alone.

use std::path::{Path, PathBuf};

use agents_sim::interruption::{Cut, Ending, Interruption, live};
use agents_sim::{Point, Script};

const THREADS: usize = 2;

fn lives() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interrupted");
    let only = std::env::var("LIFE").unwrap_or_default();
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().contains(&only))
        .collect();
    found.sort();
    found
}

/// Which interruptions a life of so many effects and records has.
type All = fn(effects: u32, records: u32) -> Vec<Interruption>;

/// What is wrong with the life when it is interrupted, each way by itself, and how many ways there were.
fn problems(path: &Path, all: All) -> (Vec<String>, usize) {
    let script = Script::parse(&std::fs::read_to_string(path).unwrap()).unwrap();
    let undisturbed = live(&script, None).unwrap();
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    assert_eq!(undisturbed.ending.violations, Vec::<String>::new(), "{name}");
    assert!(undisturbed.effects > 0 && undisturbed.records > 2, "{name} does nothing");
    let interruptions = all(undisturbed.effects, undisturbed.records);
    let wrong = |interruption: &Interruption| {
        let lived = live(&script, Some(*interruption)).unwrap();
        let differing = difference(&undisturbed.ending, &lived.ending)?;
        let trace = std::env::var_os("LIFE").map(|_| lived.trace).unwrap_or_default();
        Some(format!("{name}, {interruption:?}: {differing}\n{trace}"))
    };
    (interruptions.iter().filter_map(wrong).collect(), interruptions.len())
}

fn difference(expected: &Ending, found: &Ending) -> Option<String> {
    (expected != found).then(|| format!("\n  expected {expected:?}\n  found    {found:?}"))
}

/// Plays all lives with all interruptions; none may end in another way.
#[track_caller]
fn all_end_alike(all: All, at_least: usize) {
    let lives = lives();
    let share = &|nth: usize| {
        let own = lives.iter().skip(nth).step_by(THREADS);
        own.map(|path| problems(path, all)).collect::<Vec<_>>()
    };
    let found: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS).map(|nth| scope.spawn(move || share(nth))).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let played: usize = found.iter().map(|(_, count)| count).sum();
    let problems: Vec<String> = found.into_iter().flat_map(|(problems, _)| problems).collect();
    println!("{played} interrupted lives, {} of them ended in another way", problems.len());
    assert!(problems.is_empty(), "{} of {played}:\n{}", problems.len(), problems.join("\n"));
    if std::env::var_os("LIFE").is_none() {
        assert!(played >= at_least, "only {played} interruptions: the lives have become too easy");
    }
}

/// One of the ways, by the number of the record, or all of them.
fn in_turn(cuts: &[Cut], number: u32) -> Vec<Interruption> {
    let every = std::env::var_os("AGENTS_EVERY_CUT").is_some();
    let turn =
        cuts.iter().enumerate().filter(|(at, _)| every || *at == number as usize % cuts.len());
    turn.map(|(_, cut)| Interruption::Record(*cut, number)).collect()
}

#[test]
fn f40_f42_a_watchdog_killed_before_or_after_any_effect_is_replaced_by_one_that_ends_alike() {
    all_end_alike(
        |effects, _| {
            let both = [Point::Before, Point::After];
            let at = |number| both.map(|point| Interruption::Effect(point, number));
            (1..=effects).flat_map(at).collect()
        },
        150,
    );
}

#[test]
fn f40_f41_f42_a_watchdog_killed_at_any_record_is_replaced_by_one_that_ends_alike() {
    all_end_alike(
        |_, records| {
            let cuts = [Cut::Torn(500), Cut::Unsynced, Cut::After];
            (1..=records).flat_map(|number| in_turn(&cuts, number)).collect()
        },
        350,
    );
}

#[test]
fn f45_a_record_that_any_one_time_cannot_be_written_changes_no_end() {
    all_end_alike(
        |_, records| {
            let cuts = [Cut::Refused(1), Cut::Refused(12)];
            (1..=records).flat_map(|number| in_turn(&cuts, number)).collect()
        },
        350,
    );
}

#[test]
fn an_interruption_that_never_comes_changes_nothing_and_one_that_comes_is_told() {
    let path = lives().remove(0);
    let script = Script::parse(&std::fs::read_to_string(path).unwrap()).unwrap();
    let undisturbed = live(&script, None).unwrap();
    let never = live(&script, Some(Interruption::Effect(Point::Before, 10_000))).unwrap();
    assert_eq!(never.trace, undisturbed.trace);
    let first = live(&script, Some(Interruption::Effect(Point::Before, 1))).unwrap();
    assert!(first.trace.contains("the watchdog dies before"), "{}", first.trace);
    let torn = live(&script, Some(Interruption::Record(Cut::Torn(500), 1))).unwrap();
    assert!(torn.trace.contains("as it writes what it decided"), "{}", torn.trace);
    let full = live(&script, Some(Interruption::Record(Cut::Refused(3), 1))).unwrap();
    assert!(full.trace.contains("the store takes no writes"), "{}", full.trace);
}
