//! Is a killed CLI brought back to its own conversation, and does `down` leave nothing?

use std::process::Command;

use agents_model_server::{Cli, Leave};

use crate::for_each_cli;
use crate::stage::{Stage, holding};
use crate::support::processes_below;

/// Killed while an answer streams: the next run goes on with the same conversation.
fn killed(cli: Cli) {
    let stage = Stage::of(cli, Leave::Never, "MOCK:ok remember the heron");
    stage.begin("heron");
    stage.until("it is idle", || stage.state() == "idle");
    stage.agents(&["send", "a", "MOCK:slow:60 count the geese"]);
    stage.until("the answer streams", || stage.screen().contains("word3"));
    kill(&stage);
    stage.until("it is restarted", || stage.restarts() == 1 && stage.state() == "idle");
    stage.agents(&["send", "a", "MOCK:recall the crane"]);
    stage.until("the next message arrives", || !stage.asked("crane").is_empty());
    let asked = stage.asked("crane");
    for bird in ["heron", "geese"] {
        let events = stage.agents(&["events", "-n", "40"]).out;
        let held = holding(&asked[0], bird);
        let all: Vec<_> = stage.requests().iter().map(|it| it["messages"].to_string()).collect();
        assert!(held >= 1, "{cli:?}: {bird} is not in the last of {all:#?}\n{events}");
    }
}

/// An id that its program does not know: one new conversation is begun with the kickoff, and that is said.
fn refused(cli: Cli) {
    let stage = Stage::of(cli, Leave::Never, "MOCK:ok remember the heron");
    stage.begin("heron");
    stage.until("it is idle", || stage.state() == "idle");
    let id = match cli {
        Cli::Opencode => "ses_d00000000000ffeNOBODYKNOWS",
        Cli::Codex | Cli::Claude | Cli::Pi | Cli::Gemini | Cli::Qwen => {
            "00000000-0000-5000-8000-000000000000"
        }
    };
    stage.bed.write(".state/state/a.id", id);
    kill(&stage);
    stage.until("the kickoff arrives once more", || stage.asked("heron").len() > 1);
    stage.until("it is idle", || stage.state() == "idle");
    let events = stage.agents(&["events", "-n", "40"]).out;
    let said = format!("its program refused to resume conversation {id}");
    assert!(events.contains(&said), "{cli:?}\n{events}");
    assert_eq!(stage.asked("heron").len(), 2, "{cli:?}\n{events}");
    let messages = &stage.asked("heron")[1];
    assert_eq!(holding(messages, "heron"), 1, "{cli:?}: it is a new one: {messages}");
}

/// Ends the program and all that it started, as an accident would.
pub(crate) fn kill(stage: &Stage) {
    let processes = processes_below(stage.bed.pid("t-a").unwrap());
    let gone = Command::new("kill").arg("-9").args(processes.iter().map(u32::to_string)).status();
    assert!(gone.is_ok());
}

/// After `down` no process of it is left, nor of what it started.
fn down(cli: Cli) {
    // claude refuses a bare `sleep` of its model.
    let stage = Stage::of(cli, Leave::Never, "MOCK:run sh long.sh");
    stage.bed.write("long.sh", "touch begun; sleep 600; touch done.txt\n");
    stage.begin("long.sh");
    stage.until("its command runs", || stage.bed.dir.join("begun").exists());
    stage.agents(&["down"]).ends_with(0);
    let home = stage.home_dir();
    let left = Command::new("ps").args(["-eo", "pid=,args="]).output().unwrap();
    let left = String::from_utf8_lossy(&left.stdout).into_owned();
    let left: Vec<&str> = left.lines().filter(|row| row.contains(&home)).collect();
    assert_eq!(left, Vec::<&str>::new(), "{cli:?}");
    assert_eq!(stage.left_with_home(), Vec::<u32>::new(), "{cli:?}");
}

for_each_cli!(killed:
    codex_goes_on_with_its_conversation => Codex,
    claude_goes_on_with_its_conversation => Claude,
    pi_goes_on_with_its_conversation => Pi,
    opencode_goes_on_with_its_conversation => Opencode,
    gemini_goes_on_with_its_conversation => Gemini,
    qwen_goes_on_with_its_conversation => Qwen,
);

for_each_cli!(refused:
    codex_begins_anew_when_it_refuses => Codex,
    claude_begins_anew_when_it_refuses => Claude,
    pi_begins_anew_when_it_refuses => Pi,
    opencode_begins_anew_when_it_refuses => Opencode,
    gemini_begins_anew_when_it_refuses => Gemini,
    qwen_begins_anew_when_it_refuses => Qwen,
);

for_each_cli!(down:
    codex_leaves_nothing => Codex,
    claude_leaves_nothing => Claude,
    pi_leaves_nothing => Pi,
    opencode_leaves_nothing => Opencode,
    gemini_leaves_nothing => Gemini,
    qwen_leaves_nothing => Qwen,
);
