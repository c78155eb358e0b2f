//! What becomes of a member whose state is older than its session, and of a message that is under way when it is stopped?

mod again;
mod kinds;
mod pairs;
mod starts;
mod turns;

use agents_config::Fleet;
use agents_names::AgentName;

use super::Life;
use crate::activity::fixture::{ann, fleet_of, now, observation, pane, processes, screen, up};
use crate::delivery::{MessageKind, Stage};
use crate::{
    Action, Decision, ExitSeen, FleetState, MemberSeen, Message, Observation, OneOffs, PaneSeen,
    Request, RequestId, RunId, Seen, ServerSeen, StopStage, Verb, Which, Why, decide,
};

fn fleet() -> Fleet {
    let text = "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nwatch = \"heal\"\n\
                [backend.tui]\nbin = \"tui\"\nactive_re = \"esc interrupt\"\nfatal_re = \"^Error: \"\n\
                [[agent]]\nname = \"ann\"\nbackend = \"tui\"\n";
    fleet_of(text)
}

/// One look at a fleet of one.
fn look(state: &FleetState, seen: MemberSeen, verb: Option<Verb>, at: u64) -> Decision {
    look_by(false, state, seen, verb, at)
}

/// The same, perhaps over a connection of its own.
fn look_by(
    independent: bool,
    state: &FleetState,
    seen: MemberSeen,
    verb: Option<Verb>,
    at: u64,
) -> Decision {
    let observation = Observation { independent, ..asked(seen, verb) };
    decide(&fleet(), state, &observation, false, now(at))
}

fn observed(seen: MemberSeen) -> Observation {
    observation([(ann(), seen)])
}

/// The same, with what is asked for.
fn asked(seen: MemberSeen, verb: Option<Verb>) -> Observation {
    let requests = verb.into_iter().map(|verb| Request { id: RequestId(1), verb });
    Observation { requests: requests.collect(), ..observed(seen) }
}

/// A state that knows of that run only.
fn state(run: u64) -> FleetState {
    let mut state = FleetState::default();
    let member = state.members.entry(ann()).or_default();
    member.wanted = crate::state::Wanted::Up;
    member.last_run = Some(RunId(run));
    member.life = Life::Up { since: now(10).at, run: Some(RunId(run)) };
    state
}

#[test]
fn what_is_left_of_a_run_is_looked_for_by_that_run_though_the_state_is_older() {
    let seen = look(&state(1), up(3), None, 20).next;
    let mut gone = up(3);
    gone.pane = Seen::Absent;
    gone.processes = processes(0, 1);
    let once = look(&seen, gone.clone(), None, 21).next;
    let decision = look(&once, gone, None, 22);
    let stops: Vec<_> = decision.actions.iter().collect();
    assert!(
        matches!(stops[..], [Action::Stop { run: Some(RunId(3)), .. }]),
        "{:?}",
        decision.actions
    );
}

/// It is owed a message.
fn owing() -> FleetState {
    let mut state = state(3);
    let member = state.members.get_mut(&ann()).unwrap();
    let (text, owed_since) = ("say hello".to_owned(), now(10).at);
    let kind = MessageKind::Operator(0);
    member.mailbox.queue.push_back(Message {
        id: 7,
        kind,
        text,
        owed_since,
        now_until: None,
        again: None,
    });
    state
}

/// A message is submitted, once or as often as is wise, and in the look in which it shows to have gone, or not yet, its agent
/// is stopped.
fn left_of_it(verb: Verb, is_gone: bool, is_stuck: bool) -> usize {
    let mut state = owing();
    let member = state.members.get_mut(&ann()).unwrap();
    let before = crate::Rows::from(vec!["> say hello".to_owned()]);
    let (at, run) = (now(19).at, Some(RunId(3)));
    let (first, drafted) = (Some(at), false);
    member.mailbox.stage = if is_stuck {
        Stage::Stuck { since: at, run, before, first, drafted, unsubmitted: false }
    } else {
        Stage::Submitted { at, run, tries: 1, before, first, drafted }
    };
    let mut seen = up(3);
    let shown = if is_gone { "> say hello / working, esc interrupt / > " } else { "> say hello" };
    seen.screen = Seen::Known(screen(shown));
    let pane = PaneSeen {
        run: Some(RunId(3)),
        typed: Some("m7".to_owned()),
        submitted: Some(if is_stuck { "m7/3" } else { "m7/1" }.to_owned()),
        ..pane()
    };
    seen.pane = Seen::Known(pane);
    let next = look(&state, seen, Some(verb), 20).next;
    assert!(matches!(next.members[&ann()].life, Life::Stopping { .. }));
    next.members[&ann()].mailbox.queue.len()
}

