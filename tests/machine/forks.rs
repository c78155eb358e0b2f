//! Does a fleet live through a machine that has no room for one more process or thread?

use crate::preloaded::Preloaded;
use crate::scene::{RECORDER, fleet, healed, ticks, until_back};
use crate::support::{Bed, process_lives};

/// With a repository that is looked at, on threads and with programs.
fn watched() -> Bed {
    let loops = ["builder", "adversary"].map(|role| {
        let keys =
            format!("kind = \"loop\"\nrole = \"{role}\"\nwatch = \"heal\"\ndir = \"{role}\"");
        crate::scene::agent(role, &keys, RECORDER)
    });
    let sequence = "[loop]\n[[loop.phases]]\nid = \"P1\"\nstatus = \"STATUS.md\"\n[loop.handoff]\nrepo = \"builder\"\n";
    let tables =
        [loops.concat(), healed("ann", RECORDER), healed("bob", RECORDER), sequence.to_owned()];
    let bed = fleet("", &tables);
    bed.repositories(&[("plan.md", "One gate.\n")]);
    bed
}

/// Fills the machine and ends the client over which the watchdog talks to tmux: it would have to start one for whatever it
/// wants to know.
fn fill(machine: &Preloaded, bed: &Bed) {
    let mut client = String::new();
    bed.until("it is connected", || {
        let words = ["list-clients", "-t", "=t-watchdog-control", "-F", "#{client_pid}"];
        client = bed.tmux(&words).out.trim().to_owned();
        client.parse::<u32>().is_ok()
    });
    machine.fill();
    assert!(bed.command("kill").args(["-9", &client]).status().unwrap().success());
}

#[test]
fn f57_f6_a_watchdog_that_can_start_nothing_ends_nobody_and_goes_on_when_it_can() {
    let (machine, bed) = (Preloaded::new(), watched());
    bed.agents(&["up", "ann", "bob"]).ends_with(0);
    let mut watchdog = machine.watch(&bed);
    let (ann, bob) = (bed.pid("t-ann"), bed.pid("t-bob"));
    for _ in 0..2 {
        fill(&machine, &bed);
        let is_refused = |what: &str| machine.refused().contains(what);
        bed.until("it was refused both", || is_refused("process") && is_refused("thread"));
        ticks(&bed, 2);
        assert!(watchdog.try_wait().unwrap().is_none(), "{}", bed.watchdog_log());
        assert_eq!((bed.pid("t-ann"), bed.pid("t-bob")), (ann, bob), "{}", bed.watchdog_log());
        machine.empty();
    }
    // What happens meanwhile is mended afterwards.
    fill(&machine, &bed);
    bed.until("it is refused", || machine.refused().contains("process"));
    bed.tmux(&["kill-session", "-t", "=t-ann"]).ends_with(0);
    ticks(&bed, 2);
    assert!(!bed.has("t-ann") && process_lives(watchdog.id()));
    machine.empty();
    until_back(&bed, "ann", ann);
    bed.agents(&["send", "bob", "--wait=2m", "still there"]).ends_with(0);
    assert_eq!(bed.pid("t-bob"), bob, "{}", bed.watchdog_log());
    bed.agents(&["down"]).ends_with(0);
    assert!(watchdog.wait().unwrap().success());
}

#[test]
fn f57_verbs_that_can_start_nothing_say_so_and_change_nothing() {
    let machine = Preloaded::new();
    let bed = fleet("", &[healed("ann", RECORDER)]);
    machine.fill();
    let up = machine.agents(&bed, &["up"]);
    assert!(up.code == Some(7) && up.err.contains("tmux does not answer"), "{up:?}");
    assert_eq!(bed.sessions(), Vec::<String>::new());
    machine.empty();
    bed.agents(&["up"]).ends_with(0);
    let ann = bed.pid("t-ann");
    machine.fill();
    for words in
        [&["status"][..], &["events"], &["why", "ann"], &["check"], &["logs", "ann", "--no-follow"]]
    {
        let ran = machine.agents(&bed, words);
        let is_answer = ran.code.is_some_and(|code| code != 101) && !ran.err.contains("panicked");
        assert!(is_answer, "{words:?}: {ran:?}");
    }
    machine.empty();
    assert_eq!(bed.pid("t-ann"), ann);
    bed.agents(&["down"]).ends_with(0);
    assert_eq!(bed.sessions(), Vec::<String>::new());
}
