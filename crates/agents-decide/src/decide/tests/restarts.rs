//! How often one that runs is restarted on its own account, and what is said when it is not.

use super::*;
use crate::StopStage;

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
