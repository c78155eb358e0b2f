//! Does a fleet leave another one alone whose sessions have, or could have, the same names on the same tmux server?

use std::time::Instant;

use crate::support::Bed;

const FIRST: &str = r#"HEAD
[backend.nap]
bin = "exec sleep 1000 #"
prompt_delivery = "exec"
[[agent]]
name = "ann"
backend = "nap"
watch = "heal"
[[agent]]
name = "b-ann"
backend = "nap"
watch = "heal"
"#;

/// The first fleet, and the config of another one in a folder of its own, with another prefix where one is named.
fn bed(prefix: &str) -> Bed {
    let bed = Bed::with(FIRST);
    let other = bed.read("agents.toml").replace("session_prefix = \"t-\"", prefix);
    bed.write("other/agents.toml", &other.replace("\"b-ann\"", "\"bob\""));
    bed
}

/// The first line of each process that the first fleet consists of.
fn processes(bed: &Bed) -> Vec<Option<u32>> {
    ["t-ann", "t-b-ann", "t-watchdog"].iter().map(|session| bed.pid(session)).collect()
}

#[test]
fn f7_a_fleet_whose_prefix_another_one_uses_is_refused_by_name_and_touches_nothing() {
    let bed = bed("session_prefix = \"t-\"");
    let other = |words: &[&str]| bed.agents(&[&["--config", "other/agents.toml"], words].concat());
    bed.agents(&["up"]).ends_with(0);
    let before = processes(&bed);
    assert!(before.iter().all(Option::is_some), "{before:?}");
    for words in [
        &["up"][..],
        &["up", "ann"],
        &["up", "watchdog"],
        &["watchdog"],
        &["restart", "ann"],
        &["send", "ann", "hello"],
        &["pilot", "start", "ann"],
        &["down"],
        &["down", "ann"],
        &["down", "watchdog"],
    ] {
        let ran = other(words).ends_with(2);
        let first = bed.dir.canonicalize().unwrap().join("agents.toml");
        assert!(ran.err.contains(first.to_str().unwrap()), "{words:?}: {ran:?}");
        assert!(ran.err.contains("session_prefix"), "{words:?}: {ran:?}");
        assert_eq!(processes(&bed), before, "{words:?}");
        assert!(!bed.dir.join("other/.state").exists(), "{words:?} left files");
    }
    // The first is as well as ever, and its watchdog still heals.
    bed.tmux(&["kill-session", "-t", "=t-ann"]).ends_with(0);
    bed.until("it is healed", || bed.pid("t-ann").is_some_and(|pid| Some(pid) != before[0]));
    bed.agents(&["send", "ann", "hello"]);
    assert_eq!(bed.pid("t-watchdog"), before[2]);
    // Once it is down, the names are free; and then it is the other way round.
    bed.agents(&["down"]).ends_with(0);
    other(&["up"]).ends_with(0);
    let ran = bed.agents(&["up"]).ends_with(2);
    assert!(ran.err.contains("other/agents.toml"), "{ran:?}");
    other(&["down"]).ends_with(0);
}

#[test]
fn who_only_reads_is_told_whose_sessions_those_are() {
    let bed = bed("session_prefix = \"t-\"");
    let other = |words: &[&str]| bed.agents(&[&["--config", "other/agents.toml"], words].concat());
    bed.agents(&["up"]).ends_with(0);
    let first = bed.dir.canonicalize().unwrap().join("agents.toml");
    let first = first.to_str().unwrap();
    let status = other(&["status"]).ends_with(0);
    assert!(status.out.contains(first), "{status:?}");
    assert!(!status.out.contains("RUNNING"), "{status:?}");
    assert!(!status.out.contains("--undeclared"), "{status:?}");
    let ann = status.out.lines().find(|line| line.starts_with("ann ")).unwrap();
    assert!(ann.contains("stopped") && ann.contains("belongs to another fleet"), "{ann}");
    let bob = status.out.lines().find(|line| line.starts_with("bob ")).unwrap();
    assert!(!bob.contains("another fleet"), "{bob}");
    other(&["status", "--exit-code"]).ends_with(3);
    let json = other(&["status", "--json"]).ends_with(0).json();
    assert_eq!(json["agents"][0]["state"], "stopped");
    assert!(json["neighbour"].as_str().unwrap().contains(first), "{json}");
    assert_eq!(json["undeclared"].as_array().unwrap().len(), 0);
    let plan = other(&["plan"]).ends_with(0);
    assert!(plan.out.contains(first) && !plan.out.contains("would start"), "{plan:?}");
    let json = other(&["plan", "--json"]).ends_with(0).json();
    assert_eq!(json["actions"].as_array().unwrap().len(), 0);
    assert!(json["notes"][0]["text"].as_str().unwrap().contains(first), "{json}");
    let why = other(&["why", "ann"]).ends_with(0);
    assert!(why.out.contains("belongs to another fleet"), "{why:?}");
    // What would be refused is not promised.
    for words in
        [&["up", "--dry-run"][..], &["down", "--dry-run"], &["restart", "ann", "--dry-run"]]
    {
        let ran = other(words).ends_with(2);
        assert!(ran.err.contains(first) && ran.out.is_empty(), "{words:?}: {ran:?}");
    }
    // Nothing of that touches the first, of which nothing is wrong.
    let own = bed.agents(&["status", "--exit-code"]).ends_with(0);
    assert!(!own.out.contains("names:"), "{own:?}");
    bed.agents(&["down"]).ends_with(0);
}

