use std::time::Duration;

use super::{Composer, Typed};

const LATER: Duration = Duration::from_secs(1);

fn submitted(text: &str) -> Vec<Typed> {
    vec![Typed::Submitted(text.to_owned())]
}

#[test]
fn enter_sends_what_was_typed() {
    let mut composer = Composer::default();
    assert_eq!(composer.feed("grüß\x7fs dich".as_bytes(), LATER), []);
    assert_eq!(composer.feed(b"\r", LATER), submitted("grüs dich"));
    assert_eq!(composer.feed(b"\r", LATER), []);
}

#[test]
fn a_paste_keeps_its_lines_and_waits_for_enter() {
    let mut composer = Composer::default();
    assert_eq!(composer.feed(b"\x1b[200~one\rtwo\nthree\x1b[20", LATER), []);
    assert_eq!(composer.feed(b"1~", LATER), []);
    assert_eq!(composer.text(), "one\ntwo\nthree");
    assert_eq!(composer.feed(b"\r", LATER), submitted("one\ntwo\nthree"));
}

#[test]
fn an_escape_inside_a_paste_is_text() {
    let mut composer = Composer::default();
    composer.feed(b"\x1b[200~red \x1b[31m\x03\x1b[201~", LATER);
    assert_eq!(composer.text(), "red \u{1b}[31m\u{3}");
    composer.feed(b"\x15\x1b[200~x\x1b\x1b[201~\r", LATER);
    assert_eq!(composer.text(), "");
}

#[test]
fn an_enter_within_the_burst_is_a_new_line() {
    let mut composer = Composer::new(0, Duration::from_millis(100));
    composer.feed(b"go", Duration::from_millis(1000));
    assert_eq!(composer.feed(b"\r", Duration::from_millis(1050)), []);
    assert_eq!(composer.feed(b"\r", Duration::from_millis(1150)), submitted("go\n"));
}

#[test]
fn swallowed_enters_leave_the_text() {
    let mut composer = Composer::new(2, Duration::ZERO);
    assert_eq!(composer.feed(b"go\r\r", LATER), []);
    assert_eq!(composer.text(), "go");
    assert_eq!(composer.feed(b"\r", LATER), submitted("go"));
}

#[test]
fn arrow_keys_are_ignored_and_escape_is_told() {
    let mut composer = Composer::default();
    assert_eq!(composer.feed(b"a\x1b[Ab\x1bOBc", LATER), []);
    assert_eq!(composer.text(), "abc");
    assert_eq!(composer.feed(b"\x1b", LATER), [Typed::Escape]);
    assert_eq!(composer.feed(b"\x15\x04", LATER), [Typed::Quit]);
}
