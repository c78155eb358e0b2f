use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader, Lines, Write};
use std::os::unix::fs::MetadataExt;
use std::process::{Child, ChildStdout, Command, Stdio};

use super::*;
use crate::{Commit, EntryKind, Holder, JournalEntry, Store};

fn write(store: &mut Store, tick: u64) {
    let entries = [JournalEntry {
        at_wall_ms: 0,
        tick,
        subject: None,
        kind: EntryKind::Note,
        body: "{}".to_owned(),
    }];
    store.commit(&Commit { entries: &entries, ..Commit::default() }).unwrap();
}

fn writer(folder: &Path) -> Store {
    let mut store = Store::open(folder).unwrap();
    let holder =
        Holder { pid: 1, what: "test".to_owned(), since_wall_ms: 0, host: "here".to_owned() };
    store.claim_epoch(&holder).unwrap();
    store
}

type Fingerprint = Vec<(String, u64, i64, i64, u64, u64)>;

/// Everything that a write would change: names, lengths, times, inodes, bytes.
fn fingerprint(folder: &Path) -> Fingerprint {
    let mut found: Fingerprint = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let meta = entry.metadata().unwrap();
            let name = entry.file_name().into_string().unwrap();
            let mut digest = DefaultHasher::new();
            fs::read(entry.path()).unwrap().hash(&mut digest);
            (name, meta.len(), meta.mtime(), meta.mtime_nsec(), meta.ino(), digest.finish())
        })
        .collect();
    found.sort();
    let meta = fs::metadata(folder).unwrap();
    found.push((".".to_owned(), 0, meta.mtime(), meta.mtime_nsec(), meta.ino(), 0));
    found
}

fn ask_everything(folder: &Path) -> u64 {
    let reader = Reader::open(folder).unwrap().unwrap();
    reader.load_state().unwrap();
    reader.words().unwrap();
    reader.open_requests().unwrap();
    reader.journal_since(0, 100).unwrap();
    reader.revision().unwrap();
    reader.last_seq().unwrap()
}

const WRITER_FOLDER: &str = "AGENTS_STORE_WRITER_FOLDER";

/// Opens the store, then commits once for each line it is sent.
#[test]
#[ignore = "a child process that writes"]
fn obedient_writer() {
    let folder = PathBuf::from(std::env::var_os(WRITER_FOLDER).unwrap());
    let mut store = writer(&folder);
    for (line, tick) in std::io::stdin().lines().zip(1..) {
        line.unwrap();
        write(&mut store, tick);
        println!("\ncommitted");
    }
}

struct OtherProcess {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
}

impl OtherProcess {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "reader::tests::obedient_writer", "--ignored", "--nocapture"])
            .env(WRITER_FOLDER, folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, said }
    }

    fn commit(&mut self) {
        self.child.stdin.as_mut().unwrap().write_all(b"go\n").unwrap();
        self.said.find(|line| line.as_ref().unwrap() == "committed").unwrap().unwrap();
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn end(&mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

#[test]
fn reading_beside_a_writer_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut other = OtherProcess::start(folder.path());
    for round in 1..=20 {
        other.commit();
        let before = fingerprint(folder.path());
        assert!(before.iter().any(|file| file.0 == "store.db-wal"));
        assert_eq!(ask_everything(folder.path()), round);
        assert_eq!(fingerprint(folder.path()), before);
    }
    other.end();
    let before = fingerprint(folder.path());
    assert_eq!(ask_everything(folder.path()), 20);
    assert_eq!(fingerprint(folder.path()), before);
}

#[test]
fn reading_after_a_writer_was_killed_finds_its_last_commit_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut other = OtherProcess::start(folder.path());
    other.commit();
    other.commit();
    other.kill();
    let before = fingerprint(folder.path());
    assert!(before.iter().any(|file| file.0 == "store.db-wal"));
    assert_eq!(ask_everything(folder.path()), 2);
    assert_eq!(fingerprint(folder.path()), before);
}

