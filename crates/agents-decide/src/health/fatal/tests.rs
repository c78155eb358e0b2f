use super::{answers, row, stands_below};
use crate::ScreenSeen;
use crate::activity::fixture::{backend, screen};
use crate::corpus::{Class, cases, rules};

/// The backend of a program, with the pattern that is measured for it.
fn program(name: &str) -> agents_config::Backend {
    let plan = rules::PLANS.iter().find(|plan| plan.backend == name).expect("a program");
    agents_config::Backend { fatal_re: plan.compile().expect("valid").fatal, ..backend() }
}

/// Claude and codex, which show when they take input, so that a message tells.
#[test]
fn recorded_errors_are_the_answer_to_the_message_above_them() {
    let mut judged = Vec::new();
    let fatal = cases().iter().filter(|case| case.class == Class::Fatal);
    for case in fatal.filter(|case| ["claude", "codex"].contains(&case.backend)) {
        let rows: Vec<String> = case.text.lines().map(str::to_owned).collect();
        let asked = rows.iter().rev().find_map(|row| row.split_once("MOCK:"));
        let Some((_, asked)) = asked else { continue };
        let message = format!("MOCK:{}", asked.trim());
        let seen = ScreenSeen { rows: rows.into(), digest: 1 };
        judged.push((case.name, answers(&program(case.backend), &seen, &message)));
    }
    assert_eq!(judged.len(), 8);
    assert!(judged.iter().all(|(_, is_answer)| *is_answer), "{judged:?}");
}

#[test]
fn f28_an_answer_that_quotes_an_error_further_down_is_none() {
    let chat = agents_config::Backend {
        fatal_re: Some(agents_config::Pattern::new("not logged in").expect("valid")),
        ..backend()
    };
    let told = |text: &str| {
        let seen = screen(text);
        let message = "go on where you stopped";
        (
            row(&chat, &seen, std::iter::empty()).is_some(),
            stands_below(&chat, &seen, message),
            answers(&chat, &seen, message),
        )
    };
    assert_eq!(told("> go on where you stopped / fatal: not logged in / > "), (true, true, true));
    assert_eq!(
        told("not logged in / > go on where you stopped / on it / > "),
        (true, false, false)
    );
    assert_eq!(
        told("> go on where you stopped / I read / the log: / not logged in / > "),
        (true, true, false)
    );
    assert_eq!(told("not logged in / > "), (true, false, false), "nothing shows the message");
    assert_eq!(told("all is well / > "), (false, false, false));
    let own = ["what does: not logged in mean"];
    let quoted = screen("not logged in");
    assert_eq!(row(&chat, &quoted, own.into_iter()), None, "our own words");
}
