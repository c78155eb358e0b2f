//! Does a config that the user wants to be asked about run only as it was trusted?

use std::os::unix::fs::symlink;

use crate::scene::{agent, config, fleet, healed};
use crate::support::{Bed, HEAD, Ran};

const ASK: [(&str, &str); 1] = [("AGENTS_REQUIRE_TRUST", "1")];

/// Says that it ran.
const RAN: &str = "echo ran >> ran.txt; exec sleep 1000";

#[track_caller]
fn is_refused(bed: &Bed, ran: &Ran) {
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains("agents trust"), "{ran:?}");
    assert!(bed.sessions().is_empty() && !bed.dir.join("ran.txt").exists());
}

#[test]
fn s17_nothing_of_a_config_runs_before_it_is_trusted_and_after_it_changed() {
    let bed = fleet("", &[agent("x", "", RAN)]);
    for words in [&["up"][..], &["up", "x"], &["restart", "x"], &["watchdog"]] {
        is_refused(&bed, &bed.agents_with(&ASK, words));
    }
    // What only reads needs no trust.
    bed.agents_with(&ASK, &["check"]).ends_with(0);
    bed.agents(&["trust"]).ends_with(0);
    // The file asks by itself from now on, whatever the environment says.
    let trusted = bed.read("agents.toml");
    bed.write("agents.toml", &trusted.replace("[[agent]]", "# a word\n[[agent]]"));
    is_refused(&bed, &bed.agents(&["up"]));
    bed.write("agents.toml", &trusted);
    bed.agents(&["up", "x"]).ends_with(0);
    bed.until("it runs", || bed.dir.join("ran.txt").exists());
}

#[test]
fn s17_a_file_cannot_trust_itself_and_trust_is_bound_to_its_place() {
    let bed = fleet("", &[agent("x", "", RAN)]);
    bed.agents(&["trust"]).ends_with(0);
    // The same content elsewhere is another config; one place under two names is the same.
    let copy = bed.dir.join("copy");
    std::fs::create_dir(&copy).unwrap();
    std::fs::copy(bed.dir.join("agents.toml"), copy.join("agents.toml")).unwrap();
    is_refused(&bed, &bed.agents_with(&ASK, &["--config", "copy/agents.toml", "up"]));
    symlink(&copy, bed.dir.join("linked")).unwrap();
    is_refused(&bed, &bed.agents_with(&ASK, &["--config", "linked/agents.toml", "up"]));
    for own in ["trusted = true", "[trust]\nall = true"] {
        bed.write("copy/agents.toml", &format!("{own}\n{}", bed.read("agents.toml")));
        bed.agents_with(&ASK, &["--config", "copy/agents.toml", "up"]).ends_with(2);
    }
    std::fs::copy(bed.dir.join("agents.toml"), copy.join("agents.toml")).unwrap();
    // What lies in the project is no word of the user's, and no config above is looked for.
    bed.write(".local/state/agents/trusted/x", "{}");
    is_refused(&bed, &bed.agents_with(&ASK, &["--config", "copy/agents.toml", "up"]));
    let mut below = bed.command(env!("CARGO_BIN_EXE_agents"));
    let below =
        below.current_dir(&copy).env("AGENTS_CONFIG", "none.toml").arg("up").output().unwrap();
    assert_eq!(below.status.code(), Some(2));
    assert!(bed.sessions().is_empty());
}

#[test]
fn s17_a_preset_of_ones_own_counts_as_a_part_of_the_file() {
    let bed = Bed::empty();
    let text =
        format!("{HEAD}[backend.b]\npreset = \"mine\"\n[[agent]]\nname = \"x\"\nbackend = \"b\"\n");
    bed.write("agents.toml", &text.replace("log_dir", "presets_dir = \"presets\"\nlog_dir"));
    let preset = agents_screens::builtin_text("claude").unwrap();
    bed.write("presets/mine.toml", preset);
    bed.agents(&["trust"]).ends_with(0);
    bed.write("presets/mine.toml", &format!("{preset}\n# changed\n"));
    is_refused(&bed, &bed.agents(&["up"]));
}

#[test]
fn s17_a_running_watchdog_takes_no_change_that_was_not_trusted() {
    let bed = fleet("", &[healed("x", "exec sleep 1000")]);
    bed.agents(&["trust"]).ends_with(0);
    bed.agents(&["up"]).ends_with(0);
    let agents = [healed("x", "exec sleep 1000"), healed("evil", RAN)];
    bed.write("agents.toml", &config("", &agents).replace("HEAD", HEAD));
    bed.until("it says so", || bed.watchdog_log().contains("changed since it was trusted"));
    crate::scene::ticks(&bed, 3);
    assert!(!bed.has("t-evil"), "{:?}", bed.sessions());
    assert!(!bed.dir.join("ran.txt").exists());
    bed.agents(&["trust"]).ends_with(0);
    bed.agents(&["up"]).ends_with(0);
    bed.until("it runs", || bed.dir.join("ran.txt").exists());
}

