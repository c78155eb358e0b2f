//! Is each broken invariant seen, and nothing else with it? A clean decision, and one change that makes it wrong.

use std::time::Duration;

use agents_names::{AgentName, PhaseId};
use agents_screens::Menu;

use super::*;
use crate::activity::fixture::{fleet_of, held, member, now, observation, pane, reading, unknown};
use crate::state::OpenRequest;
use crate::{
    Asks, Conversations, DeadSeen, Limit, Moment, PaneSeen, Request, RequestId, RunId, Sequence,
    Shown, ShownState, StatusSeen, StopStage, Verb,
};

/// A decision about two agents, of which ann is up, bob is due and gus is a service that is up.
struct Scene {
    fleet: Fleet,
    before: FleetState,
    seen: Observation,
    decision: Decision,
}

fn name(text: &str) -> AgentName {
    AgentName::new(text).unwrap()
}

fn phase(id: &str) -> PhaseId {
    PhaseId::new(id).unwrap()
}

fn fleet() -> Fleet {
    let text = "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nbackend = \"c\"\n\
                [backend.c]\npreset = \"claude\"\nanswer = [{ dialog = \"trust-folder\", choose = \"Yes\" }]\n\
                [[agent]]\nname = \"ann\"\nkind = \"loop\"\nrole = \"builder\"\n\
                [[agent]]\nname = \"bob\"\nprompt = \"x\"\n\
                [[service]]\nname = \"gus\"\ncommand = \"serve\"\n\
                [loop]\nphases = [{ id = \"1\", status = \"S1.md\" }, { id = \"2\", status = \"S2.md\" }]\n";
    fleet_of(text)
}

fn scene() -> Scene {
    let mut before = FleetState {
        sequence: Some(Sequence::Running { phase: phase("1") }),
        ..FleetState::default()
    };
    before.members.entry(name("ann")).or_default().life =
        Life::Up { since: Moment(0), run: Some(RunId(1)) };
    let due = Life::Due { at: Moment(0), why: Why::New };
    before.members.entry(name("bob")).or_default().life = due;
    let mut gone = member("", 0);
    gone.pane = Seen::Absent;
    let up = || (name("ann"), member("> ", 0));
    let seen = observation([up(), (name("bob"), gone), (name("gus"), member("", 0))]);
    let decision = Decision {
        next: before.clone().into(),
        actions: Vec::new(),
        notes: Vec::new(),
        look_by: None,
    };
    Scene { fleet: fleet(), before, seen, decision }
}

/// Which invariants the action breaks after the change.
fn broken_by(action: Action, change: impl FnOnce(&mut Scene)) -> Vec<&'static str> {
    let mut scene = scene();
    scene.decision.actions.push(action);
    change(&mut scene);
    let Scene { fleet, before, seen, decision } = &scene;
    let found = check(fleet, before, seen, decision, now(100));
    assert!(found.iter().all(|it| it.action == 0 && !it.text.is_empty()), "{found:?}");
    found.into_iter().map(|violation| violation.invariant).collect()
}

fn start(who: &str, why: Why, opening: Opening) -> Action {
    let (run, one_off) = (RunId(2), agents_config::OneOff::default());
    Action::Start { name: name(who), run, phase: None, opening, one_off, why }
}

fn start_bob() -> Action {
    start("bob", Why::New, Opening::Unnamed)
}

fn stop(who: &str, why: Why) -> Action {
    let (pane, run, stage) = (Some(1), Some(RunId(1)), StopStage::Terminate);
    Action::Stop { name: name(who), pane, run, stage, why }
}

fn fatal() -> Why {
    Why::Fatal { row: "FATAL".to_owned() }
}

fn seen_pane(scene: &mut Scene, who: &str, change: impl FnOnce(&mut PaneSeen)) {
    let mut seen = pane();
    change(&mut seen);
    scene.seen.members.get_mut(&name(who)).unwrap().pane = Seen::Known(seen);
}

#[test]
fn nothing_is_started_that_is_there_or_not_declared_or_not_seen_or_asked_down() {
    assert!(broken_by(start_bob(), |_| {}).is_empty());
    assert_eq!(broken_by(start("eve", Why::New, Opening::Unnamed), |_| {}), ["I10"]);
    assert_eq!(broken_by(start_bob(), |it| seen_pane(it, "bob", |_| {})), ["I1"]);
    let unseen = |it: &mut Scene| it.seen.members.get_mut(&name("bob")).unwrap().pane = unknown();
    assert_eq!(broken_by(start_bob(), unseen), ["I12"]);
    let down = |it: &mut Scene| {
        it.decision.next.members.get_mut(&name("bob")).unwrap().wanted = Wanted::Down;
    };
    assert_eq!(broken_by(start_bob(), down), ["I17"]);
    assert!(broken_by(start("bob", Why::SequenceComplete, Opening::Unnamed), down).is_empty());
}

