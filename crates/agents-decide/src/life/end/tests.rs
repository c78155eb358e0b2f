use std::time::Duration;

use super::describe;
use crate::activity::fixture::processes;
use crate::{ExitSeen, RunId, Seen};

fn exit(code: Option<i32>, signal: Option<i32>, rows: &[&str]) -> ExitSeen {
    ExitSeen {
        run: RunId(1),
        code,
        signal,
        alive: Duration::from_millis(5600),
        failure: None,
        session_closed: false,
        last_output: rows.iter().map(|row| (*row).to_owned()).collect(),
    }
}

fn said(exit: &ExitSeen) -> String {
    describe(Some(exit), None, &Seen::Absent)
}

#[test]
fn a_session_that_was_closed_under_its_program_is_said_to_be() {
    let closed = |code, signal| ExitSeen {
        session_closed: true,
        ..exit(code, signal, &["answer", "│ > │"])
    };
    let expected = "its session was ended from outside after 5.6 s";
    assert_eq!(said(&closed(Some(0), None)), expected);
    assert_eq!(said(&closed(None, Some(1))), expected);
    assert_eq!(
        describe(None, None, &Seen::Absent),
        "its session vanished, and nothing tells how its program ended"
    );
    assert_eq!(
        describe(None, None, &processes(0, 1)),
        "its session was ended from outside, and its processes outlived it"
    );
}

#[test]
fn only_a_failure_has_last_words_and_only_those_that_say_something() {
    let frame = ["boom: no such model", "│ > │", ">", "─────", "(0s)"];
    assert_eq!(said(&exit(Some(0), None, &frame)), "exit code 0 after 5.6 s");
    assert_eq!(
        said(&exit(Some(3), None, &frame)),
        "exit code 3 after 5.6 s, last output: boom: no such model"
    );
    assert_eq!(said(&exit(Some(3), None, &[">", "? │"])), "exit code 3 after 5.6 s");
    assert_eq!(
        said(&exit(None, Some(9), &["Killed"])),
        "ended by signal 9 (SIGKILL: killed, or out of memory) after 5.6 s, last output: Killed"
    );
    assert_eq!(said(&exit(None, Some(35), &[])), "ended by signal 35 after 5.6 s");
}

#[test]
fn a_long_life_is_not_told_in_seconds() {
    let long = ExitSeen { alive: Duration::from_secs(90_000), ..exit(Some(0), None, &[]) };
    assert_eq!(said(&long), "exit code 0 after 25 h 0 min");
}

#[test]
fn a_signal_is_named() {
    for (number, name) in [
        (1, "SIGHUP"),
        (2, "SIGINT"),
        (3, "SIGQUIT"),
        (6, "SIGABRT"),
        (9, "SIGKILL: killed, or out of memory"),
        (11, "SIGSEGV"),
        (13, "SIGPIPE"),
        (15, "SIGTERM"),
    ] {
        let expected = format!("ended by signal {number} ({name}) after 5.6 s");
        assert_eq!(said(&exit(None, Some(number), &[])), expected);
    }
}

#[test]
fn last_words_have_a_word_and_more_letters_than_other_signs() {
    let says = |row: &str| said(&exit(Some(3), None, &["no such model", row])).contains(row);
    for row in ["boom", "error: 12", "abc 123", "│ not found │"] {
        assert!(says(row), "{row}");
    }
    for row in ["ab cd ef", "abc ────────", "abc 1234 ", "100 % done 12 34 56 78 90"]
    {
        assert!(!says(row), "{row}");
    }
}
