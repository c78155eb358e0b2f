//! How does the suite run on the fake?

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use agents_names::SessionName;

use super::bench::{Actor, Bench, Disturbance, Outcome};
use crate::PaneId;
use crate::fake::{FakeDriver, Program, World};

/// A world for one check.
pub(crate) struct FakeBench {
    world: World,
    driver: FakeDriver,
    exit_codes: BTreeMap<String, u8>,
}

impl FakeBench {
    pub(crate) fn new() -> Self {
        let world = World::new();
        Self { driver: world.driver(), world, exit_codes: BTreeMap::new() }
    }

    fn session_of(&self, pane: PaneId) -> Result<String, String> {
        let found = self.world.panes().into_iter().find(|listed| listed.id == pane);
        found.map(|pane| pane.session).ok_or_else(|| format!("no pane {pane}"))
    }

    fn end_program(&self, session: &SessionName) {
        let code = self.exit_codes.get(session.as_str()).copied().unwrap_or(0);
        self.world.end_program(session.as_str(), i32::from(code));
    }
}

impl Bench for FakeBench {
    type Driver = FakeDriver;

    fn driver(&mut self) -> &mut FakeDriver {
        &mut self.driver
    }

    fn words(&mut self, session: &SessionName, program: Actor) -> Vec<String> {
        let program = match program {
            Actor::Sink => Program::shows("ready"),
            Actor::BracketedSink => Program::shows("ready").brackets_pastes(),
            Actor::Echo => Program::echo(),
            Actor::Shows(text) => Program::shows(text),
            Actor::Prints(words) => Program::shows(words.join("\n")).exits(Duration::ZERO, 0),
            Actor::Titled(title) => Program::shows("ready").titled(title),
            Actor::EndsWhenTold(code) => {
                self.exit_codes.insert(session.as_str().to_owned(), code);
                Program::silent()
            }
        };
        self.world.program(session, program);
        vec!["program".to_owned(), session.to_string()]
    }

    fn received(&mut self, session: &SessionName) -> String {
        self.world.received(session.as_str())
    }

    fn folder(&mut self, name: &str) -> PathBuf {
        Path::new("/fake").join(name)
    }

    fn log(&mut self, path: &Path) -> String {
        self.world.log(path).unwrap_or_default()
    }

    async fn disturb(&mut self, disturbance: Disturbance) -> Outcome {
        match disturbance {
            Disturbance::CopyMode(pane, on) => self.world.copy_mode(&self.session_of(pane)?, on),
            Disturbance::InputOff(pane, off) => self.world.input_off(&self.session_of(pane)?, off),
            Disturbance::EndKept(session) => {
                self.world.keep_dead_panes(true);
                self.end_program(&session);
            }
            Disturbance::End(session) => self.end_program(&session),
            Disturbance::Rename(from, to) => self.world.rename_session(from.as_str(), &to),
            Disturbance::Stranger(session) => self.world.strange_session(&session),
            Disturbance::KillServer => self.world.lose_server(),
            Disturbance::StopServer => self.world.stop_server(true),
            Disturbance::ResumeServer => self.world.stop_server(false),
            Disturbance::RemoveSocket => self.world.remove_socket(),
            Disturbance::ShortLimit => {}
        }
        Ok(())
    }

    async fn pause(&mut self) {
        self.world.advance(Duration::from_millis(20));
    }

    fn second_driver(&mut self) -> FakeDriver {
        self.world.driver()
    }

    fn holds_a_connection(&self) -> bool {
        false
    }

    fn hears_news(&self) -> bool {
        true
    }

    async fn buffers(&mut self) -> Result<String, String> {
        Ok(String::new())
    }
}
