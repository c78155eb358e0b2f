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
    let aside = put_aside(&log, 10).unwrap().unwrap().unwrap();
    assert_eq!((text(&log), text(&aside)), (String::new(), "3456789abc".to_owned()));
    assert_eq!(log.metadata().unwrap().modified().unwrap(), written, "nobody worked");
    writer.write_all(b"the writer goes on").unwrap();
    assert_eq!(text(&log), "the writer goes on");
    put_aside(&log, 10).unwrap().unwrap().unwrap();
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
    assert_eq!(text(&other), "somebody's");
}

#[test]
fn f46_a_log_is_cut_also_where_nothing_can_be_put_aside_and_links_are_not_followed() {
    let dir = tempfile::tempdir().unwrap();
    let (log, other) = (dir.path().join("t-ann.log"), dir.path().join("other"));
    let aside = dir.path().join("t-ann.log.1");
    std::fs::write(&other, "somebody's").unwrap();
    let cut = || {
        std::fs::write(&log, "long").unwrap();
        let lost = put_aside(&log, 1).unwrap().unwrap().unwrap_err();
        assert_eq!((text(&log), text(&other)), (String::new(), "somebody's".to_owned()));
        assert!(lost.is_blocked && lost.aside == aside, "{lost:?}");
        let told = lost.told();
        let names = [&log, &aside].map(|file| told.contains(&file.display().to_string()));
        assert!(names == [true; 2] && told.ends_with("; delete or move away what is there"));
        lost.why
    };
    std::os::unix::fs::symlink(&other, &aside).unwrap();
    assert_eq!(cut(), "a link stands there, which is not followed");
    std::fs::remove_file(&aside).unwrap();
    std::fs::create_dir(&aside).unwrap();
    assert_eq!(cut(), "a folder stands there");
    std::fs::remove_dir(&aside).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&aside).status().unwrap().success());
    assert_eq!(cut(), "something that is no plain file stands there");
    // Also with somebody who reads it: it would be opened, and take what fits into it.
    let reader = File::options().read(true).custom_flags(plain()).open(&aside).unwrap();
    assert_eq!(cut(), "something that is no plain file stands there");
    drop(reader);
    std::fs::remove_file(&aside).unwrap();
    std::fs::write(&log, "long").unwrap();
    put_aside(&log, 1).unwrap().unwrap().unwrap();
    assert_eq!(text(&aside), "g");
}

#[test]
fn s15_a_file_with_another_name_is_neither_cut_nor_written_over() {
    let dir = tempfile::tempdir().unwrap();
    let (log, other) = (dir.path().join("t-ann.log"), dir.path().join("other"));
    let aside = dir.path().join("t-ann.log.1");
    std::fs::write(&other, "somebody's").unwrap();
    std::fs::hard_link(&other, &log).unwrap();
    assert_eq!(put_aside(&log, 1).unwrap(), None);
    assert!(!log.exists(), "whoever logs opens a new one");
    std::fs::write(&log, "long").unwrap();
    std::fs::hard_link(&other, &aside).unwrap();
    put_aside(&log, 1).unwrap().unwrap().unwrap();
    assert_eq!((text(&aside), text(&other)), ("g".to_owned(), "somebody's".to_owned()));
}

#[test]
fn f46_the_last_words_of_a_log_that_cannot_be_put_aside_stay_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("t-ann.log");
    std::fs::create_dir(dir.path().join("t-ann.log.1")).unwrap();
    let mut writer = File::options().create(true).append(true).open(&log).unwrap();
    writer.write_all(b"one\ntwo\nthree\nfour").unwrap();
    let written = log.metadata().unwrap().modified().unwrap();
    let lost = put_aside(&log, 16).unwrap().unwrap().unwrap_err();
    assert_eq!(
        (text(&log).as_str(), lost.kept),
        ("four", 4),
        "whole lines of its last eight bytes"
    );
    assert_eq!(log.metadata().unwrap().modified().unwrap(), written, "nobody worked");
    assert!(lost.told().contains("is lost but for its last 4 bytes, since"), "{}", lost.told());
    writer.write_all(b"\nfive").unwrap();
    assert_eq!(text(&log), "four\nfive");
    // Short enough now, it is not cut again.
    assert_eq!(put_aside(&log, 16).unwrap(), None);
}

#[test]
fn it_is_looked_at_every_ten_seconds_by_one_at_a_time() {
    assert!(LongLogs::default().is_due());
    let just_now = LongLogs { looked_at: Some(Instant::now()), ..LongLogs::default() };
    assert!(!just_now.is_due());
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let copying = std::thread::spawn(move || while wait.recv().is_ok() {});
    let under_way = Some((copying, channel().0));
    let busy = LongLogs { under_way, ..LongLogs::default() };
    assert!(!busy.is_due());
    drop(go);
}

#[test]
fn f46_what_would_be_too_long_again_before_the_next_tick_is_a_flood() {
    let most = 50 << 20;
    for (before, now, flood) in [
        (0, 14_600_000, true),
        (40 << 20, 42 << 20, true),
        (0, 1 << 20, false),
        (0, 0, false),
        (9, 3, false),
        (0, u64::MAX, true),
    ] {
        assert_eq!(is_flood(before, now, most), flood, "{before} {now}");
    }
}

#[test]
fn f46_a_flood_is_followed_as_long_as_it_lasts_and_as_anybody_cares() {
    let dir = tempfile::tempdir().unwrap();
    let [loud, quiet] = ["loud.log", "quiet.log"].map(|name| dir.path().join(name));
    std::fs::write(&quiet, "short").unwrap();
    let mut writer = File::options().create(true).append(true).open(&loud).unwrap();
    let (calm, quit) = channel::<()>();
    let flood = std::thread::spawn(move || {
        while quit.recv_timeout(Duration::from_millis(1)) == Err(RecvTimeoutError::Timeout) {
            writer.write_all(&[b'x'; 100]).unwrap();
        }
    });
    let (alive, ends) = channel();
    let (began, mut cuts, mut last) = (Instant::now(), 0, 0);
    while length(&loud) <= 1000 {
        assert!(began.elapsed() < Duration::from_secs(60));
        std::thread::yield_now();
    }
    let logs = vec![loud.clone(), quiet.clone()];
    let following = std::thread::spawn(move || follow(logs, 1000, &ends, &channel().0));
    while cuts < 3 {
        let now = length(&loud);
        cuts += u32::from(now < last);
        last = now;
        assert!(began.elapsed() < Duration::from_secs(60) && !following.is_finished());
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(alive);
    following.join().unwrap();
    drop(calm);
    flood.join().unwrap();
    assert_eq!(text(&quiet), "short");
}

#[test]
fn who_only_once_was_too_long_is_followed_no_further() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("t.log");
    std::fs::write(&log, "x".repeat(4000)).unwrap();
    let (_alive, ends) = channel();
    follow(vec![log.clone()], 1000, &ends, &channel().0);
    assert_eq!(text(&log), "");
}
