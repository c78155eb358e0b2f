//! Do `events` and `why` tell what was decided?

use std::io::{BufRead as _, BufReader};

use agents_store::{Commit, EntryKind, FleetLock, JournalEntry, Reader, Store};

use crate::support::Bed;

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
"#;

#[test]
fn before_the_first_start_there_is_nothing_to_tell() {
    let bed = Bed::with(FLEET);
    assert!(bed.agents(&["events"]).ends_with(0).err.contains("ever started"));
    assert!(bed.agents(&["why", "ann"]).ends_with(0).out.contains("nothing was decided"));
    let unknown = bed.agents(&["why", "anm"]).ends_with(2);
    assert!(
        unknown.err.contains("`ann`") && unknown.err.contains("Known: ann, bob"),
        "{unknown:?}"
    );
    bed.agents(&["events", "nobody"]).ends_with(2);
    assert!(!bed.dir.join(".state").exists());
}

#[test]
fn the_journal_is_shown_followed_and_explained() {
    let bed = Bed::with(FLEET);
    bed.agents(&["up", "ann"]).ends_with(0);
    bed.until("ann runs", || bed.state_of("ann") == "running");
    let all = bed.agents(&["events"]).ends_with(0).out;
    assert!(all.lines().any(|line| line[8..].starts_with(" ann action start ann")), "{all}");
    assert_eq!(bed.agents(&["events", "-n", "1"]).out.lines().count(), 1);
    assert_eq!(bed.agents(&["events", "bob"]).ends_with(0).out.trim(), "");

    let mut following = bed.spawn(&["events", "--follow", "--json", "-n", "1"]);
    let mut lines = BufReader::new(following.stdout.take().unwrap()).lines();
    let mut next =
        || -> serde_json::Value { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };
    let first = next();
    assert_eq!(first["schema"], "agents.event/1");
    bed.agents(&["up", "bob"]).ends_with(0);
    let mut seen = vec![first];
    while seen.last().unwrap()["subject"] != "bob" {
        seen.push(next());
    }
    let numbers: Vec<u64> = seen.iter().map(|event| event["seq"].as_u64().unwrap()).collect();
    assert!(
        numbers.windows(2).all(|pair| pair[0] < pair[1]),
        "each once and in order: {numbers:?}"
    );
    // Nobody reads any more: it ends by itself, quietly.
    drop(lines);
    bed.until("the follower ends", || following.try_wait().unwrap().is_some());
    assert_eq!(following.wait().unwrap().code(), Some(0));

    let why = bed.agents(&["why", "ann"]).ends_with(0).out;
    for part in [
        "ann: running",
        "decided at ",
        "evidence:",
        "life: up since",
        "budget: 0 of 5 automatic starts used",
        "last events:",
        "start ann",
    ] {
        assert!(why.contains(part), "{part}: {why}");
    }
    let json = bed.agents(&["why", "ann", "--json"]).ends_with(0).json();
    assert_eq!((&json["schema"], &json["state"]), (&"agents.why/1".into(), &"running".into()));
    assert!(
        json["events"].as_array().is_some_and(|events| (1..=5).contains(&events.len())),
        "{json}"
    );
    assert!(bed.agents(&["why", "watchdog"]).ends_with(0).out.starts_with("watchdog: stopped"));
    assert!(bed.agents(&["why", "fleet"]).ends_with(0).out.contains("tmux server: process"));
}

#[test]
fn an_action_that_failed_is_in_the_journal_with_its_reason() {
    let bed = Bed::with(
        r#"HEAD
[backend.cat]
bin = "cat"
prompt_delivery = "exec"
[[agent]]
name = "ann"
backend = "cat"
watch = "heal"
"#,
    );
    bed.agents(&["up"]).ends_with(0);
    // What a start needs cannot be written.
    let runs = bed.dir.join(".state/state/runs");
    let away = runs.with_extension("away");
    std::fs::rename(&runs, &away).unwrap();
    std::fs::write(&runs, "").unwrap();
    bed.tmux(&["kill-session", "-t", "=t-ann"]).ends_with(0);
    let told = |words: &[&str]| {
        let ran = bed.agents(words).ends_with(0);
        ran.out
            .lines()
            .any(|line| line.contains(" ann outcome could not start ann") && line.contains("/runs"))
    };
    bed.until("it is told", || told(&["events", "ann"]));
    assert!(told(&["why", "ann"]), "{:?}", bed.agents(&["why", "ann"]));
    std::fs::remove_file(&runs).unwrap();
    std::fs::rename(&away, &runs).unwrap();
    // Of a start that never was there is nothing to wait for.
    bed.agents(&["down"]).ends_with(0);
}

#[test]
fn a_watchdog_makes_a_long_journal_shorter_and_keeps_what_is_new() {
    let bed = Bed::with(
        &FLEET.replace("HEAD", &format!("{}journal_entries = 1500\n", crate::support::HEAD)),
    );
    bed.agents(&["up"]).ends_with(0);
    bed.agents(&["down", "watchdog"]).ends_with(0);
    let state = bed.dir.join(".state/state");
    let entries = |count: u64, at_wall_ms: i64| -> Vec<JournalEntry> {
        let entry = |tick| JournalEntry {
            at_wall_ms,
            tick,
            subject: Some("ann".to_owned()),
            kind: EntryKind::Note,
            body: "{\"text\":\"long ago\"}".to_owned(),
        };
        (0..count).map(entry).collect()
    };
    let holder = agents_watchdog::run::holder("test");
    let lock = FleetLock::acquire(&state, &holder).unwrap();
    let mut store = Store::open(&state).unwrap();
    store.claim_epoch(&holder).unwrap();
    store.commit(&Commit { entries: &entries(8000, 0), ..Commit::default() }).unwrap();
    let now = chrono::Utc::now().timestamp_millis();
    store.commit(&Commit { entries: &entries(1200, now), ..Commit::default() }).unwrap();
    drop((store, lock));
    bed.agents(&["up", "watchdog"]).ends_with(0);
    let left = || Reader::open(&state).unwrap().unwrap().journal_since(0, u32::MAX).unwrap();
    bed.until("what is old has gone", || left().first().unwrap().entry.at_wall_ms == now);
    assert!(left().iter().filter(|it| it.entry.at_wall_ms == now).count() >= 1000);
    bed.agents(&["down"]).ends_with(0);
    assert!(bed.agents(&["events", "ann"]).ends_with(0).out.contains("stop ann"));
}
