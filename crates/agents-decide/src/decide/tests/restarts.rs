//! How often one that runs is restarted on its own account, and what is said when it is not.

use super::*;
use crate::draft::{Declared, Draft};
use crate::{Bar, Hold, LifeNote, StopStage, Why};

/// An error that condemns it stands on its screen; what is said of the restart, and whether it is stopped.
fn condemned(change: impl FnOnce(&mut Scene)) -> (bool, Vec<String>) {
    let mut scene = Scene::running(&["ann"], "");
    scene.screen("ann", "all is well / $");
    change(&mut scene);
    scene.tick(1000);
    scene.screen("ann", "it is broken / $");
    for _ in 0..20 {
        scene.tick(1000);
    }
    let stop = |it: &Action| matches!(it, Action::Stop { stage: StopStage::Terminate, .. });
    let alarms = scene.done.iter().filter_map(|(_, it)| match it {
        Action::Alarm { key, .. } => Some(key.clone()),
        _ => None,
    });
    (scene.done.iter().any(|(_, it)| stop(it)), alarms.collect())
}

fn with_budget(starts: &[u64], in_vain: u32, up_since: u64, worked: bool) -> (bool, Vec<String>) {
    condemned(|scene| {
        let member = scene.state.members.get_mut(&name("ann")).unwrap();
        member.budget.starts = starts.iter().map(|at| now(*at).at).collect();
        member.budget.in_vain = in_vain;
        member.activity.ever_active = worked;
        member.life = Life::Up { since: now(up_since).at, run: Some(RunId(1)) };
    })
}

#[test]
fn f02_restarts_are_counted_within_the_window_and_those_that_were_for_nothing_in_a_row() {
    let timing = Scene::running(&["ann"], "").fleet.timing;
    let limit = timing.restart_limit;
    let full: Vec<u64> = (0..u64::from(limit)).map(|nth| 990 + nth).collect();
    let restarted = (true, vec![]);
    let barred = (false, vec!["restart".to_owned()]);
    assert_eq!(with_budget(&[], 0, 500, false), restarted);
    assert_eq!(with_budget(&full[1..], 0, 500, false), restarted);
    assert_eq!(with_budget(&full, 0, 500, false), barred);
    // As many for nothing as are allowed, and one more.
    assert_eq!(with_budget(&[], limit - 1, 990, false), restarted);
    assert_eq!(with_budget(&[], limit, 990, false), barred);
    // One that has worked starts a new count, and one that stood for long is tried again.
    assert_eq!(with_budget(&[], limit, 990, true), restarted);
    let patience = timing.parked_retry.as_secs();
    assert!(patience > 0 && patience < 86_000, "{patience}");
    let mut scene = Scene::running(&["ann"], "");
    let member = scene.state.members.get_mut(&name("ann")).unwrap();
    member.budget.in_vain = limit;
    let since = now(1000).at.before(timing.parked_retry);
    member.life = Life::Up { since, run: Some(RunId(1)) };
    scene.screen("ann", "it is broken / $");
    for _ in 0..20 {
        scene.tick(1000);
    }
    assert!(
        matches!(
            scene.life("ann"),
            Life::Stopping { .. } | Life::Due { .. } | Life::Starting { .. }
        ),
        "{:?}",
        scene.life("ann")
    );
    assert_eq!(scene.state.members[&name("ann")].budget.in_vain, limit + 1);
}