/// A log that was begun anew and has no frame yet, or whose first sector was not written whole, says nothing; SQLite tries for
/// ten seconds to follow such a log by an index that it may not write.
#[test]
fn a_log_that_was_left_before_its_first_frame_is_no_obstacle() {
    let folder = tempfile::tempdir().unwrap();
    let mut other = OtherProcess::start(folder.path());
    other.commit();
    let beside = |name: &str| fs::read(folder.path().join(name)).unwrap();
    let (log, index) = (beside("store.db-wal"), beside("store.db-shm"));
    other.end();
    let store = beside("store.db");
    let torn = [vec![0; 512], log[512..].to_vec()].concat();
    let left = [&log[..32], &log[..20], &[0; 32], &torn];
    for log in left {
        let folder = tempfile::tempdir().unwrap();
        let files = [("store.db", &store[..]), ("store.db-wal", log), ("store.db-shm", &index)];
        for (name, bytes) in files {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
        let began = std::time::Instant::now();
        assert_eq!(ask_everything(folder.path()), 1, "a log of {} bytes", log.len());
        assert!(began.elapsed().as_secs() < 5, "it waited {:?}", began.elapsed());
    }
}

/// As the index is between a writer's crash and the next one's recovery of it: its two heads differ.
#[test]
fn an_index_that_its_writer_left_unfinished_is_no_obstacle() {
    let folder = tempfile::tempdir().unwrap();
    let mut other = OtherProcess::start(folder.path());
    other.commit();
    let index = folder.path().join("store.db-shm");
    let mut index = fs::File::options().write(true).open(index).unwrap();
    index.write_all(&[0xff; 16]).unwrap();
    assert_eq!(ask_everything(folder.path()), 1);
    other.commit();
    assert_eq!(ask_everything(folder.path()), 2);
    other.end();
}

#[test]
fn a_reader_beside_writers_that_crash_and_are_replaced_has_an_answer_each_time() {
    let folder = tempfile::tempdir().unwrap();
    drop(writer(folder.path()));
    let ended = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(std::sync::atomic::Ordering::Relaxed) {
                ask_everything(folder.path());
            }
        });
        for _ in 0..20 {
            let mut other = OtherProcess::start(folder.path());
            other.commit();
            other.kill();
        }
        ended.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    assert_eq!(ask_everything(folder.path()), 20);
}

#[test]
fn reading_does_not_hinder_a_writer_of_the_same_process() {
    let folder = tempfile::tempdir().unwrap();
    let mut other = OtherProcess::start(folder.path());
    other.commit();
    let reader = Reader::open(folder.path()).unwrap().unwrap();
    assert_eq!(reader.last_seq().unwrap(), 1);
    let mut store = writer(folder.path());
    for tick in 2..6 {
        write(&mut store, tick);
        assert_eq!(reader.last_seq().unwrap(), tick);
    }
    other.end();
}

#[test]
fn reading_a_closed_store_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = writer(folder.path());
    write(&mut store, 1);
    drop(store);
    let before = fingerprint(folder.path());
    let files: Vec<_> = before.iter().map(|file| file.0.as_str()).collect();
    assert_eq!(files, ["furthest", "store.db", "withdrawn", "."]);
    assert_eq!(ask_everything(folder.path()), 1);
    assert_eq!(fingerprint(folder.path()), before);
}

/// Some files of a store that is being written: what an unlucky copy has.
fn partial_copy(from: &Path, names: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        fs::copy(from.join(name), folder.path().join(name)).unwrap();
    }
    folder
}

#[test]
fn a_log_whose_index_is_missing_is_read_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = writer(folder.path());
    write(&mut store, 1);
    let left = partial_copy(folder.path(), &["store.db", "store.db-wal"]);
    assert_eq!(ask_everything(left.path()), 1);
}

#[test]
fn one_reader_follows_writers_that_come_and_go() {
    let folder = tempfile::tempdir().unwrap();
    drop(writer(folder.path()));
    let reader = Reader::open(folder.path()).unwrap().unwrap();
    for tick in 0..10 {
        let before = reader.revision().unwrap();
        let mut store = writer(folder.path());
        write(&mut store, tick);
        assert_eq!(reader.last_seq().unwrap(), tick + 1);
        drop(store);
        assert_eq!(reader.last_seq().unwrap(), tick + 1);
        assert!(reader.revision().unwrap() > before);
    }
}

#[test]
fn a_reader_among_busy_writers_never_sees_the_past() {
    let folder = tempfile::tempdir().unwrap();
    drop(writer(folder.path()));
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            for round in 0..20 {
                let mut store = writer(folder.path());
                for tick in 0..5 {
                    write(&mut store, round * 5 + tick);
                }
            }
        });
        let reader = Reader::open(folder.path()).unwrap().unwrap();
        let mut last = 0;
        while !writing.is_finished() {
            match reader.last_seq() {
                Ok(seq) => {
                    assert!(seq >= last, "{seq} after {last}");
                    last = seq;
                }
                // A writer opened and closed during every try; the caller asks again.
                Err(StoreError::Busy { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(reader.last_seq().unwrap(), 100);
    });
}

#[test]
fn a_store_that_goes_away_under_its_reader_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    drop(writer(folder.path()));
    let reader = Reader::open(folder.path()).unwrap().unwrap();
    fs::remove_file(folder.path().join("store.db")).unwrap();
    assert!(matches!(reader.load_state(), Err(StoreError::Damaged { .. })));
}

#[test]
fn a_folder_name_full_of_signs_is_no_obstacle() {
    let folder = tempfile::tempdir().unwrap();
    let odd = folder.path().join("50% of a?mode=rw#part & 'quote' é");
    let mut store = writer(&odd);
    write(&mut store, 1);
    drop(store);
    let before = fingerprint(&odd);
    assert_eq!(ask_everything(&odd), 1);
    assert_eq!(fingerprint(&odd), before);
}