#[test]
fn a_prefix_that_a_fleet_has_given_up_is_free() {
    let bed = bed("session_prefix = \"t-\"");
    bed.agents(&["up"]).ends_with(0);
    bed.agents(&["down"]).ends_with(0);
    let renamed =
        bed.read("agents.toml").replace("session_prefix = \"t-\"", "session_prefix = \"u-\"");
    bed.write("agents.toml", &renamed);
    bed.agents(&["up"]).ends_with(0);
    bed.agents(&["--config", "other/agents.toml", "up"]).ends_with(0);
    for session in ["u-ann", "u-watchdog", "t-ann", "t-bob", "t-watchdog"] {
        assert!(bed.has(session), "{session} in {:?}", bed.sessions());
    }
    bed.agents(&["--config", "other/agents.toml", "down"]).ends_with(0);
    bed.agents(&["down"]).ends_with(0);
}

#[test]
fn f7_a_session_that_another_fleet_owns_is_refused_at_once_and_its_owner_named() {
    let bed = bed("session_prefix = \"t-b-\"");
    let other = |words: &[&str]| bed.agents(&[&["--config", "other/agents.toml"], words].concat());
    bed.agents(&["up"]).ends_with(0);
    let before = processes(&bed);
    for words in [&["up"][..], &["up", "ann"], &["restart", "ann"]] {
        let began = Instant::now();
        let ran = other(words).ends_with(2);
        assert!(began.elapsed().as_secs() < 20, "{words:?} took {:?}", began.elapsed());
        let first = bed.dir.canonicalize().unwrap().join("agents.toml");
        assert!(ran.err.contains("t-b-ann"), "{words:?}: {ran:?}");
        assert!(ran.err.contains(first.to_str().unwrap()), "{words:?}: {ran:?}");
        assert_eq!(processes(&bed), before, "{words:?}");
    }
    // What does not collide may run, and sees to itself.
    other(&["up", "bob", "watchdog"]).ends_with(0);
    assert!(bed.has("t-b-bob") && bed.has("t-b-watchdog"));
    let said = other(&["why", "ann"]).ends_with(0);
    assert_eq!(processes(&bed), before, "{said:?}");
    other(&["down"]).ends_with(0);
    assert_eq!(processes(&bed), before);
}

#[test]
fn a_fleet_that_only_a_watchdog_in_a_terminal_holds_is_left_alone_too() {
    let bed = bed("session_prefix = \"t-\"");
    let mut watchdog = bed.spawn(&["watchdog"]);
    bed.until("it holds the fleet", || bed.watchdog_log().contains("watchdog up"));
    bed.agents(&["up", "ann"]).ends_with(0);
    bed.agents(&["down", "ann"]).ends_with(0);
    let ran = bed.agents(&["--config", "other/agents.toml", "up"]).ends_with(2);
    assert!(ran.err.contains("session_prefix"), "{ran:?}");
    assert!(watchdog.try_wait().unwrap().is_none(), "the watchdog has ended");
    bed.agents(&["down"]).ends_with(0);
    bed.until("it ends", || watchdog.try_wait().unwrap().is_some());
}

#[test]
fn a_file_whose_folder_holds_the_living_fleet_of_another_file_is_refused_and_touches_nothing() {
    let bed = Bed::with(FIRST);
    let other =
        bed.read("agents.toml").replace("session_prefix = \"t-\"", "session_prefix = \"u-\"");
    bed.write("other.toml", &other.replace("\"b-ann\"", "\"bob\""));
    bed.agents(&["up"]).ends_with(0);
    let before = processes(&bed);
    let other = |words: &[&str]| bed.agents(&[&["--config", "other.toml"], words].concat());
    for words in [
        &["up"][..],
        &["up", "bob"],
        &["status"],
        &["plan"],
        &["why", "bob"],
        &["restart", "bob"],
        &["send", "bob", "hello"],
        &["wait", "bob", "--until", "idle"],
        &["watchdog"],
        &["down"],
        &["down", "watchdog"],
    ] {
        let ran = other(words);
        let said = format!("{}{}", ran.out, ran.err);
        assert!(said.contains("holds the fleet of") && said.contains("agents.toml"), "{ran:?}");
        assert!(said.contains("set another `log_dir` in"), "{words:?}: {ran:?}");
        ran.ends_with(2);
        assert_eq!(processes(&bed), before, "{words:?}");
    }
    // A folder whose fleet is down is free.
    bed.agents(&["down"]).ends_with(0);
    other(&["up"]).ends_with(0);
    bed.until("the other runs", || bed.has("u-bob"));
    other(&["down"]).ends_with(0);
}
