//! Do `up`, `down` and `restart` say what became of each and of the watchdog, and what would?

use crate::support::{Bed, HEAD};

const FLEET: &str = r#"HEAD
[backend.sleeper]
bin = "exec sleep 1000 #"
[[agent]]
name = "ann"
watch = "heal"
backend = "sleeper"
prompt = "go"
[[service]]
name = "web"
command = "exec sleep 1000"
"#;

fn result<'v>(json: &'v serde_json::Value, schema: &str) -> (&'v str, &'v str) {
    assert_eq!(json["schema"], schema, "{json}");
    let watchdog = &json["watchdog"];
    (watchdog["result"].as_str().unwrap(), watchdog["state"].as_str().unwrap())
}

#[test]
fn a_dry_run_tells_what_would_become_of_the_watchdog() {
    let bed = Bed::with(FLEET);
    let dry = |words: &[&str]| bed.agents(&[words, &["--dry-run"]].concat()).ends_with(0).out;
    let up = dry(&["up"]);
    assert!(up.contains("would start ann") && up.contains("\nwould start the watchdog\n"), "{up}");
    assert_eq!(dry(&["up", "watchdog"]).lines().next(), Some("would start the watchdog"));
    assert!(!dry(&["up", "ann"]).contains("the watchdog"), "it was not asked for");
    assert!(dry(&["down"]).contains("the watchdog does not run"));
    assert!(!bed.dir.join(".state").exists(), "nothing is done");

    bed.agents(&["up"]).ends_with(0);
    assert!(dry(&["up"]).contains("the watchdog already runs, and would be left as it is"));
    let down = dry(&["down"]);
    assert!(down.contains("would stop ann") && down.contains("would end the watchdog"), "{down}");
    assert_eq!(dry(&["down", "watchdog"]).lines().next(), Some("would end the watchdog"));
    let restart = dry(&["restart", "ann"]);
    let first: Vec<&str> = restart.lines().take(2).collect();
    assert_eq!(
        first,
        [
            "would stop ann, because the operator asked for it",
            "would start ann once it has ended, because the operator asked for it"
        ]
    );
    let json = bed.agents(&["restart", "ann", "--dry-run", "--json"]).ends_with(0).json();
    assert_eq!(json["starts_after"], serde_json::json!(["ann"]));
    let json = bed.agents(&["down", "--dry-run", "--json"]).ends_with(0).json();
    assert_eq!((&json["watchdog"], &json["watchdog_would"]), (&"running".into(), &"end".into()));
    assert_eq!(bed.state_of("ann"), "running", "nothing is done");
}

#[test]
fn each_document_tells_of_the_watchdog() {
    let bed = Bed::with(FLEET);
    let run = |words: &[&str]| bed.agents(&[words, &["--json"]].concat()).ends_with(0).json();
    assert_eq!(result(&run(&["down"]), "agents.down/1"), ("not_running", "stopped"));
    assert_eq!(result(&run(&["up", "ann"]), "agents.up/1"), ("left_alone", "stopped"));
    let up = run(&["up"]);
    assert_eq!(result(&up, "agents.up/1"), ("started", "running"));
    assert!(up["watchdog"]["pid"].is_u64() && up["agents"][0]["result"] == "already_running");
    assert_eq!(result(&run(&["up"]), "agents.up/1"), ("already_running", "running"));
    let restart = run(&["restart", "ann"]);
    assert_eq!(result(&restart, "agents.restart/1"), ("left_alone", "running"));
    assert_eq!(restart["agents"][0]["result"], "started");
    assert_eq!(result(&run(&["down", "watchdog"]), "agents.down/1"), ("stopped", "stopped"));
    let down = run(&["down"]);
    assert_eq!(result(&down, "agents.down/1"), ("not_running", "stopped"));
    assert_eq!(down["agents"].as_array().unwrap().len(), 2);
}

#[test]
fn what_nobody_watches_is_said() {
    let bed = Bed::with(FLEET);
    let ran = bed.agents(&["up", "ann"]).ends_with(0);
    assert!(
        ran.err.contains("no watchdog runs") && ran.err.contains("`agents up watchdog`"),
        "{ran:?}"
    );
    bed.until("status says so too", || {
        let status = bed.agents(&["status"]).ends_with(0).out;
        status
            .lines()
            .any(|line| line.starts_with("watchdog") && line.contains("`agents up watchdog`"))
    });
    let down = bed.agents(&["down"]).ends_with(0).err;
    assert!(down.contains("ann: stopped") && down.contains("watchdog: was not running"), "{down}");
    let events = bed.agents(&["events"]).ends_with(0).out;
    assert!(!events.contains("end the watchdog"), "there was none: {events}");
}

