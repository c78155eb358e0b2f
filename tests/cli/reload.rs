//! The file is edited, broken and mended under a running watchdog, and its tmux server is killed.

use crate::support::Bed;

const CONFIG: &str = r#"
HEAD
[backend.cat]
bin = "cat"
prompt_delivery = "exec"
[[agent]]
name = "a"
backend = "cat"
watch = "heal"
"#;

fn more(name: &str) -> String {
    format!("[[agent]]\nname = \"{name}\"\nbackend = \"cat\"\nwatch = \"heal\"\n")
}

fn write(bed: &Bed, text: &str) {
    bed.write("agents.toml", &text.replace("HEAD", crate::support::HEAD));
}

#[test]
fn f47_f48_an_edit_takes_effect_a_broken_one_is_told_once_and_a_removed_agent_stays_until_asked() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);

    write(&bed, &format!("{CONFIG}{}", more("b")));
    bed.until("a new agent is started", || bed.has("t-b"));

    write(&bed, &format!("{CONFIG}nonsense = [\n"));
    bed.until("the problem is in status", || bed.agents(&["status"]).out.contains("agents.toml"));
    bed.until("the problem is in the log", || bed.watchdog_log().contains("last good"));
    bed.kill_session("t-b");
    bed.until("the last good fleet is healed", || bed.has("t-b"));
    let told = bed.watchdog_log().matches("the last good one stays in force").count();
    assert_eq!(told, 1, "{}", bed.watchdog_log());

    write(&bed, CONFIG);
    bed.until("b is undeclared", || {
        let status = bed.status();
        status["undeclared"].as_array().is_some_and(|them| them.iter().any(|it| it["name"] == "b"))
    });
    assert!(bed.has("t-b"), "removal ends nothing");
    bed.agents(&["down", "--undeclared"]).ends_with(0);
    assert!(!bed.has("t-b") && bed.has("t-a"));
}

#[test]
fn f47_a_file_that_was_mended_since_the_last_look_is_not_called_broken() {
    let head = crate::support::HEAD.replace("interval = 1", "interval = 600");
    let good = CONFIG.replace("HEAD", &head);
    let bed = Bed::with(&good);
    bed.agents(&["up"]).ends_with(0);
    let watchdog = bed.status()["watchdog"]["pid"].to_string();
    let look = || {
        let sent = std::process::Command::new("kill").args(["-USR1", &watchdog]).status().unwrap();
        assert!(sent.success());
    };
    bed.write("agents.toml", &format!("{good}nonsense = [\n"));
    look();
    bed.until("it is found", || bed.watchdog_log().contains("last good"));
    assert!(bed.agents(&["status"]).out.contains("config: BROKEN, the last good one"));
    // Another text than the one in force, and not yet the old one.
    bed.write("agents.toml", &format!("{good}\n# mended\n"));
    let status = bed.agents(&["status"]);
    assert!(status.out.contains(" config: mended since, "), "{status:?}");
    assert!(status.out.contains("the watchdog reads it at its next look"), "{status:?}");
    assert!(!status.out.contains("BROKEN"), "{status:?}");
    look();
    bed.until("it is read", || !bed.agents(&["status"]).out.contains(" config: "));
}

#[test]
fn what_ties_the_fleet_to_its_sessions_cannot_change_under_it() {
    let bed = Bed::with(CONFIG);
    bed.agents(&["up"]).ends_with(0);
    let moved = CONFIG.replace("HEAD", &crate::support::HEAD.replace("t-", "u-"));
    bed.write("agents.toml", &moved);
    bed.until("the change is refused", || bed.watchdog_log().contains("`session_prefix` changed"));
    bed.kill_session("t-a");
    bed.until("the fleet lives on under its names", || bed.has("t-a"));
    assert!(!bed.has("u-a"));
    write(&bed, CONFIG);
    bed.until("the file is good again", || bed.watchdog_log().contains("good again"));
}

#[test]
fn f4_a_lost_server_is_one_event_and_the_fleet_comes_back_with_its_watchdog() {
    let bed = Bed::with(&format!(
        "{CONFIG}{}{}[[service]]\nname = \"s\"\ncommand = \"sleep 1000\"\n",
        more("b"),
        more("c")
    ));
    bed.agents(&["up"]).ends_with(0);
    let server = bed.tmux(&["display-message", "-p", "#{pid}"]).out;
    let killed = std::process::Command::new("kill").args(["-9", server.trim()]).status().unwrap();
    assert!(killed.success());
    bed.until("the fleet is back", || {
        ["t-a", "t-b", "t-c", "t-s", "t-watchdog"].iter().all(|session| bed.has(session))
    });
    let log = bed.watchdog_log();
    assert_eq!(
        log.matches("the tmux server was lost with the sessions in it; the fleet").count(),
        1,
        "{log}"
    );
    let at = |text: &str| log.find(text).unwrap_or_else(|| panic!("{text} in:\n{log}"));
    assert!(
        at("start s, because the tmux server was lost")
            < at("start a, because the tmux server was lost")
    );
    bed.agents(&["down"]).ends_with(0);
    assert_eq!(bed.sessions(), Vec::<String>::new());
}

const PRESET: &str = r#"
cli = "mine"
version = "1"
[process]
names = ["cat"]
[launch]
command = "cat"
args = ["ask", "-"]
hooks = "none"
limits = ["screen"]
prompt = { delivery = "typed" }
session = { from = [] }
resume = { args = [], takes_prompt = false }
submit = { keys = ["Enter"], pause_ms = 100, bracketed = true }
ready = { usual_ms = 100, limit_ms = 1000 }
[[rule]]
id = "asks"
state = "waiting_input"
priority = 10
region = "whole"
any = ['^May I']
reason = "it asks"
"#;

#[test]
fn the_rules_of_an_own_preset_are_those_of_its_file_as_long_as_it_is_good() {
    let bed = Bed::with(
        r#"HEAD
[backend.mine]
preset = "mine"
[[agent]]
name = "ann"
backend = "mine"
watch = "heal"
"#,
    );
    let config = bed.read("agents.toml");
    let config = config.replacen("[defaults]", "[defaults]\npresets_dir = \"presets\"", 1);
    bed.write("agents.toml", &config);
    bed.write("presets/mine.toml", PRESET);
    bed.write("ask", "Shall we?\n");
    bed.agents(&["up"]).ends_with(0);
    bed.until("it is on the screen", || bed.screen("t-ann").contains("Shall we?"));
    assert_ne!(bed.state_of("ann"), "waiting_input");

    bed.write("presets/mine.toml", &PRESET.replace("May I", "Shall we"));
    bed.until("the new rule is obeyed", || bed.state_of("ann") == "waiting_input");
    let told = || bed.watchdog_log().matches("the last good one stays in force").count();
    assert_eq!(told(), 0);
    bed.write("presets/mine.toml", "[[rule]]\nname = \"cut");
    bed.until("the broken one is told of", || told() == 1);
    let status = bed.agents(&["status"]).ends_with(0);
    assert!(status.out.contains("config: BROKEN") && status.out.contains("ann"), "{status:?}");
    assert_eq!((bed.state_of("ann").as_str(), told()), ("waiting_input", 1));
    bed.agents(&["down", "watchdog"]).ends_with(0);
    assert_eq!(bed.state_of("ann"), "waiting_input", "whoever looks has the last good rules");
    bed.agents(&["down"]).ends_with(0);
    assert!(!bed.has("t-ann"));
}
