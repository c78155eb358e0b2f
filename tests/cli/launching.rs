//! Do the launchers of the fake terminals start what the real one starts, and nothing else?

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use agents_decide::RunId;
use agents_names::{AgentName, SessionName};
use agents_tmux::fake::{LAUNCH, Program, World};
use agents_tmux::{Driver as _, StartSession, TmuxOp};
use agents_watchdog::launch::{LaunchSpec, RunFiles};

use crate::support::PATIENCE;

/// What both are held to: steps, each start with what comes of it.
const CONTRACT: [&str; 11] = [
    // A run is taken once, however its program and its launcher ended, and whether or not it was laid ready once more.
    "ready 1 | start 1 runs | end | start 1 ends with 1",
    "ready 1 | start 1 runs | end | ready 1 | start 1 ends with 1",
    "ready 1 | start 1 runs | kill | ready 1 | start 1 ends with 1",
    // What comes after a later run was laid ready finds no spec, begun or not.
    "ready 1 | ready 2 | start 1 ends with 1 | start 2 runs",
    "ready 1 | start 1 runs | end | ready 2 | start 1 ends with 1 | start 2 runs",
    // Nothing keeps back a run that nobody has begun, nor a number that is given out again after another one.
    "ready 1 | start 1 runs | end | ready 2 | start 2 runs | end | ready 1 | start 1 runs",
    "ready 2 | start 2 runs | end | ready 1 | start 1 runs",
    // What was taken back before a launcher claimed it never begins, laid ready once more or not; what was begun goes on.
    "ready 1 | back 1 | start 1 ends with 1",
    "ready 1 | back 1 | ready 1 | start 1 ends with 1",
    "ready 1 | back 1 | ready 2 | start 1 ends with 1 | start 2 runs | back 2 | end",
    "back 1 | ready 1 | back 2 | start 1 runs",
];

trait Launchers {
    /// Lays a run ready, as a watchdog does before it starts it.
    fn ready(&mut self, run: RunId);
    /// Takes it back, as a watchdog does before it ends what is there of it.
    fn back(&mut self, run: RunId);
    /// What comes of a start.
    fn start(&mut self, run: RunId) -> String;
    /// The program ends.
    fn end(&mut self);
    /// The program and its launcher are gone from one moment to the next.
    fn kill(&mut self);
}

#[test]
fn the_fake_launcher_and_the_real_one_keep_one_contract() {
    for steps in CONTRACT {
        keep(steps, &mut Real::new(), "the real one");
        keep(steps, &mut Fake::new(), "the fake");
    }
}

fn keep(steps: &str, launchers: &mut impl Launchers, whose: &str) {
    for step in steps.split(" | ") {
        let words: Vec<&str> = step.splitn(3, ' ').collect();
        let run = || words[1].parse().map(RunId).unwrap();
        match words[0] {
            "ready" => launchers.ready(run()),
            "back" => launchers.back(run()),
            "start" => assert_eq!(launchers.start(run()), words[2], "{whose}: {step} of {steps}"),
            "end" => launchers.end(),
            "kill" => launchers.kill(),
            other => panic!("no step: {other}"),
        }
    }
}

/// The launcher of the binary, without a terminal.
struct Real {
    root: tempfile::TempDir,
    files: RunFiles,
    name: AgentName,
    launcher: Option<Child>,
}

impl Real {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let files = RunFiles::new(root.path());
        std::fs::create_dir(files.dir()).unwrap();
        Self { root, files, name: AgentName::new("a").unwrap(), launcher: None }
    }

    fn began(&self) -> PathBuf {
        self.root.path().join("began")
    }

    fn starts(&self) -> usize {
        std::fs::read_to_string(self.began()).map_or(0, |text| text.lines().count())
    }
}

impl Launchers for Real {
    fn ready(&mut self, run: RunId) {
        // It lives as long as its input is open.
        let line = format!("echo >> '{}'; read -r rest", self.began().display());
        let spec = LaunchSpec {
            name: self.name.clone(),
            run,
            dir: self.root.path().to_owned(),
            create_dir: false,
            argv: vec!["sh".to_owned(), "-c".to_owned(), line],
            env: Vec::new(),
            records: self.root.path().to_owned(),
        };
        spec.write(&self.files.spec(&self.name, run)).unwrap();
        self.files.forget_others(&self.name, run);
    }

    fn back(&mut self, run: RunId) {
        self.files.take_back(&self.name, run).unwrap();
    }

    fn start(&mut self, run: RunId) -> String {
        let (before, end) = (self.starts(), self.files.end(&self.name, run));
        let mut command = Command::new(env!("CARGO_BIN_EXE_agents"));
        command.arg("launch").arg(self.files.spec(&self.name, run)).stdin(Stdio::piped());
        let mut launcher = command.stderr(Stdio::null()).spawn().unwrap();
        let begun = Instant::now();
        loop {
            assert!(begun.elapsed() < PATIENCE, "neither a program nor an end");
            if let Some(status) = launcher.try_wait().unwrap() {
                assert_eq!(self.starts(), before, "its program ran");
                assert_eq!(self.files.end(&self.name, run), end, "it left a record");
                return format!("ends with {}", status.code().unwrap());
            }
            if self.starts() > before {
                self.launcher = Some(launcher);
                return "runs".to_owned();
            }
            std::thread::yield_now();
        }
    }

    fn end(&mut self) {
        let mut launcher = self.launcher.take().unwrap();
        drop(launcher.stdin.take());
        assert!(launcher.wait().unwrap().code().is_some());
    }

    fn kill(&mut self) {
        let mut launcher = self.launcher.take().unwrap();
        launcher.kill().unwrap();
        launcher.wait().unwrap();
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        if self.launcher.is_some() {
            self.end();
        }
    }
}

struct Fake {
    world: World,
}

const SESSION: &str = "t-a";

impl Fake {
    fn new() -> Self {
        let world = World::new();
        world.keep_dead_panes(true);
        world.default_program(Program::silent());
        Self { world }
    }
}

impl Launchers for Fake {
    fn ready(&mut self, run: RunId) {
        self.world.lay_ready(SESSION, &run.to_string());
    }

    fn back(&mut self, run: RunId) {
        self.world.take_back(SESSION, &run.to_string());
    }

    fn start(&mut self, run: RunId) -> String {
        let start = StartSession {
            session: SessionName::new(SESSION).unwrap(),
            agent_id: SESSION.to_owned(),
            run: run.to_string(),
            argv: vec!["agents".to_owned(), "launch".to_owned()],
            log: None,
            columns: 80,
            rows: 24,
        };
        let mut driver = self.world.driver();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(driver.apply(&TmuxOp::Start(start))).unwrap();
        self.world.advance(LAUNCH + Duration::from_millis(1));
        let mut runs = false;
        self.world.each_living(|_| runs = true);
        if runs {
            return "runs".to_owned();
        }
        let ended = self.world.panes()[0].dead.unwrap();
        self.world.kill_session(SESSION);
        format!("ends with {}", ended.status.unwrap())
    }

    fn end(&mut self) {
        self.world.end_program(SESSION, 0);
        self.world.kill_session(SESSION);
    }

    fn kill(&mut self) {
        self.world.lose_server();
    }
}
