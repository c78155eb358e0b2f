//! Verbs with a file that does not load, or that would tear a living fleet apart: the fleet in force is obeyed.

use crate::support::{Bed, HEAD, Ran};

const CONFIG: &str = r#"HEAD
[backend.reader]
bin = 'while IFS= read -r line; do echo "got: $line"; done'
prompt_delivery = "exec"
[[agent]]
name = "ann"
backend = "reader"
watch = "heal"
[[agent]]
name = "bob"
backend = "reader"
[[service]]
name = "web"
command = "exec sleep 1000"
"#;

/// Verbs that work on the fleet in force.
const TOLERANT: [&[&str]; 9] = [
    &["status"],
    &["status", "--json"],
    &["why", "ann"],
    &["plan"],
    &["logs", "ann", "--no-follow"],
    &["events"],
    &["attach", "ann"],
    &["send", "ann", "hello"],
    &["down", "ann"],
];
const STARTING: [&[&str]; 4] = [&["up"], &["up", "ann"], &["restart", "ann"], &["watchdog"]];

fn good() -> String {
    CONFIG.replace("HEAD", HEAD)
}

/// Half saved, mistyped, emptied, without a word of where the fleet is.
fn bad_ones() -> Vec<String> {
    let good = good();
    let mistyped = good.replace("watch =", "wacth =");
    let no_places = good.replace("log_dir", "lgo_dir").replace("tmux_socket", "tmux_scoket");
    vec![format!("{good}[[agent"), mistyped, String::new(), no_places]
}

/// That the person was told once, on standard error, and with the way to hear all.
#[track_caller]
fn told_once(ran: &Ran) {
    assert_eq!(ran.err.matches("the config does not load: ").count(), 1, "{ran:?}");
    assert!(ran.err.contains("`agents check`"), "{ran:?}");
}

/// `status` says it in what it shows, and nowhere else.
#[track_caller]
fn shown_once(status: &Ran) {
    assert_eq!(status.err, "", "{status:?}");
    assert_eq!(status.out.matches("config: BROKEN").count(), 1, "{status:?}");
    assert_eq!(status.out.matches("`agents check` shows every problem").count(), 1, "{status:?}");
}

#[test]
fn a_bad_file_of_a_fleet_that_never_was_is_reported_by_every_verb() {
    let bed = Bed::empty();
    for bad in bad_ones() {
        bed.write("agents.toml", &bad);
        for words in TOLERANT.iter().chain(&STARTING) {
            let ran = bed.agents(words).ends_with(2);
            assert!(ran.err.contains("error: "), "{words:?}: {ran:?}");
            let documents = usize::from(words.contains(&"--json"));
            assert_eq!(ran.out.lines().count(), documents, "{words:?}: {ran:?}");
        }
        let status = bed.status();
        assert_eq!(status["schema"], "agents.status/1");
        assert_eq!(status["agents"], serde_json::json!([]));
        assert!(status["config_problem"].is_string() && status["error"].is_string(), "{status}");
        assert!(!bed.dir.join(".state").exists(), "nothing was started");
    }
    std::fs::remove_file(bed.dir.join("agents.toml")).unwrap();
    assert!(bed.status()["config_problem"].as_str().unwrap().contains("there is no config file"));
    bed.agents(&["down"]).ends_with(2);
}

