//! Who is told of which commits, whatever their subjects are and however they come in?

use agents_names::AgentName;
use proptest::prelude::*;

use super::super::{Base, Turn, source_of};
use super::{alarms, fleet};
use crate::delivery::MessageKind;
use crate::{FleetState, HandoffSeen, NewsSeen, Seen};

fn subject() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => "claim(\\([A-Za-z0-9]{1,4}\\))?: [ -~]{0,20}",
        2 => "review(\\([A-Za-z0-9]{1,4}\\))?: [ -~]{0,20}",
        1 => "(fix|docs|reclaim|preview|Xclaim|Xreview)[ -~]{0,20}",
        1 => "\\PC{0,30}",
    ]
}

/// A fetch of the commits of these places, on top of what was fetched before.
fn fetched(subjects: &[String], from: usize, to: usize) -> Seen<HandoffSeen> {
    let id = |place: usize| format!("c{place}");
    let news = (from..to).map(|place| (id(place + 1), subjects[place].clone())).collect();
    Seen::Known(HandoffSeen {
        head: Some(id(to)),
        base: Some(id(from)),
        news: NewsSeen::Commits(news),
        inboxes: Vec::new(),
    })
}

/// Whose turn it is after these fetches, and which kinds of message each of the two is owed.
fn after(fetches: &[Seen<HandoffSeen>]) -> (Option<Turn>, bool, bool, Base) {
    let mut state = FleetState::default();
    state.handoff.source =
        source_of(fleet().loop_plan.as_ref().and_then(|plan| plan.handoff.as_ref()).unwrap());
    state.handoff.base = Base::At("c0".to_owned());
    assert!(!alarms(&mut state, fetches).contains(&true));
    let owed = |who: &str, kind: &MessageKind| {
        let member = state.members.get(&AgentName::new(who).unwrap());
        member.is_some_and(|it| it.mailbox.queue.iter().any(|message| message.kind == *kind))
    };
    let turn = state.handoff.turn.clone().map(|(_, turn)| turn);
    let claim = owed("adversary", &MessageKind::Claim);
    let review = owed("builder", &MessageKind::Review);
    assert!(!owed("builder", &MessageKind::Claim) && !owed("adversary", &MessageKind::Review));
    (turn, claim, review, state.handoff.base)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_last_claim_or_review_has_the_turn_and_each_is_told_however_the_fetches_cut_them(
        subjects in proptest::collection::vec(subject(), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let all = subjects.len();
        let whole = after(&[fetched(&subjects, 0, all)]);
        // The patterns of the fleet, read slowly: the subject begins with the word.
        let claims = |it: &String| it.starts_with("claim");
        let reviews = |it: &String| it.starts_with("review");
        let last = subjects.iter().rev().find_map(|it| match (claims(it), reviews(it)) {
            (true, _) => Some(Turn::Reviewer),
            (_, true) => Some(Turn::Builder),
            (false, false) => None,
        });
        prop_assert_eq!(&whole.0, &last);
        prop_assert_eq!(whole.1, subjects.iter().any(claims));
        prop_assert_eq!(whole.2, subjects.iter().any(reviews));
        prop_assert_eq!(&whole.3, &Base::At(format!("c{all}")));
        let cut = cut.index(all + 1);
        let parts = after(&[fetched(&subjects, 0, cut), fetched(&subjects, cut, all)]);
        prop_assert_eq!(&parts, &whole);
        // The same fetch twice is one.
        let twice = after(&[fetched(&subjects, 0, all), fetched(&subjects, 0, all)]);
        prop_assert_eq!(&twice, &whole);
    }
}
