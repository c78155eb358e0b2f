//! Does a writer that is killed, or runs out of disk, lose what it was told is safe?

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Commit, EntryKind, Holder, JournalEntry, Reader, StateDocument, Store, StoreError};

const FOLDER: &str = "AGENTS_STORE_CRASH_FOLDER";

fn commit(store: &mut Store, number: u64, padding: usize) -> Result<(), StoreError> {
    let state = StateDocument {
        schema: 1,
        body: format!("{{\"number\":{number},\"padding\":\"{}\"}}", "x".repeat(padding)),
    };
    let entries = [JournalEntry {
        at_wall_ms: 0,
        tick: number,
        subject: Some("builder".to_owned()),
        kind: EntryKind::Outcome,
        body: number.to_string(),
    }];
    store.commit(&Commit { state: Some(&state), entries: &entries, ..Commit::default() })
}

fn opened() -> Store {
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let mut store = Store::open(&folder).unwrap();
    let holder =
        Holder { pid: 1, what: "test".to_owned(), since_wall_ms: 0, host: "here".to_owned() };
    store.claim_epoch(&holder).unwrap();
    store
}

/// The words that run one test of this binary in a process of its own.
fn child(test: &str) -> Vec<OsString> {
    let mut words = vec![std::env::current_exe().unwrap().into_os_string()];
    let test = format!("crash_tests::{test}");
    words.extend([test.as_str(), "--exact", "--ignored", "--nocapture"].map(OsString::from));
    words
}

/// Commits one number after the other and says so after each, until killed.
#[test]
#[ignore = "a child process that is killed"]
fn endless_writer() {
    let mut store = opened();
    let mut number = store.last_seq().unwrap();
    loop {
        number += 1;
        commit(&mut store, number, 3000).unwrap();
        println!("\nacknowledged {number}");
    }
}

#[test]
fn f40_a_killed_writer_keeps_every_acknowledged_commit() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    for round in 0..20_u64 {
        let words = child("endless_writer");
        let mut writer = Command::new(&words[0])
            .args(&words[1..])
            .env(FOLDER, &state)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut acknowledged = 0;
        let number = |line: String| -> Option<u64> {
            line.strip_prefix("acknowledged ").map(|text| text.parse().unwrap())
        };
        // A different number of commits each round, so that the kill comes at different places of the log.
        for _ in 0..=(round * 7 % 40) {
            acknowledged = lines.find_map(number).unwrap();
        }
        writer.kill().unwrap();
        writer.wait().unwrap();
        acknowledged = lines.filter_map(number).last().unwrap_or(acknowledged);
        check_after_kill(&state, acknowledged, round);
    }
}

fn check_after_kill(state: &Path, acknowledged: u64, round: u64) {
    let seen = Reader::open(state).unwrap().unwrap().last_seq().unwrap();
    let store = Store::open(state).unwrap();
    let last = store.last_seq().unwrap();
    assert_eq!(seen, last, "round {round}: reader and writer disagree");
    // One more than acknowledged: the kill came between the commit and the word.
    assert!(last == acknowledged || last == acknowledged + 1, "{last} after {acknowledged}");
    let body = store.load_state().unwrap().unwrap().body;
    assert!(body.starts_with(&format!("{{\"number\":{last},")), "state and journal disagree");
    let journal = store.journal_since(0, u32::MAX).unwrap();
    assert!(journal.iter().zip(1..).all(|(found, number)| found.entry.tick == number));
    assert_eq!(journal.len() as u64, last);
}

/// Commits until the file size limit of its shell stops it, then checks that nothing else has changed.
#[test]
#[ignore = "a child process with a limit on file sizes"]
fn writer_on_a_full_disk() {
    let mut store = opened();
    let mut number = 0;
    let refusal = loop {
        match commit(&mut store, number + 1, 20_000) {
            Ok(()) => number += 1,
            Err(error) => break error,
        }
        assert!(number < 1000, "the limit was never reached");
    };
    assert!(matches!(refusal, StoreError::Unwritable { .. }), "{refusal:?}");
    assert!(number > 0);
    assert_eq!(store.last_seq().unwrap(), number);
    println!("\nacknowledged {number}");
}

#[test]
fn f45_a_full_disk_is_an_error_that_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let output = Command::new("sh")
        .arg("-c")
        .arg("trap '' XFSZ; ulimit -f 400; exec \"$@\"")
        .arg("sh")
        .args(child("writer_on_a_full_disk"))
        .env(FOLDER, &state)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let line = text.lines().find_map(|line| line.strip_prefix("acknowledged ")).unwrap();
    let acknowledged: u64 = line.parse().unwrap();
    let store = Store::open(&state).unwrap();
    assert_eq!(store.last_seq().unwrap(), acknowledged);
    let body = store.load_state().unwrap().unwrap().body;
    assert!(body.starts_with(&format!("{{\"number\":{acknowledged},")));
}

/// What a kernel may have kept of the last commit when the power failed: any part of what was appended to the log.
#[test]
fn f41_a_commit_torn_anywhere_is_whole_or_was_never_there() {
    let root = tempfile::tempdir().unwrap();
    let state = root.path().join("state");
    let mut store = Store::open(&state).unwrap();
    let holder =
        Holder { pid: 1, what: "test".to_owned(), since_wall_ms: 0, host: "here".to_owned() };
    store.claim_epoch(&holder).unwrap();
    commit(&mut store, 1, 10).unwrap();
    let file = |folder: &Path, suffix: &str| folder.join(format!("store.db{suffix}"));
    let before = std::fs::read(file(&state, "-wal")).unwrap();
    commit(&mut store, 2, 10).unwrap();
    let after = std::fs::read(file(&state, "-wal")).unwrap();
    let database = std::fs::read(file(&state, "")).unwrap();
    assert!(after.len() >= before.len() && after != before, "the log grew, or was begun anew");
    let first = before.iter().zip(&after).position(|(one, other)| one != other);
    let first = first.unwrap_or(before.len());
    let torn = root.path().join("torn");
    std::fs::create_dir(&torn).unwrap();
    let mut whole = 0;
    // Every byte of the heads of the log's pages, which say what counts; of their contents, some.
    let counts = |end: &usize| (end.saturating_sub(32) % 4120) < 32 || end.is_multiple_of(29);
    for end in (first..=after.len()).filter(|end| counts(end) || *end == after.len()) {
        let mut log = after[..end].to_vec();
        log.extend(before.get(end..).unwrap_or_default());
        std::fs::write(file(&torn, ""), &database).unwrap();
        std::fs::write(file(&torn, "-wal"), &log).unwrap();
        drop(std::fs::remove_file(file(&torn, "-shm")));
        let reader = Reader::open(&torn).unwrap().unwrap();
        let last = reader.last_seq().unwrap();
        let body = reader.load_state().unwrap().unwrap().body;
        assert!(body.starts_with(&format!("{{\"number\":{last},")), "byte {end}: {body}");
        assert!(last == 1 || last == 2, "byte {end}: {last} commits");
        whole += u32::from(last == 2);
    }
    assert!(whole >= 1 && after.len() - first > 4096, "{whole} of {}", after.len() - first);
}
