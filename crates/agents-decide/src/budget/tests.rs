use super::*;

fn seconds(s: u64) -> Moment {
    Moment(s * 1000)
}

#[test]
fn f2_the_delay_doubles_from_5_s_to_300_s_with_at_most_a_tenth_of_jitter() {
    let timing = Timing { restart_limit: 100, ..Timing::default() };
    let mut budget = Budget::default();
    let mut expected = 5.0;
    for round in 0..10 {
        let Verdict::After(delay) = budget.after_death(&timing, jitter("a", round), seconds(0))
        else {
            panic!("exhausted in round {round}");
        };
        let delay = delay.as_secs_f64();
        assert!((expected..=expected * 1.1).contains(&delay), "round {round}: {delay}");
        expected = f64::min(expected * 2.0, 300.0);
    }
}

#[test]
fn f2_five_starts_in_the_window_exhaust_it_and_age_restores_it() {
    let timing = Timing::default();
    let mut budget = Budget::default();
    for start in 0..5 {
        assert!(budget.allows(&timing, seconds(start)));
        budget.spend(seconds(start));
    }
    assert_eq!(budget.after_death(&timing, 0, seconds(10)), Verdict::Exhausted);
    assert_eq!(
        (budget.counted(&timing, seconds(10)), budget.counted(&timing, seconds(902))),
        (5, 2)
    );
    assert_eq!(budget.allows_at(&timing), Some(seconds(900)), "when the first has left the window");
    assert!(!budget.allows(&timing, seconds(899)));
    assert!(budget.clone().allows(&timing, seconds(900)));
    let none = Timing { restart_limit: 0, ..Timing::default() };
    assert_eq!(Budget::default().allows_at(&none), None, "never");
    assert!(budget.allows(&timing, seconds(901)));
}

#[test]
fn health_makes_the_next_death_the_first() {
    let timing = Timing::default();
    let mut budget = Budget::default();
    for _ in 0..4 {
        budget.after_death(&timing, 0, seconds(0));
    }
    budget.healthy();
    assert_eq!(budget.after_death(&timing, 0, seconds(0)), Verdict::After(Duration::from_secs(5)));
}

#[test]
fn f2_a_spent_budget_stays_spent_until_the_member_is_healthy() {
    let timing = Timing::default();
    let mut budget = Budget::default();
    (0..5).for_each(|start| budget.spend(seconds(start)));
    assert_eq!(budget.after_death(&timing, 0, seconds(10)), Verdict::Exhausted);
    budget.spend(seconds(3610));
    assert_eq!(budget.after_death(&timing, 0, seconds(3620)), Verdict::Exhausted);
    budget.healthy();
    assert!(matches!(budget.after_death(&timing, 0, seconds(9000)), Verdict::After(_)));
}

/// A replay of an old journal has to come to the same delays.
#[test]
fn jitter_is_what_it_always_was() {
    let found = ["ann", "bob"].map(|name| [0, 1, 2].map(|tries| super::jitter(name, tries) % 100));
    assert_eq!(found, [[92, 33, 77], [18, 49, 87]]);
}
