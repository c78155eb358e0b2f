//! Is a session ended because it is ours, and never because of what it is called?

use crate::scene::{REST, agent, fleet, healed};
use crate::support::{Bed, process_lives};

/// Renames the session of x, as a person can, and makes another one under its name.
fn rename_and_replace(bed: &Bed) {
    bed.tmux(&["rename-session", "-t", "=t-x", "elsewhere"]).ends_with(0);
    bed.tmux(&["new-session", "-d", "-s", "t-x", "sleep 1000"]).ends_with(0);
}

#[test]
fn f7_down_ends_the_renamed_session_and_not_the_stranger_under_its_old_name() {
    let bed = fleet("", &[agent("x", "", REST)]);
    bed.agents(&["up", "x"]).ends_with(0);
    rename_and_replace(&bed);
    let stranger = bed.pid("t-x");
    let down = bed.agents(&["down", "x"]).ends_with(0);
    assert!(down.err.contains("x: stopped"), "{down:?}");
    assert_eq!(bed.sessions(), ["t-x"]);
    assert_eq!(bed.pid("t-x"), stranger);
}

#[test]
fn a_restart_that_could_not_start_beside_the_stranger_under_the_old_name_ends_nothing_and_says_why()
{
    let bed = fleet("", &[healed("x", REST), healed("y", REST)]);
    bed.agents(&["up"]).ends_with(0);
    rename_and_replace(&bed);
    let (ours, stranger) = (bed.pid("elsewhere").unwrap(), bed.pid("t-x"));
    let restart = bed.agents(&["restart", "x"]).ends_with(1);
    assert!(restart.err.contains("not started by `agents`"), "{restart:?}");
    assert!(process_lives(ours));
    assert_eq!(bed.pid("t-x"), stranger);
}

#[test]
fn a_dead_pane_that_tmux_keeps_is_ended_under_any_name() {
    let bed = fleet("", &[agent("x", "", REST)]);
    bed.agents(&["up", "x"]).ends_with(0);
    bed.tmux(&["set-option", "-g", "remain-on-exit", "on"]).ends_with(0);
    bed.tmux(&["rename-session", "-t", "=t-x", "elsewhere"]).ends_with(0);
    let pid = bed.pid("elsewhere").unwrap().to_string();
    bed.command("kill").args(["-9", &pid]).status().unwrap();
    bed.agents(&["down", "x"]).ends_with(0);
    assert_eq!(bed.sessions(), Vec::<String>::new());
}

#[test]
fn f7_a_session_that_a_person_made_is_refused_to_be_ended_with_the_way_out() {
    let bed = fleet("", &[agent("x", "", REST)]);
    bed.tmux(&["new-session", "-d", "-s", "t-x", "sleep 1000"]).ends_with(0);
    bed.agents(&["up", "x"]).ends_with(0);
    // `down` lets it go, so that the fleet is down; a restart of it would have to end it.
    for (verb, code) in [("down", 0), ("restart", 1)] {
        let refused = bed.agents(&[verb, "x"]).ends_with(code);
        assert!(refused.err.contains("tmux -L bed kill-session -t '=t-x'"), "{verb}: {refused:?}");
        assert!(bed.has("t-x"), "{verb}");
    }
}

#[test]
fn up_refuses_a_hand_made_session_under_a_name_of_the_watchdog_and_starts_nothing() {
    for name in ["t-watchdog", "t-watchdog-control"] {
        let bed = fleet("", &[healed("x", REST)]);
        bed.tmux(&["new-session", "-d", "-s", name, "sleep 1000"]).ends_with(0);
        let refused = bed.agents(&["up"]).ends_with(1);
        let way_out = format!("tmux -L bed kill-session -t '={name}'");
        assert!(refused.err.contains(&way_out), "{refused:?}");
        assert_eq!(bed.sessions(), [name]);
        // Nor does `down` end it.
        bed.agents(&["up", "x"]).ends_with(0);
        bed.agents(&["down"]).ends_with(0);
        assert_eq!(bed.sessions(), [name]);
    }
}

#[test]
fn the_watchdogs_own_sessions_are_ended_under_any_name() {
    let bed = fleet("", &[healed("x", REST)]);
    bed.agents(&["up"]).ends_with(0);
    bed.tmux(&["rename-session", "-t", "=t-watchdog", "elsewhere"]).ends_with(0);
    bed.agents(&["down"]).ends_with(0);
    assert_eq!(bed.sessions(), Vec::<String>::new());
}

#[test]
fn a_session_that_lost_its_tag_is_known_by_its_launcher() {
    let bed = fleet("", &[agent("x", "", REST)]);
    bed.agents(&["up", "x"]).ends_with(0);
    bed.tmux(&["set-option", "-u", "-t", "=t-x:", "@agents_id"]).ends_with(0);
    let pid = bed.pid("t-x").unwrap();
    bed.agents(&["down", "x"]).ends_with(0);
    assert_eq!(bed.sessions(), Vec::<String>::new());
    assert!(!process_lives(pid));
}

#[test]
fn down_says_what_is_undeclared_and_ending_that_ends_the_empty_server() {
    let bed = fleet("", &[agent("x", "", REST), agent("y", "", REST)]);
    bed.agents(&["up", "x", "y"]).ends_with(0);
    let head = crate::support::HEAD;
    bed.write(
        "agents.toml",
        &crate::scene::config("", &[agent("y", "", REST)]).replace("HEAD", head),
    );
    let down = bed.agents(&["down"]).ends_with(0);
    let said = "1 undeclared session still runs";
    assert!(down.err.contains(said) && down.err.contains("agents down --undeclared"), "{down:?}");
    assert_eq!(bed.sessions(), ["t-x"]);
    bed.agents(&["down", "--undeclared"]).ends_with(0);
    let server = bed.tmux(&["-N", "list-sessions"]);
    assert!(server.err.contains("no server running"), "{server:?}");
}
