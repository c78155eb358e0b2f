//! What is known of a run whose start was sent more than once, or of a session that was missed long ago?

use super::*;

fn gone() -> MemberSeen {
    MemberSeen { pane: Seen::Absent, screen: Seen::Absent, processes: Seen::Absent, ..up(4) }
}

/// What is decided when somebody asks for something else.
fn asked_next(state: &FleetState, seen: MemberSeen, verb: Verb, at: u64) -> Decision {
    let mut observation = observed(seen);
    observation.requests = vec![Request { id: RequestId(2), verb }];
    decide(&fleet(), state, &observation, false, now(at))
}

fn up_of_ann() -> Verb {
    Verb::Up { names: vec![ann()], whole: false, one_offs: OneOffs::new(), which: Which::Own }
}

fn life(state: &FleetState) -> &Life {
    &state.members[&ann()].life
}

/// Somebody asked for a start at second 20; that of run 4 was sent, and nobody has looked since.
fn asked() -> FleetState {
    let mut state = state(3);
    state.next_run = 3;
    state.members.of(&ann()).life =
        Life::Stopped { since: now(10).at, how: crate::Ending::NeverStarted };
    let state = look(&state, gone(), Some(up_of_ann()), 20).next.into_inner();
    assert!(matches!(life(&state), Life::Starting { run: RunId(4), .. }), "{:?}", life(&state));
    state
}

/// The same, sent once more at second 60, and this is what the next look sees.
fn after_a_second_request(seen: &MemberSeen) -> Decision {
    let again = look(&asked(), gone(), None, 60);
    assert!(matches!(again.actions[..], [Action::Start { run: RunId(4), .. }]));
    look(&again.next, seen.clone(), None, 61)
}

fn failed() -> MemberSeen {
    let reason = "its prompt file cannot be read".to_owned();
    MemberSeen { start_failed: Some((RunId(4), reason)), ..gone() }
}

#[test]
fn i17_a_request_that_fails_says_nothing_of_an_earlier_one_that_did_not() {
    // Its processes live on without a session: whoever asks it down is not told that it does not run.
    let seen = MemberSeen { processes: processes(0, 4), ..failed() };
    let next = after_a_second_request(&seen).next;
    assert!(matches!(life(&next), Life::Starting { .. }), "{:?}", life(&next));
    let down = Verb::Down { names: vec![ann()], whole: false };
    let left = MemberSeen { processes: processes(0, 4), ..gone() };
    let decision = asked_next(&next, left, down.clone(), 62);
    assert!(
        matches!(decision.actions[..], [Action::Stop { run: Some(RunId(4)), .. }]),
        "{:?}",
        decision.actions
    );
    // Also where both are met by the same look.
    let again = look(&asked(), gone(), None, 60).next;
    let decision = asked_next(&again, seen, down, 61);
    assert!(matches!(life(&decision.next), Life::Stopping { .. }), "{:?}", life(&decision.next));
}

#[test]
fn a_start_of_which_every_request_failed_is_told_to_have_failed() {
    let next = after_a_second_request(&failed()).next;
    let is_failed = |life: &Life| matches!(life, Life::Stopped { how: crate::Ending::Failed(reason), .. } if reason.contains("prompt"));
    assert!(is_failed(life(&next)), "{:?}", life(&next));
    assert_eq!(next.members[&ann()].last_run, Some(RunId(4)), "it may show itself yet");
    // Of a start that was sent once nothing can be left.
    let next = look(&asked(), failed(), None, 21).next;
    assert!(is_failed(life(&next)), "{:?}", life(&next));
    assert_eq!(next.members[&ann()].last_run, None);
}

#[test]
fn l1_who_is_asked_up_again_while_a_start_is_sent_again_comes_back_when_the_first_one_has_ended() {
    // By second 60 the run has lost its session, and its launcher takes no run twice.
    let again = asked_next(&asked(), gone(), up_of_ann(), 60);
    let shown = look(&again.next, up(4), None, 61);
    assert!(matches!(life(&shown.next), Life::Up { .. }));
    let left = MemberSeen { processes: processes(0, 4), ..gone() };
    let missed = look(&shown.next, left.clone(), None, 62);
    let ended = look(&missed.next, left, None, 63).next;
    assert!(
        matches!(life(&ended), Life::Stopping { then: Some(Why::Asked), .. }),
        "{:?}",
        life(&ended)
    );
}

#[test]
fn i12_a_session_that_was_missed_long_ago_is_looked_for_twice_again() {
    let missed = |at: u64| {
        let mut state = state(3);
        let (up_since, run) = (now(10).at, Some(RunId(3)));
        let since = now(20).at;
        state.members.of(&ann()).life = Life::Missing { since, up_since, run };
        let gone = MemberSeen { pane: Seen::Absent, ..up(3) };
        look(&state, gone, None, at).next.into_inner()
    };
    assert!(!matches!(life(&missed(29)), Life::Missing { .. }));
    for at in [30, 400] {
        let next = missed(at);
        assert!(matches!(life(&next), Life::Missing { since, .. } if *since == now(at).at));
        let gone = MemberSeen { pane: Seen::Absent, ..up(3) };
        let next = look(&next, gone, None, at + 1).next;
        assert!(!matches!(life(&next), Life::Missing { .. }), "{:?}", life(&next));
    }
}
