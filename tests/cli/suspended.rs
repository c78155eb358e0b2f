//! An agent whose program a signal has stopped: it is told, nothing is typed at it, and it gets its messages when it goes on.

use crate::support::{Bed, processes_below};

const FLEET: &str = r#"HEAD
[backend.demo]
bin = "AGENTS demo-agent --speed 5 --record said.jsonl"
active_re = "esc to interrupt"
ready_re = "for shortcuts"
[backend.reader]
bin = "cat"
prompt_delivery = "exec"
connect_delay = "1s"
[[agent]]
name = "ann"
watch = "heal"
backend = "demo"
prompt = "begin"
[[agent]]
name = "bob"
watch = "heal+stall"
backend = "reader"
"#;

const SAID: &str = "its program has been stopped by a signal (SIGSTOP or Ctrl-Z)";

fn up() -> Bed {
    let bed = Bed::with(&FLEET.replace("AGENTS", env!("CARGO_BIN_EXE_agents")));
    bed.agents(&["up"]).ends_with(0);
    bed
}

/// The program that the launcher in the pane has begun.
fn program(bed: &Bed, session: &str) -> u32 {
    let launcher = bed.pid(session).unwrap();
    let below = processes_below(launcher);
    *below.iter().find(|pid| **pid != launcher).unwrap()
}

fn signal(signal: &str, pid: u32) {
    let sent = std::process::Command::new("kill").args([signal, &pid.to_string()]).status();
    assert!(sent.unwrap().success());
}

fn does(bed: &Bed, name: &str, word: &str) -> bool {
    let status = bed.status();
    let rows = status["agents"].as_array().cloned().unwrap_or_default();
    rows.iter().any(|row| row["name"] == name && row["doing"]["state"] == word)
}

/// How often the demo agent took that text.
fn heard(bed: &Bed, text: &str) -> usize {
    let said = bed.read("said.jsonl");
    said.lines().filter(|row| row.contains("\"submitted\"") && row.contains(text)).count()
}

#[cfg(target_os = "linux")]
#[test]
fn f19_one_that_was_stopped_gets_what_it_is_sent_when_it_goes_on_and_once() {
    let bed = up();
    bed.agents(&["wait", "ann", "--until=idle", "--timeout=2m"]).ends_with(0);
    let program = program(&bed, "t-ann");
    signal("-STOP", program);
    bed.until("status tells it", || does(&bed, "ann", "suspended"));
    let table = bed.agents(&["status"]).out;
    assert!(
        table.contains("suspended") && table.contains(&format!("a person, since {SAID}")),
        "{table}"
    );
    let waits = bed.agents(&["wait", "ann", "--until=idle", "--timeout=1s"]);
    assert!(waits.code != Some(0) && waits.out.contains("ann: suspended"), "{waits:?}");
    let why = bed.agents(&["why", "ann"]).ends_with(0).out;
    assert!(why.contains("activity: not judged, since a signal has stopped its program"), "{why}");
    assert!(why.contains(SAID) && why.contains(&format!("`kill -CONT -{program}`")), "{why}");
    let queued = bed.agents(&["send", "ann", "--wait=1s", "hello there"]).ends_with(3);
    assert!(queued.err.contains(&format!("ann: queued: {SAID}")), "{queued:?}");
    let refused = bed.agents(&["send", "ann", "--now", "not this one"]).ends_with(1);
    assert!(refused.err.contains(SAID), "{refused:?}");
    assert!(!bed.screen("t-ann").contains("hello there"), "{}", bed.screen("t-ann"));
    signal("-CONT", program);
    bed.until("it got it", || heard(&bed, "hello there") > 0);
    // What comes behind it arrives, so nothing is on its way any more.
    bed.agents(&["send", "ann", "--wait=2m", "and this"]).ends_with(0);
    let record = bed.read("said.jsonl");
    assert_eq!((heard(&bed, "hello there"), heard(&bed, "and this")), (1, 1), "{record}");
    assert_eq!(heard(&bed, "not this one"), 0, "{record}");
    assert_eq!(self::program(&bed, "t-ann"), program, "it was never started anew");
    let events = bed.agents(&["events"]).ends_with(0).out;
    assert!(events.contains(SAID), "{events}");
    assert!(events.contains("its program goes on, which was seen to be stopped"), "{events}");
    // One that is stopped is ended as any other.
    signal("-STOP", program);
    bed.agents(&["down"]).ends_with(0);
    assert!(bed.sessions().is_empty(), "{:?}", bed.sessions());
}

/// A terminal that echoes shows what is typed though nobody reads it.
#[cfg(target_os = "linux")]
#[test]
fn f19_ctrl_z_in_its_pane_is_told_and_the_way_out_that_is_named_is_one() {
    let bed = up();
    bed.agents(&["send", "bob", "--wait=2m", "first"]).ends_with(0);
    let program = program(&bed, "t-bob");
    bed.tmux(&["send-keys", "-t", "=t-bob:", "C-z"]).ends_with(0);
    bed.until("status tells it", || does(&bed, "bob", "suspended"));
    let queued = bed.agents(&["send", "bob", "--wait=1s", "second"]).ends_with(3);
    assert!(queued.err.contains(SAID), "{queued:?}");
    assert!(!bed.screen("t-bob").contains("second"), "{}", bed.screen("t-bob"));
    let why = bed.agents(&["why", "bob"]).ends_with(0).out;
    let way_out = why.split('`').find(|part| part.starts_with("kill -CONT")).unwrap();
    let ran = bed.command("sh").args(["-c", way_out]).status().unwrap();
    assert!(ran.success(), "{way_out}");
    // The terminal's echo, and what the program makes of it.
    let shown = || bed.screen("t-bob").lines().filter(|row| row.trim().ends_with("second")).count();
    bed.until("it got it", || shown() == 2);
    bed.agents(&["send", "bob", "--wait=2m", "third"]).ends_with(0);
    assert_eq!(shown(), 2, "{}", bed.screen("t-bob"));
    assert_eq!(self::program(&bed, "t-bob"), program);
}