#[test]
fn s17_what_was_trusted_and_cannot_be_read_lets_nothing_run() {
    let bed = fleet("", &[agent("x", "", RAN)]);
    let told = bed.agents(&["trust"]).ends_with(0);
    assert!(told.err.contains("is trusted as it is now"), "{told:?}");
    let kept = bed.dir.parent().unwrap().join("home/.local/state/agents/trusted");
    let kept: Vec<_> = std::fs::read_dir(&kept).unwrap().map(|it| it.unwrap().path()).collect();
    let [kept] = &kept[..] else { panic!("{kept:?}") };
    let whole = std::fs::read(kept).unwrap();
    for damaged in [&b""[..], &whole[..10], b"{}", b"\xff"] {
        std::fs::write(kept, damaged).unwrap();
        let ran = bed.agents(&["up"]);
        is_refused(&bed, &ran);
        assert!(ran.err.contains("cannot be read from"), "{ran:?}");
    }
    // Nor is it taken back where that fails.
    std::fs::remove_file(kept).unwrap();
    std::fs::create_dir_all(kept.join("in the way")).unwrap();
    let ran = bed.agents(&["trust", "--withdraw"]).ends_with(1);
    assert!(ran.err.contains("cannot take back"), "{ran:?}");
    is_refused(&bed, &bed.agents(&["up"]));
}

#[test]
fn s17_status_shows_what_runs_and_not_what_an_untrusted_file_says() {
    let bed = fleet("", &[healed("x", "exec sleep 1000")]);
    bed.agents(&["trust"]).ends_with(0);
    bed.agents(&["up"]).ends_with(0);
    let trusted = bed.read("agents.toml");
    bed.write("agents.toml", &trusted.replace("name = \"x\"", "name = \"y\""));
    bed.until("the watchdog refuses it", || {
        bed.watchdog_log().contains("changed since it was trusted")
    });
    let names = || -> Vec<String> {
        let agents = bed.status()["agents"].as_array().unwrap().clone();
        agents.iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
    };
    bed.until("it is told", || bed.status()["config_problem"].is_string());
    assert_eq!(names(), ["x"]);
    let said = bed.agents(&["status"]).ends_with(0).out;
    assert!(said.contains("agents trust") && !said.contains("undeclared"), "{said}");
    bed.agents(&["trust"]).ends_with(0);
    bed.until("it is in force", || names() == ["y"]);
}

#[test]
fn s17_what_only_reads_says_that_nothing_would_be_started() {
    let bed = fleet("", &[agent("x", "", RAN)]);
    let way_out = |ran: &Ran| {
        assert!(
            ran.out.contains("was never trusted") && ran.out.contains("`agents trust`"),
            "{ran:?}"
        );
        assert!(ran.out.contains("`agents up` would"), "{ran:?}");
    };
    let check = bed.agents_with(&ASK, &["check"]).ends_with(0);
    way_out(&check);
    assert!(check.out.contains("is good: 1 agent"), "{check:?}");
    way_out(&bed.agents_with(&ASK, &["plan"]).ends_with(0));
    let status = bed.agents_with(&ASK, &["status"]).ends_with(0);
    assert!(status.out.contains(" config: not trusted"), "{status:?}");
    assert!(!status.out.contains("last good one"), "nothing is in force: {status:?}");
    let check = bed.agents_with(&ASK, &["check", "--json"]).ends_with(0);
    assert_eq!(check.json()["ok"], true);
    assert!(check.json()["untrusted"].as_str().unwrap().contains("agents trust"), "{check:?}");
    let plan = bed.agents_with(&ASK, &["plan", "--json"]).ends_with(0).json();
    assert!(plan["actions"].as_array().unwrap().is_empty(), "{plan}");
    assert!(!bed.dir.join(".agents").exists() && bed.sessions().is_empty());
    // Where nobody asks, and once it is trusted, nothing of it is said.
    assert!(!bed.agents(&["check"]).out.contains("trust"));
    bed.agents(&["trust"]).ends_with(0);
    for words in [["check"], ["plan"], ["status"]] {
        let ran = bed.agents_with(&ASK, &words).ends_with(0);
        assert!(!ran.out.contains("trust"), "{ran:?}");
    }
}

#[test]
fn s17_a_change_that_was_not_trusted_is_told_as_that_and_not_as_broken() {
    let bed = fleet("", &[healed("x", "exec sleep 1000")]);
    bed.agents(&["trust"]).ends_with(0);
    bed.agents(&["up"]).ends_with(0);
    let trusted = bed.read("agents.toml");
    bed.write("agents.toml", &trusted.replace("name = \"x\"", "name = \"y\""));
    bed.until("it is told", || bed.status()["config_problem"].is_string());
    let status = bed.agents(&["status"]).ends_with(0);
    assert!(
        status.out.contains(" config: not trusted, the last good one stays in force"),
        "{status:?}"
    );
    assert!(!status.out.contains("BROKEN"), "{status:?}");
    let log = bed.watchdog_log();
    assert!(log.contains("the config is not trusted") && !log.contains("is broken"), "{log}");
    let check = bed.agents(&["check"]).ends_with(0);
    assert!(check.out.contains("has changed since it was trusted"), "{check:?}");
    let plan = bed.agents(&["plan"]).ends_with(0);
    assert!(plan.err.contains("has changed since it was trusted"), "{plan:?}");
    assert!(!plan.out.contains("start y"), "the watchdog does not obey it: {plan:?}");
}
