use std::time::Duration;

use agents_config::Watch;
use chrono::TimeDelta;
use proptest::prelude::*;

use super::{Stall, StallLook};
use crate::activity::fixture::{agent, backend, now, processes, screen, timing, unknown};
use crate::{Activity, ActivityState, Now, ProcessesSeen, ScreenSeen, Seen, Step, Why, Wish};

/// What one look saw; built from a plain idle one.
#[derive(Debug, Clone)]
struct Looked {
    screen: Seen<ScreenSeen>,
    activity: Activity,
    state: ActivityState,
    processes: Seen<ProcessesSeen>,
    log_age: Option<Duration>,
    unsettled: bool,
    watch: Watch,
}

/// An idle screen, with the last sign of work at that second.
fn idle(evidence: u64, text: &str) -> Looked {
    Looked {
        screen: Seen::Known(screen(text)),
        activity: Activity::Idle,
        state: ActivityState {
            evidence_at: Some(now(evidence).at),
            ever_active: true,
            ..ActivityState::default()
        },
        processes: processes(0, 1),
        log_age: None,
        unsettled: false,
        watch: Watch::HealStall,
    }
}

fn step(state: Stall, looked: &Looked, now: Now) -> Step<Stall> {
    let (mut agent, backend, timing) = (agent(), backend(), timing());
    agent.watch = looked.watch;
    let look = StallLook {
        agent: &agent,
        backend: &backend,
        timing: &timing,
        screen: &looked.screen,
        activity: looked.activity,
        state: &looked.state,
        processes: &looked.processes,
        log_age: looked.log_age,
        unsettled: looked.unsettled,
    };
    state.step(&look, now)
}

fn words(step: &Step<Stall>) -> String {
    let mut words = match step.next {
        Stall::Working => "working",
        Stall::Idle { .. } => "idle",
        Stall::Suspect { .. } => "suspect",
        Stall::Promised { .. } => "promised",
    }
    .to_owned();
    for wish in &step.wishes {
        match wish {
            Wish::Restart(Why::Stall { since: Some(since), how }) => {
                let since = since.since(now(0).at).as_secs();
                words.push_str(&format!("; restart: idle since {since} {how}"));
            }
            Wish::Alarm { key, .. } => words.push_str(&format!("; alarm {key}")),
            Wish::Restart(_) | Wish::Probe { .. } => words.push_str("; WRONG WISH"),
        }
    }
    words
}

fn check(script: &[(u64, Looked, &str)]) {
    let mut state = Stall::default();
    for (at, looked, outcome) in script {
        let step = step(state, looked, now(*at));
        assert_eq!(words(&step), *outcome, "at {at}, seeing {looked:?}");
        state = step.next;
    }
}

#[test]
fn an_idle_agent_is_restarted_after_two_looks() {
    check(&[
        (0, idle(0, ">"), "idle"),
        (299, idle(0, ">"), "idle"),
        (300, idle(0, ">"), "suspect"),
        (300, idle(0, ">"), "suspect"),
        (
            305,
            idle(0, ">"),
            "suspect; restart: idle since 0 and its screen shows no WAITING-UNTIL marker",
        ),
        (
            330,
            idle(0, ">"),
            "suspect; restart: idle since 0 and its screen shows no WAITING-UNTIL marker",
        ),
    ]);
}

#[test]
fn any_sign_of_work_clears_a_suspect() {
    check(&[
        (300, idle(0, ">"), "suspect"),
        (301, idle(301, "x"), "idle"),
        (600, idle(301, "x"), "idle"),
    ]);
    let active = Looked { activity: Activity::Active, ..idle(0, ">") };
    check(&[(300, idle(0, ">"), "suspect"), (301, active, "working")]);
}

#[test]
fn a_failed_look_changes_nothing() {
    let blind = Looked { screen: unknown(), activity: Activity::Unknown, ..idle(0, ">") };
    check(&[
        (900, blind.clone(), "working"),
        (901, idle(0, ">"), "suspect"),
        (905, blind, "suspect"),
        (
            906,
            idle(0, ">"),
            "suspect; restart: idle since 0 and its screen shows no WAITING-UNTIL marker",
        ),
    ]);
}

