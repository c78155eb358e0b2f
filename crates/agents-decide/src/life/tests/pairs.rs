//! Every life meets every look, and every word of the operator: what follows, in one table.

use std::fmt::Write as _;

use super::*;
use crate::activity::fixture::unknown;
use crate::life::Ending;
use crate::{DeadSeen, ExitSeen, Moment, StopStage, Why, invariants};

/// When the looks are made, in seconds.
pub(super) const AT: u64 = 1000;

pub(super) fn lives() -> Vec<(&'static str, Life)> {
    let (since, run) = (now(AT - 5).at, RunId(3));
    let stopped = |how| Life::Stopped { since, how };
    let stopping = |then| {
        let (stage, why) = (StopStage::Terminate, Why::Asked);
        Life::Stopping { since, sent_at: now(AT).at, run: Some(run), stage, why, then }
    };
    let starting = |since: Moment, why| {
        let sent_at = now(AT - 1).at;
        Life::Starting { since, sent_at, run, why }
    };
    let parked = |retry_at| Life::Parked { since, retry_at, reason: "too often".to_owned() };
    vec![
        ("never started", stopped(Ending::NeverStarted)),
        ("stopped", stopped(Ending::Asked)),
        ("ended", stopped(Ending::Ended("exit code 0".to_owned()))),
        ("failed", stopped(Ending::Failed("no such file".to_owned()))),
        ("due", Life::Due { at: now(AT).at, why: Why::New }),
        ("due later", Life::Due { at: now(AT + 9).at, why: Why::New }),
        ("due, asked", Life::Due { at: now(AT).at, why: Why::Asked }),
        ("starting", starting(since, Why::New)),
        ("starting for long", starting(now(AT - 60).at, Why::New)),
        ("asked, starting for long", starting(now(AT - 60).at, Why::Asked)),
        ("up", Life::Up { since, run: Some(run) }),
        ("missing", Life::Missing { since, up_since: since, run: Some(run) }),
        ("stopping", stopping(None)),
        ("restarting", stopping(Some(Why::Asked))),
        ("parked", parked(now(AT + 60).at)),
        ("parked, retry", parked(now(AT).at)),
    ]
}

pub(super) fn looks() -> Vec<(&'static str, MemberSeen)> {
    let alive = || up(3);
    let gone = || MemberSeen { pane: Seen::Absent, processes: Seen::Absent, ..up(3) };
    let exit = |failure: Option<&str>| ExitSeen {
        run: RunId(3),
        code: Some(1),
        signal: None,
        alive: std::time::Duration::from_secs(2),
        failure: failure.map(str::to_owned),
        session_closed: false,
        last_output: Vec::new(),
    };
    let with = |change: &dyn Fn(&mut PaneSeen)| {
        let mut seen = alive();
        let mut pane = PaneSeen { run: Some(RunId(3)), ..pane() };
        change(&mut pane);
        seen.pane = Seen::Known(pane);
        seen
    };
    let dead = Some(DeadSeen { status: Some(1), signal: None });
    vec![
        ("cannot be seen", MemberSeen { pane: unknown(), ..alive() }),
        ("is gone", gone()),
        ("is gone, processes left", MemberSeen { pane: Seen::Absent, ..alive() }),
        ("is gone, exit 1", MemberSeen { exit: Some(exit(None)), ..gone() }),
        ("could not run", MemberSeen { exit: Some(exit(Some("no such file"))), ..gone() }),
        (
            "start failed",
            MemberSeen { start_failed: Some((RunId(3), "tmux said no".to_owned())), ..gone() },
        ),
        ("no prompt file", MemberSeen { unstartable: Some("no prompt".to_owned()), ..gone() }),
        ("is gone, unheard", MemberSeen { unheard: true, ..gone() }),
        ("runs", alive()),
        ("runs, a stranger", with(&|pane| pane.ours = false)),
        ("is dead", with(&|pane| pane.dead = dead)),
        ("is dead, a stranger", with(&|pane| (pane.dead, pane.ours) = (dead, false))),
    ]
}

