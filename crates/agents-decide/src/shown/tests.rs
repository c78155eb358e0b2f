use super::{Shown, ShownState};
use crate::activity::fixture::reading;

const ASKS: &str = "it asks something, and any key would be an answer; `agents attach` shows it";
const LIMITED: &str = "it is limited";
const GOES_ON: &str = "it goes on by itself when its limit ends";
const ENDED: &str = "its program has ended";
const UNREAD: &str = "its screen shows nothing that its preset knows; `agents explain` says more";
const UNSENT: &str = "text of somebody's stands in its composer, not sent";

const STATES: [ShownState; 7] = [
    ShownState::Active,
    ShownState::Idle,
    ShownState::WaitingInput,
    ShownState::Limited,
    ShownState::Fatal,
    ShownState::Exited,
    ShownState::Unknown,
];

/// What is against a message, a probe, and a message at a program that says itself that it rests.
fn against(shown: &Shown) -> [Option<&'static str>; 3] {
    [(false, false), (true, false), (false, true)]
        .map(|(is_probe, is_told_idle)| shown.obstacle(is_probe, is_told_idle))
}

#[test]
fn what_a_screen_shows_says_whether_something_may_be_typed_at_it() {
    for state in STATES {
        let expected = match state {
            ShownState::Active | ShownState::Idle | ShownState::Fatal => [None; 3],
            ShownState::WaitingInput => [Some(ASKS); 3],
            ShownState::Limited => [Some(LIMITED), None, None],
            ShownState::Exited => [Some(ENDED); 3],
            ShownState::Unknown => [Some(UNREAD); 3],
        };
        assert_eq!(against(&reading(state)), expected, "{state:?}");
        // One that goes on by itself is called off by whatever is typed, unless it says that it rests.
        let goes_on = Shown { goes_on: true, ..reading(state) };
        let expected = if state == ShownState::Limited {
            [Some(GOES_ON), Some(GOES_ON), None]
        } else {
            expected
        };
        assert_eq!(against(&goes_on), expected, "{state:?}");
    }
}

#[test]
fn an_open_menu_is_a_question_whatever_else_the_screen_shows() {
    for state in STATES {
        let menu = Shown { menu: true, ..reading(state) };
        assert!(menu.asks());
        assert_eq!(against(&menu), [Some(ASKS); 3], "{state:?}");
        assert_eq!(reading(state).asks(), state == ShownState::WaitingInput);
    }
}

#[test]
fn a_text_of_somebodys_in_the_composer_keeps_every_other_out() {
    for state in STATES {
        let draft = Some("half a line".to_owned());
        let unsent = against(&Shown { draft, ..reading(state) });
        let expected = against(&reading(state)).map(|reason| reason.or(Some(UNSENT)));
        assert_eq!(unsent, expected, "{state:?}");
    }
}
