//! Is a question seen, and never typed at?

use agents_model_server::{Cli, Leave};

use crate::for_each_cli;
use crate::stage::Stage;

/// An approval dialog stands; a message waits, however long, and goes out once a person has answered.
fn approval(cli: Cli) {
    let stage = Stage::of(cli, Leave::Asks, "MOCK:approve a first call");
    stage.begin("a first call");
    stage.until("the question is seen", || stage.state() == "waiting_input");
    // The title may say so before the question is drawn.
    stage.looks(3);
    let before = stage.screen();
    let sent = stage.agents(&["send", "a", "MOCK:ok after the question"]);
    assert_eq!(sent.code, Some(3), "{cli:?}: {sent:?}");
    stage.looks(10);
    assert_eq!(stage.state(), "waiting_input", "{cli:?}\n{}", stage.screen());
    assert_eq!(question(&stage.screen()), question(&before), "{cli:?}: something was typed");
    assert!(stage.asked("after the question").is_empty(), "{cli:?}");
    // A person says yes: the first entry is the chosen one in each of these programs.
    stage.bed.tmux(&["send-keys", "-t", "=t-a:", "Enter"]).ends_with(0);
    stage.until("the message goes out", || !stage.asked("after the question").is_empty());
    assert_eq!(stage.asked("after the question").len(), 1, "{cli:?}");
    assert_eq!(stage.restarts(), 0, "{cli:?}");
}

/// The rows of a screen without what blinks or counts.
fn question(screen: &str) -> Vec<String> {
    let letters = |row: &str| row.chars().filter(|c| c.is_ascii_alphabetic()).collect::<String>();
    screen.lines().map(letters).filter(|row| !row.is_empty()).collect()
}

for_each_cli!(approval:
    codex_asks_and_nobody_types => Codex,
    claude_asks_and_nobody_types => Claude,
    opencode_asks_and_nobody_types => Opencode,
    gemini_asks_and_nobody_types => Gemini,
    qwen_asks_and_nobody_types => Qwen,
);