#[test]
fn a_session_that_is_gone_does_not_stall() {
    let gone = Looked { screen: Seen::Absent, activity: Activity::Unknown, ..idle(0, ">") };
    check(&[(300, idle(0, ">"), "suspect"), (301, gone, "working")]);
}

#[test]
fn a_message_on_its_way_is_work_to_come() {
    let owed = Looked { unsettled: true, ..idle(0, ">") };
    check(&[(900, owed.clone(), "idle"), (930, owed, "idle")]);
}

#[test]
fn only_a_watched_agent_stalls() {
    for watch in [Watch::Heal, Watch::None] {
        let looked = Looked { watch, ..idle(0, ">") };
        check(&[(900, looked.clone(), "working"), (930, looked, "working")]);
    }
}

#[test]
fn f21_stillness_must_be_proven_by_more_than_the_screen() {
    let with = |processes: Seen<ProcessesSeen>, log_age: Option<u64>| Looked {
        processes,
        log_age: log_age.map(Duration::from_secs),
        ..idle(0, ">")
    };
    for looked in [
        with(unknown(), None),
        with(unknown(), Some(900)),
        with(Seen::Absent, None),
        with(Seen::Absent, Some(299)),
    ] {
        check(&[(900, looked.clone(), "idle"), (930, looked, "idle")]);
    }
    let still = with(Seen::Absent, Some(300));
    check(&[
        (900, still.clone(), "suspect"),
        (930, still, "suspect; restart: idle since 0 and its screen shows no WAITING-UNTIL marker"),
    ]);
}

#[test]
fn f20_a_detector_that_never_matched_on_a_moving_screen_is_not_believed() {
    let rotten = |moved| {
        let mut looked = idle(0, ">");
        (looked.state.ever_active, looked.state.moved) = (false, moved);
        looked
    };
    check(&[
        (900, rotten(true), "idle; alarm stall-detector"),
        (930, rotten(true), "idle; alarm stall-detector"),
    ]);
    check(&[
        (900, rotten(false), "suspect"),
        (
            930,
            rotten(false),
            "suspect; restart: idle since 0 and its screen shows no WAITING-UNTIL marker",
        ),
    ]);
}

#[test]
fn a_promise_is_honoured_with_grace() {
    let waits = |evidence| idle(evidence, "WAITING-UNTIL: 2026-11-21T00:20:00Z / >");
    check(&[
        (10, waits(10), "promised"),
        (1200, waits(10), "promised"),
        (1379, waits(10), "promised"),
        (1380, waits(10), "suspect"),
        (
            1400,
            waits(10),
            "suspect; restart: idle since 10 and it did not go on at the time of its WAITING-UNTIL marker",
        ),
    ]);
    // It went on at the promised time, so what remains is an old marker and a new idle time.
    check(&[
        (10, waits(10), "promised"),
        (1390, waits(1210), "idle"),
        (1510, waits(1210), "suspect"),
        (
            1515,
            waits(1210),
            "suspect; restart: idle since 1210 and its WAITING-UNTIL marker is from before",
        ),
    ]);
}

#[test]
fn a_short_promise_does_not_shorten_the_idle_time() {
    let waits = idle(0, "WAITING-UNTIL: 2026-11-21T00:00:10Z");
    check(&[
        (0, waits.clone(), "promised"),
        (190, waits.clone(), "idle"),
        (299, waits.clone(), "idle"),
        (300, waits, "suspect"),
    ]);
}

#[test]
fn f22_a_promise_too_far_is_capped_and_told() {
    let far = idle(0, "WAITING-UNTIL: 2099-01-01T00:00:00Z");
    let end = 6 * 3600 + 180;
    check(&[
        (0, far.clone(), "promised; alarm promise-too-far"),
        (end - 1, far.clone(), "promised; alarm promise-too-far"),
        (end, far.clone(), "suspect; alarm promise-too-far"),
        (
            end + 20,
            far,
            "suspect; restart: idle since 0 and it did not go on at the time of its WAITING-UNTIL marker; alarm promise-too-far",
        ),
    ]);
}

#[test]
fn an_unreadable_promise_is_none() {
    let bad = idle(0, "WAITING-UNTIL: soon");
    check(&[(10, bad.clone(), "idle"), (300, bad, "suspect")]);
}