#[test]
fn f48_a_member_that_left_the_file_is_remembered_for_a_day_as_it_was() {
    let mut scene = Scene::running(&["ann"], "");
    let mut bob = scene.state.members[&name("ann")].clone();
    bob.starts = 7;
    scene.state.members.insert(name("bob"), bob.clone());
    scene.tick(1000);
    assert_eq!(scene.state.left[&name("bob")].member, bob);
    assert!(!scene.state.members.contains_key(&name("bob")));
    let kept = scene.state.left[&name("bob")].clone();
    // A day later it is forgotten, and not a second before.
    for (age, is_kept) in [(86_399, true), (86_400, false)] {
        let mut scene = Scene::running(&["ann"], "");
        let since = scene.now().at.before(std::time::Duration::from_secs(age));
        let left = crate::Left { since, ..kept.clone() };
        scene.state.left.insert(name("bob"), left);
        scene.tick(1000);
        assert_eq!(scene.state.left.contains_key(&name("bob")), is_kept, "{age}");
    }
    // Back in the file it is who it was.
    let mut scene = Scene::running(&["ann", "bob"], "");
    scene.state.members.remove(&name("bob"));
    scene.state.left.insert(name("bob"), kept);
    scene.tick(1000);
    assert_eq!(scene.state.members[&name("bob")].starts, 7);
    assert!(scene.state.left.is_empty());
}

#[test]
fn i17_who_is_asked_down_while_the_file_lacks_it_stays_down_when_the_file_has_it() {
    let mut scene = Scene::running(&["ann"], "");
    scene.ask(Verb::Down { names: vec![name("bob")], whole: false });
    scene.tick(1000);
    let left = std::mem::take(&mut scene.state.left);
    assert_eq!(left[&name("bob")].member.wanted, Wanted::Down);
    let mut scene = Scene::running(&["ann", "bob"], "");
    scene.state.members.remove(&name("bob"));
    scene.state.left = left;
    scene.seen.members.insert(name("bob"), gone());
    let decision = scene.tick(1000);
    assert!(!decision.actions.iter().any(|it| matches!(it, Action::Start { .. })));
}

#[test]
fn only_once_it_was_up_for_ten_minutes_is_a_member_healthy() {
    for (seconds, is_healthy) in [(599, false), (600, true)] {
        let mut scene = Scene::running(&["ann"], "");
        let member = scene.state.members.get_mut(&name("ann")).unwrap();
        (member.budget.failures, member.budget.spent) = (3, true);
        member.life = Life::Up { since: now(1000 - seconds).at, run: Some(RunId(1)) };
        for key in ["start", "parked", "server", "stranger", "other"] {
            scene.state.alarms.insert(format!("ann/{key}"), now(500).at);
        }
        scene.tick(1000);
        let budget = &scene.state.members[&name("ann")].budget;
        assert_eq!((budget.failures == 0, !budget.spent), (is_healthy, is_healthy));
        let left: Vec<&str> = scene.state.alarms.keys().map(String::as_str).collect();
        let expected: &[&str] = if is_healthy {
            &["ann/other"]
        } else {
            &["ann/other", "ann/parked", "ann/server", "ann/start"]
        };
        assert_eq!(left, expected);
    }
}

#[test]
fn since_when_the_program_itself_runs_is_known_from_its_launcher() {
    let began = |run, age| {
        let mut scene = Scene::running(&["ann"], "");
        let age = std::time::Duration::from_secs(age);
        scene.look("ann").began = Some(crate::BeganSeen { run: RunId(run), age });
        scene.tick(1000);
        scene.tick(1000);
        scene.state.members[&name("ann")].began
    };
    assert_eq!(began(1, 20), Some((RunId(1), now(980).at)));
    // It is not older than its session, and another run's says nothing.
    assert_eq!(began(1, 900), Some((RunId(1), now(500).at)));
    assert_eq!(began(2, 20), None);
}

/// What is against a restart at second 1000 of one that has not worked since it came up, after so many in vain.
fn bar(starts: &[u64], in_vain: u32, up_since: crate::Moment) -> Option<Bar> {
    let mut scene = Scene::running(&["ann"], "");
    let member = scene.state.members.get_mut(&name("ann")).unwrap();
    member.budget.starts = starts.iter().map(|at| now(*at).at).collect();
    member.budget.in_vain = in_vain;
    member.life = Life::Up { since: up_since, run: Some(RunId(1)) };
    let (fleet, seen) = (&scene.fleet, &scene.seen.members[&name("ann")]);
    let mut draft = Draft::new(fleet, &scene.state, &scene.seen, false, now(1000));
    let what = Declared::Agent(&fleet.agents[0]);
    let may = crate::life::may_restart(&mut draft, what, seen, &Why::ServerLost);
    let bar = draft.noted(Some(&name("ann"))).find_map(|note| match note {
        Note::Life(LifeNote::NotRestarted { bar, .. }) => Some(bar.clone()),
        _ => None,
    });
    assert_eq!(may, bar.is_none(), "{bar:?}");
    bar
}

