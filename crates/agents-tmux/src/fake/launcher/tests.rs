use super::*;
use crate::Driver as _;
use crate::fake::{Call, EndCause, Fault};
use crate::{Done, TmuxOp};
use agents_names::SessionName;

/// A member `a` with a driver that starts its runs.
struct Scene {
    world: World,
}

impl Scene {
    fn new() -> Self {
        let world = World::new();
        world.default_program(Program::shows("a program"));
        Self { world }
    }

    async fn start(&self, run: &str) -> Result<Done, crate::TmuxError> {
        let start = StartSession {
            session: SessionName::new("a").unwrap(),
            agent_id: "fleet/a".to_owned(),
            run: run.to_owned(),
            argv: vec!["agents".to_owned(), "launch".to_owned()],
            log: None,
            columns: 80,
            rows: 24,
        };
        let mut driver = self.world.driver();
        driver.apply(&TmuxOp::Start(start)).await
    }

    /// The run whose program is there.
    fn runs(&self) -> Vec<String> {
        let mut runs = Vec::new();
        self.world.each_living(|living| runs.extend(living.run.map(str::to_owned)));
        runs
    }

    fn has_session(&self) -> bool {
        self.world.pane("a").is_some()
    }
}

#[tokio::test]
async fn a_run_is_taken_once_also_after_its_program_and_its_server_have_ended() {
    for lose in [World::lose_server, |world: &World| world.end_program("a", 0)] {
        let scene = Scene::new();
        scene.world.lay_ready("fleet/a", "r1");
        scene.start("r1").await.unwrap();
        scene.world.advance(LAUNCH);
        assert_eq!(scene.runs(), ["r1"]);
        lose(&scene.world);
        let ended = scene.world.ended();
        // Asked for once more, as a watchdog does that has seen nothing of it.
        scene.world.lay_ready("fleet/a", "r1");
        scene.start("r1").await.unwrap();
        assert_eq!(scene.runs(), Vec::<String>::new());
        assert!(scene.world.shown("a").unwrap().contains("ran before or was taken back"));
        assert!(!scene.world.truths()[0].has_program);
        scene.world.advance(LAUNCH);
        assert!(!scene.has_session());
        assert_eq!(scene.world.ended(), ended, "no program ran, so none has ended");
    }
}

#[tokio::test]
async fn a_start_that_comes_after_that_of_a_later_run_finds_no_spec() {
    let scene = Scene::new();
    scene.world.lay_ready("fleet/a", "r1");
    scene.world.fault(Call::Apply, 1, Fault::Late(Duration::from_secs(3)));
    scene.start("r1").await.unwrap_err();
    scene.world.lay_ready("fleet/a", "r2");
    scene.world.set_now(Duration::from_secs(3));
    assert_eq!(scene.runs(), Vec::<String>::new());
    assert!(scene.world.shown("a").unwrap().contains("cannot read its spec"));
    // And its session is in the way until it has ended.
    assert_eq!(scene.start("r2").await.unwrap(), Done::Already);
    scene.world.advance(LAUNCH);
    assert_eq!(scene.start("r2").await.unwrap(), Done::Changed);
    assert_eq!(scene.runs(), ["r2"]);
}

#[tokio::test]
async fn nothing_keeps_a_late_start_of_a_run_from_beginning_that_nobody_has_begun() {
    let scene = Scene::new();
    scene.world.lay_ready("fleet/a", "r1");
    scene.world.fault(Call::Apply, 1, Fault::Late(Duration::from_secs(3600)));
    scene.start("r1").await.unwrap_err();
    scene.world.set_now(Duration::from_secs(3600));
    assert_eq!(scene.runs(), ["r1"]);
}

#[tokio::test]
async fn a_start_that_was_taken_back_begins_no_program_however_late_it_comes() {
    let scene = Scene::new();
    scene.world.lay_ready("fleet/a", "r1");
    scene.world.fault(Call::Apply, 1, Fault::Late(Duration::from_secs(3)));
    scene.start("r1").await.unwrap_err();
    for (name, run) in [("a", "r2"), ("b", "r1"), ("fleet", "r1"), ("a", "r1")] {
        scene.world.take_back(name, run);
    }
    scene.world.set_now(Duration::from_secs(3));
    assert_eq!(scene.runs(), Vec::<String>::new());
    // The next one is another matter.
    scene.world.advance(LAUNCH);
    scene.world.lay_ready("fleet/a", "r2");
    assert_eq!(scene.start("r2").await.unwrap(), Done::Changed);
    assert_eq!(scene.runs(), ["r2"]);
}

#[tokio::test]
async fn a_launcher_that_is_ended_at_once_has_claimed_nothing() {
    let scene = Scene::new();
    scene.world.lay_ready("fleet/a", "r1");
    scene.start("r1").await.unwrap();
    scene.world.lose_server();
    assert_eq!(scene.world.ended()[0].cause, EndCause::ServerLost);
    scene.start("r1").await.unwrap();
    assert_eq!(scene.runs(), ["r1"]);
}

#[tokio::test]
async fn the_pane_of_a_launcher_that_ended_is_kept_where_dead_panes_are() {
    let scene = Scene::new();
    scene.world.keep_dead_panes(true);
    scene.world.lay_ready("fleet/a", "r2");
    scene.start("r1").await.unwrap();
    scene.world.advance(LAUNCH);
    let dead = scene.world.panes()[0].dead.unwrap();
    assert_eq!(dead.status, Some(1));
    assert_eq!(scene.world.ended(), []);
}
