//! A state folder that is moved, deleted, or put back from a copy under a living watchdog: it does nothing wrong
//! meanwhile, and goes on from what is there.

use std::path::PathBuf;
use std::process::Command;

use crate::support::Bed;

const CONFIG: &str = r#"HEAD
[backend.reader]
bin = 'while IFS= read -r line; do echo "got: $line"; done'
prompt_delivery = "exec"
[[agent]]
name = "ann"
backend = "reader"
watch = "heal"
"#;

/// How the watchdog says that it does nothing.
const STANDS: &str = "was moved, deleted or replaced meanwhile";
const GOES_ON: &str = "work goes on after";

fn state(bed: &Bed) -> PathBuf {
    bed.dir.join(".state/state")
}

/// Runs a line of shell in the folder of the state folder.
#[track_caller]
fn shell(bed: &Bed, line: &str) {
    let ran = Command::new("sh").args(["-ec", line]).current_dir(bed.dir.join(".state")).status();
    assert!(ran.unwrap().success(), "{line}");
}

fn said(bed: &Bed, words: &str) -> usize {
    bed.watchdog_log().matches(words).count()
}

/// The number of the run that the session's tag names.
fn run_of(bed: &Bed) -> Option<u64> {
    let tag = bed.tmux(&["show-options", "-pqv", "-t", "=t-ann:", "@agents_run"]).out;
    tag.trim().strip_prefix('r')?.parse().ok()
}

/// Ends the session, and waits for its successor.
#[track_caller]
fn is_healed(bed: &Bed) -> u64 {
    let before = run_of(bed).unwrap();
    bed.tmux(&["kill-session", "-t", "=t-ann"]).ends_with(0);
    bed.until("it heals", || run_of(bed).is_some_and(|run| run != before));
    run_of(bed).unwrap()
}

#[test]
fn a_watchdog_goes_on_from_the_state_that_is_there() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    let log_is_there = || state(&bed).join("store.db-wal").exists();
    bed.until("it writes", log_is_there);
    shell(&bed, "cp -a state copy");
    let mut highest = is_healed(&bed);
    let pid = bed.status()["watchdog"]["pid"].clone();
    for (at, what) in [
        // What SQLite does when it closes a store and sees nobody else's locks.
        "rm state/store.db-wal state/store.db-shm",
        "rm state/store.db-wal",
        ": > state/store.db-shm",
        "rm state/fleet.lock",
        // Away, and back again.
        "mv state moved; sleep 2.5; mv moved state",
        // The copy in its place, in one step, file by file, and byte by byte.
        "cp -a copy fresh; mv state old; mv fresh state",
        "cp copy/store.db* state",
        "rm state/store.db*; cp copy/store.db* state",
    ]
    .into_iter()
    .enumerate()
    {
        shell(&bed, what);
        bed.until(what, || said(&bed, GOES_ON) > at);
        let (stood, went_on) = (said(&bed, "nothing is done until"), said(&bed, GOES_ON));
        assert_eq!((stood, went_on), (at + 1, at + 1), "{what}: {}", bed.watchdog_log());
        assert_eq!(bed.status()["watchdog"]["pid"], pid, "{what}");
        assert!(bed.status()["store"] == "ok", "{what}");
        bed.agents(&["send", "ann", "--wait=2m", "are you there"]).ends_with(0);
        let run = is_healed(&bed);
        assert!(run > highest, "{what}: {run} was given out before, {highest} was reached");
        highest = run;
        let events = bed.agents(&["events"]).ends_with(0);
        assert!(events.out.contains("replaced under the watchdog"), "{what}: {events:?}");
    }
    bed.agents(&["down"]).ends_with(0);
    assert_eq!(bed.sessions(), Vec::<String>::new());
}

#[test]
fn a_watchdog_without_a_state_folder_waits_and_brings_none_back() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    let pid = bed.pid("t-ann").unwrap();
    // In one step: the watchdog writes into it all the time.
    shell(&bed, "mv state moved");
    bed.until("it says so", || said(&bed, STANDS) == 1);
    assert!(bed.watchdog_log().contains("`agents up` takes it up"), "{}", bed.watchdog_log());
    bed.tmux(&["kill-session", "-t", "=t-ann"]).ends_with(0);
    // Where it would act within a second, it has looked several times.
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert!(!bed.has("t-ann") && !state(&bed).exists() && said(&bed, STANDS) == 1, "{pid}");

    let up = bed.agents(&["up"]).ends_with(0);
    assert!(up.err.contains("ann: started"), "{up:?}");
    let first = bed.pid("t-ann").unwrap();
    bed.until("one watches", || bed.status()["watchdog"]["state"] == "running");
    bed.tmux(&["kill-session", "-t", "=t-ann"]).ends_with(0);
    bed.until("it heals", || bed.pid("t-ann").is_some_and(|pid| pid != first));
    shell(&bed, "rm -r moved; mv state moved");
    bed.until("it says so", || bed.watchdog_log().matches(STANDS).count() >= 2);
    bed.agents(&["down"]).ends_with(0);
    bed.until("nothing is left", || bed.sessions().is_empty());
    assert!(bed.status()["watchdog"]["pid"].is_null(), "{}", bed.status());
}

/// An action that was under way when the folder went may write into it once more.
#[test]
fn what_an_action_left_of_a_project_that_is_gone_keeps_no_watchdog() {
    let bed = Bed::with(CONFIG);
    let mut watchdog = bed.spawn(&["watchdog"]);
    bed.until("ann runs", || bed.has("t-ann"));
    std::fs::remove_file(bed.dir.join("agents.toml")).unwrap();
    shell(&bed, "mv state gone; mkdir state; : > state/trouble");
    assert_eq!(watchdog.wait().unwrap().code(), Some(7));
}

#[test]
fn a_watchdog_whose_project_is_gone_ends() {
    let bed = Bed::with(CONFIG);
    let mut watchdog = bed.spawn(&["watchdog"]);
    bed.until("it watches", || bed.status()["watchdog"]["state"] == "running");
    std::fs::remove_file(bed.dir.join("agents.toml")).unwrap();
    shell(&bed, "mv state gone");
    assert_eq!(watchdog.wait().unwrap().code(), Some(7));
}
