mod properties;
mod turns;

use agents_config::Fleet;

use crate::activity::fixture::{fleet_of, now, observation};
use crate::{Action, FleetState, HandoffSeen, NewsSeen, Observation, Seen, decide};

fn fleet() -> Fleet {
    let text = "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nbackend = \"tui\"\n\
                [backend.tui]\nbin = \"tui\"\n\
                [[agent]]\nname = \"builder\"\nkind = \"loop\"\nrole = \"builder\"\n\
                [[agent]]\nname = \"adversary\"\nkind = \"loop\"\nrole = \"adversary\"\n\
                [loop]\nphases = [{ id = \"1\", status = \"S.md\" }]\n[loop.handoff]\n";
    fleet_of(text)
}

/// What one fetch brought; `None`: the remote has no such branch.
fn fetched(head: Option<&str>, claims: &[&str]) -> Seen<HandoffSeen> {
    Seen::Known(HandoffSeen {
        head: head.map(str::to_owned),
        base: Some("c1".to_owned()),
        news: NewsSeen::Commits(
            claims.iter().map(|it| ("c2".to_owned(), (*it).to_owned())).collect(),
        ),
        inboxes: Vec::new(),
    })
}

/// Looks once for each of these fetches; whether the operator heard of the branch at each of them.
fn alarms(state: &mut FleetState, fetches: &[Seen<HandoffSeen>]) -> Vec<bool> {
    let mut heard = Vec::new();
    for (handoff, at) in fetches.iter().zip(10..) {
        let observation = Observation {
            copy: Some(Seen::Known("c1".to_owned())),
            handoff: handoff.clone(),
            ..observation([])
        };
        let decision = decide(&fleet(), state, &observation, false, now(at));
        *state = decision.next.into_inner();
        let is_told = |it: &Action| matches!(it, Action::Alarm { key, .. } if key == "handoff");
        heard.push(decision.actions.iter().any(is_told));
    }
    heard
}

#[test]
fn f38_a_branch_that_the_remote_has_no_more_is_told_of_and_read_on_once_it_is_back() {
    let mut state = FleetState::default();
    let there = fetched(Some("c1"), &[]);
    let gone = fetched(None, &[]);
    let told = alarms(&mut state, &[there, gone.clone(), gone.clone(), gone.clone(), gone.clone()]);
    assert_eq!(told, [false, false, false, true, false], "once, and not for a moment of it");
    let back = fetched(Some("c2"), &["claim: P1"]);
    assert_eq!(alarms(&mut state, &[back]), [false]);
    assert_eq!(state.handoff.base, super::Base::At("c2".to_owned()));
    let adversary = &state.members[&agents_names::AgentName::new("adversary").unwrap()];
    assert_eq!(adversary.mailbox.queue.len(), 1, "what was claimed meanwhile is told");
    assert_eq!(alarms(&mut state, &[gone.clone(), gone.clone(), gone]), [false, false, true]);
}

#[test]
fn a_remote_to_which_nothing_was_pushed_yet_is_no_trouble() {
    let mut state = FleetState::default();
    let mut nothing = Vec::new();
    nothing.resize(5, fetched(None, &[]));
    state.handoff.source = super::source_of(
        fleet().loop_plan.as_ref().and_then(|plan| plan.handoff.as_ref()).unwrap(),
    );
    assert_eq!(alarms(&mut state, &nothing), [false; 5]);
}

#[test]
fn f38_a_fetch_that_began_before_a_rewritten_history_was_told_tells_it_no_second_time() {
    let rewritten = |head: &str, base: &str| {
        Seen::Known(HandoffSeen {
            head: Some(head.to_owned()),
            base: Some(base.to_owned()),
            news: NewsSeen::BaseUnknown,
            inboxes: Vec::new(),
        })
    };
    let owed = |state: &FleetState| {
        let name = agents_names::AgentName::new("adversary").unwrap();
        let queue = &state.members[&name].mailbox.queue;
        queue.iter().map(|owed| owed.kind.to_string()).collect::<Vec<_>>()
    };
    let mut state = FleetState::default();
    // The second one began when the first was not heard of yet, and ends at a commit that was pushed behind the rewriting.
    alarms(&mut state, &[fetched(Some("c1"), &[]), rewritten("d1", "c1"), rewritten("d2", "c1")]);
    assert_eq!(state.handoff.base, super::Base::At("d1".to_owned()));
    assert_eq!(owed(&state), ["review-needed ping"]);
    let next = HandoffSeen {
        head: Some("d2".to_owned()),
        base: Some("d1".to_owned()),
        news: NewsSeen::Commits(vec![("d2".to_owned(), "claim: P1".to_owned())]),
        inboxes: Vec::new(),
    };
    alarms(&mut state, &[Seen::Known(next)]);
    assert_eq!(owed(&state), ["review-needed ping", "claim ping"], "it is told as what it is");
}
