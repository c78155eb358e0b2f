use super::evidence::{Went, went};

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
fn a_wrapped_message_is_found() {
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
fn a_paste_placeholder_that_stays_in_the_composer_did_not_go() {
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
