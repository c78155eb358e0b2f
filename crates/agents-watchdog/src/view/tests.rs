//! Each row of these tables is one thing that is remembered and seen, and the word for it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use agents_config::{Environment, Fleet, load_text};
use agents_decide::{
    Bar, ByName, Ending, FleetState, GoesOn, Life, LifeNote, Limit, LimitSource, Member, Message,
    MessageKind, Moment, Note, RunId, Sequence, Stage, StallNote, StopStage, Wanted, Why, Zone,
};
use agents_names::{AgentName, PhaseId};
use agents_tmux::{Dead, Listing, Pane, PaneId, ServerId};
use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::recorder::Word;

mod resting;
mod words;

const CONFIG: &str = r#"
[defaults]
session_prefix = "t-"
log_dir = "/tmp/none"
[backend.cat]
bin = "cat"
[loop]
phases = [
    { id = "P1", plan = "PL1", status = "S1.md", models = { builder = "opus" } },
    { id = "P2", plan = "PL2", status = "S2.md" },
]
[[agent]]
name = "ann"
kind = "loop"
role = "builder"
backend = "cat"
model = "own"
dir = "."
[[agent]]
name = "job"
kind = "task"
backend = "cat"
dir = "."
[[service]]
name = "web"
command = "true"
dir = "."
"#;

/// Now, in fleet time and by the wall.
const AT: Moment = Moment(10_000_000);

fn now() -> Now {
    Now { at: AT, wall: wall(), zone: Zone::Fixed(0) }
}

fn wall() -> DateTime<Utc> {
    "2026-05-01T12:00:00Z".parse().unwrap()
}

fn fleet() -> Fleet {
    load_text(CONFIG, Path::new("/tmp/agents.toml"), &Environment::default()).unwrap().fleet
}

fn name(text: &str) -> AgentName {
    AgentName::new(text).unwrap()
}

fn pane(session: &str, tag: Option<&str>, dead: bool) -> Pane {
    Pane {
        id: PaneId(1),
        session: session.to_owned(),
        pid: 1,
        dead: dead.then_some(Dead { status: Some(0), signal: None }),
        in_mode: false,
        input_off: false,
        activity: 0,
        ink: String::new(),
        command: "cat".to_owned(),
        title: String::new(),
        logged: true,
        agent_id: tag.map(str::to_owned),
        run: tag.map(|_| "r1".to_owned()),
        typed: None,
        submitted: None,
    }
}

fn listed(panes: Vec<Pane>) -> Terminals {
    Terminals::Listed(Listing { server: ServerId { pid: 1, start_time: 1 }, panes })
}

fn minutes_ago(minutes: u64) -> Moment {
    Moment(AT.0 - minutes * 60_000)
}

const WATCHED: WatchdogView = WatchdogView {
    state: WatchdogState::Running,
    pid: Some(7),
    last_tick: Some(Duration::from_secs(1)),
    died: false,
};

fn look(state: Option<&FleetState>, terminals: &Terminals, watchdog: WatchdogView) -> FleetView {
    told(state, terminals, watchdog, &BTreeMap::new())
}

fn told(
    state: Option<&FleetState>,
    terminals: &Terminals,
    watchdog: WatchdogView,
    words: &BTreeMap<String, Word>,
) -> FleetView {
    with_files(state, terminals, watchdog, (words, &Files::default()))
}

fn with_files(
    state: Option<&FleetState>,
    terminals: &Terminals,
    watchdog: WatchdogView,
    (words, files): (&BTreeMap<String, Word>, &Files),
) -> FleetView {
    FleetView::of(&Known {
        fleet: &fleet(),
        config_problem: None,
        config_standing: ConfigStanding::default(),
        store_problem: None,
        untold: Vec::new(),
        neighbour: None,
        state,
        words,
        terminals,
        files,
        watchdog,
        phase: Some(PhaseId::new("P1").unwrap()),
        phase_done: Some(false),
        now: now(),
    })
}

fn ann(member: Member) -> FleetState {
    FleetState { members: ByName::from([(name("ann"), member)]), ..FleetState::default() }
}

fn living(life: Life) -> Member {
    Member { life, starts: 3, restarts: 2, ..Member::default() }
}

fn held(life: Life) -> Member {
    let limit = Limit::Held {
        since: minutes_ago(20),
        probe_at: AT.after(Duration::from_secs(600)),
        until: Some(wall() + TimeDelta::minutes(30)),
        banner: "limit reached".to_owned(),
        probes: 0,
        source: LimitSource::Pattern,
        goes_on: GoesOn::No,
    };
    Member { limit, ..living(life) }
}