#[test]
fn f47_a_file_that_broke_under_a_fleet_keeps_nobody_from_working_on_it() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    for bad in bad_ones() {
        bed.write("agents.toml", &bad);
        let status = bed.agents(&["status"]).ends_with(0);
        shown_once(&status);
        assert!(status.out.contains("ann            persistent  reader"), "{status:?}");
        bed.agents(&["status", "--exit-code"]).ends_with(3);
        let json = bed.agents(&["status", "--json"]).ends_with(0);
        assert_eq!(json.err, "", "{json:?}");
        let json = json.json();
        assert!(json["config_problem"].is_string(), "{json}");
        assert_eq!(json["agents"][0]["state"], "running");
        told_once(&bed.agents(&["why", "ann"]).ends_with(0));
        told_once(&bed.agents(&["plan"]).ends_with(0));
        told_once(&bed.agents(&["attach", "ann"]).ends_with(1));
        let sent = bed.agents(&["send", "ann", "--wait=2m", "are you there"]).ends_with(0);
        told_once(&sent);
        // What is on the screen is in the log a moment later.
        bed.until("the log holds it", || {
            bed.read(".state/t-ann.log").contains("got: are you there")
        });
        let logs = bed.agents(&["logs", "ann", "--no-follow"]).ends_with(0);
        told_once(&logs);
        assert!(logs.out.contains("got: are you there"), "{logs:?}");

        told_once(&bed.agents(&["down", "bob"]).ends_with(0));
        assert!(!bed.has("t-bob") && bed.has("t-ann"));
        for words in STARTING {
            let ran = bed.agents(words).ends_with(2);
            assert!(ran.err.contains("error: "), "{words:?}: {ran:?}");
        }
        assert!(!bed.has("t-bob"), "nothing is started");
        bed.write("agents.toml", &good());
        bed.until("the file is good for all", || bed.status()["config_problem"].is_null());
        bed.agents(&["up", "bob"]).ends_with(0);
    }
    // Gone altogether, and by the verb's own hand.
    bed.agents(&["down", "watchdog"]).ends_with(0);
    std::fs::remove_file(bed.dir.join("agents.toml")).unwrap();
    told_once(&bed.agents(&["send", "bob", "--wait=2m", "go home"]).ends_with(0));
    told_once(&bed.agents(&["down"]).ends_with(0));
    assert_eq!(bed.sessions(), Vec::<String>::new());
    let json = bed.agents(&["status", "--json"]).ends_with(0).json();
    assert_eq!(json["agents"][1]["state"], "stopped");
}

#[test]
fn a_file_that_moved_away_from_a_living_fleet_is_not_judged_by() {
    let bed = Bed::with(CONFIG);
    let edits = [
        ("session_prefix = \"t-\"", "session_prefix = \"u-\"", "`session_prefix` changed"),
        ("tmux_socket = \"bed\"", "tmux_socket = \"bad\"", "`tmux_socket` changed"),
        ("log_dir = \".state\"", "log_dir = \".elsewhere\"", "`log_dir` changed"),
    ];
    for watched in [true, false] {
        bed.agents(&["up"]).ends_with(0);
        if !watched {
            bed.agents(&["down", "watchdog"]).ends_with(0);
        }
        for (old, new, said) in edits {
            bed.write("agents.toml", &good().replace(old, new));
            let status = bed.agents(&["status"]).ends_with(0);
            assert_eq!(
                (status.err.as_str(), status.out.matches(said).count()),
                ("", 1),
                "{status:?}"
            );
            assert_eq!(status.out.matches("RUNNING [").count(), 3, "{status:?}");
            let json = bed.status();
            assert!(json["config_problem"].as_str().unwrap().contains(said), "{json}");
            bed.agents(&["send", "ann", "--wait=2m", "still there"]).ends_with(0);
            for words in [&["restart", "ann"][..], &["up", "ann"], &["watchdog"]] {
                let ran = bed.agents(words).ends_with(2);
                assert!(ran.err.contains(said), "{words:?}: {ran:?}");
            }
            bed.write("agents.toml", &good());
            bed.until("it is put back", || bed.status()["config_problem"].is_null());
        }
        let (old, new, said) = edits[usize::from(watched)];
        bed.write("agents.toml", &good().replace(old, new));
        let down = bed.agents(&["down"]).ends_with(0);
        assert!(down.err.contains(said) && down.err.contains("ann: stopped"), "{down:?}");
        assert_eq!(bed.sessions(), Vec::<String>::new());
        // Nothing of it is up any more, so the file's fleet is in force.
        let status = bed.agents(&["status"]).ends_with(0);
        assert!(!status.err.contains("changed") && status.out.contains("stopped"), "{status:?}");
        bed.write("agents.toml", &good());
    }
}

#[test]
fn a_word_on_a_broken_file_is_gone_with_the_watchdog_that_found_it() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    bed.write("agents.toml", &bad_ones()[0]);
    bed.until("it is found broken", || bed.watchdog_log().contains("is broken"));
    bed.agents(&["down", "watchdog"]).ends_with(0);
    bed.write("agents.toml", &good());
    bed.agents(&["up", "watchdog"]).ends_with(0);
    bed.until("its word is gone", || bed.status()["config_problem"].is_null());
}

