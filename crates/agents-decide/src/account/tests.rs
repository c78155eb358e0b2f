mod bed;
mod steps;

use proptest::prelude::*;

use bed::{Bed, Look};

/// A look at an agent whose record says that its allowance is used up until so many seconds after midnight.
fn limited(reset: u64) -> Look {
    Look::Limited { reset: Some(reset), goes_on: false }
}

const NINE: u64 = 9 * 3600;
const HALF_PAST_TEN: u64 = 10 * 3600 + 1800;

#[test]
fn a_record_holds_the_account_and_one_probe_tells_for_all() {
    let mut bed = Bed::of(&["ann", "bob", "cy"], NINE);
    bed.look("ann", limited(HALF_PAST_TEN));
    bed.look("bob", limited(HALF_PAST_TEN));
    bed.wake("cy");
    bed.run_until(HALF_PAST_TEN + 44);
    assert_eq!(bed.prompted(), Vec::<String>::new());
    bed.answers("ann", Look::Works);
    bed.run_until(HALF_PAST_TEN + 60);
    assert_eq!(bed.prompted(), ["ann: Watchdog probe"]);
    bed.answers("bob", Look::Works);
    bed.run_until(HALF_PAST_TEN + 85);
    assert_eq!(bed.prompted(), ["ann: Watchdog probe", "bob: Watchdog probe"]);
    bed.run_until(HALF_PAST_TEN + 120);
    assert_eq!(bed.prompted(), ["ann: Watchdog probe", "bob: Watchdog probe", "cy: wake"]);
    assert_eq!(bed.starts_and_stops(), Vec::<String>::new());
}

#[test]
fn a_probe_in_vain_takes_over_the_new_reset_and_nobody_else_is_asked() {
    let mut bed = Bed::of(&["ann", "bob"], NINE);
    bed.look("ann", limited(HALF_PAST_TEN));
    bed.look("bob", limited(HALF_PAST_TEN));
    bed.answers("ann", limited(HALF_PAST_TEN + 3600));
    bed.run_until(HALF_PAST_TEN + 3600 + 40);
    assert_eq!(bed.prompted(), ["ann: Watchdog probe"]);
    bed.answers("ann", Look::Works);
    bed.answers("bob", Look::Works);
    bed.run_until(HALF_PAST_TEN + 3600 + 120);
    let all = ["ann: Watchdog probe", "ann: Watchdog probe", "bob: Watchdog probe"];
    assert_eq!(bed.prompted(), all);
}

#[test]
fn a_record_that_did_not_change_is_no_answer_to_a_probe() {
    let mut bed = Bed::of(&["ann"], NINE);
    bed.look("ann", limited(HALF_PAST_TEN));
    bed.answers("ann", Look::Unchanged);
    bed.run_until(HALF_PAST_TEN + 3600);
    assert_eq!(bed.prompted(), ["ann: Watchdog probe"]);
    assert_eq!(bed.limit("ann"), "clear");
}

#[test]
fn a_weekly_window_of_a_record_is_not_probed_before_its_end_and_told_once() {
    let mut bed = Bed::of(&["ann", "bob", "cy"], NINE);
    let reset = NINE + 6 * 86_400;
    for name in ["ann", "bob", "cy"] {
        bed.look(name, limited(reset));
    }
    bed.tick_every(600);
    bed.run_until(reset);
    assert_eq!(bed.prompted(), Vec::<String>::new());
    assert_eq!(bed.alarms().len(), 1, "{:?}", bed.alarms());
    bed.tick_every(10);
    bed.answers("ann", Look::Works);
    bed.run_until(reset + 60);
    assert_eq!(bed.prompted().first().map(String::as_str), Some("ann: Watchdog probe"));
}

#[test]
fn a_reset_that_no_window_has_is_not_believed() {
    for reset in [NINE + 33 * 86_400, NINE + 365 * 86_400] {
        let mut bed = Bed::of(&["ann"], NINE);
        bed.look("ann", limited(reset));
        bed.run_until(NINE + 400);
        assert_eq!(bed.prompted(), ["ann: Watchdog probe"], "{reset}");
    }
    // It is over already: nothing is waited for.
    let mut bed = Bed::of(&["ann"], NINE);
    bed.look("ann", limited(NINE - 3600));
    bed.run_until(NINE + 30);
    assert_eq!(bed.prompted(), ["ann: Watchdog probe"]);
}

#[test]
fn what_goes_on_by_itself_is_left_alone_and_tells_for_the_others() {
    let mut bed = Bed::of(&["ann", "bob"], NINE);
    bed.look("ann", Look::Limited { reset: Some(HALF_PAST_TEN), goes_on: true });
    bed.wake("bob");
    bed.run_until(HALF_PAST_TEN + 120);
    assert_eq!(bed.prompted(), Vec::<String>::new());
    bed.look("ann", Look::Works);
    bed.run_until(HALF_PAST_TEN + 180);
    assert_eq!(bed.prompted(), ["bob: wake"]);
}

