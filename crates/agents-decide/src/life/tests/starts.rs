//! Who may be started, what a start counts as, and from when its session is awaited.

use std::time::Duration;

use agents_names::PhaseId;

use super::*;
use crate::Sequence;
use crate::draft::{Declared, Draft};
use crate::life::start::may_run;

/// When it is looked at, in seconds.
const AT: u64 = 1000;

fn phase() -> PhaseId {
    PhaseId::new("1").unwrap()
}

/// Ann is of the loop, bob is not.
fn looped() -> Fleet {
    fleet_of(
        "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nbackend = \"tui\"\nwatch = \"heal\"\n[backend.tui]\nbin = \"tui\"\n\
         [[agent]]\nname = \"ann\"\nkind = \"loop\"\nrole = \"builder\"\n[[agent]]\nname = \"bob\"\nprompt = \"x\"\n\
         [loop]\nphases = [{ id = \"1\", status = \"S1.md\" }]\n",
    )
}

#[test]
fn one_of_the_loop_runs_while_its_phase_does_and_any_other_at_any_time() {
    let (fleet, seen) = (looped(), observation([]));
    let moving = || Sequence::Moving { from: phase(), to: phase(), restart: vec![ann()] };
    for (sequence, runs) in [
        (None, true),
        (Some(Sequence::Running { phase: phase() }), true),
        (Some(Sequence::Finishing { phase: phase(), since: now(AT).at }), true),
        (Some(moving()), false),
        (Some(Sequence::Completing { phase: phase() }), false),
        (Some(Sequence::Complete { phase: phase() }), false),
    ] {
        let state = FleetState { sequence, ..FleetState::default() };
        let draft = Draft::new(&fleet, &state, &seen, false, now(AT));
        let [ann, bob] = [0, 1].map(|nth| may_run(&draft, Declared::Agent(&fleet.agents[nth])));
        assert_eq!((ann, bob), (runs, true), "{:?}", state.sequence);
    }
}

/// What becomes of ann, who is gone and whose start is due for that reason.
fn due(fleet: &Fleet, why: Why, change: impl FnOnce(&mut FleetState)) -> FleetState {
    let mut state = state(3);
    state.members.of(&ann()).life = Life::Due { at: now(AT).at, why };
    change(&mut state);
    let mut gone = up(3);
    (gone.pane, gone.screen, gone.processes) = (Seen::Absent, Seen::Absent, Seen::Absent);
    let seen = observed(gone.clone());
    let mut draft = Draft::new(fleet, &state, &seen, false, now(AT));
    crate::life::step(&mut draft, Declared::Agent(&fleet.agents[0]), &gone);
    draft.finish().next.into_inner()
}

#[test]
fn a_start_of_its_own_account_is_dropped_when_it_is_asked_down_or_its_phase_is_over() {
    let asked = |life: &Life| matches!(life, Life::Stopped { how: crate::Ending::Asked, .. });
    let gone = || Why::Gone { how: "exit code 1".to_owned() };
    let down: fn(&mut FleetState) = |it| it.members.of(&ann()).wanted = crate::state::Wanted::Down;
    let complete: fn(&mut FleetState) =
        |it| it.sequence = Some(Sequence::Complete { phase: phase() });
    let both: fn(&mut FleetState) = |it| {
        it.members.of(&ann()).wanted = crate::state::Wanted::Down;
        it.sequence = Some(Sequence::Complete { phase: phase() });
    };
    let plain: fn(&mut FleetState) = |_| {};
    for (change, is_dropped) in [(plain, false), (down, true), (complete, true), (both, true)] {
        let next = due(&looped(), gone(), change);
        assert_eq!(asked(&next.members[&ann()].life), is_dropped);
        // Who was asked for by the operator is started all the same.
        let next = due(&looped(), Why::Asked, change);
        assert!(!asked(&next.members[&ann()].life));
    }
}

#[test]
fn only_what_mends_something_counts_as_a_restart() {
    for (why, starts, restarts) in [
        (Why::New, 1, 0),
        (Why::Asked, 1, 0),
        (Why::ParkedRetry, 1, 1),
        (Why::Gone { how: "exit code 1".to_owned() }, 1, 1),
        (Why::ServerLost, 1, 1),
    ] {
        let next = due(&fleet(), why.clone(), |_| {});
        let member = &next.members[&ann()];
        assert!(matches!(member.life, Life::Starting { .. }), "{why:?}: {:?}", member.life);
        assert_eq!((member.starts, member.restarts), (starts, restarts), "{why:?}");
    }
}

