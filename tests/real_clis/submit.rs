//! Does a prompt arrive letter by letter, and once?

use agents_model_server::{Cli, Leave};

use crate::scene::{Scene, newest};

/// A prompt of 4 KB with all that a shell, a terminal or a parser could trip over.
fn prompt(name: &str) -> String {
    let mut text =
        format!("MOCK:ok {name} \"double\" 'single' `tick` $HOME \\n %s #{{pane_id}}\n\n");
    for n in 0..66 {
        text.push_str(&format!("    line {n}: é ü 日本語 🙂 — \"say 'it'\" $(date) && <b> *\n"));
    }
    text.push_str("the end");
    assert!((3900..5000).contains(&text.len()), "{}", text.len());
    text
}

/// The first prompt as an argument, the second by a bracketed paste: the server gets each once, as it was.
fn check(cli: Cli) {
    let scene = Scene::of(cli, Leave::Never);
    let first = prompt("first");
    scene.start(&first);
    scene.until("the first prompt arrives", || !scene.asked("first").is_empty());
    scene.until("the first turn ends", || scene.screen().contains("All done."));
    let second = prompt("second");
    scene.submit(&second);
    scene.until("the second turn ends", || {
        scene.screen().matches("All done.").count() > 1 || !scene.screen().contains("reply 1.")
    });
    for (name, text) in [("first", &first), ("second", &second)] {
        let asked = scene.asked(name);
        assert_eq!(asked.len(), 1, "{cli:?} {name}: {asked:?}");
        assert_eq!(unwrapped(cli, newest(&asked[0])), text, "{cli:?} {name}");
    }
    for stranger in scene.strangers() {
        assert_eq!(Some(stranger.as_str()), stubborn(cli), "{cli:?}");
    }
}

/// What a CLI asks for whatever its settings say; the server, being its proxy, refuses.
fn stubborn(cli: Cli) -> Option<&'static str> {
    match cli {
        // A tip of the day.
        Cli::Codex => Some("raw.githubusercontent.com:443"),
        // A package for plugins, beside its config.
        Cli::Opencode => Some("registry.npmjs.org:443"),
        Cli::Claude | Cli::Pi | Cli::Gemini | Cli::Qwen => None,
    }
}

/// The text without what a CLI puts around a paste: claude marks its ends, opencode adds a blank.
fn unwrapped(cli: Cli, text: &str) -> &str {
    match cli {
        Cli::Claude => {
            let Some(inner) = text.trim().strip_prefix("<pasted_content id=") else { return text };
            let inner = inner.split_once(">\n").map_or(inner, |(_, inner)| inner);
            inner.rsplit_once("\n</pasted_content").map_or(inner, |(inner, _)| inner)
        }
        Cli::Opencode => text.strip_suffix(' ').unwrap_or(text),
        Cli::Codex | Cli::Pi | Cli::Gemini | Cli::Qwen => text,
    }
}

#[test]
#[ignore = "needs npm; just real"]
fn codex_gets_prompts_once_and_exactly() {
    check(Cli::Codex);
}

#[test]
#[ignore = "needs npm; just real"]
fn claude_gets_prompts_once_and_exactly() {
    check(Cli::Claude);
}

#[test]
#[ignore = "needs npm; just real"]
fn opencode_gets_prompts_once_and_exactly() {
    check(Cli::Opencode);
}

#[test]
#[ignore = "needs npm; just real"]
fn pi_gets_prompts_once_and_exactly() {
    check(Cli::Pi);
}

#[test]
#[ignore = "needs npm; just real"]
fn gemini_gets_prompts_once_and_exactly() {
    check(Cli::Gemini);
}

#[test]
#[ignore = "needs npm; just real"]
fn qwen_gets_prompts_once_and_exactly() {
    check(Cli::Qwen);
}