const SCREENS: [&str; 5] = [
    ">",
    "WAITING-UNTIL: 2026-11-21T01:00:00Z",
    "WAITING-UNTIL: 2099-01-01T00:00Z",
    "WAITING-UNTIL: ?",
    "x / >",
];

fn any_look() -> impl Strategy<Value = (u64, u64, Looked)> {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    (
        0_u64..700,
        0_u64..1500,
        0_usize..SCREENS.len(),
        0_u8..4,
        0_u8..4,
        proptest::option::of(0_u64..900),
        flags,
    )
        .prop_map(
            |(
                gap,
                age,
                text,
                activity,
                processes_seen,
                log_age,
                (ever_active, moved, unsettled),
            )| {
                let mut looked = idle(0, SCREENS[text]);
                (looked.state.ever_active, looked.state.moved, looked.unsettled) =
                    (ever_active, moved, unsettled);
                looked.log_age = log_age.map(Duration::from_secs);
                match activity {
                    0 => looked.activity = Activity::Active,
                    1 => (looked.screen, looked.activity) = (unknown(), Activity::Unknown),
                    _ => {}
                }
                match processes_seen {
                    0 => looked.processes = unknown(),
                    1 => looked.processes = Seen::Absent,
                    _ => {}
                }
                (gap, age, looked)
            },
        )
}

proptest! {
    #[test]
    fn f21_evidence_within_the_period_and_unknown_looks_never_restart(looks in proptest::collection::vec(any_look(), 1..40)) {
        let (mut state, mut seconds) = (Stall::default(), 2000);
        for (gap, age, mut looked) in looks {
            seconds += gap;
            looked.state.evidence_at = Some(now(seconds - age.min(seconds)).at);
            let before = state.clone();
            let after = step(state, &looked, now(seconds));
            let restarts = after.wishes.iter().any(|wish| matches!(wish, Wish::Restart(_)));
            if restarts {
                prop_assert!(age >= 300, "evidence of {age} s ago");
                prop_assert_eq!(looked.activity, Activity::Idle);
                prop_assert!(!looked.unsettled);
                prop_assert!(!matches!(looked.processes, Seen::Unknown(_)));
                prop_assert!(matches!(before, Stall::Suspect { .. }), "one look is not enough");
                prop_assert!(looked.state.ever_active || !looked.state.moved);
            }
            if looked.activity == Activity::Unknown {
                prop_assert_eq!(&after.next, &before);
                prop_assert!(after.wishes.is_empty());
            }
            state = after.next;
        }
    }

    #[test]
    fn f52_the_wall_clock_changes_no_verdict(
        looks in proptest::collection::vec((any_look(), -10_000_000_i64..10_000_000), 1..40),
    ) {
        let (mut sane, mut mad, mut seconds) = (Stall::default(), Stall::default(), 2000);
        for ((gap, age, mut looked), jump) in looks {
            seconds += gap;
            // A promise names a wall clock time, so only how it is read at first may depend on the clock.
            if looked.screen != Seen::Known(screen(">")) && looked.activity != Activity::Unknown {
                looked.screen = Seen::Known(screen("x / >"));
            }
            looked.state.evidence_at = Some(now(seconds - age.min(seconds)).at);
            let here = now(seconds);
            let there = Now { wall: here.wall + TimeDelta::seconds(jump), ..here };
            let (expected, found) = (step(sane, &looked, here), step(mad, &looked, there));
            prop_assert_eq!(&expected, &found);
            (sane, mad) = (expected.next, found.next);
        }
    }

    #[test]
    fn a_promise_once_seen_is_kept_in_fleet_time(jumps in proptest::collection::vec(-10_000_000_i64..10_000_000, 1..20)) {
        let looked = idle(10, "WAITING-UNTIL: 2026-11-21T01:00:00Z");
        let mut state = step(Stall::default(), &looked, now(10)).next;
        for (at, jump) in (0_u64..).map(|look| 60 + look * 180).zip(jumps) {
            let here = now(at);
            let after = step(state, &looked, Now { wall: here.wall + TimeDelta::seconds(jump), ..here });
            prop_assert_eq!(words(&after), "promised", "at {}", at);
            state = after.next;
        }
    }
}