#[test]
fn a_message_that_shows_to_have_gone_when_its_agent_is_stopped_is_not_typed_again() {
    let names = || vec![ann()];
    let down = || Verb::Down { names: names(), whole: false };
    let whole = || Verb::Down { names: Vec::new(), whole: true };
    let restart = || Verb::Restart { names: names(), one_offs: OneOffs::new(), which: Which::Own };
    for is_stuck in [false, true] {
        for verb in [down(), whole(), restart()] {
            assert_eq!(left_of_it(verb, true, is_stuck), 0, "{is_stuck}");
        }
        for verb in [down(), whole(), restart()] {
            assert_eq!(left_of_it(verb, false, is_stuck), 1, "nobody saw it go");
        }
    }
}

#[test]
fn another_connection_confirms_what_was_seen_before_and_nothing_else() {
    let mut gone = up(3);
    (gone.pane, gone.processes) = (Seen::Absent, Seen::Absent);
    // Two others looked dead, so the next look went over another connection, and that one lacks ann.
    let first = look_by(true, &state(3), gone.clone(), None, 20);
    assert!(first.actions.is_empty(), "{:?}", first.actions);
    assert!(matches!(first.next.members[&ann()].life, Life::Missing { .. }));
    let found = look(&first.next, up(3), None, 21);
    assert!(matches!(found.next.members[&ann()].life, Life::Up { .. }));
    // What an ordinary look missed it does confirm, however soon.
    let missed = look(&state(3), gone.clone(), None, 20).next;
    let confirmed = look_by(true, &missed, gone, None, 20).next;
    assert!(matches!(confirmed.members[&ann()].life, Life::Due { .. }));
}

/// A submitted message at looks that show these screens, a quarter of a second apart; how many are owed after each.
fn owed_after(screens: &[&str]) -> Vec<usize> {
    let (at, run) = (now(20).at, Some(RunId(3)));
    let (before, first, drafted) = (before(), Some(at), false);
    owed_at(Stage::Submitted { at, run, tries: 1, before, first, drafted }, screens)
}

fn before() -> crate::Rows {
    vec!["> say hello".to_owned(), "? for shortcuts".to_owned()].into()
}

fn owed_at(stage: Stage, screens: &[&str]) -> Vec<usize> {
    let mut state = owing();
    let run = Some(RunId(3));
    state.members.get_mut(&ann()).unwrap().mailbox.stage = stage;
    let mut owed = Vec::new();
    for (shown, nth) in screens.iter().zip(1..) {
        let mut seen = up(3);
        seen.screen = Seen::Known(screen(shown));
        let tokens = ("m7".to_owned(), "m7/1".to_owned());
        let (typed, submitted) = (Some(tokens.0), Some(tokens.1));
        seen.pane = Seen::Known(PaneSeen { run, typed, submitted, ..pane() });
        let observation = observed(seen);
        let mut moment = now(20);
        moment.at = moment.at.after(std::time::Duration::from_millis(250 * nth));
        state = decide(&fleet(), &state, &observation, false, moment).next.into_inner();
        owed.push(state.members[&ann()].mailbox.queue.len());
    }
    owed
}

