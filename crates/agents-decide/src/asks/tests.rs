use super::*;
use crate::activity::fixture::{ann, fleet_of, now, observation, reading, unknown, up};
use crate::{Action, Decision, FleetState, ShownState};

/// What follows from a look at second 1000 at one that was known to ask, or not.
fn after(asked: bool, standing: Option<Standing>, seen: &MemberSeen) -> Decision {
    let fleet = fleet_of(
        "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nbackend = \"c\"\n\
         [backend.c]\nbin = \"c\"\n[[agent]]\nname = \"ann\"\n",
    );
    let mut state = FleetState::default();
    let member = state.members.of(&ann());
    member.standing = standing;
    member.asks = asked.then(|| Asks { since: now(900).at, row: "Go on?".to_owned() });
    let empty = observation([]);
    let mut draft = Draft::new(&fleet, &state, &empty, false, now(1000));
    step(&mut draft, &fleet.agents[0], seen);
    draft.finish()
}

fn asks(decision: &Decision) -> Option<Moment> {
    decision.next.members[&ann()].asks.as_ref().map(|asks| asks.since)
}

fn alarms(decision: &Decision) -> usize {
    decision.actions.iter().filter(|it| matches!(it, Action::Alarm { .. })).count()
}

/// Its program told of a question so many milliseconds ago.
fn told(milliseconds: i64) -> Standing {
    let since_ms = Some(now(1000).wall.timestamp_millis() - milliseconds);
    let (by, besides) = ("hook X".to_owned(), Vec::new());
    let (stand, is_told, differs_since) = (Stand::WaitingInput, true, None);
    Standing { stand, by, is_told, since_ms, besides, differs_since }
}

#[test]
fn a_look_that_failed_answers_no_question_and_asks_none() {
    let question = MemberSeen { shown: Some(reading(ShownState::WaitingInput)), ..up(3) };
    assert_eq!(asks(&after(true, None, &up(3))), None, "it asks no more");
    assert_eq!(asks(&after(true, None, &question)), Some(now(900).at));
    assert_eq!(asks(&after(false, None, &question)), Some(now(1000).at));
    for seen in [
        MemberSeen { pane: unknown(), ..up(3) },
        MemberSeen { screen: unknown(), ..up(3) },
        MemberSeen { pane: unknown(), screen: unknown(), ..up(3) },
    ] {
        assert_eq!(asks(&after(true, None, &seen)), Some(now(900).at));
    }
}

#[test]
fn the_operator_hears_of_a_question_that_its_program_has_not_answered_itself() {
    for (milliseconds, is_heard) in [(1999, false), (2000, true), (60_000, true)] {
        let decision = after(false, Some(told(milliseconds)), &up(3));
        assert_eq!(asks(&decision), Some(now(1000).at));
        assert_eq!(alarms(&decision), usize::from(is_heard), "{milliseconds}");
        let soon = now(1000).at.after(SETTLES_WITHIN);
        assert_eq!(decision.look_by, (!is_heard).then_some(soon), "{milliseconds}");
    }
    let undated = Standing { since_ms: None, ..told(0) };
    assert_eq!(alarms(&after(false, Some(undated), &up(3))), 1);
    // What its screen shows is sure at once.
    let question = MemberSeen { shown: Some(reading(ShownState::WaitingInput)), ..up(3) };
    assert_eq!(alarms(&after(false, Some(told(0)), &question)), 1);
}

#[test]
fn f52_a_question_of_before_the_wall_clock_was_set_back_is_told_of_soon() {
    let ahead = || Some(told(-864_000_000));
    let first = after(false, ahead(), &up(3));
    assert_eq!((alarms(&first), first.look_by), (0, Some(now(1000).at.after(SETTLES_WITHIN))));
    assert_eq!(alarms(&after(true, ahead(), &up(3))), 1);
}
