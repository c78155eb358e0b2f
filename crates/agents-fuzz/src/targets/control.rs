//! Does what a pane shows ever pass for a word of tmux itself?

use agents_tmux::{fuzzed, sanitised};

use crate::{Outcome, Target};

/// Lines of a tmux control client, and listings.
pub const TARGET: Target = Target {
    name: "control",
    run,
    words: &[
        "%begin 1 2 1\n",
        "%end 1 2 1\n",
        "%error 1 2 1\n",
        "%exit\n",
        "%sessions-changed\n",
        "%output %1 x\n",
        "%begin ",
        "%end ",
        "head-M 7 99\n",
        "row-M %1 2 0 s g 0 0 3 4,5,6 0",
        "MaMbMcMdMeMfMg\n",
        "tail-M\n",
        "M",
    ],
};

/// A number that a tmux server could have given, and that no seed holds.
const OWN: &str = "1790000000 123456 1";

fn run(bytes: &[u8]) -> Outcome {
    let text = String::from_utf8_lossy(bytes);
    let (answers, others) = fuzzed::control_lines(&text);
    let lines = text.split('\n').count();
    let within: usize = answers.iter().map(|(_, text)| text.lines().count()).sum();
    // Each answer also has its first line and its last.
    assert!(within + 2 * answers.len() + others <= lines, "more was read than stands there");
    if !text.contains(OWN) {
        for (end, succeeded) in [("%end", true), ("%error", false)] {
            let (answers, others) =
                fuzzed::control_lines(&format!("%begin {OWN}\n{text}\n{end} {OWN}\n"));
            assert_eq!(answers, [(succeeded, format!("{text}\n"))], "the screen broke out");
            assert_eq!(others, 0);
        }
    }
    let panes = listing(&text);
    let kept = sanitised(&text);
    assert!(kept.chars().all(|c| matches!(c, '\n' | '\t') || !c.is_control()));
    assert_eq!(sanitised(&kept), kept, "what is harmless stays as it is");
    let line = fuzzed::command_line(&["display-message", &text]);
    assert!(!line.contains(|c: char| c.is_ascii_control()), "a command is one line");
    Outcome::of((answers.len().min(4), others.min(4), panes))
}

/// How many panes the text lists as an answer, if it is one; as a title it is a title and nothing else.
fn listing(text: &str) -> Option<usize> {
    let found = fuzzed::listing(text, "M").ok();
    let mark = "a-word-that-nothing-on-the-server-can-know";
    if !text.contains(mark) {
        let row = ["", "session", "sh", "id", "run", "typed", "submitted", text].join(mark);
        let row = format!("row-{mark} %1 2 0 s g 0 0 3 4,5,6 0{row}\n");
        let whole = format!("head-{mark} 7 99\n{row}{row}tail-{mark}\n");
        let listing = fuzzed::listing(&whole, mark).expect("a title breaks no listing");
        let titles: Vec<_> = listing.panes.iter().map(|pane| pane.title.as_str()).collect();
        assert_eq!(titles, [text, text]);
    }
    found.map(|listing| listing.panes.len().min(4))
}
