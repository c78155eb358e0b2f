//! What an agent is owed: in which order, how often, and what an end of its run leaves of it.

use std::time::Duration;

use crate::activity::fixture::{now, observation};
use crate::delivery::mailbox::{
    Again, Mailbox, Message, MessageKind, Progress, Stage, forget_untyped, give_up, is_owed,
    keep_for_next_phase, keep_for_next_start, owe, owe_now, probe_state, progress,
};
use crate::draft::Draft;
use crate::limit::ProbeState;
use crate::{FleetState, Member, Moment, RunId};

fn message(kind: MessageKind, text: &str) -> Message {
    let owed_since = now(10).at;
    Message { id: 1, kind, text: text.to_owned(), owed_since, now_until: None, again: None }
}

fn kinds() -> [MessageKind; 9] {
    [
        MessageKind::Kickoff,
        MessageKind::Claim,
        MessageKind::Review,
        MessageKind::Inbox("a.md".to_owned()),
        MessageKind::Rewritten,
        MessageKind::Probe,
        MessageKind::Wake,
        MessageKind::Pilot,
        MessageKind::Operator(3),
    ]
}

fn stages() -> [Stage; 5] {
    let (at, run) = (now(20).at, Some(RunId(3)));
    let rows = || crate::Rows::from(Vec::new());
    [
        Stage::Owed,
        Stage::Typing { at, run, tries: 1 },
        Stage::Typed { at, run },
        Stage::Submitted { at, run, tries: 1, before: rows(), first: None, drafted: false },
        Stage::Stuck {
            since: at,
            run,
            before: rows(),
            first: None,
            drafted: false,
            unsubmitted: false,
        },
    ]
}

fn mailbox(kinds: &[MessageKind], stage: Stage) -> Mailbox {
    let queue = kinds.iter().map(|kind| message(kind.clone(), "text")).collect();
    Mailbox { queue, stage, ..Mailbox::default() }
}

/// What is done to the mailbox of `builder` at second 30; what it holds then, and how soon the next look is.
fn after(mailbox: Mailbox, act: impl Fn(&mut Draft<'_>)) -> (Mailbox, Option<Moment>) {
    let fleet = crate::conversation::tests::openings::fleet();
    let seen = observation([]);
    let name = agents_names::AgentName::new("builder").unwrap();
    let mut state = FleetState::default();
    state.members.entry(name.clone()).or_default().mailbox = mailbox;
    let mut draft = Draft::new(&fleet, &state, &seen, false, now(30));
    act(&mut draft);
    let decision = draft.finish();
    (decision.next.members[&name].mailbox.clone(), decision.look_by)
}

fn builder() -> agents_names::AgentName {
    agents_names::AgentName::new("builder").unwrap()
}

fn owed(mailbox: &Mailbox) -> Vec<(MessageKind, &str)> {
    mailbox.queue.iter().map(|it| (it.kind.clone(), it.text.as_str())).collect()
}

#[test]
fn what_is_owed_and_not_typed_yet_is_not_owed_twice() {
    for (stage, text, kind, count) in [
        (0, "text", MessageKind::Claim, 1),
        (0, "another", MessageKind::Claim, 2),
        (0, "text", MessageKind::Review, 2),
        // The one that is under way may be gone by now: the news came after it.
        (1, "text", MessageKind::Claim, 2),
        (4, "text", MessageKind::Claim, 2),
    ] {
        let before = mailbox(&[MessageKind::Claim], stages()[stage].clone());
        let (after, look) = after(before, |it| owe(it, &builder(), kind.clone(), text.to_owned()));
        assert_eq!(after.queue.len(), count, "{stage} {text} {kind}");
        let soon = now(30).at.after(Duration::from_millis(10));
        assert_eq!(look, (count == 2).then_some(soon));
        if count == 2 {
            assert_eq!((after.queue[1].owed_since, after.queue[1].id), (now(30).at, 1));
        }
    }
}

#[test]
fn news_of_what_is_to_be_typed_again_does_not_wait_for_its_next_turn() {
    let again = |at| Some(Again { times: 3, at, first: now(12).at });
    for (at, expected) in [(now(900).at, now(30).at), (now(20).at, now(20).at)] {
        let mut before = mailbox(&[MessageKind::Claim], Stage::Owed);
        before.queue[0].again = again(at);
        let text = "text".to_owned();
        let (after, _) = after(before, |it| owe(it, &builder(), MessageKind::Claim, text.clone()));
        assert_eq!(after.queue[0].again, again(expected));
    }
}

#[test]
fn a_probe_comes_before_what_waits_and_behind_what_is_under_way() {
    for stage in stages() {
        let is_owed = stage == Stage::Owed;
        let before = mailbox(&[MessageKind::Claim, MessageKind::Wake], stage);
        let (after, _) =
            after(before, |it| owe(it, &builder(), MessageKind::Probe, "look".to_owned()));
        let place = after.queue.iter().position(|it| it.kind == MessageKind::Probe);
        assert_eq!(place, Some(if is_owed { 0 } else { 2 }));
    }
}

#[test]
fn what_is_to_be_typed_at_once_waits_only_for_what_is_under_way_or_as_urgent() {
    for stage in stages() {
        let under_way = usize::from(stage != Stage::Owed);
        let mut before = mailbox(&[MessageKind::Claim, MessageKind::Wake], stage);
        let until = now(60).at;
        let mut places = Vec::new();
        for request in [7, 8] {
            let urgent = ("now".to_owned(), until);
            let (after, look) =
                after(before, |it| owe_now(it, &builder(), request, urgent.clone()));
            let kind = MessageKind::Operator(request);
            let place = after.queue.iter().position(|it| it.kind == kind).unwrap();
            assert_eq!(after.queue[place].now_until, Some(until));
            assert_eq!(look, Some(now(30).at.after(Duration::from_millis(10))));
            places.push(place);
            before = after;
        }
        assert_eq!(places, [under_way, under_way + 1]);
    }
}

#[test]
fn a_message_of_the_operator_is_under_way_once_it_is_the_first_and_something_of_it_was_typed() {
    for stage in stages() {
        let (own, other) = (MessageKind::Operator(7), MessageKind::Operator(8));
        let box_of = mailbox(&[own, MessageKind::Claim, other], stage.clone());
        let first = if stage == Stage::Owed { Progress::Untyped } else { Progress::UnderWay };
        assert_eq!(progress(&box_of, 7), first);
        assert_eq!(progress(&box_of, 8), Progress::Untyped);
        assert_eq!(progress(&box_of, 9), Progress::Dropped);
        let mut left = box_of;
        give_up(&mut left, 8);
        let kinds: Vec<_> = owed(&left).into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, [MessageKind::Operator(7), MessageKind::Claim]);
    }
}