#[test]
fn one_that_failed_says_the_way_out_and_notices_that_the_cause_is_mended() {
    let bed = Bed::with(&format!(
        "{FLEET}[[agent]]\nname = \"cid\"\nbackend = \"sleeper\"\nprompt = \"go\"\ndir = \"later\"\n"
    ));
    let up = bed.agents(&["up"]).ends_with(3);
    assert!(up.err.contains("cid: failed: its working directory"), "{up:?}");
    let waits = || bed.status()["agents"][1]["waiting_for"].as_str().unwrap_or_default().to_owned();
    assert!(waits().starts_with("this to be mended, and then `agents up cid`: "), "{}", waits());
    std::fs::create_dir(bed.dir.join("later")).unwrap();
    assert!(waits().starts_with("`agents up cid`; its last start failed: "), "{}", waits());
    let events = bed.agents(&["events", "cid"]).ends_with(0).out;
    assert!(!events.contains("cid alarm cid: "), "named once: {events}");
}

#[test]
fn an_edit_that_what_runs_has_not_taken_is_said() {
    let config =
        FLEET.replace("backend = \"sleeper\"\n", "backend = \"sleeper\"\nmodel = \"small\"\n");
    let bed = Bed::with(&config);
    bed.agents(&["up"]).ends_with(0);
    bed.until("ann runs", || bed.state_of("ann") == "running");
    assert!(bed.status()["agents"][0]["edited"].is_null());
    let file = bed.read("agents.toml");
    bed.write("agents.toml", &file.replace("small", "large").replace("\"go\"", "\"go on\""));
    let earlier = "the earlier model `small` and the earlier prompt";
    assert_eq!(bed.status()["agents"][0]["edited"], earlier);
    let said = format!("runs with {earlier}; `agents restart ann` takes what the file says now");
    for words in [&["status"][..], &["why", "ann"]] {
        let out = bed.agents(words).ends_with(0).out;
        assert!(out.contains(&said), "{words:?}: {out}");
    }
    bed.agents(&["restart", "ann"]).ends_with(0);
    bed.until("the restart took it", || bed.status()["agents"][0]["edited"].is_null());
}

#[test]
fn a_program_that_is_not_found_is_told_with_the_path_that_counts_and_what_waits_for_it_is_kept() {
    let lost = r#"HEAD
[backend.lost]
bin = "no-such-program-anywhere #"
[[agent]]
name = "ann"
watch = "heal"
backend = "lost"
prompt = "go"
"#;
    let bed =
        Bed::with(&lost.replace("HEAD", HEAD).replace("restart_delay = 1", "restart_delay = 300"));
    let up = bed.agents(&["up"]).ends_with(1);
    assert!(up.err.contains("exit code 127"), "{up:?}");
    for way_out in ["`agents down`, then `agents up` takes this one", "write its full path"] {
        assert!(up.err.contains(way_out), "{up:?}");
    }
    let sent = bed.agents(&["send", "ann", "--wait=1s", "hello"]).ends_with(3);
    assert!(sent.err.contains("queued"), "{sent:?}");
    let down = bed.agents(&["down"]).ends_with(0);
    assert!(
        down.err.contains(
            "ann: was not running; the start that was due is taken back; 1 message kept for its next start"
        ),
        "{down:?}"
    );
    let json = bed.agents(&["down", "--json"]).ends_with(0).json();
    assert_eq!(json["agents"][0]["result"], "not_running");
    assert_eq!(json["agents"][0]["reason"], "1 message kept for its next start");
}

#[test]
fn a_dry_run_and_a_plan_say_what_sessions_of_somebody_else_stand_in_the_way_of() {
    let bed = Bed::with(FLEET);
    bed.tmux(&["new-session", "-d", "-s", "t-ann", "sleep 1000"]);
    for (words, would) in [
        (&["down", "ann"][..], "let go of ann"),
        (&["restart", "ann"], "be refused for ann"),
        (&["down"], "let go of ann"),
    ] {
        let dry = bed.agents(&[words, &["--dry-run"]].concat()).ends_with(0).out;
        assert!(dry.starts_with(&format!("would {would}: its session `")), "{dry}");
        assert!(!dry.contains("would do nothing"), "{dry}");
    }
    let json = bed.agents(&["restart", "ann", "--dry-run", "--json"]).ends_with(0).json();
    assert_eq!(json["refused"][0]["about"], "ann", "{json}");

    bed.tmux(&["new-session", "-d", "-s", "t-watchdog", "sleep 1000"]);
    let refused = bed.agents(&["up", "--dry-run"]).ends_with(1).err;
    assert!(refused.contains("the watchdog needs the name of the session"), "{refused}");
    let plan = bed.agents(&["plan"]).ends_with(0).out;
    assert!(plan.contains("`agents up` would be refused: the watchdog needs the name"), "{plan}");
}

#[test]
fn a_second_down_does_not_change_since_when_one_is_down() {
    let bed = Bed::with(FLEET);
    bed.agents(&["up", "ann"]).ends_with(0);
    bed.agents(&["down", "ann"]).ends_with(0);
    let ann = || bed.agents(&["status", "--json"]).ends_with(0).json()["agents"][0].clone();
    let limit = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while ann()["since_seconds"].as_u64() < Some(2) {
        assert!(std::time::Instant::now() < limit, "{}", ann());
    }
    bed.agents(&["down", "ann"]).ends_with(0);
    assert!(ann()["since_seconds"].as_u64() >= Some(2), "{}", ann());
}
