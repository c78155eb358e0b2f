//! What does `agents status` say of a real fleet?

use std::path::Path;

use crate::support::{Bed, PATIENCE, wait_for};

const FLEET: &str = r#"HEAD
[backend.sleeper]
bin = "exec sleep 1000 #"
[[agent]]
name = "ann"
kind = "persistent"
watch = "heal"
backend = "sleeper"
dir = "."
prompt = "go"
[[agent]]
name = "bob"
kind = "persistent"
backend = "sleeper"
dir = "."
prompt = "go"
enabled = false
[[service]]
name = "web"
command = "exec sleep 1000"
dir = "."
"#;

/// Every path below a folder, with its time and length.
fn traces(folder: &Path) -> Vec<(std::path::PathBuf, u64, std::time::SystemTime)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let metadata = entry.metadata().unwrap();
        found.push((entry.path(), metadata.len(), metadata.modified().unwrap()));
        if metadata.is_dir() {
            found.extend(traces(&entry.path()));
        }
    }
    found.sort();
    found
}

#[test]
fn before_the_first_start_it_says_stopped_and_leaves_no_trace() {
    let bed = Bed::with(FLEET);
    let before = traces(&bed.dir);
    let ran = bed.agents(&["status"]).ends_with(0);
    assert!(
        ran.out.contains(
            "ann            persistent  sleeper   default              heal       stopped"
        ),
        "{ran:?}"
    );
    assert!(ran.out.contains("stopped (disabled)"), "{ran:?}");
    assert!(!ran.out.contains('\u{1b}'), "{ran:?}");
    assert_eq!(traces(&bed.dir), before);
    assert!(!bed.has("t-ann"), "no server was started");
    bed.agents(&["status", "--exit-code"]).ends_with(3);
}

#[test]
fn a_life_is_told_from_up_to_a_broken_config() {
    let bed = Bed::with(FLEET);
    bed.agents(&["up"]).ends_with(0);
    // Between its session and the program itself stands the launcher.
    let runs = |member: &serde_json::Value| {
        member["state"] == "running" && member["command"].as_str() == Some("sleep")
    };
    bed.until("ann and web run", || {
        let status = bed.status();
        runs(&status["agents"][0]) && runs(&status["services"][0])
    });
    let status = bed.status();
    assert_eq!(status["schema"], "agents.status/1");
    assert_eq!(status["watchdog"]["state"], "running");
    assert_eq!(status["agents"][0]["command"], "sleep");
    assert_eq!(status["agents"][1]["state"], "stopped");
    assert_eq!(status["tmux"], "ok");
    bed.agents(&["status", "--exit-code"]).ends_with(0);
    let table = bed.agents(&["status"]).ends_with(0).out;
    assert!(
        table.contains("RUNNING [sleep]") && table.contains("watchdog       service"),
        "{table}"
    );
    bed.tmux(&["new-session", "-d", "-s", "t-old", "sleep 1000"]).ends_with(0);
    for (option, text) in [("@agents_id", "t-/old"), ("@agents_run", "r1")] {
        bed.tmux(&["set-option", "-p", "-t", "=t-old:", option, text]).ends_with(0);
    }
    assert_eq!(bed.status()["undeclared"][0]["session"], "t-old");

    let config = bed.read("agents.toml");
    bed.write("agents.toml", &config.replace("kind = \"persistent\"", "kind = \"perpetual\""));
    let ran = bed.agents(&["status"]).ends_with(0);
    assert!(ran.out.contains("perpetual"), "{ran:?}");
    assert!(ran.out.contains("config: BROKEN") && ran.out.contains("RUNNING [sleep]"), "{ran:?}");
    let problem = |bed: &Bed| bed.status()["config_problem"].as_str().map(str::to_owned);
    assert!(problem(&bed).is_some_and(|problem| problem.contains("perpetual")));
    assert_eq!(bed.status()["agents"][0]["kind"], "persistent");
    bed.until("the watchdog knows that the config is broken", || {
        bed.watchdog_log().contains("is broken")
    });
    bed.write("agents.toml", &config);
    bed.until("the config is good for all", || problem(&bed).is_none());

    bed.agents(&["down", "watchdog"]).ends_with(0);
    bed.kill_session("t-ann");
    assert_eq!(bed.state_of("ann"), "missing");
    bed.agents(&["status", "--exit-code"]).ends_with(3);
    // Without an answer of tmux nobody knows, and nothing is called stopped.
    bed.tmux(&["set-option", "-s", "@x", "y"]).ends_with(0);
    let socket = bed.tmux(&["display-message", "-p", "#{socket_path}"]).out.trim().to_owned();
    let aside = format!("{socket}.aside");
    std::fs::rename(&socket, &aside).unwrap();
    assert_eq!(bed.state_of("web"), "unknown");
    std::fs::rename(&aside, &socket).unwrap();
    assert!(wait_for(PATIENCE, &mut || bed.state_of("web") == "running"));
}

#[test]
fn a_watchdog_that_was_killed_is_not_told_as_one_that_was_ended() {
    let bed = Bed::with(FLEET);
    let told = |word: &str| -> String {
        let out = bed.agents(&["status"]).ends_with(0).out;
        let row = out.lines().find(|row| row.starts_with("watchdog")).unwrap().to_owned();
        assert!(row.contains(word), "{out}");
        row
    };
    bed.agents(&["up", "ann"]).ends_with(0);
    assert_eq!(bed.status()["watchdog"]["died"], false);
    // Its lock names a watchdog before its first word in the journal is written, which one that is killed so early never is.
    let begun = || {
        let pid = bed.status()["watchdog"]["pid"].to_string();
        let word = format!("the watchdog began (process {pid})");
        bed.until("the watchdog began", || {
            bed.agents(&["events"]).ends_with(0).out.contains(&word)
        });
        pid
    };
    let signal = |name: &str, pid: &str| {
        assert!(bed.command("kill").args([name, pid]).status().unwrap().success());
    };
    bed.agents(&["up"]).ends_with(0);
    for _ in 0..2 {
        bed.until("a watchdog runs", || bed.status()["watchdog"]["state"] == "running");
        signal("-9", &begun());
        bed.until("its death is told", || bed.status()["watchdog"]["died"] == true);
        told("DIED");
        let why = bed.agents(&["why", "ann"]).ends_with(0);
        assert!(why.out.contains("the watchdog died, so nobody looks"), "{why:?}");
        // A verb that has the fleet for a moment does not make an end of it.
        bed.agents(&["restart", "ann"]).ends_with(0);
        told("DIED");
        bed.agents(&["up", "watchdog"]).ends_with(0);
    }
    begun();
    bed.agents(&["down", "watchdog"]).ends_with(0);
    told("stopped");
    let noted = |words: &str| {
        bed.agents(&["events"]).ends_with(0).out.lines().filter(|line| line.contains(words)).count()
    };
    assert_eq!(noted("the watchdog began (process "), 3);
    assert_eq!(noted("the one before it had died: nobody ended it"), 2);
    bed.agents(&["up", "watchdog"]).ends_with(0);
    signal("-TERM", &begun());
    bed.until("it ended", || bed.status()["watchdog"]["state"] == "stopped");
    assert_eq!(noted("the watchdog ends, as a signal asked"), 1);
    bed.agents(&["up", "watchdog"]).ends_with(0);
    signal("-9", &begun());
    bed.agents(&["down"]).ends_with(0);
    told("stopped");
    assert_eq!(bed.status()["watchdog"]["died"], false);
}
