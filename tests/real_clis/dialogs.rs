//! Does a CLI that needs leave show its dialog, wait, and go on when it gets it?

use std::time::{Duration, Instant};

use agents_model_server::{Cli, Leave};

use crate::scene::Scene;

/// What stands on the screen while the CLI waits for leave, and while it waits for an answer.
struct Words {
    leave: &'static str,
    /// The key that chooses the first entry, which allows once.
    yes: &'static str,
}

/// Asks for the tool, sees the dialog, sees that nothing happens without an answer, says yes, sees the tool's work.
fn check(cli: Cli, scenario: &str, file: &str, words: &Words) {
    let scene = Scene::of(cli, Leave::Asks);
    scene.start(&format!("MOCK:{scenario} please"));
    scene.until("the dialog is there", || scene.screen().contains(words.leave));
    assert!(!scene.project().join(file).exists(), "{cli:?} did it without leave");
    assert_eq!(scene.requests().len(), 1, "{cli:?}");
    // claude takes no key in the first moments of a dialog, so that one typed for the composer decides nothing.
    let mut pressed = Instant::now();
    scene.until("the tool has run", || {
        if pressed.elapsed() > Duration::from_secs(2) && scene.screen().contains(words.leave) {
            scene.key(words.yes);
            pressed = Instant::now();
        }
        scene.project().join(file).exists()
    });
    scene.until("the output reaches the model", || scene.requests().len() == 2);
    scene.until("the turn ends", || scene.screen().contains("done"));
    assert!(!scene.screen().contains(words.leave), "{cli:?}\n{}", scene.screen());
}

#[test]
#[ignore = "needs npm; just real"]
fn codex_asks_before_it_leaves_its_sandbox() {
    let words = Words { leave: "Press enter to confirm or esc to cancel", yes: "Enter" };
    check(Cli::Codex, "approve", "done.txt", &words);
}

#[test]
#[ignore = "needs npm; just real"]
fn claude_asks_before_a_command_and_before_an_edit() {
    let words = Words { leave: "Esc to cancel · Tab to amend", yes: "Enter" };
    check(Cli::Claude, "approve", "done.txt", &words);
    check(Cli::Claude, "edit", "hello.txt", &words);
}

#[test]
#[ignore = "needs npm; just real"]
fn opencode_asks_before_a_command_and_before_an_edit() {
    let words = Words { leave: "Allow once", yes: "Enter" };
    check(Cli::Opencode, "approve", "done.txt", &words);
    check(Cli::Opencode, "edit", "hello.txt", &words);
}

#[test]
#[ignore = "needs npm; just real"]
fn gemini_asks_before_a_command_and_before_an_edit() {
    let words = Words { leave: "Allow once", yes: "Enter" };
    check(Cli::Gemini, "approve", "done.txt", &words);
    check(Cli::Gemini, "edit", "hello.txt", &words);
}

#[test]
#[ignore = "needs npm; just real"]
fn qwen_asks_before_a_command_and_before_an_edit() {
    let words = Words { leave: "Yes, allow once", yes: "Enter" };
    check(Cli::Qwen, "approve", "done.txt", &words);
    check(Cli::Qwen, "edit", "hello.txt", &words);
}

/// Puts a question to the user and sees that the answer reaches the model.
fn check_question(cli: Cli) {
    let scene = Scene::of(cli, Leave::Asks);
    scene.start("MOCK:ask please");
    scene.until("the question is there", || scene.screen().contains("Which colour should it be?"));
    let mut pressed = Instant::now();
    scene.until("the answer reaches the model", || {
        if pressed.elapsed() > Duration::from_secs(2) && scene.requests().len() == 1 {
            scene.key("Enter");
            pressed = Instant::now();
        }
        scene.requests().len() == 2
    });
    let answer = scene.requests()[1]["outputs"].to_string();
    assert!(answer.contains("Red"), "{cli:?}: {answer}");
}

#[test]
#[ignore = "needs npm; just real"]
fn claude_puts_a_question() {
    check_question(Cli::Claude);
}

#[test]
#[ignore = "needs npm; just real"]
fn opencode_puts_a_question() {
    check_question(Cli::Opencode);
}
