use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::{Commit, EntryKind, Holder, JournalEntry, Reader, StateDocument, Store};

fn holder() -> Holder {
    Holder { pid: 1, what: "test".to_owned(), since_wall_ms: 0, host: "here".to_owned() }
}

/// A store of some pages, closed.
fn filled(folder: &Path) -> PathBuf {
    let mut store = Store::open(folder).unwrap();
    store.claim_epoch(&holder()).unwrap();
    let entries: Vec<JournalEntry> = (0..200)
        .map(|tick| JournalEntry {
            at_wall_ms: 5,
            tick,
            subject: Some("builder".to_owned()),
            kind: EntryKind::Note,
            body: format!("\"{}\"", "x".repeat(100)),
        })
        .collect();
    let state = StateDocument { schema: 1, body: "{}".to_owned() };
    store.commit(&Commit { state: Some(&state), entries: &entries, ..Commit::default() }).unwrap();
    drop(store);
    assert!(!wal_path(&store_path(folder)).exists());
    store_path(folder)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_missing_store_is_fresh() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("deep").join("state");
    assert!(Reader::open(&state).unwrap().is_none());
    assert!(!state.exists(), "reading made a folder");
    let store = Store::open(&state).unwrap();
    assert_eq!(store.load_state().unwrap(), None);
    assert_eq!(store.last_seq().unwrap(), 0);
    assert_eq!(store.epoch().unwrap(), 0);
}

#[test]
fn f41_a_truncated_store_is_an_error_at_every_length() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let whole = fs::read(&path).unwrap();
    let lengths: Vec<usize> = (0..whole.len())
        .filter(|length| *length < 200 || length % 512 == 0 || (length + 1) % 4096 == 0)
        .collect();
    assert!(lengths.len() > 240);
    for length in lengths {
        fs::write(&path, &whole[..length]).unwrap();
        let written = Store::open(folder.path()).map(drop);
        let read = Reader::open(folder.path()).map(drop);
        if length == 0 {
            assert!(matches!(written, Err(StoreError::Empty { .. })), "{written:?}");
            assert!(matches!(read, Err(StoreError::Empty { .. })), "{read:?}");
        } else {
            assert!(matches!(written, Err(StoreError::Damaged { .. })), "{length}: {written:?}");
            assert!(matches!(read, Err(StoreError::Damaged { .. })), "{length}: {read:?}");
        }
        assert_eq!(fs::metadata(&path).unwrap().len(), length as u64, "the evidence was changed");
    }
    fs::write(&path, &whole).unwrap();
    assert_eq!(Store::open(folder.path()).unwrap().last_seq().unwrap(), 200);
}

#[test]
fn f41_a_store_overwritten_with_zeros_or_text_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let length = fs::metadata(&path).unwrap().len() as usize;
    for content in [vec![0; length], b"{\"phase\": 3}\n".repeat(length / 13)] {
        fs::write(&path, content).unwrap();
        assert!(matches!(Store::open(folder.path()), Err(StoreError::Damaged { .. })));
        assert!(matches!(Reader::open(folder.path()), Err(StoreError::Damaged { .. })));
    }
}

#[test]
fn f41_a_page_of_rubbish_in_the_middle_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0xA5);
    fs::write(&path, bytes).unwrap();
    assert!(matches!(Store::open(folder.path()), Err(StoreError::Damaged { .. })));
    assert!(matches!(Reader::open(folder.path()), Err(StoreError::Damaged { .. })));
}

#[test]
fn a_log_without_its_store_is_no_fresh_store() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(wal_path(&store_path(folder.path())), "left over").unwrap();
    assert!(matches!(Store::open(folder.path()), Err(StoreError::Damaged { .. })));
    assert!(matches!(Reader::open(folder.path()), Err(StoreError::Damaged { .. })));
}

#[test]
fn a_store_of_a_newer_program_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let before = fs::read(&path).unwrap();
    for refused in [Store::open(folder.path()).map(drop), Reader::open(folder.path()).map(drop)] {
        let Err(StoreError::Newer { found: 99, known, .. }) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(known as usize, MIGRATIONS.len());
    }
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_database_of_another_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let connection = Connection::open(store_path(folder.path())).unwrap();
    connection.execute_batch("CREATE TABLE theirs (x); PRAGMA user_version = 1").unwrap();
    drop(connection);
    assert!(matches!(Store::open(folder.path()), Err(StoreError::Damaged { .. })));
}

#[test]
fn writes_are_durable_at_every_commit() {
    let folder = tempfile::tempdir().unwrap();
    make_if_missing(folder.path()).unwrap();
    let path = store_path(folder.path());
    let connection = open_for_writing(&path, &File::open(&path).unwrap()).unwrap();
    let read = |name: &str| -> String {
        connection
            .pragma_query_value(None, name, |row| {
                row.get::<_, rusqlite::types::Value>(0).map(|value| format!("{value:?}"))
            })
            .unwrap()
    };
    assert_eq!(read("journal_mode"), "Text(\"wal\")");
    assert_eq!(read("synchronous"), "Integer(2)");
}

#[test]
fn what_a_killed_creator_left_behind_is_no_obstacle() {
    let folder = tempfile::tempdir().unwrap();
    let path = store_path(folder.path());
    for serial in 0..50 {
        let name = format!(".new-{}-{serial}", std::process::id());
        fs::write(beside(&path, &name), "half a store").unwrap();
    }
    assert_eq!(Store::open(folder.path()).unwrap().last_seq().unwrap(), 0);
}

#[test]
fn two_creators_get_one_store() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| Store::open(&state).unwrap().submit_request("1").unwrap());
        }
    });
    assert_eq!(Store::open(&state).unwrap().open_requests().unwrap().len(), 4);
}

#[test]
fn a_store_that_others_could_read_is_made_private_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
    drop(Store::open(folder.path()).unwrap());
    assert_eq!(mode(&path), 0o600);
}

const UMASK_FOLDER: &str = "AGENTS_STORE_UMASK_FOLDER";

/// Writes one commit under the umask that the shell has set, and looks at all modes while the files are open.
#[test]
#[ignore = "a child process with its own umask"]
fn modes_under_a_foreign_umask() {
    let state = PathBuf::from(std::env::var_os(UMASK_FOLDER).unwrap());
    let _lock = crate::FleetLock::acquire(&state, &holder()).unwrap();
    let mut store = Store::open(&state).unwrap();
    store.claim_epoch(&holder()).unwrap();
    assert_eq!(mode(&state), 0o700);
    let mut seen: Vec<String> = Vec::new();
    for entry in fs::read_dir(&state).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(mode(&entry.path()), 0o600, "{entry:?}");
        seen.push(entry.file_name().into_string().unwrap());
    }
    seen.sort();
    let ours = ["fleet.lock", "furthest", "store.db", "store.db-shm", "store.db-wal", "withdrawn"];
    assert_eq!(seen, ours);
}

#[test]
fn files_are_private_whatever_the_umask() {
    for umask in ["000", "022", "077"] {
        let folder = tempfile::tempdir().unwrap();
        let status = std::process::Command::new("sh")
            .arg("-c")
            .arg("umask \"$1\"; shift; exec \"$@\"")
            .args(["sh", umask])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", "schema::tests::modes_under_a_foreign_umask", "--ignored"])
            .env(UMASK_FOLDER, folder.path().join("state"))
            .stdout(std::process::Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "umask {umask}");
    }
}
