//! Does the store keep what it acknowledged, whichever operation on its files fails, or is the last one of a killed process?
//!
//! The disk that fails is a library in C that stands between the program and the system, so that each single write, sync,
//! truncation, link and removal can be struck. The writer is a process of its own: this test binary again.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

use agents_store::{
    Commit, EntryKind, Holder, JournalEntry, Keep, Reader, StateDocument, Store, StoreError,
};

const FOLDER: &str = "AGENTS_STORE_DISK_FOLDER";
const COMMITS: u64 = 3;
/// A disk that goes on failing is given up after so many tries.
const TRIES: u32 = 40;
const THREADS: u32 = 2;

fn holder() -> Holder {
    Holder { pid: 1, what: "test".to_owned(), since_wall_ms: 0, host: "here".to_owned() }
}

fn commit(store: &mut Store, number: u64) -> Result<(), StoreError> {
    let body = format!("{{\"number\":{number},\"padding\":\"{}\"}}", "x".repeat(5000));
    let entries = [JournalEntry {
        at_wall_ms: 0,
        tick: number,
        subject: Some("builder".to_owned()),
        kind: EntryKind::Outcome,
        body: number.to_string(),
    }];
    let state = StateDocument { schema: 1, body };
    store.commit(&Commit { state: Some(&state), entries: &entries, ..Commit::default() })
}

fn open(folder: &Path) -> Result<Store, StoreError> {
    let mut store = Store::open(folder)?;
    store.claim_epoch(&holder())?;
    Ok(store)
}

/// Repeats what a full or failing disk refuses. Anything else, damage above all, is a failure of the test.
fn until_done<T>(mut act: impl FnMut() -> Result<T, StoreError>) -> T {
    for _ in 0..TRIES {
        match act() {
            Ok(done) => return done,
            Err(StoreError::Unwritable { .. }) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    panic!("the disk never recovered");
}

#[test]
#[ignore = "a child process on a failing disk"]
fn writer() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let mut store = until_done(|| open(&folder));
    for number in 1..=COMMITS {
        until_done(|| commit(&mut store, number));
        println!("\nacknowledged {number}");
    }
    until_done(|| store.prune_journal(&Keep { entries: 1000, since_wall_ms: 0 }));
    drop(store);
    println!("\ndone");
}

/// The library that fails, built once.
fn disk(folder: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/failing_disk/disk.c");
    let library = folder.join("disk.so");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([&library, &source])
        .arg("-ldl")
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    library
}

struct Struck {
    output: Output,
    acknowledged: u64,
    /// Whether there was an operation of that number.
    came: bool,
}

fn strike(library: &Path, state: &Path, how: &str, at: u32, length: u32) -> Struck {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["writer", "--exact", "--ignored", "--nocapture"])
        .env(FOLDER, state)
        .env("LD_PRELOAD", library)
        .env("AGENTS_DISK_HOW", how)
        .env("AGENTS_DISK_AT", at.to_string())
        .env("AGENTS_DISK_FOR", length.to_string())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let numbers = said.lines().filter_map(|line| line.strip_prefix("acknowledged "));
    let acknowledged = numbers.filter_map(|number| number.parse().ok()).max().unwrap_or(0);
    let came = String::from_utf8_lossy(&output.stderr).contains("the disk strikes");
    Struck { output, acknowledged, came }
}

/// What a sound process finds, and that it can go on.
fn is_whole(state: &Path, acknowledged: u64, exactly: bool, what: &str) {
    if acknowledged > 0 {
        let seen = Reader::open(state).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(seen.is_some(), "{what}: a store that was acknowledged is gone");
    }
    let mut store = open(state).unwrap_or_else(|error| panic!("{what}: {error}"));
    let last = store.last_seq().unwrap();
    let one_more = !exactly && last == acknowledged + 1;
    assert!(last == acknowledged || one_more, "{what}: {last} of {acknowledged} acknowledged");
    let journal = store.journal_since(0, u32::MAX).unwrap();
    let ticks: Vec<u64> = journal.iter().map(|found| found.entry.tick).collect();
    assert_eq!(ticks, (1..=last).collect::<Vec<_>>(), "{what}");
    match store.load_state().unwrap() {
        None => assert_eq!(last, 0, "{what}: the state is read as none"),
        Some(state) => {
            assert!(state.body.starts_with(&format!("{{\"number\":{last},")), "{what}");
        }
    }
    commit(&mut store, last + 1).unwrap_or_else(|error| panic!("{what}: {error}"));
}

/// Strikes each operation in turn, until there is none of that number; returns how many there were.
fn each_operation(how: &str, length: u32, check: impl Fn(&Path, &Struck, &str) + Sync) -> u32 {
    let root = tempfile::tempdir().unwrap();
    let library = disk(root.path());
    let next = AtomicU32::new(1);
    let walk = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let state = root.path().join(format!("state-{at}"));
            let struck = strike(&library, &state, how, at, length);
            let what = format!("{how} at operation {at} for {length}");
            check(&state, &struck, &what);
            if !struck.came {
                return at - 1;
            }
        }
    };
    std::thread::scope(|scope| {
        let walkers: Vec<_> = (0..THREADS).map(|_| scope.spawn(walk)).collect();
        let ends = walkers.into_iter().map(|walker| walker.join().unwrap());
        ends.min().unwrap()
    })
}

/// A disk that fails, and works again: the writer itself goes on, and nothing is lost or doubled.
fn goes_on(how: &str, length: u32) {
    let operations = each_operation(how, length, |state, struck, what| {
        let said = String::from_utf8_lossy(&struck.output.stderr);
        assert!(struck.output.status.success(), "{what}: {said}");
        assert_eq!(struck.acknowledged, COMMITS, "{what}");
        is_whole(state, struck.acknowledged, true, what);
    });
    println!("{how}: {operations} operations");
    assert!(operations > 15, "only {operations} operations were struck");
}

/// A process that is killed there: its successor finds all that was acknowledged.
fn is_survived(how: &str) {
    let operations = each_operation(how, 1, |state, struck, what| {
        assert_ne!(struck.came, struck.output.status.success(), "{what}: {:?}", struck.output);
        is_whole(state, struck.acknowledged, false, what);
    });
    println!("{how}: {operations} operations");
    assert!(operations > 15, "only {operations} operations were struck");
}

#[test]
fn f45_a_disk_that_is_full_for_any_one_operation_loses_nothing() {
    goes_on("full", 1);
}

#[test]
fn f45_a_disk_that_is_full_for_eight_operations_loses_nothing() {
    goes_on("full", 8);
}

#[test]
fn f45_a_disk_that_takes_half_of_any_one_write_loses_nothing() {
    goes_on("short", 1);
}

#[test]
fn f45_a_disk_that_breaks_for_any_one_operation_loses_nothing() {
    goes_on("broken", 1);
}

#[test]
fn f40_f41_a_writer_killed_before_any_operation_loses_nothing_that_it_acknowledged() {
    is_survived("killed before");
}

#[test]
fn f40_f41_a_writer_killed_within_any_write_loses_nothing_that_it_acknowledged() {
    is_survived("killed within");
}

#[test]
fn f40_f41_a_writer_killed_after_any_operation_loses_nothing_that_it_acknowledged() {
    is_survived("killed after");
}
