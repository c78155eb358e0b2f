use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::process::Command;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::*;
use crate::{Commit, Holder, Reply, StateDocument, Store, StoreError};

const FOLDER: &str = "AGENTS_STORE_WITHDRAWN_FOLDER";

#[test]
fn numbers_are_kept_in_a_file_of_one_length_until_they_are_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Withdrawn::of(folder.path()).unwrap(), Vec::<u64>::new());
    let made = Withdrawn::make(folder.path()).unwrap();
    let place = || {
        let meta = std::fs::metadata(folder.path().join(FILE)).unwrap();
        (meta.ino(), meta.len(), meta.mode() & 0o777)
    };
    let before = place();
    assert_eq!((before.1, before.2), (SLOTS * SLOT, 0o600));
    for id in [7, u64::MAX - 1, 7, 9] {
        made.add(id, |_| false).unwrap();
    }
    assert_eq!(Withdrawn::of(folder.path()).unwrap(), [7, u64::MAX - 1, 9]);
    made.forget(&[7, 8]).unwrap();
    assert_eq!(Withdrawn::make(folder.path()).unwrap().all().unwrap(), [u64::MAX - 1, 9]);
    assert_eq!(place(), before);
}

#[test]
fn a_full_file_gives_the_place_of_one_that_is_over_and_of_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let made = Withdrawn::make(folder.path()).unwrap();
    (1..=SLOTS).for_each(|id| made.add(id, |_| false).unwrap());
    assert!(made.add(1000, |_| false).is_err());
    made.add(1000, |id| id == 40).unwrap();
    let all = made.all().unwrap();
    assert!(all.contains(&1000) && !all.contains(&40) && all.len() as u64 == SLOTS);
}

fn claimed(folder: &Path) -> Store {
    let mut store = Store::open(folder).unwrap();
    let (what, host) = ("watchdog".to_owned(), "here".to_owned());
    store.claim_epoch(&Holder { pid: 1, what, since_wall_ms: 0, host }).unwrap();
    store
}

/// Leaves three requests, and takes the first two back once its files can grow no more; says what came of it.
#[test]
#[ignore = "a child process with a limit on file sizes"]
fn asker_on_a_full_disk() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let mut store = Store::open(&folder).unwrap();
    let ids = ["1", "2", "3"].map(|body| store.submit_request(body).unwrap());
    let maximum = getrlimit(Resource::Fsize).maximum;
    setrlimit(Resource::Fsize, Rlimit { current: Some(3000), maximum }).unwrap();
    let full = store.submit_request("4");
    assert!(matches!(full, Err(StoreError::Unwritable { .. })), "{full:?}");
    let answers = [ids[0], ids[0], ids[1], 1000].map(|id| store.withdraw_request(id).unwrap());
    assert_eq!(answers, [true, true, true, false]);
    println!("\nleft {ids:?}");
}

fn ask_on_a_full_disk(folder: &Path) -> Vec<u64> {
    let test = "withdrawn::tests::asker_on_a_full_disk";
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"])
        .arg(std::env::current_exe().unwrap())
        .args([test, "--exact", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    let left = text.lines().find_map(|line| line.strip_prefix("left [")).unwrap();
    left.trim_end_matches(']').split(", ").map(|id| id.parse().unwrap()).collect()
}

#[test]
fn f45_a_request_that_was_withdrawn_on_a_full_disk_is_never_taken_up() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = claimed(folder.path());
    let ids = ask_on_a_full_disk(folder.path());
    let open = |store: &Store| -> Vec<u64> {
        store.open_requests().unwrap().iter().map(|request| request.id).collect()
    };
    assert_eq!(open(&store), ids[2..]);
    // A look of before the withdrawal cannot take it up either, nor whoever opens the store later.
    let state = StateDocument { schema: 1, body: "1".to_owned() };
    for id in &ids[..2] {
        let taken = [*id];
        let commit = Commit { state: Some(&state), taken: &taken, ..Commit::default() };
        assert!(matches!(store.commit(&commit), Err(StoreError::Withdrawn)));
    }
    drop(store);
    let mut store = claimed(folder.path());
    assert_eq!((open(&store), store.load_state().unwrap()), (ids[2..].to_vec(), None));
    store.commit(&Commit { state: Some(&state), taken: &ids[2..], ..Commit::default() }).unwrap();

    // With room the next one who asks leaves nothing of them.
    let next = store.submit_request("5").unwrap();
    assert_eq!(Withdrawn::of(folder.path()).unwrap(), Vec::<u64>::new());
    assert!(!store.withdraw_request(ids[0]).unwrap(), "it is gone");
    assert_eq!(open(&store), [ids[2], next]);
    let replies = [Reply { request: next, body: "1".to_owned() }];
    store.commit(&Commit { replies: &replies, taken: &[next], ..Commit::default() }).unwrap();
    assert_eq!(store.reply_of(next).unwrap().as_deref(), Some("1"));
}

#[test]
fn a_number_that_a_store_from_a_copy_gives_out_again_is_not_withdrawn() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = claimed(folder.path());
    Withdrawn::make(folder.path()).unwrap().add(1, |_| false).unwrap();
    assert_eq!(store.submit_request("1").unwrap(), 1);
    assert_eq!(store.open_requests().unwrap().len(), 1);
}

#[test]
fn where_nobody_can_tell_what_was_withdrawn_nothing_is_taken_up() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = claimed(folder.path());
    let id = store.submit_request("1").unwrap();
    std::fs::remove_file(folder.path().join(FILE)).unwrap();
    std::fs::create_dir(folder.path().join(FILE)).unwrap();
    let told = [store.open_requests().map(drop), store.submit_request("2").map(drop)];
    for told in told.map(|told| told.unwrap_err().to_string()) {
        assert!(told.contains("the file `withdrawn` beside it cannot be used"), "{told}");
        assert!(told.ends_with("; delete what is there"), "{told}");
    }
    let taken = store.commit(&Commit { taken: &[id], ..Commit::default() });
    assert!(matches!(taken, Err(StoreError::Unwritable { .. })), "{taken:?}");
    std::fs::remove_dir(folder.path().join(FILE)).unwrap();
    store.commit(&Commit { taken: &[id], ..Commit::default() }).unwrap();
}