#[test]
fn two_agents_never_share_a_conversation() {
    let resumed = || start("bob", Why::New, Opening::Resumed("c1".to_owned()));
    let current = |who: &'static str, id: &'static str| {
        move |it: &mut Scene| {
            let member = it.decision.next.members.get_mut(&name(who)).unwrap();
            member.conversations =
                Conversations { current: Some(id.to_owned()), ..Conversations::default() };
        }
    };
    assert_eq!(broken_by(resumed(), current("ann", "c1")), ["C1"]);
    assert!(broken_by(resumed(), current("ann", "c2")).is_empty());
    assert!(broken_by(resumed(), current("bob", "c1")).is_empty());
}

#[test]
fn nobody_starts_by_itself_in_a_window_or_too_often() {
    let limited = |probe_at: Moment| {
        move |it: &mut Scene| {
            it.before.members.get_mut(&name("bob")).unwrap().limit =
                held(probe_at, None, crate::GoesOn::No)
        }
    };
    let (later, now_at) = (now(101).at, now(100).at);
    assert_eq!(broken_by(start_bob(), limited(later)), ["I3"]);
    assert!(broken_by(start_bob(), limited(now_at)).is_empty(), "the window is over");
    let asked = || start("bob", Why::Asked, Opening::Unnamed);
    assert!(broken_by(asked(), limited(later)).is_empty(), "the operator may");
    let sent_before = |it: &mut Scene| {
        limited(later)(it);
        let (since, run) = (Moment(0), RunId(2));
        it.before.members.get_mut(&name("bob")).unwrap().life =
            Life::Starting { since, sent_at: since, run, why: Why::New };
    };
    assert!(broken_by(start_bob(), sent_before).is_empty(), "the same start, sent again");
    let until = |until: i64| {
        move |it: &mut Scene| {
            limited(later)(it);
            let member = it.before.members.get_mut(&name("bob")).unwrap();
            if let Limit::Held { until: end, .. } = &mut member.limit {
                *end = Some(now(100).wall + chrono::TimeDelta::seconds(until));
            }
        }
    };
    assert_eq!(broken_by(start_bob(), until(1)), ["I3"]);
    assert!(broken_by(start_bob(), until(0)).is_empty(), "the wall clock says that it is over");
    let crowd = |starts: usize, age: u64| {
        move |it: &mut Scene| {
            let at = now_at.before(Duration::from_secs(age));
            it.decision.next.recent_starts = vec![at; starts];
        }
    };
    assert_eq!(broken_by(start_bob(), crowd(4, 9)), ["I7"]);
    assert!(broken_by(start_bob(), crowd(3, 9)).is_empty());
    assert!(broken_by(start_bob(), crowd(4, 10)).is_empty());
    let spent = |starts: usize| {
        move |it: &mut Scene| {
            let most = it.fleet.timing.restart_limit as usize;
            let member = it.decision.next.members.get_mut(&name("bob")).unwrap();
            member.budget.starts = vec![now_at; most + starts];
        }
    };
    assert_eq!(broken_by(start_bob(), spent(1)), ["I7"]);
    assert!(broken_by(start_bob(), spent(0)).is_empty());
}

#[test]
fn nobody_is_stopped_who_works_or_waits_or_is_not_seen() {
    assert!(broken_by(stop("ann", fatal()), |_| {}).is_empty());
    assert_eq!(broken_by(stop("eve", Why::Asked), |_| {}), ["I10"]);
    let limited = |it: &mut Scene| ann(it).limit = held(now(200).at, None, crate::GoesOn::No);
    let active = |it: &mut Scene| ann(it).activity.active_at = Some(now(100).at);
    let unseen = |it: &mut Scene| it.seen.members.get_mut(&name("ann")).unwrap().pane = unknown();
    assert_eq!(broken_by(stop("ann", fatal()), limited), ["I3"]);
    assert_eq!(broken_by(stop("ann", fatal()), active), ["I2"]);
    assert_eq!(broken_by(stop("ann", fatal()), unseen), ["I12"]);
    let mismatch = Why::Mismatch { found: "sh".to_owned(), expected: "claude".to_owned() };
    let stall = Why::Stall { since: None, how: String::new() };
    assert_eq!(broken_by(stop("ann", mismatch), active), ["I2"]);
    assert_eq!(broken_by(stop("ann", stall), active), ["I2"]);
    assert!(broken_by(stop("ann", Why::Asked), active).is_empty(), "the operator may");
    let worked = |it: &mut Scene| ann(it).activity.active_at = Some(now(99).at);
    assert!(broken_by(stop("ann", fatal()), worked).is_empty(), "that was before");
    let stopping = |it: &mut Scene| {
        let (since, run, stage) = (Moment(0), Some(RunId(1)), StopStage::Terminate);
        ann(it).life =
            Life::Stopping { since, sent_at: since, run, stage, why: fatal(), then: None };
        active(it);
    };
    assert!(broken_by(stop("ann", fatal()), stopping).is_empty(), "it was judged when that began");
}