fn lives() -> Vec<(&'static str, Member)> {
    let since = minutes_ago(5);
    let run = Some(RunId(1));
    let why = Why::Gone { how: "exit code 1".to_owned() };
    let stage = StopStage::Terminate;
    let soon = AT.after(Duration::from_secs(5));
    let up = Life::Up { since, run };
    let due = Life::Due { at: soon, why: why.clone() };
    vec![
        ("never", Member::default()),
        ("asked", living(Life::Stopped { since, how: Ending::Asked })),
        ("ended", living(Life::Stopped { since, how: Ending::Ended("exit code 0".to_owned()) })),
        ("failed", living(Life::Stopped { since, how: Ending::Failed("no bin".to_owned()) })),
        ("new", Member { starts: 0, ..living(Life::Due { at: AT, why: Why::New }) }),
        ("due", living(due.clone())),
        (
            "starting",
            living(Life::Starting { since, sent_at: since, run: RunId(1), why: why.clone() }),
        ),
        ("up", living(up.clone())),
        ("missing", living(Life::Missing { since, up_since: minutes_ago(9), run })),
        ("stopping", living(Life::Stopping { since, sent_at: since, run, stage, why, then: None })),
        ("parked", living(Life::Parked { since, retry_at: soon, reason: "5 starts".to_owned() })),
        ("held", held(up)),
        ("held due", held(due)),
    ]
}

/// What is remembered, and the words when its pane is absent, alive, dead, and when tmux cannot be asked.
#[test]
fn what_is_seen_beats_what_is_remembered() {
    let expected = "
        never:    stopped    running  stopped    unknown
        asked:    stopped    running  stopped    unknown
        ended:    ended      running  ended      unknown
        failed:   failed     running  failed     unknown
        new:      starting   running  starting   unknown
        due:      restarting running  restarting unknown
        starting: starting   running  starting   unknown
        up:       missing    running  missing    unknown
        missing:  missing    running  missing    unknown
        stopping: stopping   stopping stopping   unknown
        parked:   parked     running  parked     unknown
        held:     missing    limited  missing    unknown
        held due: limited    running  limited    unknown
    ";
    let looks = [
        listed(Vec::new()),
        listed(vec![pane("t-ann", Some("t-/ann"), false)]),
        listed(vec![pane("t-ann", Some("t-/ann"), true)]),
        Terminals::Unseen { cause: "no answer".to_owned(), hangs: true },
    ];
    let squeeze = |text: &str| {
        let rows = text.lines().map(|row| row.split_whitespace().collect::<Vec<_>>().join(" "));
        rows.filter(|row| !row.is_empty()).collect::<Vec<_>>().join("\n")
    };
    let rows = lives().into_iter().map(|(what, member)| {
        let state = ann(member);
        let words = looks
            .iter()
            .map(|terminals| look(Some(&state), terminals, WATCHED).agents[0].state.as_str());
        format!("{what}: {}", words.collect::<Vec<_>>().join(" "))
    });
    assert_eq!(rows.collect::<Vec<_>>().join("\n"), squeeze(expected));
}

#[test]
fn no_server_means_stopped_and_no_answer_never_does() {
    for member in [Member::default(), lives().remove(7).1] {
        let state = ann(member);
        assert_ne!(
            look(Some(&state), &Terminals::NoServer, WATCHED).agents[0].state,
            State::Unknown
        );
        let unseen = look(
            Some(&state),
            &Terminals::Unseen { cause: "slow".to_owned(), hangs: true },
            WATCHED,
        );
        assert_eq!(unseen.tmux_problem.as_deref(), Some("slow"));
        assert!(unseen.members().all(|member| member.state == State::Unknown));
        assert!(!unseen.is_healthy());
    }
}

#[test]
fn since_is_told_by_the_wall_and_only_where_it_is_known() {
    let alive = listed(vec![pane("t-ann", None, false)]);
    let since = |what: &str, terminals: &Terminals| {
        let member = lives().into_iter().find(|(name, _)| *name == what).unwrap().1;
        look(Some(&ann(member)), terminals, WATCHED).agents[0].since
    };
    let five = Since { at: wall() - TimeDelta::minutes(5), ago: Duration::from_secs(300) };
    assert_eq!(since("up", &alive), Some(five));
    assert_eq!(since("ended", &Terminals::NoServer), Some(five));
    assert_eq!(since("missing", &alive).unwrap().ago, Duration::from_secs(540));
    assert_eq!(since("held", &alive).unwrap().ago, Duration::from_secs(1200));
    for (what, terminals) in
        [("parked", &alive), ("never", &Terminals::NoServer), ("due", &Terminals::NoServer)]
    {
        assert_eq!(since(what, terminals), None, "{what}");
    }
}

