//! Who is started first where the next start has to wait for the one before?

use super::*;
use crate::Moment;

const NAMES: [&str; 4] = ["ann", "bob", "cy", "dora"];

fn named(name: &str) -> AgentName {
    AgentName::new(name).unwrap()
}

fn team() -> Fleet {
    let mut text = "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nprompt = \"x\"\nwatch = \"heal\"\nbackend = \"tui\"\n\
                    [backend.tui]\nbin = \"tui\"\naccount = \"team\"\n"
        .to_owned();
    for name in NAMES {
        text.push_str(&format!("[[agent]]\nname = \"{name}\"\n"));
    }
    fleet_of(&text)
}

/// All are down, and due since these seconds.
fn due_since(since: [u64; 4], why: &Why) -> FleetState {
    let mut state = FleetState::default();
    for (name, at) in NAMES.into_iter().zip(since) {
        let member = state.members.entry(named(name)).or_default();
        member.wanted = crate::state::Wanted::Up;
        member.life = Life::Due { at: now(at).at, why: why.clone() };
    }
    state
}

fn all_gone() -> Observation {
    let mut gone = up(3);
    (gone.pane, gone.screen) = (Seen::Absent, Seen::Absent);
    let mut observation = observed(gone.clone());
    observation.members = NAMES.iter().map(|name| (named(name), gone.clone())).collect();
    observation
}

fn started(decision: &Decision) -> Vec<String> {
    let starts = decision.actions.iter().filter(|it| matches!(it, Action::Start { .. }));
    starts.filter_map(|start| Some(start.about()?.to_string())).collect()
}

/// Who is started at looks 20 s apart, while each that was started is gone again at once.
fn order(mut state: FleetState, looks: u64) -> Vec<String> {
    let mut order = Vec::new();
    for nth in 0..looks {
        let at = now(1000 + 20 * nth);
        let decision = decide(&team(), &state, &all_gone(), false, at);
        order.extend(started(&decision));
        state = decision.next.into_inner();
        let since = at.at;
        for member in state.members.values_mut() {
            if matches!(member.life, Life::Starting { .. }) {
                member.life = Life::Due { at: since, why: gone() };
                member.budget = crate::Budget::default();
            }
        }
    }
    order
}

fn gone() -> Why {
    Why::Gone { how: "exit code 1".to_owned() }
}

#[test]
fn of_one_account_whoever_has_been_due_for_longest_is_started_first() {
    assert_eq!(order(due_since([40, 10, 30, 20], &gone()), 1)[0], "bob");
    let served = order(due_since([10, 10, 10, 10], &gone()), 8);
    assert_eq!(served, ["ann", "bob", "cy", "dora", "ann", "bob", "cy", "dora"]);
}

#[test]
fn who_became_due_together_is_started_in_the_order_of_the_file() {
    let decision = decide(&team(), &due_since([10; 4], &Why::Asked), &all_gone(), false, now(1000));
    assert_eq!(started(&decision), NAMES);
    let decision = decide(&team(), &FleetState::default(), &all_gone(), false, now(1000));
    assert_eq!(started(&decision), ["ann"], "the others wait 20 s each");
}

#[test]
fn whom_somebody_asked_for_waits_for_nobody_that_comes_by_itself() {
    let mut state = due_since([10, 10, 10, 500], &gone());
    let (at, why) = (now(500).at, Why::Asked);
    state.members.get_mut(&named("dora")).unwrap().life = Life::Due { at, why };
    let decision = decide(&team(), &state, &all_gone(), false, now(1000));
    assert_eq!(started(&decision), ["dora"]);
}

#[test]
fn what_cannot_be_started_takes_nobodys_turn() {
    let mut observation = all_gone();
    observation.members.get_mut(&named("ann")).unwrap().unstartable = Some("no prompt".to_owned());
    let state = due_since([10, 20, 30, 40], &gone());
    let decision = decide(&team(), &state, &observation, false, now(1000));
    assert_eq!(started(&decision), ["bob"]);
}

/// Its start was sent 11 s ago, and once more 5 s ago; this look lacks its session.
fn begun_unseen() -> (FleetState, MemberSeen) {
    let mut state = state(3);
    let (since, sent_at, run) = (now(20).at, now(26).at, RunId(3));
    state.members.get_mut(&ann()).unwrap().life =
        Life::Starting { since, sent_at, run, why: Why::Asked };
    let mut seen = up(3);
    (seen.pane, seen.screen, seen.processes) = (Seen::Absent, Seen::Absent, processes(0, 1));
    (state, seen)
}

#[test]
fn i12_one_look_that_lacks_a_session_ends_nothing_that_began() {
    let (state, lacking) = begun_unseen();
    let once = look(&state, lacking.clone(), None, 31);
    assert_eq!(once.actions, []);
    let found = look(&once.next, up(3), None, 32);
    assert_eq!(found.actions, []);
    let since = now(20).at;
    assert_eq!(found.next.members[&ann()].life, Life::Up { since, run: Some(RunId(3)) });
    // It does live on without a terminal: a second one would work beside it.
    let twice = look(&once.next, lacking, None, 32);
    assert!(matches!(twice.actions[..], [Action::Stop { run: Some(RunId(3)), .. }]));
    assert!(
        matches!(twice.next.members[&ann()].life, Life::Stopping { since: at, .. } if at > Moment::default())
    );
}

#[test]
fn a_start_that_began_and_of_which_nothing_lives_is_not_sent_again() {
    let (state, left) = begun_unseen();
    let began =
        |run| Some(crate::BeganSeen { run: RunId(run), age: std::time::Duration::from_secs(2) });
    let unseen = || Seen::Unknown("no process table".to_owned());
    let cases = [
        (began(3), Seen::Absent, 27, "waited for"),
        (began(3), Seen::Absent, 28, "ended"),
        (began(2), Seen::Absent, 28, "sent again"),
        (None, Seen::Absent, 28, "sent again"),
        (began(3), left.processes.clone(), 28, "sent again"),
        (began(3), unseen(), 28, "sent again"),
    ];
    for (began, processes, at, expected) in cases {
        let seen = MemberSeen { began, processes, ..left.clone() };
        let decision = look(&state, seen, None, at);
        let said = match (&decision.next.members[&ann()].life, &decision.actions[..]) {
            (Life::Starting { .. }, []) => "waited for",
            (Life::Starting { .. }, [Action::Start { run: RunId(3), .. }]) => "sent again",
            (Life::Due { why: Why::Gone { .. }, .. }, []) => "ended",
            other => panic!("{other:?}"),
        };
        assert_eq!(said, expected, "{began:?} at {at}");
    }
}
