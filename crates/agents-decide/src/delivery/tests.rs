mod composer;
mod gates;
mod moments;
mod outcomes;
mod queue;
mod stages;
mod unsent;

use super::evidence::{Submitted, Went, is_part, shown, went};
use crate::activity::fixture::{now, reading};
use crate::{Shown, ShownState};

fn rows(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

fn check(before: &str, after: &str, text: &str, expected: bool) {
    let seen = went(&rows(before), &rows(after), text, None);
    assert_eq!(seen.is_some(), expected, "{before}\n---\n{after}");
}

#[test]
fn d3_an_echo_that_appears_a_second_time_went() {
    check("hello there", "hello there\nhello there", "hello there", true);
}

#[test]
fn i13_a_second_copy_in_the_composer_did_not_go() {
    let said = "> hello there\ndone.";
    // The composer was not drawn as the key was pressed.
    check(said, "> hello there\ndone.\n> hello there\n? for shortcuts", "hello there", false);
    check(said, "> hello there\ndone.\n> hello there\n>\n? for shortcuts", "hello there", true);
    check(said, "> hello there\ndone.\nyou: hello there\n>", "hello there", true);
    // A terminal that echoes, and a program that repeats.
    check("ready\nhello there", "ready\nhello there\ngot hello there", "hello there", true);
    check("ready\nhello there", "ready\nhello there\nhello there", "hello there", true);
    check("done.\n> hello there", "done.\n> hello there\n> hello there\n>", "hello there", true);
}

#[test]
fn l2_what_was_said_before_and_scrolls_away_is_no_text_that_went() {
    check("> hello there\ndone.\n>\n? for shortcuts", ">\n? for shortcuts", "hello there", false);
    check("done.\n> hello there\n? for shortcuts", ">\n? for shortcuts", "hello there", true);
}

#[test]
fn a_composer_that_emptied_went() {
    check(
        "> hello there\n? for shortcuts",
        "> hello there\n\n> \n? for shortcuts",
        "hello there",
        true,
    );
    check("│ > hello there │", "│ > │", "hello there", true);
}

#[test]
fn f31_a_key_taken_as_a_new_line_did_not_go() {
    check(
        "> hello there\n? for shortcuts",
        "> hello there\n\n? for shortcuts",
        "hello there",
        false,
    );
}

#[test]
fn a_clock_in_the_footer_is_no_evidence() {
    check("> hello there\n 10:41 · 12%", "> hello there\n 10:42 · 13%", "hello there", false);
}

#[test]
fn f31_a_wrapped_message_is_found() {
    let text = "one two three four five six seven eight nine ten";
    check(
        "> one two three four five six\nseven eight nine ten",
        "> one two three four five six\nseven eight nine ten",
        text,
        false,
    );
    check("> one two three four five six\nseven eight nine ten", "> ", text, true);
}

#[test]
fn f31_a_paste_placeholder_that_stays_in_the_composer_did_not_go() {
    let long = "x y z ".repeat(200);
    check(
        "> [Pasted text #1 +73 lines]\nfooter",
        "> [Pasted text #1 +73 lines]\nfooter",
        &long,
        false,
    );
    check(
        "> [Pasted text #1 +73 lines]\nfooter",
        "> [Pasted text #1 +73 lines]\n\n> \nfooter",
        &long,
        true,
    );
}

#[test]
fn work_that_begins_is_evidence() {
    let active = agents_config::Pattern::new("esc to interrupt").unwrap();
    let (before, after) = (rows("> hi"), rows("> hi\nesc to interrupt"));
    assert_eq!(went(&before, &after, "hi", Some(&active)), Some(Went::WorkBegan));
}

#[test]
fn f31_a_text_that_stands_as_it_stood_did_not_go_whatever_looks_like_work() {
    let active = agents_config::Pattern::new("esc to interrupt").unwrap();
    let before = rows("> hello there\n? for shortcuts");
    let after = rows("press esc to interrupt\n> hello there\n? for shortcuts");
    assert_eq!(went(&before, &after, "hello there", Some(&active)), None);
}

#[test]
fn f31_a_turn_that_begins_by_itself_around_a_text_is_no_evidence() {
    let active = agents_config::Pattern::new("esc to interrupt").unwrap();
    let long = "one two three four five six seven eight nine ten";
    for (before, after, text, expected) in [
        (
            "> hello there\n? help",
            "* Working (esc to interrupt)\n> hello there",
            "hello there",
            None,
        ),
        ("> hello there\n? help", "> hello there\nesc to interrupt", "hello there", None),
        (
            "> hello there\ndone.\n> hello there\n? help",
            "> hello there\ndone.\n* Working (esc to interrupt)\n> hello there",
            "hello there",
            None,
        ),
        (
            "╭──╮\n│ > hello there │\n╰──╯\n ? help",
            "* Working\n╭──╮\n│ > hello there │\n╰──╯\n esc to interrupt",
            "hello there",
            None,
        ),
        (
            "> one two three four five six\n  seven eight nine ten\n? help",
            "* (esc to interrupt)\n> one two three four five six\n  seven eight nine ten",
            long,
            None,
        ),
        (
            "> hello there\n? help",
            "> hello there\n* Working (esc to interrupt)\n>",
            "hello there",
            Some(Went::WorkBegan),
        ),
        (
            "╭──╮\n│ > hello there │\n╰──╯\n ? help",
            "> hello there\n╭──╮\n│ > │\n╰──╯\n esc to interrupt",
            "hello there",
            Some(Went::WorkBegan),
        ),
    ] {
        assert_eq!(went(&rows(before), &rows(after), text, Some(&active)), expected, "{after}");
    }
}

#[test]
fn f31_a_footer_that_changes_below_a_text_is_no_evidence() {
    let text = "hello there";
    check("* Working\n> hello there", "done.\n> hello there\n? for shortcuts", text, false);
    check("> hello there\n? for shortcuts", "> hello there\nnew version", text, false);
    check("> hello there\n? for shortcuts", "> hello there\nhi!\n>\n? for shortcuts", text, true);
    check("│ > hello there │", "> hello there\nhi!\n│ >  │", text, true);
    // Somebody's line stood before it, and went with it.
    check("> a line hello there\n?", "> a line hello there\nhi!\n>\n?", text, true);
    check("> a line hello there\n?", "hi!\n> a line hello there\n!", text, false);
    // Where nothing stands before a text, anything below it is new.
    check("hello there", "hello there\nhi!", text, true);
    let long = "one two three four five six seven eight nine ten";
    let wrapped = "> one two three four five six\n  seven eight nine ten";
    check(wrapped, &format!("{wrapped}\nnew version"), long, false);
    check(wrapped, &format!("{wrapped}\nwell\n>"), long, true);
}

#[test]
fn f31_what_is_left_of_the_text_in_the_composer_did_not_go() {
    for (draft, text, expected) in [
        ("ends with a backslash", "ends with a backslash \\", true),
        ("one line\n  and two", "one line\nand two", true),
        ("[Pasted text #2 +19 lines]", "nineteen rows", true),
        ("somebody begins to type", "hello there", false),
        // Digits change by themselves, so they tell nothing.
        ("12", "hello 12", false),
        ("", "hello there", false),
    ] {
        assert_eq!(is_part(draft, text), expected, "{draft}");
    }
}

#[test]
fn l2_a_lost_text_that_somebody_types_went() {
    let (before, text) = (rows("press esc to interrupt\n\n>\n? for shortcuts"), "hello there");
    let lost = Submitted { text, before: &before, drafted: false, urgent: false, repeated: false };
    let active = agents_config::Pattern::new("esc to interrupt").unwrap();
    for (after, expected) in [
        ("press esc to interrupt\n> hello there\n* Working (esc to interrupt) 3s\n>", true),
        ("> hello there\ndone.\n\n> \n? for shortcuts", true),
        ("│ > hello there │\n╰──╯\n│ > │", true),
        // It is typed, and not sent, or nothing tells where the composer is.
        ("press esc to interrupt\n\n> hello there\n? for shortcuts", false),
        (">\n? for shortcuts\n> hello there", false),
        ("hello there\ndone.\n>", false),
        ("press esc to interrupt\n\n>\n? for shortcuts", false),
    ] {
        let went = shown(None, &rows(after), &lost, Some(&active));
        assert_eq!(went.is_some(), expected, "{after}: {went:?}");
        // What an earlier message left there comes back into view.
        let repeated = Submitted { repeated: true, ..lost };
        assert_eq!(shown(None, &rows(after), &repeated, Some(&active)), None, "{after}");
    }
}

#[test]
fn l2_the_first_screen_of_a_program_is_no_evidence() {
    check("", "> \n? for shortcuts", "hello there", false);
    check("\n  \n", "welcome", "hello there", false);
    check("> ", "> \nI see", "hello there", true);
}

/// What a preset reads: an unsent text, an empty composer, or none.
fn composer(draft: Option<&str>, composer_empty: bool) -> Shown {
    Shown { draft: draft.map(str::to_owned), composer_empty, ..reading(ShownState::Idle) }
}

#[test]
fn a_composer_that_a_preset_reads_tells_more_than_the_rows() {
    const TEXT: &str = "hello \\";
    let (empty, absent) = (composer(None, true), composer(None, false));
    let menu = Shown { menu: true, ..empty.clone() };
    for (before, drafted, after, reading, expected) in [
        // The backslash has gone from the screen, and nothing else.
        ("> hello \\", true, "> hello\n  ", composer(Some("hello"), false), None),
        ("> h3llo", true, "> ", empty.clone(), Some(Went::TextLeft)),
        ("> hello \\", true, "> next", composer(Some("next"), false), Some(Went::TextLeft)),
        // A program that draws late drew the text when it had gone already.
        ("> ", false, "hello \\\n> ", empty.clone(), Some(Went::TextRepeated)),
        ("> ", false, "hello \\", absent, None),
        // The end of an earlier turn is drawn, and the text never was.
        ("> ", false, "Done.\n> ", empty, None),
        ("> h3llo", true, "1. yes", menu, None),
    ] {
        let (rows, after) = (rows(before), rows(after));
        let submitted =
            Submitted { text: TEXT, before: &rows, drafted, urgent: false, repeated: false };
        assert_eq!(shown(Some(&reading), &after, &submitted, None), expected, "{before} {after:?}");
    }
}

#[test]
fn work_that_begins_is_told_from_a_text_that_only_left_or_stands_twice() {
    let active = agents_config::Pattern::new("esc to interrupt").unwrap();
    for (before, after, expected) in [
        ("> hello there\na\nb\nc", "esc to interrupt", Went::WorkBegan),
        (
            "> hello there\n? help",
            "> hello there\n* (esc to interrupt)\n> hello there",
            Went::WorkBegan,
        ),
        ("> hello there\n? help", "> hello there\ndone.\n> hello there\n>", Went::TextRepeated),
        ("> hello there\na\nb\nc", "done.", Went::TextLeft),
    ] {
        let went = went(&rows(before), &rows(after), "hello there", Some(&active));
        assert_eq!(went, Some(expected), "{before:?} {after:?}");
    }
    check("hello there\nfooter", "hello there\nfooter", "hello there", false);
    let long = "x y z ".repeat(200);
    check("> [Pasted text #1 +73 lines]\nfooter", ">\nfooter", &long, true);
}

#[test]
fn a_turn_that_began_since_is_ours_unless_a_prompt_of_somebody_elses_is_known() {
    let seen = |prompt: Option<(&str, i64)>, began: i64| {
        let since_ms = now(1000).wall.timestamp_millis();
        let prompt = prompt
            .map(|(text, at)| crate::Prompted { at_ms: since_ms + at, text: text.to_owned() });
        let told = crate::Told {
            state: crate::ToldState::Active,
            since_ms: since_ms + began,
            source: "hook X".to_owned(),
        };
        crate::MemberSeen {
            heard: Some(crate::Heard { at_ms: since_ms, prompt }),
            told: Some(told),
            ..crate::activity::fixture::member("> ", 0)
        }
    };
    let submitted = Submitted {
        text: "hello there",
        before: &[],
        drafted: false,
        urgent: false,
        repeated: false,
    };
    for (prompt, began, expected) in [
        (None, 0, Some(Went::WorkBegan)),
        (None, -1, None),
        (Some(("hello there", 0)), -1, Some(Went::Told)),
        (Some(("hello there", -1)), -1, None),
        // A prompt from before began no turn since; one that came since is another's.
        (Some(("good morning", -1)), 0, Some(Went::WorkBegan)),
        (Some(("good morning", 0)), 0, None),
        // The same text, and a turn, of before the wall clock was set back by ten days.
        (Some(("hello there", 864_000_000)), -1, None),
        (None, 864_000_000, None),
    ] {
        let sent = (now(1000).at, now(1000));
        let told = super::evidence::told(&seen(prompt, began), sent, &submitted);
        assert_eq!(told, expected, "{prompt:?} {began}");
    }
}

#[test]
fn a_program_that_began_after_the_key_says_nothing_of_a_turn() {
    let since_ms = now(1000).wall.timestamp_millis();
    let submitted = Submitted {
        text: "hello there",
        before: &[],
        drafted: false,
        urgent: false,
        repeated: false,
    };
    for (state, source, expected) in [
        (crate::ToldState::Idle, "hook SessionStart", None),
        (crate::ToldState::Idle, "hook Stop", Some(Went::WorkBegan)),
        (crate::ToldState::Idle, "record line 7", Some(Went::WorkBegan)),
        (crate::ToldState::Active, "hook UserPromptSubmit", Some(Went::WorkBegan)),
    ] {
        let told = crate::Told { state, since_ms, source: source.to_owned() };
        let seen =
            crate::MemberSeen { told: Some(told), ..crate::activity::fixture::member("> ", 0) };
        let told = super::evidence::told(&seen, (now(1000).at, now(1000)), &submitted);
        assert_eq!(told, expected, "{source}");
    }
}
