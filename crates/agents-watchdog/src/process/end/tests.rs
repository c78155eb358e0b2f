use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::*;
use crate::process::tree;

fn sleeper() -> Child {
    Command::new("sleep").arg("1000").process_group(0).spawn().unwrap()
}

fn start_of(pid: u32) -> StartMark {
    find(pid).unwrap().unwrap().start
}

fn soon(mut is_so: impl FnMut() -> bool) {
    let limit = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < limit, "it never came");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn other(start: &StartMark) -> StartMark {
    match start {
        StartMark::Ticks(ticks) => StartMark::Ticks(ticks + 1),
        StartMark::Date(date) => StartMark::Date(format!("{date}x")),
    }
}

#[test]
fn f13_a_process_lives_until_it_has_ended_not_until_it_is_waited_for() {
    let mut child = sleeper();
    let (pid, start) = (child.id(), start_of(child.id()));
    assert!(alive(pid, &start).unwrap());
    assert_eq!(signal(pid, &start, Signal::Terminate).unwrap(), Sent::Delivered);
    // Not waited for: a zombie now.
    soon(|| !alive(pid, &start).unwrap());
    assert!(find(pid).unwrap().unwrap().ended);
    assert_eq!(signal(pid, &start, Signal::Kill).unwrap(), Sent::NobodyLeft);
    child.wait().unwrap();
    assert!(!alive(pid, &start).unwrap());
    assert_eq!(signal(pid, &start, Signal::Kill).unwrap(), Sent::NobodyLeft);
}

#[test]
fn f14_the_successor_of_a_process_is_not_signalled() {
    let mut child = sleeper();
    let (pid, start) = (child.id(), start_of(child.id()));
    let earlier = other(&start);
    assert!(!alive(pid, &earlier).unwrap());
    assert_eq!(signal(pid, &earlier, Signal::Kill).unwrap(), Sent::NobodyLeft);
    assert_eq!(signal_by_id(pid, &earlier, Signal::Kill).unwrap(), Sent::NobodyLeft);
    assert!(alive(pid, &start).unwrap(), "another process was killed");
    assert_eq!(signal_by_id(pid, &start, Signal::Kill).unwrap(), Sent::Delivered);
    child.wait().unwrap();
}

#[test]
fn marks_of_two_kinds_are_no_proof_either_way() {
    let ours = std::process::id();
    let start = match start_of(ours) {
        StartMark::Ticks(_) => StartMark::Date("Mon Jan 1 10:00:00 2024".to_owned()),
        StartMark::Date(_) => StartMark::Ticks(1),
    };
    assert!(matches!(alive(ours, &start), Err(ProcessError::Incomparable { .. })));
    assert!(signal(ours, &start, Signal::Kill).is_err());
}

#[test]
fn a_group_ends_as_a_whole() {
    let mut leader = Command::new("sh")
        .args(["-c", "sleep 1000 & sleep 1000 & wait"])
        .process_group(0)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let group = leader.id();
    soon(|| tree(&[group]).unwrap().processes.len() == 3);
    assert_eq!(signal_group(group, Signal::Terminate).unwrap(), Sent::Delivered);
    leader.wait().unwrap();
    soon(|| tree(&[group]).unwrap().processes.is_empty());
}

#[test]
fn a_group_that_nobody_is_in_is_nobody() {
    assert_eq!(signal_group(i32::MAX.unsigned_abs(), Signal::Kill).unwrap(), Sent::NobodyLeft);
}

#[test]
fn groups_that_mean_more_than_an_agent_are_refused() {
    let ours = rustix::process::getpgrp().as_raw_nonzero().get().unsigned_abs();
    for group in [0, 1, ours, u32::MAX] {
        let refused = signal_group(group, Signal::Hangup);
        assert!(matches!(refused, Err(ProcessError::NotOurs { .. })), "{group}: {refused:?}");
    }
}