#[test]
fn a_probe_is_typed_once_it_is_the_first_and_was_typed() {
    for (nth, stage) in stages().into_iter().enumerate() {
        let first = mailbox(&[MessageKind::Probe, MessageKind::Claim], stage.clone());
        let is_typed = nth >= 2;
        let expected = if is_typed { ProbeState::Typed } else { ProbeState::Waiting };
        assert_eq!(probe_state(&first), expected, "{stage:?}");
        let second = mailbox(&[MessageKind::Claim, MessageKind::Probe], stage.clone());
        assert_eq!(probe_state(&second), ProbeState::Waiting, "{stage:?}");
        assert_eq!(probe_state(&mailbox(&[MessageKind::Claim], stage)), ProbeState::Seen);
    }
}

#[test]
fn what_lost_its_sense_is_dropped_unless_it_is_under_way() {
    for stage in stages() {
        let under_way = usize::from(stage != Stage::Owed);
        let (claim, wake) = (MessageKind::Claim, MessageKind::Wake);
        let kinds = [claim.clone(), wake.clone(), claim.clone(), claim.clone()];
        let mut member = Member { mailbox: mailbox(&kinds, stage), ..Member::default() };
        forget_untyped(&mut member, &MessageKind::Claim);
        let left: Vec<_> = member.mailbox.queue.iter().map(|it| it.kind.clone()).collect();
        assert_eq!(left, [&vec![claim; under_way][..], &[wake]].concat());
        assert_eq!(is_owed(&member.mailbox, &MessageKind::Claim), under_way == 1);
        assert!(is_owed(&member.mailbox, &MessageKind::Wake));
    }
}

#[test]
fn what_was_accepted_waits_for_the_next_start_and_only_the_operators_for_the_next_phase() {
    let full = || {
        let mut full = mailbox(&kinds(), stages()[3].clone());
        let mut urgent = message(MessageKind::Operator(4), "text");
        urgent.now_until = Some(now(60).at);
        full.queue.push_back(urgent);
        full.queue[1].again = Some(Again { times: 1, at: now(90).at, first: now(10).at });
        full.recent.push_back("said".to_owned());
        full.submitted = Some(now(20).at);
        Member { mailbox: full, ..Member::default() }
    };
    let mut member = full();
    keep_for_next_start(&mut member);
    let left: Vec<_> = member.mailbox.queue.iter().map(|it| it.kind.clone()).collect();
    let all = kinds();
    let kept = [&all[1], &all[2], &all[3], &all[4], &all[8]];
    assert_eq!(left.iter().collect::<Vec<_>>(), kept);
    // Another program has taken nothing of it.
    assert!(member.mailbox.queue.iter().all(|it| it.again.is_none()));
    let Mailbox { stage, recent, submitted, .. } = &member.mailbox;
    assert_eq!((stage, recent.len(), submitted), (&Stage::Owed, 0, &None));
    let mut member = full();
    assert_eq!(keep_for_next_phase(&mut member), 4, "four pings are about the phase that ends");
    assert_eq!(owed(&member.mailbox), [(MessageKind::Operator(3), "text")]);
    let mut nothing = Member::default();
    assert_eq!(keep_for_next_phase(&mut nothing), 0);
}

#[test]
fn our_own_texts_are_those_that_were_delivered_and_the_one_that_is_under_way() {
    for stage in stages() {
        let mut box_of = mailbox(&[MessageKind::Claim, MessageKind::Wake], stage.clone());
        box_of.queue[0].text = "first".to_owned();
        box_of.recent = ["a".to_owned(), "b".to_owned()].into();
        let texts: Vec<&str> = box_of.own_texts().collect();
        let expected: &[&str] =
            if stage == Stage::Owed { &["a", "b"] } else { &["a", "b", "first"] };
        assert_eq!(texts, expected);
    }
}

#[test]
fn what_is_to_be_typed_again_is_due_at_its_time_and_named() {
    let mut ping = message(MessageKind::Inbox("a.md".to_owned()), "text");
    assert_eq!((ping.is_due(now(5).at), ping.anew()), (true, None));
    let at = now(90).at;
    ping.again = Some(Again { times: 1, at, first: now(10).at });
    assert!(!ping.is_due(now(89).at) && ping.is_due(at));
    assert_eq!(ping.anew(), Some(("inbox ping for a.md".to_owned(), at)));
    let names: Vec<String> = kinds().iter().map(ToString::to_string).collect();
    let known = [
        "kickoff",
        "claim ping",
        "review ping",
        "inbox ping for a.md",
        "review-needed ping",
        "probe",
        "wake",
        "prompt of the pilot",
        "message of the operator",
    ];
    assert_eq!(names, known);
}
