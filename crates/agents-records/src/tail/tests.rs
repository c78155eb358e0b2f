use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::net::UnixListener;
use std::path::Path;

use super::{Change, LOOK_LIMIT, Look, Tail};
use crate::error::RecordError;
use crate::parser::{LINE_LIMIT, Line};

fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// The lines of a look as text.
fn texts(look: &Look) -> Vec<String> {
    let text = |line: &Line| match line {
        Line::Text(bytes) => String::from_utf8(bytes.clone()).unwrap(),
        Line::TooLong(bytes) => format!("({bytes})"),
    };
    look.lines.iter().map(text).collect()
}

/// Looks once and compares.
fn sees(tail: &mut Tail, change: Change, lines: &[&str]) {
    let look = tail.look().unwrap();
    assert_eq!(
        (look.change, texts(&look), look.left),
        (change, lines.iter().map(ToString::to_string).collect(), 0)
    );
}

#[test]
fn each_line_is_seen_once_and_only_when_it_has_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.jsonl");
    let mut tail = Tail::new(&path);
    sees(&mut tail, Change::Absent, &[]);
    append(&path, "");
    sees(&mut tail, Change::New, &[]);
    append(&path, "one\ntw");
    sees(&mut tail, Change::Same, &["one"]);
    sees(&mut tail, Change::Same, &[]);
    append(&path, "o");
    sees(&mut tail, Change::Same, &[]);
    append(&path, "\n\nfour\n");
    sees(&mut tail, Change::Same, &["two", "", "four"]);
    sees(&mut tail, Change::Same, &[]);
}

#[test]
fn a_file_that_was_replaced_truncated_or_rewritten_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.jsonl");
    append(&path, "old one\nold two\n");
    let mut tail = Tail::new(&path);
    sees(&mut tail, Change::New, &["old one", "old two"]);

    let other = folder.path().join("other");
    append(&other, "old one\nold two\nand more\n");
    fs::rename(&other, &path).unwrap();
    sees(&mut tail, Change::New, &["old one", "old two", "and more"]);

    File::create(&path).unwrap();
    sees(&mut tail, Change::New, &[]);
    append(&path, "short\n");
    sees(&mut tail, Change::Same, &["short"]);

    // Truncated and grown beyond the offset between two looks: only the bytes tell.
    fs::write(&path, "other\nsecond\n").unwrap();
    sees(&mut tail, Change::New, &["other", "second"]);
    fs::write(&path, "other\nseconD\nthird\n").unwrap();
    sees(&mut tail, Change::New, &["other", "seconD", "third"]);

    fs::remove_file(&path).unwrap();
    sees(&mut tail, Change::Absent, &[]);
    append(&path, "other\nseconD\nthird\n");
    sees(&mut tail, Change::New, &["other", "seconD", "third"]);
}

#[test]
fn a_torn_line_of_a_replaced_file_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.jsonl");
    append(&path, "half of a");
    let mut tail = Tail::new(&path);
    sees(&mut tail, Change::New, &[]);
    fs::write(&path, "new\n").unwrap();
    sees(&mut tail, Change::New, &["new"]);
}

#[test]
fn a_huge_line_is_counted_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.jsonl");
    let huge = "x".repeat(LINE_LIMIT + 1);
    append(&path, "before\n");
    append(&path, &huge);
    let mut tail = Tail::new(&path);
    sees(&mut tail, Change::New, &["before"]);
    append(&path, "yz\nafter\n");
    sees(&mut tail, Change::Same, &[&format!("({})", LINE_LIMIT + 3), "after"]);
}

#[test]
fn a_long_file_is_caught_up_with_over_several_looks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.jsonl");
    let row = "y".repeat(1023) + "\n";
    let rows = usize::try_from(LOOK_LIMIT / 1024).unwrap() + 5;
    fs::write(&path, row.repeat(rows)).unwrap();
    let mut tail = Tail::new(&path);
    let first = tail.look().unwrap();
    assert_eq!((first.change, first.lines.len(), first.left), (Change::New, rows - 5, 5 * 1024));
    let second = tail.look().unwrap();
    assert_eq!((second.change, second.lines.len(), second.left), (Change::Same, 5, 0));
}

#[test]
fn what_is_no_plain_file_is_refused_without_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |path: &Path| match Tail::new(path).look() {
        Err(RecordError::NotAFile { .. } | RecordError::Read { .. }) => true,
        Err(_) | Ok(_) => false,
    };
    assert!(refused(folder.path()));
    let pipe = folder.path().join("pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RWXU,
        0,
    )
    .unwrap();
    assert!(refused(&pipe));
    let socket = folder.path().join("socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    assert!(refused(&socket));
}

#[test]
fn after_a_failed_look_the_same_file_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("record.jsonl");
    append(&path, "one\n");
    let mut tail = Tail::new(&path);
    sees(&mut tail, Change::New, &["one"]);
    fs::rename(&path, folder.path().join("aside")).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(tail.look().is_err());
    fs::remove_dir(&path).unwrap();
    fs::rename(folder.path().join("aside"), &path).unwrap();
    append(&path, "two\n");
    sees(&mut tail, Change::Same, &["two"]);
}