#[test]
fn f49_no_more_than_three_automatic_starts_of_the_fleet_fall_into_ten_seconds() {
    let span = Duration::from_secs(10);
    for (count, age, starts) in [
        (2, Duration::ZERO, true),
        (3, Duration::ZERO, false),
        (3, span - Duration::from_millis(1), false),
        (3, span, true),
    ] {
        let recent = |state: &mut FleetState| {
            state.recent_starts = vec![now(AT).at.before(age); count];
        };
        let is_started = |why| {
            let next = due(&fleet(), why, recent);
            matches!(next.members[&ann()].life, Life::Starting { .. })
        };
        assert_eq!(is_started(Why::ParkedRetry), starts, "{count} {age:?}");
        assert!(is_started(Why::Asked), "the operator is not made to wait");
    }
}

/// A start that began and was sent so many milliseconds ago, and whose session does not show: since when it is awaited,
/// and when it was sent last, in milliseconds before now; `None` when it is given up.
fn awaited(began: u64, sent: u64, unheard: bool) -> Option<(u64, u64)> {
    let ago = |span: u64| crate::Moment(now(AT).at.0 - span);
    let mut state = state(2);
    state.members.of(&ann()).life =
        Life::Starting { since: ago(began), sent_at: ago(sent), run: RunId(3), why: Why::New };
    let mut seen = up(3);
    (seen.pane, seen.screen, seen.processes) = (Seen::Absent, Seen::Absent, Seen::Absent);
    seen.unheard = unheard;
    let decision = look(&state, seen, None, AT);
    let since = |at: crate::Moment| u64::try_from(now(AT).at.since(at).as_millis()).unwrap();
    match decision.next.members[&ann()].life {
        Life::Starting { since: began, sent_at, .. } => Some((since(began), since(sent_at))),
        _ => None,
    }
}

#[test]
fn a_start_is_sent_again_until_its_session_shows_or_ten_seconds_were_looked_at() {
    assert_eq!(awaited(1000, 1000, false), Some((1000, 1000)));
    assert_eq!(awaited(1999, 1999, false), Some((1999, 1999)));
    assert_eq!(awaited(2000, 2000, false), Some((2000, 0)), "it is sent once more");
    assert_eq!(awaited(9999, 500, false), Some((9999, 500)));
    assert_eq!(awaited(10_000, 500, false), None);
    // tmux has not taken it, or nobody looked meanwhile: the wait begins anew.
    assert_eq!(awaited(9000, 500, true), Some((0, 0)));
    assert_eq!(awaited(10_000, 10_000, false), Some((0, 0)));
}

#[test]
fn a_session_that_was_started_by_somebody_else_is_watched_and_its_run_is_not_taken_for_ours() {
    for (ours, run, last_run) in [
        (true, Some(RunId(7)), Some(RunId(7))),
        (true, None, Some(RunId(3))),
        (false, Some(RunId(7)), Some(RunId(3))),
    ] {
        let mut state = state(3);
        state.members.of(&ann()).life =
            Life::Stopped { since: now(10).at, how: crate::Ending::NeverStarted };
        let pane = PaneSeen { ours, run, ..pane() };
        let seen = MemberSeen { pane: Seen::Known(pane), ..up(3) };
        let next = look(&state, seen, None, AT).next;
        let member = &next.members[&ann()];
        assert_eq!(member.life, Life::Up { since: now(AT).at, run });
        assert_eq!(member.last_run, last_run, "{ours} {run:?}");
    }
}