#[test]
fn f20_a_half_drawn_screen_does_not_prove_that_a_message_went() {
    let whole = "> say hello / ? for shortcuts";
    assert_eq!(owed_after(&["", whole, whole]), [1, 1, 1]);
    assert_eq!(owed_after(&[whole, "", whole, "", whole]), [1, 1, 1, 1, 1]);
    // What two looks agree on did go, and work that begins needs no second look.
    assert_eq!(owed_after(&[">", ">"]), [1, 0]);
    assert_eq!(owed_after(&["> say hello / working, esc interrupt / >"]), [0]);
    // Words of work above a composer that is not drawn are none of its own.
    let half = "press esc interrupt";
    assert_eq!(owed_after(&[half, "press esc interrupt / > say hello"]), [1, 1]);
    assert_eq!(owed_after(&[half; 5]), [1, 1, 1, 1, 0]);
    assert_eq!(owed_after(&[half, half, half, whole, half]), [1; 5]);
}

#[test]
fn i13_half_drawn_screens_do_not_prove_that_a_text_left_that_did_not_go_for_long() {
    let whole = "> say hello / ? for shortcuts";
    let stuck = || {
        let (since, run, first) = (now(1).at, Some(RunId(3)), Some(now(1).at));
        Stage::Stuck { since, run, before: before(), first, drafted: false, unsubmitted: false }
    };
    assert_eq!(owed_at(stuck(), &["", "", "? for", whole, ""]), [1; 5]);
    // For two seconds it stands there no more.
    assert_eq!(owed_at(stuck(), &[">"; 9]), [1, 1, 1, 1, 1, 1, 1, 1, 0]);
    assert_eq!(owed_at(stuck(), &["> say hello / working, esc interrupt / >"]), [0]);
    assert_eq!(owed_at(stuck(), &["press esc interrupt", whole, whole]), [1; 3]);
}

#[test]
fn i13_a_text_that_was_drawn_after_its_key_and_stands_did_not_go_whatever_looks_like_work() {
    let (at, run, first, drafted) = (now(20).at, Some(RunId(3)), Some(now(20).at), false);
    let before: crate::Rows = vec!["done.".to_owned()].into();
    let half_drawn =
        || Stage::Submitted { at, run, tries: 1, before: before.clone(), first, drafted };
    let stands = "done. / > say hello / ? for shortcuts";
    let lies = "done. / press esc interrupt / > say hello / ? for shortcuts";
    assert_eq!(owed_at(half_drawn(), &[stands, lies, lies, lies, lies, lies, lies]), [1; 7]);
    let went = "done. / > say hello / working, esc interrupt / > / ? for shortcuts";
    assert_eq!(owed_at(half_drawn(), &[stands, went]), [1, 0]);
}

#[test]
fn i13_an_error_in_the_place_of_the_composer_does_not_prove_that_its_text_left() {
    let (since, run, first) = (now(1).at, Some(RunId(3)), Some(now(1).at));
    let stuck =
        Stage::Stuck { since, run, before: before(), first, drafted: false, unsubmitted: false };
    assert_eq!(owed_at(stuck, &["Error: prompt is too long"; 20]), [1; 20]);
}

#[test]
fn only_two_looks_in_a_row_prove_that_a_session_is_gone() {
    let mut gone = up(3);
    (gone.pane, gone.processes) = (Seen::Absent, Seen::Absent);
    let mut unseen = up(3);
    unseen.pane = Seen::Unknown("the listing failed".to_owned());
    let mut state = state(3);
    for (seen, at) in [(gone.clone(), 20), (unseen.clone(), 21), (gone.clone(), 22)] {
        let decision = look(&state, seen, None, at);
        assert!(decision.actions.is_empty(), "at {at}: {:?}", decision.actions);
        state = decision.next.into_inner();
    }
    assert!(matches!(state.members[&ann()].life, Life::Missing { .. }));
    let life = look(&state, gone, None, 23).next.members[&ann()].life.clone();
    assert!(matches!(life, Life::Due { .. }), "{life:?}");
}

/// The session of run 3 is there, and the launcher of that run has recorded its end.
fn closing() -> MemberSeen {
    let mut seen = up(3);
    seen.exit = Some(ExitSeen {
        run: RunId(3),
        code: Some(78),
        signal: None,
        alive: std::time::Duration::from_millis(100),
        failure: None,
        session_closed: false,
        last_output: Vec::new(),
    });
    seen
}

