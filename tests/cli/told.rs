//! Is what an agent's program reports by its hooks known at once, and believed over a screen that quotes?

use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Bed, wait_for};

/// No tick comes by itself within the test, so that what is seen came by a report.
const FLEET: &str = r#"
[defaults]
session_prefix = "t-"
log_dir = ".state"
tmux_socket = "bed"
[watchdog]
signal_interval = 600
heavy_interval = 600
stop_grace = 2
[backend.fake]
preset = "claude"
bin = "awk -f fake.awk --"
hooks = true
[[agent]]
name = "ann"
backend = "fake"
prompt = "begin"
watch = "heal"
"#;

/// Takes claude's `--settings`, and for each row that is typed runs the hook of that name as claude does: with a JSON
/// object on its standard input. `show FILE` clears the screen and draws a recorded one.
const FAKE: &str = r#"
BEGIN {
    for (i = 1; i < ARGC; i++) if (ARGV[i] == "--settings") settings = ARGV[i + 1]
    match(settings, /"command":"[^"]*"/)
    hook = substr(settings, RSTART + 11, RLENGTH - 12)
    ARGC = 1
    said("SessionStart", "")
    print "ready" > "ready.txt"
    close("ready.txt")
}
$1 == "show" { printf "\033[H\033[2J"; system("cat " $2); next }
$1 != "" { said($1, $2) }
function said(event, text) {
    json = "{\"session_id\":\"s-1\",\"cwd\":\"/\",\"hook_event_name\":\"" event "\""
    if (event == "UserPromptSubmit") json = json ",\"prompt\":\"" text "\""
    if (event == "StopFailure") json = json ",\"error\":\"" text "\",\"last_assistant_message\":\"" text "\""
    print json "}" | hook
    close(hook)
}
"#;

fn corpus(file: &str) -> String {
    format!("{}/crates/agents-screens/corpus/{file}", env!("CARGO_MANIFEST_DIR"))
}

fn fleet() -> Bed {
    let bed = Bed::with(FLEET);
    bed.write("fake.awk", FAKE);
    bed.agents(&["up"]).ends_with(0);
    bed.until("the program runs", || bed.read("ready.txt") == "ready\n");
    bed
}

/// Types a row at the program.
fn row(bed: &Bed, text: &str) {
    bed.tmux(&["send-keys", "-t", "=t-ann:", "-l", text]).ends_with(0);
    bed.tmux(&["send-keys", "-t", "=t-ann:", "Enter"]).ends_with(0);
}

fn ann(bed: &Bed) -> Value {
    bed.status()["agents"][0].clone()
}

#[track_caller]
fn does(bed: &Bed, state: &str, by: &str) {
    bed.until(&format!("{state} by {by}"), || {
        let doing = ann(bed)["doing"].clone();
        doing["state"] == state && doing["by"] == by && doing["told"] == json!(true)
    });
}

#[test]
fn what_a_program_reports_is_seen_without_a_tick() {
    let bed = fleet();
    does(&bed, "idle", "hook SessionStart");
    row(&bed, "UserPromptSubmit begin");
    does(&bed, "active", "hook UserPromptSubmit");
    row(&bed, "PermissionRequest");
    does(&bed, "waiting_input", "hook PermissionRequest");
    bed.until("it waits for a person", || ann(&bed)["state"] == "waiting_input");
    row(&bed, "PostToolUse");
    does(&bed, "active", "hook PostToolUse");
    row(&bed, "Stop");
    does(&bed, "idle", "hook Stop");
    // An answer that quotes a limit fools nobody whose program says that it rests.
    row(&bed, &format!("show {}", corpus("claude/limit_apikey.100x30.txt")));
    row(&bed, "Notification");
    bed.until("the screen is seen", || ann(&bed)["doing"]["besides"][0]["state"] == "limited");
    let ann_now = ann(&bed);
    assert_eq!(
        (&ann_now["state"], &ann_now["doing"]["state"]),
        (&json!("running"), &json!("idle"))
    );
    let said = bed.agents(&["explain", "ann"]).ends_with(0).out;
    assert!(said.starts_with("idle: as the program itself says (hook Stop) since"), "{said}");
    assert!(said.contains("does not count: screen rule") && said.contains("(limited)"), "{said}");
    let why = bed.agents(&["why", "ann"]).ends_with(0).out;
    assert!(why.contains("idle, by hook Stop"), "{why}");
    assert!(
        why.contains("says limited, which does not count: those words are old, or quoted"),
        "{why}"
    );
    bed.agents(&["down"]).ends_with(0);
}