#[test]
fn one_look_that_lacks_a_session_is_confirmed_by_another_after_a_moment() {
    let missing = |lasts: u64, independent: bool| {
        let mut state = state(3);
        let since = crate::Moment(now(AT).at.0 - lasts);
        let (up_since, run) = (now(10).at, Some(RunId(3)));
        state.members.of(&ann()).life = Life::Missing { since, up_since, run };
        let mut gone = up(3);
        (gone.pane, gone.screen, gone.processes) = (Seen::Absent, Seen::Absent, Seen::Absent);
        let life = look_by(independent, &state, gone, None, AT).next.members[&ann()].life.clone();
        matches!(life, Life::Missing { .. })
    };
    assert!(missing(0, false) && missing(299, false), "that look was this one's twin");
    assert!(!missing(300, false));
    assert!(!missing(0, true), "another way of looking is a second signal");
}

/// What ann and bob are seen to be, by the fleet of ann's loop.
fn looked_at(state: &FleetState, seen: &MemberSeen, verb: Option<Verb>) -> Decision {
    let bob = AgentName::new("bob").unwrap();
    let mut observation = observation([(ann(), seen.clone()), (bob, up(9))]);
    observation.requests =
        verb.map(|verb| Request { id: RequestId(1), verb }).into_iter().collect();
    decide(&looped(), state, &observation, false, now(AT))
}

fn gone_seen() -> MemberSeen {
    MemberSeen { pane: Seen::Absent, screen: Seen::Absent, processes: Seen::Absent, ..up(3) }
}

fn moving(restart: Vec<AgentName>) -> Sequence {
    Sequence::Moving { from: phase(), to: phase(), restart }
}

#[test]
fn one_of_the_loop_that_rests_says_what_it_waits_for() {
    use crate::LifeNote;
    let (fleet, seen) = (looped(), observation([]));
    for (sequence, expected) in [
        (moving(vec![ann()]), LifeNote::WaitsForPhase),
        (moving(Vec::new()), LifeNote::Stopped),
        (Sequence::Completing { phase: phase() }, LifeNote::LoopComplete),
        (Sequence::Complete { phase: phase() }, LifeNote::LoopComplete),
        (Sequence::Running { phase: phase() }, LifeNote::Stopped),
    ] {
        let mut state = state(3);
        state.members.of(&ann()).life =
            Life::Stopped { since: now(10).at, how: crate::Ending::Asked };
        state.sequence = Some(sequence.clone());
        let mut draft = Draft::new(&fleet, &state, &seen, false, now(AT));
        crate::life::step(&mut draft, Declared::Agent(&fleet.agents[0]), &gone_seen());
        let said: Vec<_> = draft.noted(Some(&ann())).cloned().collect();
        assert_eq!(said, [crate::Note::from(expected)], "{sequence:?}");
    }
}

fn up_of(names: &[&str], whole: bool) -> Verb {
    let names = names.iter().map(|it| AgentName::new(*it).unwrap()).collect();
    Verb::Up { names, whole, one_offs: OneOffs::new(), which: Which::Own }
}

fn said_of(decision: &Decision, who: &str) -> Option<crate::Answer> {
    let of = |action: &Action| match action {
        Action::Reply { answers, .. } => Some(answers.clone()),
        _ => None,
    };
    let answers = decision.actions.iter().filter_map(of).flatten();
    answers.into_iter().find(|(name, _)| name.as_str() == who).map(|(_, answer)| answer)
}

#[test]
fn when_all_phases_are_done_the_whole_fleet_is_asked_up_without_the_loop() {
    let complete = |how| {
        let mut state = state(3);
        state.members.of(&ann()).life = Life::Stopped { since: now(10).at, how };
        state.sequence = Some(Sequence::Complete { phase: phase() });
        state
    };
    let asked = || crate::Ending::Asked;
    let whole = looked_at(&complete(asked()), &gone_seen(), Some(up_of(&[], true)));
    let is_stopped = |it: &Decision| matches!(it.next.members[&ann()].life, Life::Stopped { .. });
    assert!(is_stopped(&whole));
    let open = whole.next.open.iter().find_map(|open| open.answers.get(&ann()).cloned()).flatten();
    let said = open.or_else(|| said_of(&whole, "ann"));
    assert!(
        matches!(&said, Some(crate::Answer::Waiting(why)) if why.contains("is complete")),
        "{said:?}"
    );
    // By name she is started all the same.
    let named = looked_at(&complete(asked()), &gone_seen(), Some(up_of(&["ann"], false)));
    assert!(!is_stopped(&named), "{:?}", named.next.members[&ann()].life);
    // While the phases run, the whole fleet is the loop too.
    let mut runs = complete(asked());
    runs.sequence = Some(Sequence::Running { phase: phase() });
    assert!(!is_stopped(&looked_at(&runs, &gone_seen(), Some(up_of(&[], true)))));
}

