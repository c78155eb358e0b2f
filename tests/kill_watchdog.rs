//! Does a watchdog that is killed at any moment and started again repeat or lose anything?

#[path = "support/mod.rs"]
mod support;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::Bed;

const CONFIG: &str = r#"
HEAD
[backend.demo]
bin = "'AGENTS' demo-agent --prompt {kickoff} --think 1 --state-subdir machine-docs --record {session}.record"
prompt_delivery = "exec"
active_re = "esc to interrupt"
connect_delay = 1
[[agent]]
name = "builder"
kind = "loop"
role = "builder"
backend = "demo"
watch = "heal"
dir = "builder"
[[agent]]
name = "adversary"
kind = "loop"
role = "adversary"
backend = "demo"
watch = "heal"
dir = "adversary"
[loop]
kickoff_template = "prompts/kickoff.md"
[[loop.phases]]
id = "P1"
plan = "plan.md"
status = "STATUS-P1.md"
[[loop.phases]]
id = "P2"
plan = "plan.md"
status = "STATUS-P2.md"
[loop.handoff]
repo = "builder"
"#;

fn bed() -> Bed {
    let bed = Bed::with(&CONFIG.replace("AGENTS", env!("CARGO_BIN_EXE_agents")));
    bed.repositories(&[("plan.md", "Two gates.\n")]);
    for role in ["builder", "adversary"] {
        bed.write(&format!("prompts/{role}.md"), "Do your part.\n");
    }
    bed.write(
        "prompts/kickoff.md",
        "phase: {phase_id}\nplan: {plan}\nstatus: {status}\nrole: {role}\n",
    );
    bed
}

/// The watchdog that holds the fleet, by the lock file.
fn watchdog(bed: &Bed) -> Option<u32> {
    let holder: serde_json::Value =
        serde_json::from_str(&bed.read(".state/state/fleet.lock")).ok()?;
    (holder["what"] == "watchdog")
        .then(|| holder["pid"].as_u64())?
        .and_then(|pid| u32::try_from(pid).ok())
}

/// Kills it and does not wait: whoever comes next may find it in the midst of its end.
fn kill_9(pid: u32) {
    let killed = Command::new("kill").args(["-9", &pid.to_string()]).stderr(Stdio::null()).status();
    killed.unwrap();
}

/// How often an agent got a message that holds the text.
fn received(bed: &Bed, name: &str, text: &str) -> usize {
    let record = bed.read(&format!("{name}/t-{name}.record"));
    let events =
        record.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    events.filter(|event| event.to_string().contains(text) && event["event"] == "submitted").count()
}

