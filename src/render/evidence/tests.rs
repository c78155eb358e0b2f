//! Each row is what one machine says of an agent, and that it says why where it says nothing.

use std::path::Path;
use std::time::Duration;

use agents_config::{Environment, load_text};
use agents_decide::{
    ActivityNote, ActivityState, Budget, GoesOn, Limit, LimitSource, Moment, Note, RunId, Stall,
    Suspicion, Trial, Zone,
};
use agents_names::BackendName;
use agents_watchdog::view::State;

use super::*;

const CONFIG: &str = r#"
[defaults]
session_prefix = "t-"
log_dir = "/tmp/none"
[backend.tui]
bin = "cat"
limit_re = "limit"
active_re = "busy"
[backend.plain]
bin = "cat"
[[agent]]
name = "ann"
kind = "persistent"
backend = "tui"
watch = "heal+stall"
dir = "."
[[agent]]
name = "bob"
kind = "persistent"
backend = "plain"
watch = "heal"
dir = "."
[[agent]]
name = "cid"
kind = "persistent"
backend = "tui"
dir = "."
[[service]]
name = "web"
command = "true"
dir = "."
"#;

const AT: Moment = Moment(100_000_000);

fn ago(seconds: u64) -> Moment {
    Moment(AT.0 - seconds * 1000)
}

/// What is read of a member in that state, at 12:00:00.
fn read(
    name: &str,
    state: State,
    member: &Member,
    notes: &[Note],
    watchdog: WatchdogState,
) -> Vec<Fact> {
    let fleet =
        load_text(CONFIG, Path::new("/tmp/agents.toml"), &Environment::default()).unwrap().fleet;
    let name = AgentName::new(name).unwrap();
    let declared = match fleet.agent(&name) {
        Some(agent) => Declared::Agent {
            kind: agent.kind,
            backend: BackendName::new("tui").unwrap(),
            model: None,
            watch: agent.watch,
        },
        None => Declared::Service,
    };
    let view = MemberView {
        name: name.to_string(),
        session: format!("t-{name}"),
        declared,
        enabled: true,
        should_run: true,
        state,
        since: None,
        restarts: 0,
        waiting_for: None,
        remark: None,
        pilot: None,
        edited: None,
        command: None,
        doing: None,
        limited_until: None,
        owed: Vec::new(),
    };
    let word = Word { at_wall_ms: 0, tick: 1, actions: Vec::new(), notes: notes.to_vec() };
    let wall = "2026-05-01T12:00:00Z".parse().unwrap();
    let now = Now { at: AT, wall, zone: Zone::Fixed(0) };
    of(&Evidence {
        name: &name,
        member,
        view: &view,
        fleet: &fleet,
        word: Some(&word),
        watchdog,
        now,
    })
}

fn fact(facts: &[Fact], what: &str) -> String {
    facts
        .iter()
        .find(|(known, _)| *known == what)
        .map_or_else(String::new, |(_, text)| text.clone())
}

fn idle() -> Member {
    let activity = ActivityState {
        changed_at: Some(ago(45)),
        evidence_at: Some(ago(45)),
        ..ActivityState::default()
    };
    Member {
        life: Life::Up { since: ago(600), run: Some(RunId(1)) },
        stall: Stall::Idle { since: ago(45), vow: None },
        activity,
        starts: 1,
        wanted: Wanted::Up,
        ..Member::default()
    }
}

#[test]
fn a_machine_that_judges_says_what_and_until_when() {
    let facts = read("ann", State::Running, &idle(), &[], WatchdogState::Running);
    assert_eq!(fact(&facts, "life"), "up since 11:50:00 (10 min)");
    assert_eq!(fact(&facts, "limit"), "judged: no usage window");
    assert_eq!(
        fact(&facts, "stall"),
        "judged: idle since 11:59:15 (45 s); it counts as stalled from 12:04:15 (in 4 min) on"
    );
    assert_eq!(
        fact(&facts, "activity"),
        "idle; last sign of work at 11:59:15 (45 s ago); its screen changed last at 11:59:15 (45 s ago); `active_re` has not matched in this session"
    );
    assert_eq!(fact(&facts, "mailbox"), "nothing is owed to it");
}

#[test]
fn what_the_last_look_found_goes_before_what_the_store_remembers() {
    let working = [ActivityNote::PatternSeen { row: "busy".to_owned(), at: ago(45) }.into()];
    let facts = read("ann", State::Running, &idle(), &working, WatchdogState::Running);
    assert_eq!(fact(&facts, "activity"), "at work at the last look");
    let moving = [ActivityNote::ScreenMoves.into()];
    let facts = read("ann", State::Running, &idle(), &moving, WatchdogState::Running);
    assert!(fact(&facts, "activity").starts_with("a sign of work at the last look"), "{facts:?}");
}