#[test]
fn who_is_asked_up_while_the_phase_changes_starts_with_it_once() {
    for restart in [Vec::new(), vec![ann()]] {
        let mut state = state(3);
        let (since, run, stage) = (now(AT - 1).at, Some(RunId(3)), StopStage::Terminate);
        let why = || Why::Phase { phase: phase() };
        state.members.of(&ann()).life =
            Life::Stopping { since, sent_at: since, run, stage, why: why(), then: None };
        state.sequence = Some(moving(restart.clone()));
        for verb in [
            up_of(&["ann"], false),
            Verb::Restart { names: vec![ann()], one_offs: OneOffs::new(), which: Which::Own },
        ] {
            let next = looked_at(&state, &up(3), Some(verb)).next;
            let Some(Sequence::Moving { restart, .. }) = &next.sequence else {
                panic!("{:?}", next.sequence)
            };
            assert_eq!(*restart, [ann()]);
            // The stop that is under way goes on as it began.
            let Life::Stopping { why: left, then, .. } = &next.members[&ann()].life else {
                panic!("{:?}", next.members[&ann()].life)
            };
            assert_eq!((left, then), (&why(), &None));
        }
    }
}

#[test]
fn a_stranger_under_its_name_is_left_alone_and_what_is_being_stopped_is_not_given_up() {
    let stranger = MemberSeen {
        pane: Seen::Known(PaneSeen { ours: false, run: None, ..pane() }),
        processes: Seen::Absent,
        ..up(3)
    };
    let down = || Some(Verb::Down { names: vec![ann()], whole: false });
    let asked = |life: Life| {
        let mut state = state(3);
        state.members.of(&ann()).life = life;
        said_of(&looked_at(&state, &stranger, down()), "ann")
    };
    let up = Life::Up { since: now(10).at, run: None };
    let said = asked(up);
    assert!(
        matches!(&said, Some(crate::Answer::Done(why)) if why.contains("was not started by")),
        "{said:?}"
    );
    let (since, run, stage) = (now(AT - 1).at, Some(RunId(3)), StopStage::Terminate);
    let then = Some(Why::Asked);
    let stopping = Life::Stopping { since, sent_at: since, run, stage, why: Why::Asked, then };
    assert_eq!(asked(stopping), Some(crate::Answer::Stopped), "nothing of ours is left there");
}

/// What becomes of a stop of run 3, when this is seen; and what is said.
fn stopping(change: impl FnOnce(&mut MemberSeen)) -> (Life, Vec<crate::Note>) {
    let mut state = state(3);
    let (since, run, stage) = (now(AT - 1).at, Some(RunId(3)), StopStage::Terminate);
    state.members.of(&ann()).life =
        Life::Stopping { since, sent_at: since, run, stage, why: Why::Asked, then: None };
    let mut seen = gone_seen();
    change(&mut seen);
    let decision = look(&state, seen, None, AT);
    let said = decision.notes.iter().filter(|it| it.name == Some(ann()));
    (decision.next.members[&ann()].life.clone(), said.map(|it| it.note.clone()).collect())
}

#[test]
fn a_stop_is_over_when_nothing_is_left_or_nothing_was_ever_launched() {
    let is_over = |(life, _): (Life, Vec<crate::Note>)| matches!(life, Life::Stopped { .. });
    assert!(is_over(stopping(|_| {})));
    assert!(!is_over(stopping(|seen| seen.processes = processes(0, 1))));
    for (run, over) in [(3, true), (2, false)] {
        let ended = stopping(|seen| {
            seen.processes = processes(0, 1);
            seen.start_failed = Some((RunId(run), "no room".to_owned()));
        });
        assert_eq!(is_over(ended), over, "{run}");
    }
    for strays in [0, 2] {
        let (_, said) = stopping(|seen| seen.strays = strays);
        let note = crate::Note::from(crate::LifeNote::StraysEnded { count: strays });
        assert_eq!(said.contains(&note), strays > 0, "{said:?}");
    }
}
