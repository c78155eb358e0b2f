//! What does a verdict rest on, and what does it say beside the state?

mod support;

use agents_screens::{Composer, Evidence, Preset, Seen, State, Verdict, classify};
use support::{Screen, corpus, judge, presets};

fn recorded(name: &str) -> Screen {
    corpus().into_iter().find(|screen| screen.name == name).unwrap()
}

fn verdict(name: &str) -> Verdict {
    let screen = recorded(name);
    judge(&presets(), &screen, &screen.seen())
}

#[test]
fn a_shell_in_the_foreground_outweighs_the_frame_and_the_title() {
    for name in ["codex", "claude", "pi", "opencode", "gemini", "qwen"] {
        let preset = Preset::builtin(name).unwrap().unwrap();
        for screen in corpus().iter().filter(|screen| screen.preset == name) {
            for shell in ["bash", "-zsh", "fish", "sh"] {
                let verdict = classify(&preset, &Seen { command: shell, ..screen.seen() });
                assert_eq!(verdict.state, State::Exited, "{}", screen.name);
                assert_eq!(verdict.evidence, Evidence::Process(shell.to_owned()));
            }
            let verdict = classify(&preset, &Seen { dead: true, ..screen.seen() });
            assert_eq!((verdict.state, verdict.evidence), (State::Exited, Evidence::Dead));
        }
    }
}

#[test]
fn the_row_that_says_so_is_named() {
    let found = verdict("codex/limit_usage.80x24");
    assert_eq!(found.state, State::Limited);
    let Evidence::Row { index, text } = found.evidence else { panic!("{:?}", found.evidence) };
    let screen = recorded("codex/limit_usage.80x24");
    assert!(screen.rows.lines().nth(index).unwrap().starts_with("■ You’ve hit your usage limit."));
    assert!(text.ends_with("or try again at 12:41 PM."), "{text}");
    assert_eq!(
        verdict("codex/working_streaming.80x24").evidence,
        Evidence::Title("⠹ demo".to_owned())
    );
}

#[test]
fn the_rows_of_a_reset_time_are_joined() {
    let reset = |name: &str| verdict(name).reset_text.unwrap_or_default();
    assert!(reset("codex/limit_usage.80x24").contains("try again at 12:41 PM."));
    assert!(reset("codex/limit_weekly").contains("try again at Nov 24th, 2026 10:43 AM."));
    assert!(reset("opencode/limit_usage").contains("[retrying in 1h 29m attempt #1]"));
    assert!(
        reset("pi/limit_usage.80x24")
            .contains("\"resets_at\":1795264976,\"resets_in_seconds\":5400")
    );
    assert_eq!(verdict("claude/limit_usage_apikey").reset_text, None);
    assert_eq!(verdict("claude/idle_fresh").reset_text, None);
}

#[test]
fn a_menu_is_told_even_where_the_state_is_a_limit() {
    let menu = |name: &str| (verdict(name).state, verdict(name).menu);
    assert_eq!(menu("gemini/limit_usage"), (State::Limited, true));
    assert_eq!(menu("codex/limit_usage_dialog"), (State::WaitingInput, true));
    assert_eq!(menu("claude/approval_command"), (State::WaitingInput, true));
    assert_eq!(menu("codex/limit_usage"), (State::Limited, false));
}

#[test]
fn a_draft_is_told_from_the_programs_own_hints() {
    let composer = |name: &str| verdict(name).composer;
    let draft = || Composer::Draft("please look at the readme".to_owned());
    for name in ["claude/typing", "codex/typing", "opencode/typing", "pi/typing.80x24"] {
        assert_eq!(composer(name), draft(), "{name}");
    }
    for name in [
        "claude/idle_fresh",
        "claude/error_404_model",
        "claude/working_queued_prompt",
        "codex/idle_fresh",
        "opencode/idle_fresh.80x24",
        "opencode/turn_end.80x24",
        "pi/idle_fresh",
        "gemini/idle_fresh",
        "qwen/idle_fresh",
    ] {
        assert_eq!(composer(name), Composer::Empty, "{name}");
    }
    assert_eq!(
        composer("codex/composer_pasted_4k"),
        Composer::Draft("[Pasted Content 3903 chars]".to_owned())
    );
    assert_eq!(composer("claude/approval_command"), Composer::Absent);
}

#[test]
fn rules_that_lost_are_shown_too() {
    let found = verdict("claude/limit_429_rate");
    assert_eq!(found.rule.as_deref(), Some("limit-retry"));
    assert!(
        found
            .runners_up
            .iter()
            .any(|other| other.rule == "footer-interrupt" && other.state == State::Active)
    );
}

#[test]
fn nothing_to_see_is_unknown() {
    for preset in presets().values() {
        for rows in ["", "\n\n\n", "   \n", "some text of no program\n"] {
            let found = classify(preset, &Seen { rows, ..Seen::default() });
            assert_eq!(
                found.state,
                State::Unknown,
                "{} on {rows:?}: {:?}",
                preset.name(),
                found.rule
            );
        }
    }
}

#[test]
fn a_title_that_is_not_the_programs_own_proves_no_rest() {
    let screen = recorded("codex/working_streaming.80x24");
    let presets = presets();
    for title in ["vm", "build-host", "demolition", "dem"] {
        let found = judge(&presets, &screen, &Seen { title, ..screen.seen() });
        assert_eq!(found.state, State::Unknown, "title {title}");
    }
}
