use std::time::Duration;

use super::has_settled;
use crate::activity::fixture;
use crate::{ExitSeen, Moment, RunId};

/// A session that is up since 10 s, of that run; its program began then, and an end of it is recorded or not.
fn check(run: Option<u64>, began: Option<(u64, u64)>, ended: Option<u64>, settled_at: Option<u64>) {
    let mut seen = fixture::member("", 0);
    seen.exit = ended.map(|run| ExitSeen {
        run: RunId(run),
        code: Some(1),
        signal: None,
        alive: Duration::ZERO,
        failure: None,
        last_output: Vec::new(),
        session_closed: false,
    });
    let began = began.map(|(run, at)| (RunId(run), Moment(at)));
    let up = (Moment(10_000), run.map(RunId));
    let first =
        (10_000..40_000).step_by(50).find(|at| has_settled(Some(&seen), began, up, Moment(*at)));
    assert_eq!(first, settled_at, "run {run:?}, began {began:?}, ended {ended:?}");
}

#[test]
fn a_start_counts_once_its_program_has_lived_for_a_while() {
    check(Some(7), Some((7, 10_000)), None, Some(10_400));
    // On a busy machine the program comes long after its session.
    check(Some(7), Some((7, 13_000)), None, Some(13_400));
    // The beginning of an earlier run says nothing, and neither does its end.
    check(Some(7), Some((6, 2_000)), Some(6), Some(20_000));
    // A session that the operator started himself.
    check(None, None, None, Some(10_400));
    // A launcher that could not write.
    check(Some(7), None, None, Some(20_000));
}

#[test]
fn a_program_that_has_ended_is_not_reported_as_started_while_its_session_lingers() {
    check(Some(7), Some((7, 10_000)), Some(7), None);
    check(Some(7), None, Some(7), None);
}

#[test]
fn a_task_that_ran_well_was_started_and_anything_else_that_ended_was_not() {
    use crate::draft::Draft;
    use crate::{Answer, Ending, FleetState, Life, Member};
    let fleet = fixture::fleet_of(
        "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nbackend = \"c\"\n[backend.c]\nbin = \"c\"\n\
         [[agent]]\nname = \"job\"\nkind = \"task\"\n[[agent]]\nname = \"ann\"\n",
    );
    let (state, seen) = (FleetState::default(), fixture::observation([]));
    let draft = Draft::new(&fleet, &state, &seen, false, fixture::now(100));
    for (who, how, is_well) in [
        ("job", "exit code 0 after 2.0 s", true),
        ("job", "exit code 1 after 2.0 s", false),
        ("ann", "exit code 0 after 2.0 s", false),
    ] {
        let ended = Ending::Ended(how.to_owned());
        let life = Life::Stopped { since: Moment(5), how: ended };
        let member = Member { life, ..Member::default() };
        let name = agents_names::AgentName::new(who).unwrap();
        let answer = super::started(&draft, &name, &member, Moment(0));
        let expected = if is_well { Answer::Started } else { Answer::Failed(how.to_owned()) };
        assert_eq!(answer, Some(expected), "{who} {how}");
    }
}

#[test]
fn nobody_says_that_one_runs_whom_nobody_can_see() {
    use crate::draft::Draft;
    use crate::{Answer, FleetState, Life, Member, Seen};
    let fleet = fixture::fleet_of(
        "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nbackend = \"c\"\n[backend.c]\nbin = \"c\"\n\
         [[agent]]\nname = \"ann\"\n",
    );
    let state = FleetState::default();
    let mut seen = fixture::observation([]);
    let up = Life::Up { since: Moment(10_000), run: Some(RunId(7)) };
    let began = Some((RunId(7), Moment(10_000)));
    let member = Member { life: up, began, ..Member::default() };
    let name: agents_names::AgentName = "ann".parse().unwrap();
    for (server, expected) in [
        (seen.server.clone(), Some(Answer::AlreadyRunning)),
        (Seen::Unknown("no answer".to_owned()), None),
    ] {
        seen.server = server;
        let draft = Draft::new(&fleet, &state, &seen, false, fixture::now(100));
        assert_eq!(super::started(&draft, &name, &member, Moment(90_000)), expected);
    }
}

#[test]
fn a_start_that_a_down_took_back_is_told_with_what_took_it_back() {
    use crate::draft::Draft;
    use crate::state::Wanted;
    use crate::{Answer, Ending, FleetState, Life, Member};
    let fleet = fixture::fleet_of(
        "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nbackend = \"c\"\n[backend.c]\nbin = \"c\"\n\
         [[agent]]\nname = \"ann\"\n",
    );
    let (state, seen) = (FleetState::default(), fixture::observation([]));
    let draft = Draft::new(&fleet, &state, &seen, false, fixture::now(100));
    let name: agents_names::AgentName = "ann".parse().unwrap();
    for (wanted, told) in
        [(Wanted::Down, "it was asked down meanwhile"), (Wanted::Up, "it was stopped meanwhile")]
    {
        let life = Life::Stopped { since: Moment(5), how: Ending::Asked };
        let member = Member { life, wanted, ..Member::default() };
        let answer = super::started(&draft, &name, &member, Moment(0));
        assert_eq!(answer, Some(Answer::Failed(told.to_owned())));
    }
}
