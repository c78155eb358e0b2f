//! Which backend runs a task, and what becomes of it while none does?

use super::*;

const NOBODY: &str = "nothing says which backend runs it";

fn by(one: &mut One, seat: Seat, backend: Result<&str, &str>) {
    let backends = vec![backend.map(str::to_owned).map_err(str::to_owned)];
    one.step(Look { seats: vec![seat], backends, ..Look::default() });
}

/// One task that could not be begun, since nobody runs it.
fn waiting() -> One {
    let manifest = manifest("[[task]]\nid = \"a\"\n");
    let work = Work::begin(&manifest, at(0));
    let mut one = One { manifest, work, now: 0 };
    by(&mut one, Seat::Unseen, Err(NOBODY));
    one
}

#[test]
fn what_nobody_runs_waits_and_says_why_and_then_keeps_who_ran_it() {
    let mut one = waiting();
    let it = one.one();
    assert_eq!((it.state, it.reason.as_str(), it.attempt), (TaskState::Pending, NOBODY, 0));
    by(&mut one, Seat::Unseen, Ok("worker"));
    assert_eq!((one.one().attempt, one.one().backend.as_deref()), (1, Some("worker")));
    by(&mut one, Seat::Unseen, Err(NOBODY));
    assert_eq!((one.one().attempt, one.one().backend.as_deref()), (1, Some("worker")));
}

#[test]
fn who_is_cut_off_while_nobody_runs_it_is_not_started_and_ends_when_asked() {
    let mut one = waiting();
    by(&mut one, Seat::Unseen, Ok("worker"));
    one.prepared();
    let (up, cut_off) = (Seat::Up { since: one.now, held: None }, ended(one.now + 1, None));
    by(&mut one, up, Ok("worker"));
    by(&mut one, cut_off, Err(NOBODY));
    let seat = ended(one.now - 1, None);
    by(&mut one, seat.clone(), Err(NOBODY));
    let it = one.one();
    assert_eq!((it.state, it.stage.has_session()), (TaskState::Stuck, true));
    assert_eq!(it.reason, format!("it cannot be started: {NOBODY}"));
    assert_eq!(session_of(it, &seat, false), Session::AsItIs);
    assert_eq!(session_of(it, &seat, true), Session::ToStart);
    let asked = vec![Asked { place: 0, verb: TaskVerb::Cancel }];
    let backends = vec![Err(NOBODY.to_owned())];
    one.step(Look { seats: vec![seat], asked, backends, ..Look::default() });
    assert_eq!(one.one().state, TaskState::Cancelled);
}
