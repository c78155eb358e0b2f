//! Each step of an account, at the very edge of each time: who holds it, who is asked, and who goes on.

use std::collections::BTreeSet;
use std::time::Duration;

use agents_config::Fleet;
use agents_names::AgentName;

use crate::account::{
    CANARY_PATIENCE, Closed, Reopening, SAME_WINDOW, is_probed_later, lifted, limited, step,
};
use crate::activity::fixture::{fleet_of, held, now, observation};
use crate::draft::Draft;
use crate::{
    Account, AccountNote, Asks, Decision, FleetState, GoesOn, Life, Limit, Moment, Note, RunId,
};

/// When it is looked at, in seconds.
const AT: u64 = 5000;

fn name(text: &str) -> AgentName {
    AgentName::new(text).unwrap()
}

/// Ann and bob share `team`; cy has `own` to herself.
fn fleet() -> Fleet {
    fleet_of(
        "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nbackend = \"tui\"\n[backend.tui]\nbin = \"tui\"\n\
         [[agent]]\nname = \"ann\"\naccount = \"team\"\n[[agent]]\nname = \"bob\"\naccount = \"team\"\n\
         [[agent]]\nname = \"cy\"\naccount = \"own\"\n",
    )
}

fn at(seconds: u64) -> Moment {
    now(seconds).at
}

fn closed(canary: &str, not_before: Moment) -> Account {
    let (since, first) = (at(1000), name("ann"));
    Account::Closed(Closed { since, first, canary: name(canary), tries: 2, not_before })
}

fn opening(canary: &str, since: Moment, next_at: Moment) -> Account {
    let followed = BTreeSet::new();
    Account::Opening(Reopening { since, canary: name(canary), next_at, followed, tries: 2 })
}

/// One whose window is to be probed then.
fn due(probe_at: Moment, goes_on: GoesOn) -> Limit {
    held(probe_at, None, goes_on)
}

fn state(account: &str, entry: Option<Account>) -> FleetState {
    let mut state = FleetState::default();
    state.accounts.extend(entry.map(|entry| (account.to_owned(), entry)));
    for (who, run) in ["ann", "bob", "cy"].into_iter().zip(1..) {
        let member = state.members.of(&name(who));
        member.life = Life::Up { since: at(100), run: Some(RunId(run)) };
        member.limit = due(at(AT), GoesOn::No);
    }
    state
}