pub(super) fn verbs() -> Vec<(&'static str, Option<Verb>)> {
    let (names, one_offs, which) = (vec![ann()], OneOffs::default(), Which::Own);
    let up = Verb::Up {
        names: names.clone(),
        whole: false,
        one_offs: one_offs.clone(),
        which: which.clone(),
    };
    let down = Verb::Down { names: names.clone(), whole: false };
    let restart = Verb::Restart { names, one_offs, which };
    vec![("", None), ("up", Some(up)), ("down", Some(down)), ("restart", Some(restart))]
}

pub(super) fn kind(life: &Life) -> String {
    match life {
        Life::Stopped { how: Ending::NeverStarted, .. } => "never started".to_owned(),
        Life::Stopped { how: Ending::Asked, .. } => "stopped".to_owned(),
        Life::Stopped { how: Ending::Ended(how), .. } => format!("ended: {how}"),
        Life::Stopped { how: Ending::Failed(how), .. } => format!("failed: {how}"),
        Life::Due { at, .. } if *at > now(AT).at => "due later".to_owned(),
        Life::Due { .. } => "due".to_owned(),
        Life::Starting { run, .. } => format!("starting run {}", run.0),
        Life::Up { .. } => "up".to_owned(),
        Life::Missing { .. } => "missing".to_owned(),
        Life::Stopping { then: None, .. } => "stopping".to_owned(),
        Life::Stopping { then: Some(_), .. } => "restarting".to_owned(),
        Life::Parked { .. } => "parked".to_owned(),
    }
}

pub(super) fn done(action: &Action) -> Option<String> {
    match action {
        Action::Start { run, .. } => Some(format!("start run {}", run.0)),
        Action::Stop { stage, .. } => Some(format!("{stage:?}").to_lowercase()),
        Action::Alarm { key, .. } => Some(format!("alarm {key}")),
        Action::Reply { answers, .. } => {
            Some(answers.iter().map(|(_, answer)| format!("tell {answer:?}")).collect())
        }
        Action::Type { .. }
        | Action::Submit { .. }
        | Action::Choose { .. }
        | Action::RestoreSocket { .. }
        | Action::LookAgain
        | Action::WritePosition { .. }
        | Action::MarkComplete { .. }
        | Action::ClearComplete
        | Action::StopUndeclared { .. }
        | Action::Analyze { .. }
        | Action::EndAnalysis { .. }
        | Action::Exit => None,
    }
}

/// What one look decides: the life that follows, and what is done.
fn outcome(life: &Life, seen: &MemberSeen, verb: Option<Verb>) -> String {
    let mut before = state(3);
    before.next_run = 3;
    before.members.get_mut(&ann()).unwrap().life = life.clone();
    let is_asked = verb.is_some();
    let decision = look(&before, seen.clone(), verb.clone(), AT);
    let acts: Vec<&Action> = decision.actions.iter().collect();
    let touches = |it: &&Action| matches!(it, Action::Start { .. } | Action::Stop { .. });
    if seen.pane.known().is_none() && !seen.pane.is_absent() && !is_asked {
        assert!(!acts.iter().any(touches), "unknown is never gone: {acts:?}");
    }
    if seen.pane.known().is_some_and(|pane| !pane.ours) {
        let ends = |it: &&Action| matches!(it, Action::Stop { pane: Some(_), .. });
        assert!(!acts.iter().any(ends), "a stranger's pane is nobody's to end: {acts:?}");
    }
    assert!(acts.iter().filter(|it| matches!(it, Action::Start { .. })).count() <= 1);
    let observation = asked(seen.clone(), verb);
    let broken = invariants::check(&fleet(), &before, &observation, &decision, now(AT));
    assert_eq!(broken, []);
    let mut said = kind(&decision.next.members[&ann()].life);
    for act in decision.actions.iter().filter_map(done) {
        write!(said, "; {act}").unwrap();
    }
    said
}

#[test]
fn every_life_meets_every_look_and_every_word() {
    let mut table = String::new();
    for (life_name, life) in lives() {
        writeln!(table, "{life_name}").unwrap();
        for (verb_name, verb) in verbs() {
            for (look_name, seen) in looks() {
                let said = outcome(&life, &seen, verb.clone());
                let verb_name = if verb_name.is_empty() { "-" } else { verb_name };
                writeln!(table, "  {verb_name:8}{look_name:26}{said}").unwrap();
            }
        }
    }
    insta::assert_snapshot!(table);
}
