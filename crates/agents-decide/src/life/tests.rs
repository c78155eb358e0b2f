//! What becomes of a member whose state is older than its session, and of a message that is under way when it is stopped?

use agents_config::{Environment, Fleet, load_text};
use agents_names::AgentName;

use super::Life;
use crate::activity::fixture::{member, now, pane, processes, screen};
use crate::delivery::{MessageKind, Stage};
use crate::{
    Action, Decision, FleetState, MemberSeen, Message, Observation, OneOffs, PaneSeen, Request,
    RequestId, RunId, Seen, ServerSeen, Verb, Which, decide,
};

fn ann() -> AgentName {
    AgentName::new("ann").unwrap()
}

fn fleet() -> Fleet {
    let text = "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nwatch = \"heal\"\n\
                [backend.tui]\nbin = \"tui\"\nactive_re = \"esc interrupt\"\n\
                [[agent]]\nname = \"ann\"\nbackend = \"tui\"\n";
    let path = std::path::Path::new("/p/agents.toml");
    load_text(text, path, &Environment::default()).unwrap().fleet
}

/// One look at a fleet of one.
fn look(state: &FleetState, seen: MemberSeen, verb: Option<Verb>, at: u64) -> Decision {
    let requests = verb.into_iter().map(|verb| Request { id: RequestId(1), verb }).collect();
    let observation = Observation {
        server: Seen::Known(ServerSeen { pid: 1, start_time: 1 }),
        hangs: false,
        socket_lost: false,
        independent: false,
        supervised: true,
        members: [(ann(), seen)].into(),
        undeclared: Vec::new(),
        status: Seen::Absent,
        copy: None,
        handoff: Seen::Absent,
        requests,
        legacy_position: None,
    };
    decide(&fleet(), state, &observation, false, now(at))
}

fn up(run: u64) -> MemberSeen {
    let mut seen = member("> ", 0);
    seen.pane = Seen::Known(PaneSeen { run: Some(RunId(run)), ..pane() });
    seen
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

/// A message is submitted, and in the look in which it shows to have gone, or not yet, its agent is stopped.
fn left_of_it(verb: Verb, is_gone: bool) -> usize {
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
    let before = vec!["> say hello".to_owned()];
    let (at, run) = (now(19).at, Some(RunId(3)));
    member.mailbox.stage =
        Stage::Submitted { at, run, tries: 1, before, first: Some(at), drafted: false };
    let mut seen = up(3);
    let shown = if is_gone { "> say hello / working, esc interrupt / > " } else { "> say hello" };
    seen.screen = Seen::Known(screen(shown));
    let pane = PaneSeen {
        run: Some(RunId(3)),
        typed: Some("m7".to_owned()),
        submitted: Some("m7/1".to_owned()),
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
    for verb in [down(), whole(), restart()] {
        assert_eq!(left_of_it(verb, true), 0);
    }
    for verb in [down(), whole(), restart()] {
        assert_eq!(left_of_it(verb, false), 1, "nobody saw it go");
    }
}
