use chrono::TimeDelta;

use super::{is_of_account, is_refused_again};
use crate::activity::fixture::{held, now};
use crate::{GoesOn, Limit, LimitSource, ProbeState};

fn ends_in(goes_on: GoesOn, milliseconds: Option<i64>) -> Limit {
    let until = milliseconds.map(|span| now(100).wall + TimeDelta::milliseconds(span));
    held(now(200).at, until, goes_on)
}

fn probing() -> Limit {
    let (since, banner, source) = (now(50).at, "limit".to_owned(), LimitSource::Pattern);
    Limit::Probing { since, taken_at: None, banner, probes: 0, source }
}

#[test]
fn a_program_that_tries_again_in_a_moment_says_nothing_of_its_account() {
    for goes_on in [GoesOn::Told, GoesOn::Shown] {
        for (ends_in_ms, is_told) in
            [(None, false), (Some(300_000), false), (Some(300_001), true), (Some(-1), false)]
        {
            let limit = ends_in(goes_on, ends_in_ms);
            assert_eq!(is_of_account(&limit, now(100)), is_told, "{goes_on:?} {ends_in_ms:?}");
        }
    }
    for ends_in_ms in [None, Some(1), Some(300_001)] {
        assert!(is_of_account(&ends_in(GoesOn::No, ends_in_ms), now(100)), "{ends_in_ms:?}");
    }
    assert!(!is_of_account(&Limit::default(), now(100)));
    assert!(!is_of_account(&probing(), now(100)));
}

#[test]
fn only_what_is_said_after_a_probe_was_taken_is_a_refusal_again() {
    let held = || ends_in(GoesOn::No, None);
    for (probe, is_taken) in [
        (ProbeState::Waiting, false),
        (ProbeState::Typed, false),
        (ProbeState::Seen, true),
        (ProbeState::NotOwed, true),
    ] {
        assert_eq!(is_refused_again(&probing(), &held(), probe), is_taken, "{probe:?}");
        assert!(!is_refused_again(&held(), &held(), probe), "{probe:?}");
        assert!(!is_refused_again(&probing(), &probing(), probe), "{probe:?}");
    }
}
