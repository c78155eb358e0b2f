//! Which key follows on what a menu shows, and when a person has to take over.

use std::time::Duration;

use super::super::{Answering, Menu, MenuKey, Next, next};
use crate::Moment;
use crate::activity::fixture::now;

fn menu(chosen: usize) -> Menu {
    let rows = ["Yes", "No", "Later"].map(str::to_owned).to_vec();
    Menu { dialog: "trust".to_owned(), rows, chosen }
}

const AT: u64 = 100;

/// A key that was decided at second 100, with that mark.
fn pressed(key: MenuKey, chosen: usize, keys: u32) -> Answering {
    let (dialog, token) = ("trust".to_owned(), "d1".to_owned());
    Answering::Pressed { dialog, key, chosen, token, at: now(AT).at, keys }
}

fn after(millis: u64) -> Moment {
    now(AT).at.after(Duration::from_millis(millis))
}

fn leaves(next: &Next) -> bool {
    matches!(next, Next::Leave(_))
}

#[test]
fn the_first_key_leads_to_the_row_or_takes_it() {
    for (chosen, choose, key) in
        [(0, "Yes", MenuKey::Enter), (0, "Later", MenuKey::Down), (2, "No", MenuKey::Up)]
    {
        let other = Answering::Left { dialog: "another".to_owned(), why: "x".to_owned() };
        let pressed = match pressed(MenuKey::Enter, 0, 3) {
            Answering::Pressed { key, chosen, token, at, keys, .. } => {
                Answering::Pressed { dialog: "another".to_owned(), key, chosen, token, at, keys }
            }
            left @ Answering::Left { .. } => left,
        };
        for before in [None, Some(&other), Some(&pressed)] {
            assert_eq!(next(before, &menu(chosen), choose, None, after(0)), Next::Press(key));
        }
    }
    assert!(leaves(&next(None, &menu(0), "Maybe", None, after(0))), "no row reads so");
    // What was left to a person stays so.
    let left = Answering::Left { dialog: "trust".to_owned(), why: "in doubt".to_owned() };
    let expected = Next::Leave("in doubt".to_owned());
    assert_eq!(next(Some(&left), &menu(0), "Yes", None, after(0)), expected);
}

#[test]
fn a_key_that_tmux_was_not_heard_to_press_is_sent_again_for_twenty_seconds() {
    for key in [MenuKey::Down, MenuKey::Up, MenuKey::Enter] {
        let before = pressed(key, 0, 1);
        for submitted in [None, Some("d0")] {
            for millis in [0, 19_999] {
                let found = next(Some(&before), &menu(0), "Later", submitted, after(millis));
                assert_eq!(found, Next::Again, "{key:?} {millis}");
            }
            assert!(leaves(&next(Some(&before), &menu(0), "Later", submitted, after(20_000))));
        }
    }
}

#[test]
fn an_arrow_that_moves_nothing_is_waited_for_and_then_pressed_anew() {
    let before = pressed(MenuKey::Down, 0, 1);
    let after =
        |chosen, millis| next(Some(&before), &menu(chosen), "Later", Some("d1"), after(millis));
    assert_eq!(after(0, 2_999), Next::Wait);
    assert_eq!(after(0, 3_000), Next::Press(MenuKey::Down));
    // Once the mark moved, the next key follows at once.
    assert_eq!(after(1, 0), Next::Press(MenuKey::Down));
    assert_eq!(after(2, 0), Next::Press(MenuKey::Enter));
}

#[test]
fn enter_is_pressed_once_and_waited_for_ten_seconds_wherever_the_mark_is() {
    let before = pressed(MenuKey::Enter, 0, 1);
    for chosen in [0, 1] {
        let after = |millis| next(Some(&before), &menu(chosen), "Yes", Some("d1"), after(millis));
        assert_eq!(after(0), Next::Wait);
        assert_eq!(after(9_999), Next::Wait);
        assert!(leaves(&after(10_000)));
    }
}

#[test]
fn after_twice_around_and_a_few_a_person_has_to_answer() {
    // Three rows.
    for (keys, goes_on) in [(9, true), (10, true), (11, false)] {
        let before = pressed(MenuKey::Down, 0, keys);
        let found = next(Some(&before), &menu(1), "Later", Some("d1"), after(0));
        assert_eq!(found == Next::Press(MenuKey::Down), goes_on, "{keys}: {found:?}");
        assert_eq!(leaves(&found), !goes_on);
    }
}