#[test]
fn f47_f49_a_link_that_is_turned_to_a_bad_file_leaves_the_last_good_fleet_in_force() {
    let bed = Bed::empty();
    let turn = |to: &str| {
        let new = bed.dir.join("new");
        std::os::unix::fs::symlink(to, &new).unwrap();
        std::fs::rename(new, bed.dir.join("agents.toml")).unwrap();
    };
    // Relative paths begin where the file itself is.
    let there = |text: &str| text.replace("\".state\"", "\"../.state\"");
    bed.write("fleets/a.toml", &there(&good()));
    bed.write("fleets/b.toml", &there(&good().replace("name = \"bob\"", "name = \"eve\"")));
    bed.write("fleets/bad.toml", &bad_ones()[3]);
    turn("fleets/a.toml");
    bed.agents(&["up"]).ends_with(0);
    for watched in [true, false] {
        if !watched {
            bed.agents(&["down", "watchdog"]).ends_with(0);
        }
        turn("fleets/bad.toml");
        let status = bed.agents(&["status"]).ends_with(0);
        shown_once(&status);
        assert!(status.out.contains("bob            persistent  reader"), "{status:?}");
        told_once(&bed.agents(&["send", "ann", "are you there"]).ends_with(0));
        turn("fleets/a.toml");
        bed.until("it is good again", || bed.status()["config_problem"].is_null());
    }
    // Another good one takes its place, and is the last good one from then on.
    bed.agents(&["up", "watchdog"]).ends_with(0);
    turn("fleets/b.toml");
    bed.until("eve is known", || bed.status()["agents"][1]["name"] == "eve");
    bed.until("it is in force", || bed.watchdog_log().contains("changed and is in force"));
    turn("fleets/bad.toml");
    let status = bed.agents(&["status"]).ends_with(0);
    assert!(status.out.contains("eve            persistent  reader"), "{status:?}");
    told_once(&bed.agents(&["down"]).ends_with(0));
    assert_eq!(bed.sessions(), ["t-bob"], "nobody declares it any more");
}

#[test]
fn a_watchdog_whose_log_cannot_be_written_is_told_of_by_up() {
    let bed = Bed::with(
        r#"HEAD
[backend.cat]
bin = "cat"
prompt_delivery = "exec"
[[agent]]
name = "ann"
backend = "cat"
"#,
    );
    let log = bed.dir.join(".state/t-watchdog.log");
    let refused = || {
        let ran = bed.agents(&["up"]).ends_with(1);
        assert!(ran.err.contains("cannot write its log") && ran.err.contains("t-watchdog.log"));
        assert!(bed.has("t-ann") && !bed.has("t-watchdog"), "{:?}", bed.sessions());
    };
    std::fs::create_dir_all(&log).unwrap();
    refused();
    std::fs::remove_dir(&log).unwrap();
    // Nobody reads that pipe, and opening it would wait for ever.
    assert!(bed.command("mkfifo").arg(&log).status().unwrap().success());
    refused();
    std::fs::remove_file(&log).unwrap();
    bed.agents(&["up"]).ends_with(0);
    bed.agents(&["down"]).ends_with(0);
}

#[test]
fn f47_what_is_no_text_file_in_the_place_of_the_config_touches_nobody() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    let file = bed.dir.join("agents.toml");
    let pids = || ["t-ann", "t-bob", "t-web", "t-watchdog"].map(|session| bed.pid(session));
    let before = pids();
    let put = |what: &str| {
        let new = bed.dir.join("new");
        match what {
            "pipe" => assert!(bed.command("mkfifo").arg(&new).status().unwrap().success()),
            "folder" => std::fs::create_dir(&new).unwrap(),
            // As long as 100 MB, and nothing in it.
            "giant" => std::fs::File::create(&new).unwrap().set_len(100 << 20).unwrap(),
            "noise" => std::fs::write(&new, [0xff, 0xfe, 0x00, 0x9b].repeat(500)).unwrap(),
            other => panic!("{other}"),
        }
        if what == "folder" {
            std::fs::remove_file(&file).unwrap();
        }
        std::fs::rename(new, &file).unwrap();
    };
    for what in ["pipe", "giant", "noise", "folder"] {
        put(what);
        bed.until(what, || bed.watchdog_log().matches("is broken").count() > 0);
        bed.until("it is told", || bed.status()["config_problem"].is_string());
        bed.agents(&["send", "ann", "--wait=2m", what]).ends_with(0);
        assert_eq!(pids(), before, "{what}");
        if what == "folder" {
            std::fs::remove_dir(&file).unwrap();
        }
        bed.write("agents.toml", &good());
        bed.until("it is good again", || bed.status()["config_problem"].is_null());
    }
    assert_eq!(pids(), before);
    bed.agents(&["down"]).ends_with(0);
}