#[test]
fn one_that_does_not_go_on_as_it_said_freezes_nobody() {
    let mut bed = Bed::of(&["ann", "bob"], NINE);
    bed.look("ann", Look::Limited { reset: Some(HALF_PAST_TEN), goes_on: true });
    bed.wake("bob");
    bed.run_until(HALF_PAST_TEN + 420);
    assert_eq!(bed.prompted(), ["bob: wake"]);
    bed.run_until(HALF_PAST_TEN + 2400);
    assert_eq!(bed.prompted(), ["bob: wake", "ann: Watchdog probe"]);
}

#[test]
fn an_account_that_closes_again_at_once_is_asked_ever_more_slowly() {
    let mut bed = Bed::of(&["ann", "bob"], NINE);
    bed.look("ann", Look::Limited { reset: None, goes_on: false });
    bed.answers("ann", Look::Flash);
    bed.run_until(NINE + 4 * 3600);
    let probes = bed.prompted().len();
    assert!((3..=16).contains(&probes), "{probes} probes in four hours");
}

#[test]
fn a_login_that_is_refused_holds_the_starts_of_its_account() {
    let mut bed = Bed::of(&["ann", "bob"], NINE);
    bed.look("ann", Look::Unauthenticated);
    bed.run_until(NINE + 60);
    bed.look("ann", Look::Gone);
    bed.look("bob", Look::Gone);
    bed.run_until(NINE + 3600);
    assert_eq!(bed.starts_and_stops(), Vec::<String>::new());
    assert_eq!(bed.alarms().len(), 1, "{:?}", bed.alarms());
    bed.up("ann");
    bed.run_until(NINE + 3660);
    assert_eq!(bed.starts_and_stops().first().map(String::as_str), Some("start ann"));
    assert!(
        bed.starts_and_stops().contains(&"start bob".to_owned()),
        "{:?}",
        bed.starts_and_stops()
    );
}

#[test]
fn one_that_works_again_shows_that_the_login_is_good() {
    let mut bed = Bed::of(&["ann", "bob"], NINE);
    bed.look("ann", Look::Unauthenticated);
    bed.run_until(NINE + 60);
    bed.look("bob", Look::Gone);
    bed.run_until(NINE + 600);
    assert_eq!(bed.starts_and_stops(), Vec::<String>::new());
    bed.look("ann", Look::Works);
    bed.starts_live();
    bed.run_until(NINE + 660);
    assert_eq!(bed.starts_and_stops(), ["start bob"]);
}

#[test]
fn a_sweep_stops_at_the_first_login_that_is_refused_and_a_new_one_tries_again() {
    let mut bed = Bed::of(&["ann", "bob"], NINE);
    bed.look("ann", Look::Gone);
    bed.look("bob", Look::Gone);
    bed.run_until(NINE + 22);
    bed.starts_show(Look::Unauthenticated);
    bed.sweep();
    bed.run_until(NINE + 900);
    assert_eq!(bed.starts_and_stops(), ["start ann"]);
    let replies = bed.replies().join(" ");
    assert!(replies.contains("bob: Failed") && replies.contains("login of ann"), "{replies}");
    bed.starts_show(Look::Works);
    bed.look("ann", Look::Gone);
    bed.sweep();
    bed.run_until(NINE + 1200);
    let mut started = bed.starts_and_stops();
    started.sort();
    assert_eq!(started, ["start ann", "start ann", "start bob"]);
}

#[test]
fn restarts_of_one_account_are_staggered() {
    let mut bed = Bed::of(&["ann", "bob", "cy"], NINE);
    bed.run_until(NINE + 60);
    for name in ["ann", "bob", "cy"] {
        bed.look(name, Look::Gone);
    }
    bed.starts_live();
    bed.run_until(NINE + 200);
    let at = bed.start_times();
    assert_eq!(at.len(), 3, "{at:?}");
    assert!(at.windows(2).all(|pair| pair[1] - pair[0] >= 20), "{at:?}");
}

fn any_look() -> impl Strategy<Value = Look> {
    prop_oneof![
        Just(Look::Idle),
        Just(Look::Works),
        Just(Look::Menu),
        Just(Look::Unauthenticated),
        (0_u64..12 * 3600, any::<bool>())
            .prop_map(|(ahead, goes_on)| Look::Limited { reset: Some(NINE + ahead), goes_on }),
        any::<bool>().prop_map(|goes_on| Look::Limited { reset: None, goes_on }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn no_sequence_restarts_anybody_or_answers_a_menu_or_freezes(
        changes in proptest::collection::vec((0_usize..3, 60_u64..3600, any_look()), 1..10)
    ) {
        let names = ["ann", "bob", "cy"];
        let mut bed = Bed::of(&names, NINE);
        bed.tick_every(30);
        let mut at = NINE;
        for (who, span, look) in changes {
            bed.look(names[who], look);
            for name in names {
                bed.answers(name, Look::Works);
            }
            at += span;
            bed.run_until(at);
            bed.die_and_come_back();
        }
        prop_assert_eq!(bed.starts_and_stops(), Vec::<String>::new());
        prop_assert_eq!(bed.answered_menus(), 0);
        // Whoever rests gets what it is owed once every announced window is over, whoever is stuck.
        bed.look("cy", Look::Idle);
        bed.wake("cy");
        bed.run_until(at.max(NINE + 12 * 3600) + 7200);
        prop_assert!(bed.prompted().iter().any(|text| text.starts_with("cy: ")), "{:?}", bed.state());
    }
}
