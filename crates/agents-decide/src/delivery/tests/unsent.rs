//! A message that is to be typed now meets a program at work, after these looks at the same run: is it typed?

use agents_config::Fleet;

use crate::activity::fixture::{ann, fleet_of, member, now, observation, pane, screen, unknown};
use crate::{
    Action, FleetState, Life, MemberSeen, Message, MessageKind, PaneSeen, RunId, Seen, decide,
};

const IDLE: &str = "> / ? for shortcuts";
const DRAFT: &str = "> a line of mine / ? for shortcuts";
const WORK: &str = "working, esc interrupt / >";
const WORK_DRAFT: &str = "working, esc interrupt / > a line of mine";
const WORK_HIDES: &str = "working, esc interrupt";
const ASKS: &str = "May I? / 1. yes / 2. no";
/// A look that read nothing.
const UNSEEN: &str = "";

fn fleet(ready: &str) -> Fleet {
    let text = format!(
        "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nbackend = \"c\"\nwatch = \"heal\"\n\
         [backend.c]\nbin = \"tui\"\nactive_re = \"esc interrupt\"\n{ready}[[agent]]\nname = \"ann\"\n"
    );
    fleet_of(&text)
}

fn seen(shows: &str, run: u64, deaf: bool) -> MemberSeen {
    let mut seen = member("> ", 0);
    seen.pane = Seen::Known(PaneSeen { run: Some(RunId(run)), deaf, ..pane() });
    seen.screen = if shows == UNSEEN { unknown() } else { Seen::Known(screen(shows)) };
    seen
}

fn up(state: &mut FleetState, run: u64) {
    let member = state.members.entry(ann()).or_default();
    member.wanted = crate::state::Wanted::Up;
    (member.last_run, member.in_front) = (Some(RunId(run)), Some(RunId(run)));
    member.life = Life::Up { since: now(100).at, run: Some(RunId(run)) };
}

fn looked(fleet: &Fleet, state: &FleetState, seen: MemberSeen, at: u64) -> crate::Decision {
    let observation = observation([(ann(), seen)]);
    decide(fleet, state, &observation, false, now(at))
}

/// Whether it is typed at the last of these looks.
fn is_typed(fleet: &Fleet, looks: &[(&str, bool)]) -> bool {
    let mut state = FleetState::default();
    up(&mut state, 3);
    let (last, before) = looks.split_last().unwrap();
    for ((shows, deaf), at) in before.iter().zip(1000..) {
        state = looked(fleet, &state, seen(shows, 3, *deaf), at).next.into_inner();
    }
    let (text, owed_since) = ("look at this".to_owned(), now(1100).at);
    let kind = MessageKind::Operator(1);
    let now_until = Some(now(1200).at);
    let message = Message { id: 7, kind, text, owed_since, now_until, again: None };
    state.members.get_mut(&ann()).unwrap().mailbox.queue.push_back(message);
    let decision = looked(fleet, &state, seen(last.0, 3, last.1), 1100);
    decision.actions.iter().any(|action| matches!(action, Action::Type { .. }))
}

#[test]
fn i13_what_is_typed_now_is_not_typed_behind_a_line_that_ready_re_tells() {
    let read = fleet("ready_re = \"^>$\"\n");
    for (looks, expected) in [
        // The line stood there before the work began, or came while the program showed its composer.
        (&[IDLE, DRAFT, WORK_DRAFT][..], false),
        (&[IDLE, DRAFT, UNSEEN, WORK_DRAFT], false),
        (&[IDLE, DRAFT, WORK_HIDES], false),
        (&[IDLE, WORK, WORK_DRAFT], false),
        (&[WORK, WORK_DRAFT], false),
        (&[IDLE, DRAFT], false),
        // It is gone again.
        (&[IDLE, DRAFT, WORK_DRAFT, WORK], true),
        (&[IDLE, DRAFT, IDLE, WORK_HIDES], true),
        // The program hides its composer while it works, and nothing else is known.
        (&[IDLE, WORK_HIDES], true),
        (&[WORK_HIDES], true),
        (&[WORK_DRAFT], true),
        (&[ASKS, WORK_HIDES], true),
    ] {
        let looks: Vec<_> = looks.iter().map(|shows| (*shows, false)).collect();
        assert_eq!(is_typed(&read, &looks), expected, "{looks:?}");
    }
    // A screen in copy mode is one of long ago.
    assert!(is_typed(&read, &[(IDLE, false), (DRAFT, true), (WORK_HIDES, false)]));
    // Without a `ready_re` nothing tells.
    assert!(is_typed(&fleet(""), &[(IDLE, false), (DRAFT, false), (WORK_DRAFT, false)]));
}

#[test]
fn i13_another_run_has_another_composer() {
    let read = fleet("ready_re = \"^>$\"\n");
    let mut state = FleetState::default();
    up(&mut state, 3);
    for (shows, at) in [(IDLE, 1000), (DRAFT, 1001)] {
        state = looked(&read, &state, seen(shows, 3, false), at).next.into_inner();
    }
    assert_eq!(state.members[&ann()].mailbox.composer.empty, Some(false));
    crate::delivery::end_run(state.members.get_mut(&ann()).unwrap());
    assert_eq!(state.members[&ann()].mailbox.composer, crate::ComposerSeen::default());
}
