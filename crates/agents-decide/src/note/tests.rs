use super::*;
use crate::activity::fixture::now;
use crate::{Bar, MessageNote};

fn at(seconds: u64) -> Moment {
    now(seconds).at
}

#[test]
fn a_note_says_the_same_as_long_as_nothing_but_time_goes_on() {
    let by = |by: &str| ActivityNote::Told { by: by.to_owned() };
    let stall = |since| Why::Stall { since: Some(since), how: "x".to_owned() };
    let bar = || Bar::InVain { restarts: 2, again_at: at(9) };
    let barred = |why| LifeNote::NotRestarted { why, bar: bar() };
    let fatal = |decided_at| FatalNote::Once { what: "x".to_owned(), decided_at };
    let proven = |since, reason: &str| StallNote::NotProven { since, reason: reason.to_owned() };
    let pairs: Vec<(Note, Note, bool)> = vec![
        (by("hook A").into(), by("hook B").into(), true),
        (
            ActivityNote::Idle { since: at(1) }.into(),
            ActivityNote::Idle { since: at(2) }.into(),
            true,
        ),
        (
            StallNote::Idle { since: at(1), stalls_at: at(3) }.into(),
            StallNote::Idle { since: at(2), stalls_at: at(4) }.into(),
            true,
        ),
        (
            StallNote::Suspected { since: at(1) }.into(),
            StallNote::Suspected { since: at(2) }.into(),
            true,
        ),
        (
            StallNote::Unsettled { since: at(1) }.into(),
            StallNote::Unsettled { since: at(2) }.into(),
            true,
        ),
        (proven(at(1), "a").into(), proven(at(2), "a").into(), true),
        (fatal(at(1)).into(), fatal(at(2)).into(), true),
        (barred(stall(at(1))).into(), barred(stall(at(2))).into(), true),
        // Another fact is another fact.
        (proven(at(1), "a").into(), proven(at(1), "b").into(), false),
        (by("hook A").into(), ActivityNote::ScreenMoves.into(), false),
        (
            StallNote::Idle { since: at(1), stalls_at: at(3) }.into(),
            StallNote::Suspected { since: at(1) }.into(),
            false,
        ),
        (
            Note::CannotSee { cause: "a".to_owned() },
            Note::CannotSee { cause: "b".to_owned() },
            false,
        ),
        (MessageNote::Kept { count: 1 }.into(), MessageNote::Kept { count: 2 }.into(), false),
    ];
    for (left, right, is_same) in pairs {
        assert_eq!(left.says_the_same(&right), is_same, "{left:?} {right:?}");
        assert_eq!(right.says_the_same(&left), is_same, "{right:?} {left:?}");
        assert!(left.says_the_same(&left.clone()));
    }
}