#[test]
fn a_refused_login_is_neither_a_limit_nor_a_crash() {
    let bed = fleet();
    row(&bed, "UserPromptSubmit begin");
    row(&bed, "StopFailure authentication_failed");
    does(&bed, "unauthenticated", "hook StopFailure");
    let table = bed.agents(&["status"]).ends_with(0).out;
    assert!(table.contains(" unauthenticated") && table.contains("a login, and then"), "{table}");
    let why = bed.agents(&["why", "ann"]).ends_with(0).out;
    assert!(why.contains("refused"), "{why}");
    row(&bed, "UserPromptSubmit again");
    does(&bed, "active", "hook UserPromptSubmit");
    assert_eq!(ann(&bed)["restarts"], 0);
    bed.agents(&["down"]).ends_with(0);
}

/// A hook of `ann`, run by this test as her program would.
fn hook(bed: &Bed, event: &str) {
    hook_of(bed, "r1", event);
}

fn hook_of(bed: &Bed, run: &str, event: &str) {
    let mut command = bed.command(env!("CARGO_BIN_EXE_agents"));
    let state = bed.dir.join(".state/state");
    command.args(["report", "claude"]).env("AGENTS_STATE", state);
    command.envs([("AGENTS_NAME", "ann"), ("AGENTS_RUN", run)]);
    let mut hook = command.stdin(Stdio::piped()).spawn().unwrap();
    let said = json!({ "session_id": "s-1", "hook_event_name": event });
    hook.stdin.take().unwrap().write_all(said.to_string().as_bytes()).unwrap();
    assert!(hook.wait().unwrap().success());
}

#[test]
fn a_hook_is_seen_by_status_within_a_moment() {
    let bed = fleet();
    does(&bed, "idle", "hook SessionStart");
    let mut spans = Vec::new();
    for (event, state) in [("UserPromptSubmit", "active"), ("Stop", "idle")].repeat(3) {
        hook(&bed, event);
        let reported = Instant::now();
        let is_seen =
            wait_for(Duration::from_secs(30), &mut || ann(&bed)["doing"]["state"] == state);
        assert!(is_seen, "{event}");
        spans.push(reported.elapsed());
    }
    spans.sort();
    println!("from the hook's end to the answer of `status`: {spans:?}");
    // Far above what it takes, far below a tick.
    assert!(spans[spans.len() / 2] < Duration::from_secs(10), "{spans:?}");
    bed.agents(&["down"]).ends_with(0);
}

#[test]
fn what_was_reported_outlives_the_watchdog() {
    let bed = fleet();
    row(&bed, "UserPromptSubmit begin");
    does(&bed, "active", "hook UserPromptSubmit");
    bed.agents(&["down", "watchdog"]).ends_with(0);
    assert_eq!(ann(&bed)["doing"], Value::Null, "nobody looks");
    bed.agents(&["up", "watchdog"]).ends_with(0);
    does(&bed, "active", "hook UserPromptSubmit");
    bed.agents(&["down", "watchdog"]).ends_with(0);
    // Spooled while nobody listens.
    row(&bed, "Stop");
    bed.until("it is left in the spool", || {
        std::fs::read_dir(bed.dir.join(".state/state/spool")).is_ok_and(|dir| dir.count() > 0)
    });
    bed.agents(&["up", "watchdog"]).ends_with(0);
    does(&bed, "idle", "hook Stop");
    bed.agents(&["down"]).ends_with(0);
}

#[test]
fn a_report_of_a_run_that_never_was_makes_nobody_mute() {
    let bed = fleet();
    does(&bed, "idle", "hook SessionStart");
    hook_of(&bed, "r9", "UserPromptSubmit");
    hook(&bed, "UserPromptSubmit");
    does(&bed, "active", "hook UserPromptSubmit");
    hook(&bed, "Stop");
    does(&bed, "idle", "hook Stop");
    bed.agents(&["down"]).ends_with(0);
}
