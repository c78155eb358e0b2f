//! Is a verdict about a screen always the same one, and does it rest on what stands there?

use std::sync::OnceLock;

use agents_screens::{BUILTIN_NAMES, Evidence, Preset, Seen, State, Verdict, classify};

use crate::{Outcome, Target};

/// What a terminal shows: a byte that chooses the program, one for the width, a line with the title, then the rows.
pub const TARGET: Target = Target {
    name: "screens",
    run,
    words: &[
        "esc to interrupt",
        "❯ ",
        "› ",
        "> ",
        "● ",
        "✻ ",
        "⏺ ",
        "■ ",
        "╭",
        "│",
        "╰",
        "────────────────\n",
        "usage limit",
        "resets 3pm",
        "try again at 12:41 PM.",
        "1. Yes\n",
        "2. No\n",
        "Do you want",
        "Press enter",
        "API Error: 529",
        "⠹ ",
        "? for shortcuts",
        "Worked for 6m 12s",
        "[retrying in 1h 29m attempt #1]",
        "context left",
        "Login",
        "/rate-limit-options",
        "\n\n",
    ],
};

fn presets() -> &'static [Preset] {
    static PRESETS: OnceLock<Vec<Preset>> = OnceLock::new();
    PRESETS.get_or_init(|| {
        BUILTIN_NAMES.iter().filter_map(|name| Preset::builtin(name)?.ok()).collect()
    })
}

fn run(bytes: &[u8]) -> Outcome {
    let (head, rest) = bytes.split_at(bytes.len().min(2));
    let text = String::from_utf8_lossy(rest);
    let (title, rows) = text.split_once('\n').unwrap_or(("", &text));
    let presets = presets();
    let preset = &presets[usize::from(head.first().copied().unwrap_or(0)) % presets.len()];
    let columns = usize::from(head.get(1).copied().unwrap_or(0));
    let seen = Seen { rows, title, command: preset.name(), dead: false, columns };
    let verdict = classify(preset, &seen);
    assert_eq!(classify(preset, &seen), verdict, "the same screen, another verdict");
    holds(&verdict, rows);
    for gone in [Seen { dead: true, ..seen }, Seen { command: "-bash", ..seen }] {
        assert_eq!(classify(preset, &gone).state, State::Exited, "nobody is there any more");
    }
    Outcome::of((preset.name(), &verdict.rule, verdict.runners_up.len(), verdict.menu))
}

fn holds(verdict: &Verdict, rows: &str) {
    assert_eq!(verdict.rule.is_none(), verdict.state == State::Unknown, "a verdict has a rule");
    let runners_up = verdict.runners_up.iter().map(|other| &other.evidence);
    for evidence in runners_up.chain([&verdict.evidence]) {
        if let Evidence::Row { index, .. } = evidence {
            assert!(*index < rows.lines().count(), "row {index} is not on the screen");
        }
    }
    assert!(verdict.rule.is_some() || verdict.runners_up.is_empty(), "nobody won, some lost");
}