fn ann(it: &mut Scene) -> &mut crate::Member {
    it.before.members.get_mut(&name("ann")).unwrap()
}

#[test]
fn the_loops_stop_only_for_a_phase_that_is_done_and_the_one_that_comes_next() {
    let to = |id: &str| stop("ann", Why::Phase { phase: phase(id) });
    let done = |of: &'static str, text: &'static str| {
        move |it: &mut Scene| {
            it.seen.status = Seen::Known(StatusSeen { phase: phase(of), text: text.to_owned() });
        }
    };
    assert!(broken_by(to("2"), done("1", "## DONE\n")).is_empty());
    assert_eq!(broken_by(to("2"), |_| {}), ["I4"]);
    assert_eq!(broken_by(to("2"), |it| it.seen.status = unknown()), ["I4"]);
    assert_eq!(broken_by(to("2"), done("1", "not yet\n")), ["I4"]);
    assert_eq!(broken_by(to("2"), done("2", "## DONE\n")), ["I4"]);
    assert_eq!(broken_by(to("1"), done("1", "## DONE\n")), ["I4"], "that is no way on");
    let due = |of: &str| {
        let why = Why::Phase { phase: phase(of) };
        move |it: &mut Scene| ann(it).life = Life::Due { at: Moment(0), why }
    };
    assert!(broken_by(to("1"), due("1")).is_empty(), "what is left in its place is cleared");
    assert_eq!(broken_by(to("2"), due("1")), ["I4"]);
    let complete = || stop("ann", Why::SequenceComplete);
    assert_eq!(broken_by(complete(), done("1", "## DONE\n")), ["I4"], "there is one more");
    let last = |it: &mut Scene| {
        it.before.sequence = Some(Sequence::Finishing { phase: phase("2"), since: Moment(0) });
        done("2", "## DONE\n")(it);
    };
    assert!(broken_by(complete(), last).is_empty());
    let asked = |it: &mut Scene| {
        let verb = Verb::Phase { to: phase("2") };
        it.seen.requests.push(Request { id: RequestId(1), verb });
    };
    assert!(broken_by(to("2"), asked).is_empty(), "the operator may");
    let moving = |it: &mut Scene| it.before.sequence = None;
    assert!(broken_by(to("2"), moving).is_empty(), "it was judged when the move began");
}

#[test]
fn keys_reach_only_an_agent_whose_pane_takes_them_and_which_asks_nothing() {
    let typed = |who: &str| Action::Type {
        name: name(who),
        pane: 1,
        text: "hello".to_owned(),
        token: "m1".to_owned(),
    };
    let (key, token) = ("Enter".to_owned(), "m1/1".to_owned());
    let submit = Action::Submit { name: name("ann"), pane: 1, key, token };
    for action in [typed("ann"), submit] {
        let by = |change: fn(&mut Scene)| broken_by(action.clone(), change);
        assert!(by(|_| {}).is_empty());
        assert_eq!(by(|it| seen_pane(it, "ann", |pane| pane.pane = 2)), ["I11"]);
        assert_eq!(by(|it| seen_pane(it, "ann", |pane| pane.deaf = true)), ["I11"]);
        assert_eq!(
            by(|it| seen_pane(it, "ann", |pane| {
                pane.dead = Some(DeadSeen { status: Some(0), signal: None });
            })),
            ["I11"]
        );
        assert_eq!(
            by(|it| it.seen.members.get_mut(&name("ann")).unwrap().pane = unknown()),
            ["I11"]
        );
        let asks = |it: &mut Scene| {
            let row = "Do you trust this folder?".to_owned();
            it.decision.next.members.get_mut(&name("ann")).unwrap().asks =
                Some(Asks { since: Moment(0), row });
        };
        assert_eq!(by(asks), ["I18"]);
    }
    assert_eq!(broken_by(typed("gus"), |_| {}), ["I11"], "a service takes no messages");
}

