//! Is a person's unsent text in the composer left alone, and does a message wait until it is gone?

use agents_model_server::{Cli, Leave};

use crate::for_each_cli;
use crate::stage::{Stage, newest};

const DRAFT: &str = "half a thought of a person";

/// A person begins to type; a message waits, and goes out alone once the text is taken back.
fn draft(cli: Cli) {
    let stage = Stage::of(cli, Leave::Never, "MOCK:ok before the draft");
    stage.begin("before the draft");
    stage.until("it is idle", || stage.state() == "idle");
    stage.bed.tmux(&["send-keys", "-t", "=t-a:", "-l", "--", DRAFT]).ends_with(0);
    stage.until("the draft stands in the composer", || stage.screen().contains(DRAFT));
    let sent = stage.agents(&["send", "a", "--wait=2s", "after the draft"]).ends_with(3);
    assert!(sent.err.contains("composer"), "{cli:?}: {sent:?}");
    stage.looks(10);
    assert_eq!(stage.screen().matches(DRAFT).count(), 1, "{cli:?}\n{}", stage.screen());
    assert!(!stage.screen().contains("after the draft"), "{cli:?}\n{}", stage.screen());
    assert!(stage.asked("after the draft").is_empty() && stage.asked(DRAFT).is_empty(), "{cli:?}");
    let letters = DRAFT.len().to_string();
    stage.bed.tmux(&["send-keys", "-t", "=t-a:", "-N", &letters, "BSpace"]).ends_with(0);
    stage.until("the message goes out", || !stage.asked("after the draft").is_empty());
    stage.until("it is idle again", || stage.state() == "idle");
    let asked = stage.asked("after the draft");
    assert_eq!(asked.len(), 1, "{cli:?}");
    assert_eq!(newest(&asked[0]).trim(), "after the draft", "{cli:?}");
    assert!(stage.asked(DRAFT).is_empty(), "{cli:?}");
    assert_eq!(stage.restarts(), 0, "{cli:?}");
}

for_each_cli!(draft:
    codex_leaves_a_draft_alone => Codex,
    claude_leaves_a_draft_alone => Claude,
    pi_leaves_a_draft_alone => Pi,
    opencode_leaves_a_draft_alone => Opencode,
    gemini_leaves_a_draft_alone => Gemini,
    qwen_leaves_a_draft_alone => Qwen,
);
