use std::io::Write as _;

use super::*;

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn f46_a_long_log_is_emptied_and_its_end_is_beside_it() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("t-ann.log");
    let mut writer = File::options().create(true).append(true).open(&log).unwrap();
    writer.write_all(b"0123456789").unwrap();
    assert_eq!(put_aside(&log, 10).unwrap(), None, "it may have so much");
    writer.write_all(b"abc").unwrap();
    let written = log.metadata().unwrap().modified().unwrap();
    let aside = put_aside(&log, 10).unwrap().unwrap();
    assert_eq!((text(&log), text(&aside)), (String::new(), "3456789abc".to_owned()));
    assert_eq!(log.metadata().unwrap().modified().unwrap(), written, "nobody worked");
    writer.write_all(b"the writer goes on").unwrap();
    assert_eq!(text(&log), "the writer goes on");
    put_aside(&log, 10).unwrap();
    assert_eq!(text(&aside), "er goes on");
}

#[test]
fn what_is_no_log_of_ours_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (log, other) = (dir.path().join("t-ann.log"), dir.path().join("other"));
    assert_eq!(put_aside(&log, 1).unwrap(), None, "not there");
    std::fs::write(&other, "somebody's").unwrap();
    std::os::unix::fs::symlink(&other, &log).unwrap();
    assert_eq!(put_aside(&log, 1).unwrap(), None);
    std::fs::remove_file(&log).unwrap();
    std::fs::create_dir(&log).unwrap();
    assert_eq!(put_aside(&log, 1).unwrap(), None);
    std::fs::remove_dir(&log).unwrap();
    // A link in the place of what was put aside is not followed.
    std::fs::write(&log, "long").unwrap();
    std::os::unix::fs::symlink(&other, dir.path().join("t-ann.log.1")).unwrap();
    assert!(put_aside(&log, 1).is_err());
    assert_eq!((text(&log), text(&other)), ("long".to_owned(), "somebody's".to_owned()));
}

#[test]
fn it_is_looked_at_every_ten_seconds_by_one_at_a_time() {
    assert!(LongLogs::default().is_due());
    let just_now = LongLogs { looked_at: Some(Instant::now()), under_way: None };
    assert!(!just_now.is_due());
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let copying = std::thread::spawn(move || while wait.recv().is_ok() {});
    let busy = LongLogs { looked_at: None, under_way: Some(copying) };
    assert!(!busy.is_due());
    drop(go);
}
