use std::cell::Cell;

use super::*;
use crate::Rows;

#[test]
fn an_answer_is_read_once_for_one_question_and_anew_for_another() {
    let slot = Slot::default();
    let read = Cell::new(0);
    let ask = |by: u64| {
        slot.get(by, || {
            read.set(read.get() + 1);
            by * 10
        })
    };
    assert_eq!([ask(1), ask(1), ask(2), ask(2), ask(1)], [10, 10, 20, 20, 10]);
    assert_eq!(read.get(), 3);
}

#[test]
fn copies_of_rows_share_their_answers_and_equal_rows_do_not() {
    let rows = Rows::from(vec!["a".to_owned()]);
    let (copy, equal) = (rows.clone(), Rows::from(vec!["a".to_owned()]));
    assert_eq!(rows.kept().promise.get(0, || Some(1)), Some(1));
    assert_eq!(copy.kept().promise.get(0, || None), Some(1));
    assert_eq!(equal.kept().promise.get(0, || None), None);
    assert_eq!(rows, equal);
}

#[test]
fn texts_that_are_cut_elsewhere_have_another_digest() {
    assert_ne!(digest(["ab", "c"].as_slice()), digest(["a", "bc"].as_slice()));
    assert_eq!(digest(["ab", "c"].as_slice()), digest(["ab", "c"].as_slice()));
}

#[test]
fn rows_are_equal_and_shown_as_what_they_hold() {
    let rows = |text: &str| Rows::from(vec![text.to_owned()]);
    assert_eq!(rows("a"), rows("a"));
    assert_ne!(rows("a"), rows("b"));
    assert_eq!(format!("{:?}", rows("a")), format!("{:?}", ["a"]));
}
