//! What the runs of tasks are asked for with the fleet.

use std::time::Duration;

use super::requests::{down_verb, up_verb};
use super::*;
use crate::{ExitSeen, Why};

/// A run of a manifest, which is up.
fn task() -> Scene {
    let mut scene = Scene::running(&["job"], "kind = \"task\"\n");
    scene.fleet.agents[0].dir = scene.fleet.log_dir.join("worktrees/job");
    scene
}

#[test]
fn who_asks_for_the_fleet_runs_no_task_again_that_has_ended() {
    // It has ended since the last look, with its pane dead or gone; or was seen to.
    let dead = Some(crate::DeadSeen { status: Some(0), signal: None });
    let pane = PaneSeen { run: Some(RunId(1)), dead, ..pane() };
    let dead = || MemberSeen { pane: Seen::Known(pane.clone()), ..gone() };
    for (seen, looked) in [(gone(), 0), (dead(), 0), (gone(), 2), (dead(), 1), (dead(), 3)] {
        let mut scene = task();
        scene.seen.members.insert(name("job"), seen);
        let mut started = Vec::new();
        for look in 0..6 {
            if look == looked {
                scene.ask(up_verb(&[]));
            }
            if look == 2 {
                scene.seen.members.insert(name("job"), gone());
            }
            let decision = scene.tick(400);
            started.extend(
                decision.actions.into_iter().filter(|it| matches!(it, Action::Start { .. })),
            );
        }
        assert_eq!(started, [], "{looked}");
        assert!(matches!(scene.life("job"), Life::Stopped { how: Ending::Ended(_), .. }));
        assert!(scene.state.open.is_empty(), "{:?}", scene.state.open);
    }
}

#[test]
fn a_task_whose_start_a_killed_watchdog_sent_is_not_run_again_when_it_ends() {
    let exit = ExitSeen {
        run: RunId(1),
        code: Some(0),
        signal: None,
        alive: Duration::from_secs(1),
        failure: None,
        session_closed: false,
        last_output: Vec::new(),
    };
    let ended = MemberSeen { exit: Some(exit), ..gone() };
    // It has ended, or the first look sees it a moment before it does.
    for first in [ended.clone(), up(1)] {
        let mut scene = task();
        let (at, run) = (now(998).at, RunId(1));
        let life = Life::Starting { since: at, sent_at: at, run, why: Why::New };
        scene.state.members.get_mut(&name("job")).unwrap().life = life;
        scene.ask(up_verb(&[]));
        for seen in [&first, &ended, &ended] {
            scene.seen.members.insert(name("job"), seen.clone());
            let decision = scene.tick(100);
            assert!(!decision.actions.iter().any(|it| matches!(it, Action::Start { .. })));
        }
        assert!(matches!(scene.life("job"), Life::Stopped { how: Ending::Ended(_), .. }));
    }
}

#[test]
fn a_task_that_down_cut_off_goes_on_with_the_fleet() {
    let mut scene = task();
    scene.ask(down_verb(&[]));
    scene.tick(400);
    scene.seen.members.insert(name("job"), gone());
    scene.tick(400);
    scene.ask(up_verb(&[]));
    let decision = scene.tick(400);
    assert!(decision.actions.iter().any(|it| matches!(it, Action::Start { .. })));
}

#[test]
fn a_task_that_its_manifest_starts_while_the_fleet_goes_down_stays_down_and_the_watchdog_ends() {
    let mut scene = Scene::running(&["ann", "job"], "");
    let job = scene.fleet.agents.iter_mut().find(|it| it.name == name("job")).unwrap();
    job.kind = agents_config::Kind::Task;
    job.dir = scene.fleet.log_dir.join("worktrees/job");
    let since = now(900).at;
    let ended = Life::Stopped { since, how: Ending::Asked };
    scene.state.members.get_mut(&name("job")).unwrap().life = ended;
    scene.seen.members.insert(name("job"), gone());
    // Both were left before the watchdog looked; the manifest's a moment later.
    scene.ask(down_verb(&[]));
    scene.ask(up_verb(&["job"]));
    let mut decision = scene.tick(400);
    let said = answers(&decision);
    assert!(
        said.iter().any(|(who, it)| *who == name("job") && matches!(it, Answer::Failed(_))),
        "{said:?}"
    );
    assert!(!decision.actions.iter().any(|it| matches!(it, Action::Start { .. })));
    scene.seen.members.insert(name("ann"), gone());
    for _ in 0..3 {
        if !decision.actions.contains(&Action::Exit) {
            decision = scene.tick(400);
        }
    }
    assert!(decision.actions.contains(&Action::Exit), "{decision:?}");
    assert_eq!(scene.state.members[&name("job")].wanted, Wanted::Down);
}