/// A spread of pauses that differs from run to run of the loop, and is the same in each test run.
fn pause(round: u64) -> Duration {
    let mixed = (round + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    Duration::from_millis(300 + (mixed >> 40) % 1700)
}

#[test]
fn f40_a_watchdog_killed_again_and_again_brings_the_build_to_its_end_and_doubles_nothing() {
    let bed = bed();
    bed.agents(&["up"]).ends_with(0);
    let complete = || bed.dir.join(".state/SEQUENCE-COMPLETE").exists();
    let (began, mut kills) = (Instant::now(), 0);
    // A slow machine needs longer to start a watchdog, and the watchdog needs longer for whatever it does.
    let mut start = Duration::ZERO;
    while !complete() && began.elapsed() < Duration::from_secs(900) {
        let until = Instant::now() + pause(kills) + start * 2;
        while Instant::now() < until && !complete() {
            std::thread::sleep(Duration::from_millis(10));
        }
        if let Some(pid) = watchdog(&bed) {
            kill_9(pid);
            kills += 1;
        }
        let starting = Instant::now();
        bed.agents(&["up", "watchdog"]).ends_with(0);
        start = starting.elapsed();
    }
    let subjects = bed.git("remote.git", &["log", "--format=%s", "main"]).out;
    assert!(complete(), "{subjects}\n{}", bed.watchdog_log());
    assert!(kills >= 5, "only {kills} kills");
    for once in ["claim: P1", "review: P1", "P1 is done", "claim: P2", "review: P2", "P2 is done"] {
        assert_eq!(subjects.matches(once).count(), 1, "{once} in:\n{subjects}");
    }
    assert_eq!(received(&bed, "adversary", "gate CLAIM"), 2, "{}", bed.watchdog_log());
    assert_eq!(received(&bed, "builder", "verdict/finding"), 2, "{}", bed.watchdog_log());
    bed.agents(&["down"]).ends_with(0);
    let server = bed.tmux(&["display-message", "-p", "#{pid}"]);
    assert_eq!(server.out, "", "the server has ended too");
}

const FEW: &str = r#"
HEAD
restart_limit = 5000
restart_delay_max = 1
"#;

/// An agent that is typed its kickoff and what it is sent.
fn typed(name: &str) -> String {
    format!(
        r#"
[backend.{name}]
bin = "'{}' demo-agent --think 1 --record t-{name}.record"
prompt_delivery = "ping"
active_re = "esc to interrupt"
ready_re = "for shortcuts"
connect_delay = 1
[[agent]]
name = "{name}"
backend = "{name}"
watch = "heal"
prompt = "kickoff-of-{name}"
"#,
        env!("CARGO_BIN_EXE_agents")
    )
}

/// What an agent recorded, as JSON, in its order.
fn recorded(bed: &Bed, name: &str) -> Vec<serde_json::Value> {
    let record = bed.read(&format!("t-{name}.record"));
    record.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// How often each start of an agent was given its kickoff.
fn kickoffs(bed: &Bed, name: &str) -> Vec<usize> {
    let mut each = Vec::new();
    for event in recorded(bed, name) {
        if event["event"] == "started" {
            each.push(0);
        } else if event["event"] == "submitted"
            && event.to_string().contains(&format!("kickoff-t-{name}"))
        {
            *each.last_mut().unwrap() += 1;
        }
    }
    each
}

/// `AGENTS_KILLS=500` for a night.
#[test]
fn f40_at_random_moments_killed_watchdogs_lose_and_double_no_start_no_kickoff_and_no_message() {
    let kills: usize =
        std::env::var("AGENTS_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(50);
    let bed = Bed::with(&format!("{FEW}{}{}", typed("x"), typed("p")));
    bed.agents(&["up"]).ends_with(0);
    let (mut ended, mut sent) = (0, 0);
    for round in 0..kills {
        let chance = (round as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
        // Every third time there is a death to heal, once the one before is healed.
        let is_whole = || kickoffs(&bed, "x").len() == ended + 1 && kickoffs(&bed, "x")[ended] == 1;
        if round % 3 == 0 && is_whole() && bed.has("t-x") {
            bed.kill_session("t-x");
            ended += 1;
        }
        if round % 3 == 1 {
            let text = format!("message-{sent:03}-end");
            bed.agents(&["send", "--wait=0", "p", &text]);
            sent += 1;
        }
        std::thread::sleep(Duration::from_millis(chance % 700));
        if let Some(pid) = watchdog(&bed) {
            kill_9(pid);
        }
        bed.agents(&["up", "watchdog"]).ends_with(0);
    }
    bed.until("x runs with its kickoff", || {
        kickoffs(&bed, "x").len() == ended + 1 && kickoffs(&bed, "x")[ended] == 1
    });
    let got = |number: usize| {
        let text = format!("message-{number:03}-end");
        let events = recorded(&bed, "p");
        let submitted = events.iter().filter(|event| event["event"] == "submitted");
        submitted.filter(|event| event.to_string().contains(&text)).count()
    };
    bed.until("all messages are there", || (0..sent).all(|number| got(number) > 0));
    let all: Vec<usize> = (0..sent).map(got).collect();
    assert_eq!(all, vec![1; sent], "{}", bed.watchdog_log());
    assert_eq!(kickoffs(&bed, "x"), vec![1; ended + 1], "{}", bed.watchdog_log());
    assert_eq!(kickoffs(&bed, "p"), [1], "{}", bed.watchdog_log());
    assert!(
        ended * 12 > kills && sent * 4 > kills,
        "{ended} deaths and {sent} messages in {kills}"
    );
    let events = bed.agents(&["events"]).ends_with(0).out;
    assert!(!events.contains("the store has lost"), "{events}");
    bed.agents(&["down"]).ends_with(0);
    assert_eq!(bed.sessions(), Vec::<String>::new());
}
