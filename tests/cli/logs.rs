//! Does `logs` show every line once, harmless, and go on when the file is changed under it?

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Write as _};
use std::sync::mpsc;
use std::time::Duration;

use crate::support::{Bed, PATIENCE};

const FLEET: &str = r#"HEAD
[backend.cat]
bin = "cat"
[[agent]]
name = "ann"
kind = "persistent"
backend = "cat"
dir = "."
[[agent]]
name = "mute"
kind = "persistent"
backend = "cat"
dir = "."
log = false
"#;

#[test]
fn what_is_there_is_shown_harmless_or_raw() {
    let bed = Bed::with(FLEET);
    let missing = bed.agents(&["logs", "ann", "--no-follow"]).ends_with(1);
    assert!(missing.err.contains("has no log yet"), "{missing:?}");
    bed.write(".state/t-ann.log", "one\n\u{1b}[31mtwo\u{1b}[0m\n\u{1b}]52;c;evil\u{7}three");
    let show = |words: &[&str]| {
        bed.agents(&[&["logs", "ann", "--no-follow"], words].concat()).ends_with(0).out
    };
    assert_eq!(show(&[]), "one\ntwo\nthree\n");
    assert_eq!(show(&["-n", "2"]), "two\nthree\n");
    assert_eq!(show(&["-n", "0"]), "");
    assert_eq!(show(&["--raw", "-n", "1"]), "\u{1b}]52;c;evil\u{7}three");
    bed.write(".state/t-ann.log", &"row\n".repeat(100_000));
    assert_eq!(show(&["-n", "60000"]).lines().count(), 60_000);
    bed.write(".state/t-watchdog.log", "tick\n");
    assert_eq!(bed.agents(&["logs", "watchdog", "--no-follow"]).ends_with(0).out, "tick\n");
    assert!(bed.agents(&["logs", "mute", "--no-follow"]).ends_with(1).err.contains("log = false"));
    assert!(bed.agents(&["logs", "nobody"]).ends_with(2).err.contains("known: ann, mute"));
}

#[test]
fn a_pipe_in_the_place_of_the_log_blocks_nobody() {
    let bed = Bed::with(FLEET);
    std::fs::create_dir_all(bed.dir.join(".state")).unwrap();
    assert!(bed.command("mkfifo").arg(".state/t-ann.log").status().unwrap().success());
    assert!(bed.agents(&["logs", "ann"]).ends_with(1).err.contains("no regular file"));
}

#[test]
fn following_goes_on_over_growth_truncation_and_rotation() {
    let bed = Bed::with(FLEET);
    let mut child = bed.spawn(&["logs", "ann"]);
    let (send, receive) = mpsc::channel();
    let out = BufReader::new(child.stdout.take().unwrap());
    std::thread::spawn(move || {
        out.lines().map_while(Result::ok).try_for_each(|line| send.send(line))
    });
    let next = || receive.recv_timeout(PATIENCE).unwrap();
    let log = bed.dir.join(".state/t-ann.log");
    let append = |bytes: &[u8]| {
        OpenOptions::new().append(true).open(&log).unwrap().write_all(bytes).unwrap()
    };
    bed.write(".state/t-ann.log", "first\n");
    assert_eq!(next(), "first");
    append(b"\x1b[3");
    append(b"1mr\xc3");
    append(b"\xa9d\n");
    assert_eq!(next(), "réd");
    std::fs::write(&log, "cut\n").unwrap();
    assert_eq!(next(), "cut");
    std::fs::rename(&log, log.with_extension("old")).unwrap();
    bed.write(".state/t-ann.log", "new file\n");
    assert_eq!(next(), "new file");
    assert!(receive.recv_timeout(Duration::from_millis(1)).is_err(), "each line once");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn f46_an_agent_that_prints_all_night_does_not_fill_the_disk() {
    let bed = Bed::with(
        r#"HEAD
log_megabytes = 1
[backend.loud]
bin = "yes the same row, again and again"
prompt_delivery = "exec"
[[agent]]
name = "loud"
backend = "loud"
"#,
    );
    bed.agents(&["up"]).ends_with(0);
    let length = |path: &str| bed.dir.join(path).metadata().map_or(0, |it| it.len());
    let aside = ".state/t-loud.log.1";
    let longest = 2 << 20;
    bed.until("it was put aside", || (1..=longest).contains(&length(aside)));
    assert!(bed.read(aside).contains("the same row, again and again"));
    bed.until("it prints on", || length(".state/t-loud.log") > 1 << 16);
    bed.until("the watchdog says so", || {
        bed.watchdog_log().contains("t-loud.log was longer than 1 MiB")
    });
    bed.agents(&["down"]).ends_with(0);
}
