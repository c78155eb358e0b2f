//! Which time is not that of an attempt, and what waits for the operator?

use super::*;

const UP: Seat = Seat::Up { since: 0, held: None };

fn held() -> Seat {
    Seat::Up { since: 0, held: Some("its usage limit".to_owned()) }
}

#[test]
fn what_the_operator_ended_neither_stalls_nor_runs() {
    let mut one = One::new("stall = 40\nmaxRuntime = \"1m\"");
    one.begins();
    one.seat(Seat::Down { since: one.now });
    for sight in [Seat::Down { since: one.now }, Seat::Unseen] {
        for _ in 0..10 {
            one.now += 11_000;
            one.did(Ok(Done::Looked { trace: "x".to_owned() }));
            one.seat(sight.clone());
            assert_eq!(one.one().state, TaskState::Stuck);
            assert!(matches!(one.one().stage, Stage::Working { .. }), "{:?}", one.one());
        }
    }
    one.seat(UP);
    one.now += 11_000;
    one.did(Ok(Done::Looked { trace: "x".to_owned() }));
    one.seat(UP);
    assert!(matches!(one.one().stage, Stage::Working { .. }), "{:?}", one.one());
    one.now += 49_000;
    one.seat(UP);
    assert!(matches!(one.one().stage, Stage::Ending { .. }), "{:?}", one.one());
}

#[test]
fn who_was_ended_before_it_was_seen_to_run_is_not_started_against_the_operator() {
    let mut one = One::new("");
    one.prepared();
    let of_before = Seat::Down { since: one.now };
    assert_eq!(session_of(one.one(), &of_before, true), Session::ToStart);
    one.seat(Seat::Busy);
    let down = Seat::Down { since: one.now };
    one.seat(down.clone());
    assert_eq!(one.one().state, TaskState::Stuck);
    assert_eq!(session_of(one.one(), &down, true), Session::AsItIs);
    one.seat(UP);
    assert_eq!((one.one().state, one.one().attempt), (TaskState::Running, 1));
}

#[test]
fn a_retry_ends_a_session_that_came_up_again() {
    let mut one = One::new("");
    one.begins();
    one.seat(Seat::Down { since: one.now });
    one.ask(TaskVerb::Retry).unwrap();
    assert!(matches!(one.one().stage, Stage::Ending { then: Then::Retry }), "{:?}", one.one());
    assert_eq!(session_of(one.one(), &UP, true), Session::ToEnd);
    assert_eq!(session_of(one.one(), &Seat::Going, true), Session::AsItIs, "it is asked for once");
    one.seat(Seat::Down { since: one.now });
    assert_eq!((one.one().stage.clone(), one.one().attempt), (Stage::Preparing, 2));
}

#[test]
fn who_is_cut_off_before_anybody_sees_it_run_has_all_its_time() {
    let mut one = One::new("maxRuntime = \"1m\"");
    one.now += 3_600_000;
    one.prepared();
    one.ends(None);
    assert!(matches!(one.one().stage, Stage::Starting { again: true, .. }), "{:?}", one.one());
    one.seat(UP);
    one.seat(UP);
    assert!(matches!(one.one().stage, Stage::Working { .. }), "{:?}", one.one());
}

#[test]
fn who_is_cut_off_while_it_waits_has_not_run_meanwhile() {
    let mut one = One::new("maxRuntime = \"1m\"");
    one.begins();
    one.seat(held());
    one.now += 600_000;
    one.ends(None);
    one.seat(UP);
    one.seat(UP);
    assert!(matches!(one.one().stage, Stage::Working { .. }), "{:?}", one.one());
}

#[test]
fn what_one_attempt_waited_for_gives_the_next_no_time() {
    let mut one = One::new("maxRuntime = \"1m\"");
    one.begins();
    one.seat(held());
    one.ask(TaskVerb::Cancel).unwrap();
    one.seat(Seat::Down { since: one.now });
    one.now += 3_600_000;
    one.ask(TaskVerb::Retry).unwrap();
    one.begins();
    one.seat(UP);
    one.now += 60_000;
    one.seat(UP);
    assert!(matches!(one.one().stage, Stage::Ending { .. }), "{:?}", one.one());
}