#[test]
fn a_dialog_is_answered_only_as_the_config_says() {
    let choose = |key| Action::Choose {
        name: name("ann"),
        pane: 1,
        key,
        token: "d1".to_owned(),
        dialog: "trust-folder".to_owned(),
        choose: "Yes".to_owned(),
    };
    let open = |dialog: &'static str, rows: &'static [&'static str], chosen: usize| {
        move |it: &mut Scene| {
            let rows = rows.iter().map(|row| (*row).to_owned()).collect();
            let menu = Menu { dialog: dialog.to_owned(), rows, chosen };
            it.seen.members.get_mut(&name("ann")).unwrap().shown =
                Some(Shown { menu: true, dialog: Some(menu), ..reading(ShownState::WaitingInput) });
        }
    };
    let rows: &[&str] = &["Yes", "No"];
    assert!(broken_by(choose(MenuKey::Enter), open("trust-folder", rows, 0)).is_empty());
    assert!(broken_by(choose(MenuKey::Up), open("trust-folder", rows, 1)).is_empty());
    assert_eq!(broken_by(choose(MenuKey::Enter), open("trust-folder", rows, 1)), ["I19"]);
    assert_eq!(broken_by(choose(MenuKey::Up), open("another", rows, 1)), ["I19"]);
    assert_eq!(broken_by(choose(MenuKey::Up), open("trust-folder", &["No"], 0)), ["I19"]);
    assert_eq!(broken_by(choose(MenuKey::Up), open("trust-folder", &["Yes", "Yes"], 0)), ["I19"]);
    assert_eq!(broken_by(choose(MenuKey::Enter), |_| {}), ["I19"], "there is no dialog");
    let deaf = |it: &mut Scene| {
        open("trust-folder", rows, 0)(it);
        seen_pane(it, "ann", |pane| pane.deaf = true);
    };
    assert_eq!(broken_by(choose(MenuKey::Enter), deaf), ["I19"]);
}

#[test]
fn only_the_phase_is_recorded_and_only_who_was_asked_for_is_ended_undeclared() {
    let write = |id: &str| Action::WritePosition { phase: phase(id) };
    assert!(broken_by(write("1"), |_| {}).is_empty());
    assert_eq!(broken_by(write("2"), |_| {}), ["I4"]);
    let end = || Action::StopUndeclared {
        name: name("eve"),
        session: "t-eve".to_owned(),
        pane: 9,
        run: None,
        stage: StopStage::Kill,
    };
    let asked = |verb: Verb| {
        move |it: &mut Scene| {
            let (id, since, answers) = (RequestId(1), Moment(0), Default::default());
            it.before.open.push(OpenRequest { id, verb, since, answers });
        }
    };
    assert_eq!(broken_by(end(), |_| {}), ["I10"]);
    assert_eq!(broken_by(end(), asked(Verb::StopWatchdog)), ["I10"]);
    assert!(broken_by(end(), asked(Verb::DownUndeclared)).is_empty());
}

#[test]
fn only_who_has_a_pilot_is_analyzed() {
    let analyze = |who: &str| Action::Analyze { name: name(who), job: 1, pane: 1, resume: None };
    let piloted = |it: &mut Scene| {
        let text = "[defaults]\nsession_prefix = \"t-\"\nlog_dir = \"l\"\nbackend = \"c\"\n\
                    [backend.c]\nbin = \"c\"\n[[agent]]\nname = \"ann\"\nprompt = \"x\"\n\
                    [agent.pilot]\nmode = \"analyzer\"\n";
        it.fleet = fleet_of(text);
    };
    assert_eq!(broken_by(analyze("ann"), |_| {}), ["I20"]);
    assert_eq!(broken_by(analyze("eve"), piloted), ["I20"], "she is not declared");
    assert!(broken_by(analyze("ann"), piloted).is_empty());
    assert!(broken_by(Action::EndAnalysis { name: name("ann") }, |_| {}).is_empty());
}

#[test]
fn a_request_is_answered_once_whatever_its_answer() {
    let reply = || Action::Reply { request: RequestId(4), answers: Vec::new() };
    let asks = Verb::StopWatchdog;
    let is_new = |it: &mut Scene| {
        it.seen.requests.push(Request { id: RequestId(4), verb: Verb::StopWatchdog });
        it.decision.next.last_request = RequestId(4);
    };
    let open = OpenRequest {
        id: RequestId(4),
        verb: asks,
        since: Moment(0),
        answers: std::collections::BTreeMap::new(),
    };
    let was_open = |it: &mut Scene| {
        it.before.open.push(open.clone());
        it.before.last_request = RequestId(4);
        it.decision.next.last_request = RequestId(4);
    };
    assert!(broken_by(reply(), is_new).is_empty());
    assert!(broken_by(reply(), was_open).is_empty());
    assert_eq!(broken_by(reply(), |_| {}), ["I21"], "nobody asked");
    let again = |it: &mut Scene| {
        is_new(it);
        it.before.last_request = RequestId(4);
    };
    assert_eq!(broken_by(reply(), again), ["I21"], "it was answered before");
    let stays = |it: &mut Scene| {
        was_open(it);
        it.decision.next.open.push(open.clone());
    };
    assert_eq!(broken_by(reply(), stays), ["I21"], "it would be answered once more");
}