#[test]
fn f02_whoever_is_barred_hears_when_a_restart_is_possible_again() {
    let timing = Scene::running(&["ann"], "").fleet.timing;
    let limit = timing.restart_limit;
    let full: Vec<u64> = (0..u64::from(limit)).map(|nth| 990 + nth).collect();
    let used_up = |again_at| {
        let window_seconds = timing.restart_window.as_secs();
        Some(Bar::Budget { limit, window_seconds, again_at: Some(again_at) })
    };
    let free_at = now(990).at.after(timing.restart_window);
    let (since, patient_at) = (now(995).at, now(995).at.after(timing.parked_retry));
    assert!(patient_at > free_at);
    assert_eq!(bar(&full, limit - 1, since), used_up(free_at));
    // Both rules hold it up, and the later one counts.
    assert_eq!(bar(&full, limit, since), used_up(patient_at));
    let in_vain = |again_at| Some(Bar::InVain { restarts: limit, again_at });
    assert_eq!(bar(&[], limit, since), in_vain(patient_at));
    let patient_now = now(1000).at.before(timing.parked_retry);
    assert_eq!(bar(&[], limit, patient_now), None);
    assert_eq!(
        bar(&[], limit, crate::Moment(patient_now.0 + 1)),
        in_vain(crate::Moment(now(1000).at.0 + 1))
    );
}

#[test]
fn what_only_cleared_away_what_was_left_of_a_run_remembers_how_that_ended() {
    let gone_by_itself = || Why::Gone { how: "exit code 1".to_owned() };
    let (phase, reason) = (agents_names::PhaseId::new("P1").unwrap(), "no room".to_owned());
    for (why, how) in [
        (gone_by_itself(), Ending::Ended("exit code 1".to_owned())),
        (
            Why::Refused { id: "c1".to_owned() },
            Ending::Ended("it refused to resume conversation c1".to_owned()),
        ),
        (Why::ServerLost, Ending::Ended("the tmux server was lost".to_owned())),
        (Why::Asked, Ending::Asked),
        (fatal(), Ending::Asked),
        (Why::Phase { phase }, Ending::Asked),
        (Why::SequenceComplete, Ending::Asked),
        (Why::Retry { reason }, Ending::Asked),
    ] {
        let mut scene = Scene::running(&["ann"], "");
        scene.seen.members.insert(name("ann"), gone());
        stops(&mut scene, (why.clone(), None), StopStage::Terminate, std::time::Duration::ZERO);
        scene.tick(1);
        assert_eq!(*scene.life("ann"), Life::Stopped { since: now(1000).at, how }, "{why:?}");
    }
}

fn fatal() -> Why {
    Why::Fatal { row: "broken".to_owned() }
}

/// Ann is being stopped since so long ago, and the stop was sent just now.
fn stops(
    scene: &mut Scene,
    (why, then): (Why, Option<Why>),
    stage: StopStage,
    lasts: std::time::Duration,
) {
    let (at, run) = (scene.now().at, Some(RunId(1)));
    let since = at.before(lasts);
    scene.state.members.get_mut(&name("ann")).unwrap().life =
        Life::Stopping { since, sent_at: at, run, stage, why, then };
}

