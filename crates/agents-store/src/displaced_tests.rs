//! What becomes of a store whose files are moved, replaced or put back from a copy under its writer?

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::schema::beside;
use crate::{Commit, FleetLock, Holder, StateDocument, Store, StoreError};

const FOLDER: &str = "AGENTS_STORE_DISPLACED_FOLDER";

fn holder() -> Holder {
    Holder { pid: 1, what: "test".to_owned(), since_wall_ms: 0, host: "here".to_owned() }
}

fn writer(folder: &Path) -> Store {
    let mut store = Store::open(folder).unwrap();
    store.claim_epoch(&holder()).unwrap();
    store
}

fn commit(store: &mut Store, body: &str) -> Result<(), StoreError> {
    let state = StateDocument { schema: 1, body: body.to_owned() };
    store.commit(&Commit { state: Some(&state), ..Commit::default() })
}

fn is_displaced<T>(result: Result<T, StoreError>) -> bool {
    matches!(result, Err(StoreError::Displaced { .. }))
}

fn files(folder: &Path) -> [PathBuf; 3] {
    let store = folder.join("store.db");
    [store.clone(), beside(&store, "-wal"), beside(&store, "-shm")]
}

/// A copy of the three files, as `cp` makes it while a writer lives.
fn copy(folder: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in files(folder) {
        fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
    }
}

/// Takes the store for its own, as older versions of SQLite do that see no lock: they remove the log when they close it.
#[test]
#[ignore = "a child process, since no lock is kept against the own one"]
fn program_that_asks_for_the_locks() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let file = fs::OpenOptions::new().write(true).open(folder.join("store.db")).unwrap();
    let whole_file = rustix::fs::FlockOperation::NonBlockingLockExclusive;
    let refused = rustix::fs::fcntl_lock(&file, whole_file).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::WouldBlock);
}

#[test]
fn a_writer_that_looks_at_its_file_keeps_its_locks_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = writer(folder.path());
    for whole in [false, true] {
        store.check(whole).unwrap();
        let words = ["displaced_tests::program_that_asks_for_the_locks", "--exact", "--ignored"];
        let asked = Command::new(std::env::current_exe().unwrap())
            .args(words)
            .env(FOLDER, folder.path())
            .output()
            .unwrap();
        assert!(asked.status.success(), "whole: {whole}: {asked:?}");
    }
    // One that is closed takes no lock from another.
    drop(Store::open(folder.path()).unwrap());
    assert!(store.is_in_place());
}

#[test]
fn a_writer_whose_log_or_index_was_replaced_writes_no_more_and_spoils_nothing() {
    for at in 0..3 {
        let root = tempfile::tempdir().unwrap();
        let (folder, backup) = (root.path().join("state"), root.path().join("backup"));
        let mut store = writer(&folder);
        commit(&mut store, "1").unwrap();
        copy(&folder, &backup);
        commit(&mut store, "2").unwrap();
        let file = &files(&folder)[at];
        fs::remove_file(file).unwrap();
        assert!(is_displaced(store.check(false)), "{}", file.display());
        assert!(is_displaced(commit(&mut store, "3")), "{}", file.display());
        // The operator puts back all that there was.
        for file in files(&folder) {
            drop(fs::remove_file(&file));
            fs::copy(backup.join(file.file_name().unwrap()), &file).unwrap();
        }
        let put_back = files(&folder).map(|file| fs::read(file).unwrap());
        drop(store);
        assert!(files(&folder).map(|file| fs::read(file).unwrap()) == put_back, "{at}");
        let mut store = writer(&folder);
        assert_eq!(store.load_state().unwrap().unwrap().body, "1");
        commit(&mut store, "4").unwrap();
        assert!(store.is_in_place());
    }
}

#[test]
fn a_store_that_went_back_to_an_earlier_content_is_another_one() {
    let root = tempfile::tempdir().unwrap();
    let (folder, backup) = (root.path().join("state"), root.path().join("backup"));
    let mut store = writer(&folder);
    commit(&mut store, "1").unwrap();
    copy(&folder, &backup);
    commit(&mut store, "2").unwrap();
    store.check(false).unwrap();
    // The same files with what they held before, as `cp` writes over them.
    for file in files(&folder) {
        let old = fs::read(backup.join(file.file_name().unwrap())).unwrap();
        fs::write(file, old).unwrap();
    }
    assert!(store.is_in_place());
    assert!(is_displaced(store.check(false)));
    store.let_go();
    assert!(store.load_state().is_err() && commit(&mut store, "3").is_err());
    let store = writer(&folder);
    assert_eq!(store.load_state().unwrap().unwrap().body, "1");
}

#[test]
fn an_index_without_a_byte_is_not_looked_into() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = writer(folder.path());
    fs::write(&files(folder.path())[2], "").unwrap();
    assert!(is_displaced(store.check(false)), "a look into it would end this process");
    store.let_go();
    assert_eq!(writer(folder.path()).epoch().unwrap(), 2);
}

#[test]
fn a_lock_whose_file_was_replaced_is_not_in_place() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("state");
    let lock = FleetLock::acquire(&folder, &holder()).unwrap();
    assert!(lock.is_in_place(&folder));
    fs::remove_file(folder.join("fleet.lock")).unwrap();
    assert!(!lock.is_in_place(&folder));
    let other = FleetLock::acquire(&folder, &holder()).unwrap();
    assert!(!lock.is_in_place(&folder) && other.is_in_place(&folder));
}
