use std::fs;
use std::path::Path;

use crate::schema::{beside, store_path};
use crate::{Commit, Holder, StateDocument, Store};

fn claimed(folder: &Path) -> Store {
    let mut store = Store::open(folder).unwrap();
    let holder =
        Holder { pid: 1, what: "test".to_owned(), since_wall_ms: 0, host: "here".to_owned() };
    store.claim_epoch(&holder).unwrap();
    store
}

fn record(store: &mut Store, text: &str) {
    let state = StateDocument { schema: 1, body: text.to_owned() };
    store.commit(&Commit { state: Some(&state), ..Commit::default() }).unwrap();
}

/// A holder that is killed leaves its files as they are: a copy of them, in another folder.
fn killed(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    // It is the kernel's, and goes with the last process.
    drop(fs::remove_file(beside(&store_path(copy.path()), "-shm")));
    copy
}

#[test]
fn f41_a_log_that_is_damaged_in_its_midst_is_told_once_whoever_opened_the_store_before() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = claimed(folder.path());
    let mut ends = Vec::new();
    for number in 0..9 {
        record(&mut store, &format!("{{\"number\":{number}}}"));
        let log = beside(&store_path(folder.path()), "-wal");
        ends.push(fs::metadata(log).unwrap().len());
    }
    assert_eq!(store.went_back(), None);
    let copy = killed(folder.path());
    assert_eq!(claimed(copy.path()).went_back(), None, "a kill alone loses nothing");
    let copy = killed(folder.path());
    let log = beside(&store_path(copy.path()), "-wal");
    let mut bytes = fs::read(&log).unwrap();
    // In the sixth of them.
    bytes[usize::try_from(ends[4]).unwrap() + 40] ^= 0xff;
    fs::write(&log, bytes).unwrap();
    // A verb that only looks, or asks, writes the log into the store.
    drop(Store::open(copy.path()).unwrap());
    let store = claimed(copy.path());
    assert_eq!(store.went_back(), Some(4));
    let state = store.load_state().unwrap().unwrap();
    assert_eq!(state.body, "{\"number\":4}");
    drop(store);
    assert_eq!(claimed(copy.path()).went_back(), None, "told once");
}

#[test]
fn a_store_that_was_put_back_from_a_copy_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = claimed(folder.path());
    record(&mut store, "1");
    drop(store);
    let path = store_path(folder.path());
    let copy = fs::read(&path).unwrap();
    let mut store = claimed(folder.path());
    record(&mut store, "2");
    record(&mut store, "3");
    drop(store);
    fs::write(&path, copy).unwrap();
    assert_eq!(claimed(folder.path()).went_back(), Some(3));
}

#[test]
fn what_stands_in_the_place_of_the_file_keeps_nobody_from_the_store() {
    for there in ["folder", "link", "short"] {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join(super::FILE);
        match there {
            "folder" => fs::create_dir(&place).unwrap(),
            "link" => std::os::unix::fs::symlink("/dev/null", &place).unwrap(),
            _ => fs::write(&place, [9; 3]).unwrap(),
        }
        let mut store = claimed(folder.path());
        record(&mut store, "1");
        assert_eq!(store.went_back(), None);
    }
}