fn after(state: &FleetState, act: impl FnOnce(&mut Draft<'_>, &Fleet)) -> Decision {
    let (fleet, seen) = (fleet(), observation([]));
    let mut draft = Draft::new(&fleet, state, &seen, false, now(AT));
    act(&mut draft, &fleet);
    draft.finish()
}

fn said(decision: &Decision) -> Vec<Note> {
    decision.notes.iter().map(|about| about.note.clone()).collect()
}

fn millisecond() -> Duration {
    Duration::from_millis(1)
}

#[test]
fn the_first_that_is_limited_closes_its_account_and_says_so_where_others_share_it() {
    for (who, account, is_shared) in [(0, "team", true), (2, "own", false)] {
        let decision = after(&state(account, None), |draft, fleet| {
            limited(draft, &fleet.agents[who]);
        });
        let first = fleet().agents[who].name.clone();
        let canary = first.clone();
        let expected =
            Closed { since: at(AT), first: first.clone(), canary, tries: 0, not_before: at(AT) };
        assert_eq!(decision.next.accounts[account], Account::Closed(expected));
        let note = AccountNote::Closed { account: account.to_owned(), first };
        assert_eq!(said(&decision), if is_shared { vec![note.into()] } else { vec![] });
    }
}

#[test]
fn a_refusal_in_a_closed_account_counts_when_it_is_the_answer_to_the_probe() {
    let later = at(AT).after(millisecond());
    for (canary, not_before) in [("ann", at(AT)), ("bob", later)] {
        let before = state("team", Some(closed(canary, later)));
        let decision = after(&before, |draft, fleet| limited(draft, &fleet.agents[0]));
        assert_eq!(decision.next.accounts["team"], closed(canary, not_before));
    }
}

#[test]
fn a_limit_soon_after_the_account_opened_is_the_same_one_and_is_asked_ever_more_slowly() {
    for (since, is_same) in [
        (at(AT).before(SAME_WINDOW), false),
        (at(AT).before(SAME_WINDOW).after(millisecond()), true),
    ] {
        let before = state("team", Some(opening("bob", since, at(AT))));
        let decision = after(&before, |draft, fleet| limited(draft, &fleet.agents[0]));
        let Account::Closed(closed) = &decision.next.accounts["team"] else { panic!("it is held") };
        let pause = crate::limit::pause(&fleet().timing, 3);
        let expected = if is_same { (3, at(AT).after(pause)) } else { (0, at(AT)) };
        assert_eq!((closed.tries, closed.not_before), expected, "{since:?}");
    }
}

#[test]
fn work_of_anybody_and_the_answer_to_the_probe_open_an_account_again() {
    for (canary, works, opens) in
        [("bob", false, false), ("bob", true, true), ("ann", false, true), ("ann", true, true)]
    {
        let before = state("team", Some(closed(canary, at(AT))));
        let decision = after(&before, |draft, fleet| lifted(draft, &fleet.agents[0], works));
        let is_open = matches!(&decision.next.accounts["team"], Account::Opening(it) if it.canary == name("ann"));
        assert_eq!(
            (is_open, said(&decision).len()),
            (opens, usize::from(opens)),
            "{canary} {works}"
        );
    }
    // Nobody follows where nobody shares it.
    let before = state("own", Some(closed("cy", at(AT))));
    let decision = after(&before, |draft, fleet| lifted(draft, &fleet.agents[2], true));
    assert!(matches!(decision.next.accounts["own"], Account::Opening(_)));
    assert_eq!(said(&decision), []);
}

#[test]
fn the_one_that_is_to_tell_is_probed_when_its_time_has_come_and_no_other_is() {
    for (canary, not_before, waits) in
        [("ann", at(AT), false), ("ann", at(AT).after(millisecond()), true), ("bob", at(AT), true)]
    {
        let before = state("team", Some(closed(canary, not_before)));
        after(&before, |draft, fleet| {
            assert_eq!(is_probed_later(draft, &fleet.agents[0]), waits, "{canary} {not_before:?}");
        });
        let stepped = after(&before, |draft, _| step(draft));
        assert_eq!(stepped.next.accounts["team"], closed(canary, not_before));
        let is_later = not_before > at(AT);
        assert_eq!(stepped.look_by, is_later.then_some(not_before), "{canary} {not_before:?}");
    }
}

/// Whom it asks next, when ann is to tell and this became of her.
fn asks_next(change: impl FnOnce(&mut crate::Member), bob: Limit) -> Account {
    let mut before = state("team", Some(closed("ann", at(1000))));
    before.members.of(&name("bob")).limit = bob;
    change(before.members.of(&name("ann")));
    after(&before, |draft, _| step(draft)).next.accounts["team"].clone()
}

#[test]
fn who_is_stuck_in_its_window_tells_nothing_and_another_is_asked() {
    let on_time = || due(at(AT), GoesOn::No);
    let asks = || Some(Asks { since: at(AT - 60), row: "Go on?".to_owned() });
    let (ann, bob) = (closed("ann", at(1000)), closed("bob", at(1000)));
    assert_eq!(asks_next(|_| {}, on_time()), ann);
    assert_eq!(asks_next(|it| it.asks = asks(), on_time()), ann, "it is due only now");
    let late = |span: Duration| at(AT).before(span);
    let since = |span| move |it: &mut crate::Member| it.limit = due(late(span), GoesOn::No);
    assert_eq!(asks_next(since(CANARY_PATIENCE), on_time()), ann);
    assert_eq!(asks_next(since(CANARY_PATIENCE + millisecond()), on_time()), bob);
    let asks_for_long = |it: &mut crate::Member| {
        it.asks = asks();
        it.limit = due(late(millisecond()), GoesOn::No);
    };
    assert_eq!(asks_next(asks_for_long, on_time()), bob);
    let stopped = |it: &mut crate::Member| it.life = Life::default();
    assert_eq!(asks_next(stopped, on_time()), bob);
    let lifted = |it: &mut crate::Member| it.limit = Limit::default();
    assert_eq!(asks_next(lifted, on_time()), bob);
    // Nobody is left that could tell: the others go on one by one.
    assert!(matches!(asks_next(stopped, Limit::default()), Account::Opening(_)));
}

#[test]
fn one_that_takes_a_probe_is_asked_before_one_that_goes_on_by_itself() {
    let text = "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nbackend = \"tui\"\naccount = \"team\"\n[backend.tui]\nbin = \"tui\"\n\
                [[agent]]\nname = \"ann\"\n[[agent]]\nname = \"bob\"\n[[agent]]\nname = \"cy\"\n";
    for (bob, cy, next) in [
        (GoesOn::No, GoesOn::Shown, "bob"),
        (GoesOn::Shown, GoesOn::No, "cy"),
        (GoesOn::Told, GoesOn::No, "cy"),
    ] {
        let mut before = state("team", Some(closed("ann", at(1000))));
        before.members.of(&name("ann")).life = Life::default();
        before.members.of(&name("bob")).limit = due(at(AT), bob);
        before.members.of(&name("cy")).limit = due(at(AT), cy);
        let (fleet, seen) = (fleet_of(text), observation([]));
        let mut draft = Draft::new(&fleet, &before, &seen, false, now(AT));
        step(&mut draft);
        assert_eq!(draft.finish().next.accounts["team"], closed(next, at(1000)), "{bob:?} {cy:?}");
    }
}

#[test]
fn an_account_is_open_as_before_once_all_have_gone_on_and_it_served_for_ten_minutes() {
    let long_ago = at(AT).before(SAME_WINDOW);
    let lately = long_ago.after(millisecond());
    let later = at(AT + 60);
    for (since, bob_runs, stays) in [
        (lately, false, true),
        (long_ago, false, false),
        // Bob has not gone on yet.
        (long_ago, true, true),
        (lately, true, true),
    ] {
        let mut before = state("team", Some(opening("ann", since, later)));
        if !bob_runs {
            before.members.of(&name("bob")).life = Life::default();
        }
        let decision = after(&before, |draft, _| step(draft));
        assert_eq!(decision.next.accounts.contains_key("team"), stays, "{since:?} {bob_runs}");
        assert_eq!(decision.look_by, bob_runs.then_some(later), "{since:?} {bob_runs}");
    }
}

#[test]
fn whoever_goes_on_is_probed_at_once_unless_its_own_window_ends_later() {
    let wall = now(AT).wall;
    for (until, is_probed) in
        [(None, true), (Some(wall), true), (Some(wall + chrono::TimeDelta::milliseconds(1)), false)]
    {
        let mut before = state("team", Some(opening("ann", at(AT - 60), at(AT))));
        let limit = held(at(AT + 900), until, GoesOn::No);
        before.members.of(&name("bob")).limit = limit;
        let decision = after(&before, |draft, _| step(draft));
        let due = decision.next.members[&name("bob")].limit.due().map(|(due, _)| due);
        assert_eq!(due, Some(at(if is_probed { AT } else { AT + 900 })), "{until:?}");
    }
}

#[test]
fn an_account_that_nobody_has_any_more_is_forgotten() {
    let decision = after(&state("old", Some(closed("ann", at(1000)))), |draft, _| step(draft));
    assert!(decision.next.accounts.is_empty());
}