#[test]
fn a_machine_that_does_not_judge_says_why() {
    let stall = |name, state, watchdog| {
        let facts = read(name, state, &idle(), &[], watchdog);
        (fact(&facts, "limit"), fact(&facts, "stall"), fact(&facts, "activity"))
    };
    let all = |text: &str| (text.to_owned(), text.to_owned(), text.to_owned());
    for state in [State::Parked, State::Ended, State::Failed, State::Stopped, State::Restarting] {
        let (limit, stalled, activity) = stall("ann", state, WatchdogState::Running);
        let expected = all("not judged, since it does not run");
        assert_eq!((limit, stalled, activity), expected, "{state:?}");
    }
    assert_eq!(
        stall("ann", State::Running, WatchdogState::Stopped),
        all("not judged, since no watchdog runs")
    );
    assert_eq!(
        stall("ann", State::Unknown, WatchdogState::Running),
        all("not judged, since the terminals cannot be seen")
    );
    let (limit, stalled, _) = stall("bob", State::Running, WatchdogState::Running);
    assert_eq!(limit, "not judged, since backend `plain` has no `limit_re`");
    assert_eq!(stalled, "not judged, since its `watch` is `heal` and not `heal+stall`");
    let (limit, stalled, _) = stall("cid", State::Running, WatchdogState::Running);
    assert_eq!(
        (limit.as_str(), stalled.as_str()),
        ("not judged, since its `watch` is `none`", "not judged, since its `watch` is `none`",)
    );
}

#[test]
fn a_service_has_no_judges_of_work() {
    let facts = read("web", State::Running, &idle(), &[], WatchdogState::Running);
    let what: Vec<&str> = facts.iter().map(|(what, _)| *what).collect();
    assert_eq!(what, ["wanted", "life", "budget", "judged"]);
    assert_eq!(fact(&facts, "judged"), "only whether it runs, since it is a service");
}

#[test]
fn inside_a_usage_window_only_the_window_is_judged() {
    let shown = |banner: &str| {
        let limit = Limit::Held {
            since: ago(60),
            probe_at: AT.after(Duration::from_secs(600)),
            until: None,
            banner: banner.to_owned(),
            probes: 1,
            source: LimitSource::Pattern,
            goes_on: GoesOn::No,
        };
        let held = Member { limit, ..idle() };
        read("ann", State::Limited, &held, &[], WatchdogState::Running)
    };
    let facts = shown(" limit ");
    assert_eq!(fact(&facts, "stall"), "not judged inside its usage window");
    assert_eq!(
        fact(&facts, "limit"),
        "held since 11:59:00 (60 s) until a time that is not told, for \"limit\" (screen, `limit_re`); the next probe is due at 12:10:00 (in 10 min) at the latest; 1 probe so far was in vain"
    );
    let named = fact(&shown("limit reached, resets 10:30am"), "limit");
    assert!(named.contains("the one named lies too far ahead to be believed"), "{named}");
}

#[test]
fn the_budget_counts_what_still_counts_and_says_when_it_is_back() {
    let budget = |starts: Vec<Moment>, failures| {
        let budget = Budget { starts, failures, ..Budget::default() };
        let member = Member { budget, starts: 7, ..idle() };
        fact(&read("ann", State::Running, &member, &[], WatchdogState::Running), "budget")
    };
    assert_eq!(
        budget(vec![ago(2000), ago(10)], 1),
        "1 of 5 automatic starts used within the last 15 min; 1 death in a row, which 10 min of running wipe out; started 7 times in all"
    );
    let full = budget([800, 700, 600, 500, 400].map(ago).to_vec(), 0);
    assert!(
        full.starts_with("5 of 5 automatic starts used within the last 15 min, the next is possible at 12:01:40 (in 100 s); no death to count"),
        "{full}"
    );
    let parked = Member {
        life: Life::Parked { since: ago(10), retry_at: ago(0), reason: String::new() },
        budget: Budget { starts: [5, 4, 3, 2, 1].map(ago).to_vec(), ..Budget::default() },
        ..idle()
    };
    let said = fact(&read("ann", State::Parked, &parked, &[], WatchdogState::Running), "budget");
    assert!(!said.contains("the next is possible"), "its next try is named with its life: {said}");
    let free = read("cid", State::Running, &idle(), &[], WatchdogState::Running);
    assert_eq!(
        fact(&free, "budget"),
        "not counted, since nothing restarts it by itself; started 1 time in all"
    );
}

#[test]
fn a_suspicion_is_told_only_of_one_that_runs() {
    let what = "its screen shows a fatal error: x".to_owned();
    let member =
        Member { suspicion: Some(Suspicion { since: ago(3), what, trial: Trial::Open }), ..idle() };
    let said = |state| fact(&read("ann", state, &member, &[], WatchdogState::Running), "suspicion");
    assert_eq!(said(State::Running), "its screen shows a fatal error: x, since 11:59:57 (3 s)");
    assert_eq!(said(State::Stopped), "");
}

#[test]
fn one_that_nobody_has_looked_at_since_its_start_is_not_judged_yet() {
    let why = agents_decide::Why::Asked;
    let life = Life::Starting { since: ago(1), sent_at: ago(1), run: RunId(2), why };
    let facts =
        read("ann", State::Running, &Member { life, ..idle() }, &[], WatchdogState::Running);
    assert_eq!(fact(&facts, "activity"), "not judged before the next look, which finds it up");
}
