//! What was read in the original's code, and not seen to fail: files, promises and counts. Rows without a number.

use std::os::unix::fs::PermissionsExt as _;

use crate::scene::{REST, agent, count, fleet, healed, journal, replace_watchdog, ticks};

#[test]
fn n2_kickoff_and_state_files_are_for_their_owner_alone() {
    let bed = fleet("", &[healed("x", REST)]);
    bed.agents(&["up"]).ends_with(0);
    ticks(&bed, 1);
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let state = bed.dir.join(".state/state");
    assert_eq!(mode(&state), 0o700);
    for file in ["kickoff-t-x.txt", "store.db", "fleet.lock"] {
        assert_eq!(mode(&state.join(file)), 0o600, "{file}");
    }
    for entry in std::fs::read_dir(state.join("runs")).unwrap() {
        let path = entry.unwrap().path();
        let private = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode(&path), private, "{}", path.display());
    }
    assert_eq!(mode(&bed.dir.join(".state/t-x.log")), 0o600);
}

#[test]
fn n3_f22_a_promise_for_the_far_future_is_honoured_no_longer_than_its_cap() {
    let script = format!("echo 'WAITING-UNTIL: 2099-01-01T00:00'\n{REST}");
    let bed =
        fleet("stall_grace = 1\npromise_cap = 2", &[agent("x", "watch = \"heal+stall\"", &script)]);
    bed.agents(&["up"]).ends_with(0);
    bed.until("it is restarted all the same", || count(&bed, "x", "because it stalled") > 0);
    assert_eq!(count(&bed, "x", "promises to go on only at 2099"), 1, "{:#?}", journal(&bed));
}

#[test]
fn n4_a_banner_that_stays_on_the_screen_holds_nobody_for_ever() {
    let script = "echo ready; echo 'usage limit reached'\nwhile IFS= read -r line; do echo 'at work again'; done";
    let bed = fleet("limit_probe_fallback = 2", &[healed("x", script)]);
    let text = bed.read("agents.toml").replace("stall_idle = 2", "limit_re = \"usage limit\"");
    bed.write("agents.toml", &text);
    bed.agents(&["up"]).ends_with(0);
    bed.until("it is held", || count(&bed, "x", "where nothing restarts it") == 1);
    bed.until("it is released", || count(&bed, "x", "its usage window is over:") == 1);
    assert!(bed.screen("t-x").contains("usage limit reached"));
    ticks(&bed, 4);
    assert_eq!(count(&bed, "x", "where nothing restarts it"), 1, "the same row holds it again");
}

#[test]
fn n5_k5_a_restart_of_the_watchdog_does_not_begin_the_stall_count_anew() {
    let bed = fleet("stall_grace = 1", &[agent("x", "watch = \"heal+stall\"", REST)]);
    let text = bed.read("agents.toml").replace("stall_idle = 2", "stall_idle = 7");
    bed.write("agents.toml", &text);
    bed.agents(&["up"]).ends_with(0);
    // No watchdog lives for as long as the agent must be idle.
    for _ in 0..24 {
        ticks(&bed, 2);
        if count(&bed, "x", "because it stalled") > 0 {
            return;
        }
        replace_watchdog(&bed);
    }
    panic!("fourteen watchdogs of two ticks each saw no stall:\n{}", bed.watchdog_log());
}