#[test]
fn i13_a_session_whose_run_is_over_is_not_taken_for_a_running_one() {
    let (at, why) = (now(30).at, Why::Gone { how: "exit code 78".to_owned() });
    let how = super::Ending::Ended("exit code 78".to_owned());
    let reason = "5 automatic starts".to_owned();
    for life in [
        Life::Due { at, why: why.clone() },
        Life::Stopped { since: now(15).at, how },
        Life::Parked { since: now(15).at, retry_at: at, reason },
    ] {
        let mut state = owing();
        state.members.get_mut(&ann()).unwrap().life = life.clone();
        let decision = look(&state, closing(), None, 20);
        assert_eq!(decision.next.members[&ann()].life, life);
        assert!(decision.actions.is_empty(), "{life:?}: {:?}", decision.actions);
        // A session of another run lives, whatever is recorded of the one before.
        let mut other = closing();
        other.pane = up(4).pane;
        let adopted = look(&state, other, None, 20).next.members[&ann()].life.clone();
        assert!(matches!(adopted, Life::Up { run: Some(RunId(4)), .. }), "{life:?}: {adopted:?}");
    }
    // One that stays is ended before the next start.
    let mut state = owing();
    state.members.get_mut(&ann()).unwrap().life = Life::Due { at, why };
    let decision = look(&state, closing(), None, 30);
    assert!(
        matches!(decision.actions[..], [Action::Stop { run: Some(RunId(3)), .. }]),
        "{:?}",
        decision.actions
    );
}

/// What becomes of a stop that was decided at second 20, for that reason, when the next look is at that second.
fn stopped_for(why: Why, at: u64) -> Life {
    let mut state = state(3);
    let (since, then) = (now(20).at, Some(why.clone()));
    let (run, stage) = (Some(RunId(3)), StopStage::Terminate);
    state.members.get_mut(&ann()).unwrap().life =
        Life::Stopping { since, sent_at: since, run, stage, why, then };
    look(&state, up(3), None, at).next.members[&ann()].life.clone()
}

#[test]
fn a_verdict_that_nobody_carried_out_for_long_is_judged_anew() {
    let stall = || Why::Stall { since: None, how: "it stood still".to_owned() };
    assert!(matches!(stopped_for(stall(), 60), Life::Up { run: Some(RunId(3)), .. }));
    // While the watchdog looks, or once somebody asked for it, it is ended.
    assert!(matches!(stopped_for(stall(), 23), Life::Stopping { .. }));
    assert!(matches!(stopped_for(Why::Asked, 60), Life::Stopping { .. }));
    // Another run is not the one that was judged, and a dead program is nobody to be judged.
    let judged = |seen: MemberSeen| {
        let mut state = state(3);
        let (since, then) = (now(20).at, Some(stall()));
        let (run, stage, why) = (Some(RunId(3)), StopStage::Terminate, stall());
        state.members.get_mut(&ann()).unwrap().life =
            Life::Stopping { since, sent_at: since, run, stage, why, then };
        look(&state, seen, None, 60).next.members[&ann()].life.clone()
    };
    assert!(matches!(judged(up(3)), Life::Up { .. }));
    assert!(matches!(judged(up(4)), Life::Stopping { .. }));
    let mut dead = up(3);
    let end = Some(crate::DeadSeen { status: Some(1), signal: None });
    dead.pane = Seen::Known(PaneSeen { dead: end, run: Some(RunId(3)), ..pane() });
    assert!(matches!(judged(dead), Life::Stopping { .. }));
}

#[test]
fn f48_who_left_the_file_as_the_fleet_was_taken_down_stays_down() {
    let bob = || AgentName::new("bob").unwrap();
    let whole = || Verb::Down { names: Vec::new(), whole: true };
    let by_name = || Verb::Down { names: vec![bob()], whole: false };
    for verb in [whole(), by_name()] {
        let mut state = state(3);
        let mut member = state.members[&ann()].clone();
        let (at, why) = (now(20).at, Why::Asked);
        member.life = Life::Due { at, why };
        state.members.insert(bob(), member);
        let next = look(&state, up(3), Some(verb), 20).next;
        let left = &next.left[&bob()].member;
        assert_eq!(left.wanted, crate::state::Wanted::Down);
        assert!(matches!(left.life, Life::Stopped { .. }), "{:?}", left.life);
    }
}