#[test]
fn what_is_waited_for_is_said_in_words() {
    let alive = listed(vec![pane("t-ann", Some("t-/ann"), false)]);
    let said = |what: &str, terminals: &Terminals, watchdog| {
        let member = lives().into_iter().find(|(name, _)| *name == what).unwrap().1;
        look(Some(&ann(member)), terminals, watchdog).agents[0].waiting_for.clone()
    };
    let down = WatchdogView::of(None, None, Duration::from_secs(30));
    for (what, terminals, watchdog, expected) in [
        ("up", &alive, WATCHED, None),
        ("asked", &Terminals::NoServer, WATCHED, None),
        (
            "due",
            &Terminals::NoServer,
            WATCHED,
            Some(
                "its start by the first look after 12:00:05 (in 5 s), because it is gone: exit code 1",
            ),
        ),
        (
            "failed",
            &Terminals::NoServer,
            WATCHED,
            Some("`agents up ann`; its last start failed: no bin"),
        ),
        ("held", &alive, WATCHED, Some("its usage window to end at 12:30:00")),
        (
            "parked",
            &Terminals::NoServer,
            WATCHED,
            Some("`agents up ann`, or one more try at 12:00:05 (in 5 s); parked: 5 starts"),
        ),
        (
            "parked",
            &Terminals::NoServer,
            down,
            Some(
                "a watchdog, since none runs (`agents up watchdog`); then `agents up ann`, or one more try at 12:00:05 (in 5 s); parked: 5 starts",
            ),
        ),
    ] {
        assert_eq!(said(what, terminals, watchdog).as_deref(), expected, "{what}");
    }
}

#[test]
fn a_renamed_session_is_found_by_its_tag_and_a_stranger_of_the_name_is_not_ours() {
    let view = look(None, &listed(vec![pane("renamed", Some("t-/ann"), false)]), WATCHED);
    assert_eq!(
        (view.agents[0].state, view.agents[0].session.as_str()),
        (State::Running, "renamed")
    );
    let view = look(None, &listed(vec![pane("t-ann", Some("u-/ann"), false)]), WATCHED);
    assert_eq!((view.agents[0].state, view.agents[0].session.as_str()), (State::Stopped, "t-ann"));
}

#[test]
fn a_stuck_message_is_shown_with_the_way_out() {
    let mut member = living(Life::Up { since: minutes_ago(5), run: None });
    let owed_since = minutes_ago(1);
    member.mailbox.queue.push_back(Message {
        id: 1,
        kind: MessageKind::Kickoff,
        text: "go".to_owned(),
        owed_since,
        now_until: None,
        again: None,
    });
    member.mailbox.stage = Stage::Stuck {
        since: owed_since,
        run: None,
        before: agents_decide::Rows::default(),
        first: None,
        drafted: false,
        unsubmitted: false,
    };
    let view = look(Some(&ann(member)), &listed(vec![pane("t-ann", None, false)]), WATCHED);
    assert_eq!(view.agents[0].owed, ["kickoff"]);
    let said = view.agents[0].waiting_for.clone().unwrap();
    assert!(said.contains("kickoff") && said.contains("agents attach ann"), "{said}");
}

#[test]
fn healthy_is_when_all_that_should_run_does_and_is_watched() {
    let both = || vec![pane("t-ann", Some("t-/ann"), false), pane("t-web", Some("t-/web"), false)];
    let all = listed(both());
    assert!(look(None, &all, WATCHED).is_healthy(), "a task that is not up is no fault");
    let late = WatchdogView::of(Some(7), Some(Duration::from_secs(1000)), Duration::from_secs(30));
    assert_eq!(late.state, WatchdogState::Stale);
    assert!(!look(None, &all, late).is_healthy());
    assert!(!look(None, &all, WatchdogView::of(None, None, Duration::from_secs(30))).is_healthy());
    let without = listed(vec![both().remove(0)]);
    assert!(!look(None, &without, WATCHED).is_healthy());
    let down = Member { wanted: Wanted::Down, ..Member::default() };
    let state =
        FleetState { members: ByName::from([(name("web"), down)]), ..FleetState::default() };
    assert!(look(Some(&state), &without, WATCHED).is_healthy(), "down as asked is no fault");
}

#[test]
fn the_phase_decides_the_model_and_a_complete_sequence_lets_loops_rest() {
    let phase = |id: &str| PhaseId::new(id).unwrap();
    let view = look(None, &Terminals::NoServer, WATCHED);
    let model = |view: &FleetView| match &view.agents[0].declared {
        Declared::Agent { model, .. } => model.clone().unwrap(),
        Declared::Service => panic!("ann is an agent"),
    };
    assert_eq!((model(&view).as_str(), view.phase.as_ref().unwrap().index), ("opus", Some(0)));
    let state = FleetState {
        sequence: Some(Sequence::Complete { phase: phase("P2") }),
        ..FleetState::default()
    };
    let view = look(Some(&state), &Terminals::NoServer, WATCHED);
    let shown = view.phase.clone().unwrap();
    assert_eq!(model(&view), "own");
    assert!(shown.complete && shown.index == Some(1) && shown.of == 2);
    assert!(!view.agents[0].should_run);
}
