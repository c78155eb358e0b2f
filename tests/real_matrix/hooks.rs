//! Do a CLI's hooks keep it from its work when nobody hears them: the watchdog stopped, or gone?

use std::process::Command;
use std::time::{Duration, Instant};

use agents_model_server::{Cli, Leave};

use crate::for_each_cli;
use crate::stage::Stage;

/// How long a turn with a tool call may take; the hooks of such a turn wait at most 0.3 s each for an answer.
const LONGEST: Duration = Duration::from_secs(20);

/// Five turns with a tool call each while it is heard, while the watchdog is stopped, and while there is none.
fn unheard(cli: Cli) {
    let stage = Stage::of(cli, Leave::Never, "MOCK:ok before all turns");
    let config = stage.bed.read("agents.toml").replace("[[agent]]", "hooks = true\n[[agent]]");
    stage.bed.write("agents.toml", &config);
    stage.begin("before all turns");
    stage.until("it is idle", || stage.state() == "idle");
    let heard = turns(&stage, "heard");
    let watchdog = stage.agents(&["status", "--json"]).json()["watchdog"]["pid"].to_string();
    signal("-STOP", &watchdog);
    let stopped = turns(&stage, "stopped");
    signal("-CONT", &watchdog);
    stage.until("what was not heard is known", || stage.agent()["doing"]["state"] == "idle");
    stage.agents(&["down", "watchdog"]).ends_with(0);
    let alone = turns(&stage, "alone");
    stage.agents(&["up", "watchdog"]).ends_with(0);
    stage.until("it is found idle", || stage.agent()["doing"]["state"] == "idle");
    println!("{}: heard {heard:.2?}, stopped {stopped:.2?}, alone {alone:.2?}", cli.name());
    for turn in heard.iter().chain(&stopped).chain(&alone) {
        assert!(*turn < LONGEST, "{cli:?}: heard {heard:?}, stopped {stopped:?}, alone {alone:?}");
    }
    assert_eq!(stage.restarts(), 0, "{cli:?}");
}

/// From the key that submits a prompt to the request that holds what the tool gave back.
fn turns(stage: &Stage, mark: &str) -> Vec<Duration> {
    let turn = |n: usize| {
        let text = format!("MOCK:run echo {mark}{n}");
        let keys = |words: &[&str]| {
            let words = [&["send-keys", "-t", "=t-a:"], words].concat();
            stage.bed.tmux(&words).ends_with(0);
        };
        keys(&["-l", "--", &text]);
        stage.until("the prompt stands in the composer", || stage.screen().contains(&text));
        let before = stage.requests().len();
        // What is typed in one go with it is taken for a part of the text.
        std::thread::sleep(Duration::from_millis(500));
        keys(&["Enter"]);
        let began = Instant::now();
        stage.until("the tool has run", || stage.requests().len() >= before + 2);
        let took = began.elapsed();
        stage.until("the turn is over", || stage.state() == "idle");
        took
    };
    (0..5).map(turn).collect()
}

fn signal(signal: &str, pid: &str) {
    assert!(Command::new("kill").args([signal, pid]).status().unwrap().success());
}

for_each_cli!(unheard:
    codex_works_on_when_nobody_hears_its_hooks => Codex,
    claude_works_on_when_nobody_hears_its_hooks => Claude,
    pi_works_on_when_nobody_hears_its_hooks => Pi,
);