#[test]
fn f08_who_outlives_being_killed_is_told_of_once_and_not_before_it_had_the_time() {
    let grace = Scene::running(&["ann"], "").fleet.timing.stop_grace;
    let (time, second) =
        (grace * 2 + std::time::Duration::from_secs(5), std::time::Duration::from_secs(1));
    for (stage, lasts, is_told) in [
        (StopStage::Terminate, grace - second, false),
        (StopStage::Kill, grace * 2, false),
        (StopStage::Kill, time - second, false),
        (StopStage::Kill, time, true),
    ] {
        let mut scene = Scene::running(&["ann"], "");
        stops(&mut scene, (Why::Asked, None), stage, lasts);
        let decision = scene.tick(1);
        assert_eq!(alarms(&decision).contains(&"survives"), is_told, "{stage:?} {lasts:?}");
        assert_eq!(alarms(&scene.tick(1)), Vec::<&str>::new());
    }
}

#[test]
fn f49_only_so_many_starts_are_under_way_at_once_and_whoever_waits_says_so() {
    let mut scene = Scene::of(&["ann", "bob"], "[watchdog]\nmax_starts_in_flight = 1\n");
    let (names, one_offs, which) = (Vec::new(), crate::OneOffs::new(), crate::Which::Own);
    scene.ask(Verb::Up { names, whole: true, one_offs, which });
    let started = |decision: &Decision| {
        decision.actions.iter().filter(|it| matches!(it, Action::Start { .. })).count()
    };
    let decision = scene.tick(200);
    assert_eq!(started(&decision), 1);
    let waits = Note::from(LifeNote::WaitsForTurn { hold: Hold::InFlight { starting: 1 } });
    assert!(notes(&decision, Some("bob")).contains(&&waits), "{:?}", decision.notes);
    assert_eq!(started(&scene.tick(200)), 0);
    let run = scene.state.members[&name("ann")].last_run.unwrap();
    scene.seen.members.insert(name("ann"), super::up(run.0));
    assert_eq!(started(&scene.tick(200)), 1);
}

#[test]
fn after_the_loss_of_a_server_agents_wait_for_the_services_that_come() {
    let (since, run, why) = (now(999).at, RunId(7), || Why::ServerLost);
    let then = || Some(Why::ServerLost);
    let stopping = |then| Life::Stopping {
        since,
        sent_at: now(1000).at,
        run: Some(run),
        stage: StopStage::Terminate,
        why: Why::Asked,
        then,
    };
    let reason = "too often".to_owned();
    for (life, is_coming) in [
        (Life::Due { at: now(2000).at, why: why() }, true),
        (Life::Starting { since, sent_at: since, run, why: why() }, true),
        (Life::Missing { since: now(1000).at, up_since: since, run: Some(run) }, true),
        (stopping(then()), true),
        (stopping(None), false),
        (Life::Stopped { since, how: Ending::Asked }, false),
        (Life::Up { since, run: Some(run) }, false),
        (Life::Parked { since, retry_at: now(2000).at, reason }, false),
    ] {
        for (why, waits) in [(Why::ServerLost, is_coming), (Why::ParkedRetry, false)] {
            let mut scene =
                Scene::of(&["ann"], "[[service]]\nname = \"db\"\ncommand = \"serve\"\n");
            scene.state.wanted = Wanted::Up;
            scene.state.server = Some(SERVER);
            let seen = match life {
                Life::Up { .. } | Life::Stopping { .. } => super::up(run.0),
                _ => gone(),
            };
            scene.seen.members.insert(name("db"), seen);
            let member = scene.state.members.entry(name("db")).or_default();
            (member.wanted, member.life) = (Wanted::Up, life.clone());
            let due = Life::Due { at: now(1000).at, why: why.clone() };
            scene.state.members.entry(name("ann")).or_default().life = due;
            let decision = scene.tick(1);
            let is_held = decision.notes.iter().any(|about| {
                about.note == Note::from(LifeNote::WaitsForTurn { hold: Hold::Services })
            });
            let starts =
                |it: &Action| matches!(it, Action::Start { name: of, .. } if *of == name("ann"));
            let starts = decision.actions.iter().any(starts);
            assert_eq!((is_held, starts), (waits, !waits), "{life:?} {why:?}");
        }
    }
}
