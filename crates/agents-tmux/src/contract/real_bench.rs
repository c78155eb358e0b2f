//! How does the suite run on a real tmux? On a server of its own, in a folder of its own.

use std::path::{Path, PathBuf};
use std::time::Duration;

use agents_names::SessionName;
use rustix::process::{Signal, kill_process};
use tempfile::TempDir;

use super::bench::{Actor, Bench, Disturbance, Outcome, name};
use crate::oneshot::run_tmux;
use crate::target::Target;
use crate::transport::Transport;
use crate::{ControlMode, Driver, OneShot, Place, ServerId, Socket, process};

/// Long enough for a loaded machine; only a test that expects silence waits that long.
const LIMIT: Duration = Duration::from_secs(60);
const SHORT_LIMIT: Duration = Duration::from_millis(600);
const PAUSE: Duration = Duration::from_millis(20);

/// A tmux server for one check.
pub(crate) struct RealBench<D> {
    root: TempDir,
    place: Place,
    make: Box<dyn Fn(Place) -> D + Send>,
    driver: D,
    server: ServerId,
    holds_a_connection: bool,
}

impl RealBench<OneShot> {
    /// A server asked with one process per request.
    pub(crate) async fn one_shot(tmux: &Path) -> Result<Self, String> {
        Self::new(tmux, Box::new(OneShot::new), false).await
    }
}

impl RealBench<ControlMode> {
    /// A server asked over one connection.
    pub(crate) async fn control_mode(tmux: &Path) -> Result<Self, String> {
        let session = name("check-control")?;
        Self::new(
            tmux,
            Box::new(move |place| ControlMode::new(place, session.clone()).at_once()),
            true,
        )
        .await
    }
}

impl<D: Driver + Transport> RealBench<D> {
    /// Starts a server.
    async fn new(
        tmux: &Path,
        make: Box<dyn Fn(Place) -> D + Send>,
        holds_a_connection: bool,
    ) -> Result<Self, String> {
        let root = tempfile::Builder::new().prefix("agents-check-").tempdir();
        let root = root.map_err(|error| format!("no temporary folder: {error}"))?;
        let place = Place::new(tmux, Socket::Name("check".to_owned()))
            .with_socket_root(root.path())
            .with_time_limit(LIMIT);
        let mut driver = make(place.clone());
        let server = driver.ensure_server().await.map_err(|error| error.to_string())?;
        Ok(Self { root, place, make, driver, server, holds_a_connection })
    }

    fn sink_file(&self, session: &SessionName) -> PathBuf {
        self.root.path().join(format!("{session}.read"))
    }

    fn end_file(&self, session: &SessionName) -> PathBuf {
        self.root.path().join(format!("{session}.end"))
    }

    /// The server of this bench.
    #[cfg(test)]
    pub(crate) fn place(&self) -> Place {
        self.place.clone()
    }

    /// Asks tmux past the driver.
    pub(crate) async fn tmux(&mut self, arguments: &[&str]) -> Result<String, String> {
        let arguments: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
        let output =
            run_tmux(&self.place, &arguments, None).await.map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(format!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr)));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The driver, with one that has not connected in its place.
    #[cfg(test)]
    pub(crate) fn take_driver(&mut self) -> D {
        let fresh = self.second_driver();
        std::mem::replace(&mut self.driver, fresh)
    }

    fn signal(&self, signal: Signal) -> Outcome {
        let Some(pid) = process::tmux_process(self.server.pid) else {
            return Err("the server is not there".to_owned());
        };
        kill_process(pid, signal).map_err(|error| error.to_string())
    }

    /// How long a request of the driver waits from now on.
    fn limit(&mut self, limit: Duration) {
        let memory = self.driver.memory_mut();
        memory.place = memory.place.clone().with_time_limit(limit);
    }

    async fn current_server(&mut self) -> Result<ServerId, String> {
        let listing = self.driver.list().await.map_err(|error| error.to_string())?;
        self.server = listing.server;
        Ok(listing.server)
    }
}

impl<D: Driver + Transport> Bench for RealBench<D> {
    type Driver = D;

    fn driver(&mut self) -> &mut D {
        &mut self.driver
    }

    fn words(&mut self, session: &SessionName, program: Actor) -> Vec<String> {
        let file = |path: PathBuf| path.display().to_string();
        let script = |script: &str, words: Vec<String>| {
            let start = ["sh", "-c", script, "sh"].map(str::to_owned).into_iter();
            start.chain(words).collect()
        };
        let raw = "stty raw -echo";
        match program {
            Actor::Sink => {
                let run = format!("{raw}; printf ready; exec cat > \"$1\"");
                script(&run, vec![file(self.sink_file(session))])
            }
            Actor::BracketedSink => {
                let run = format!("{raw}; printf '\\033[?2004hready'; exec cat > \"$1\"");
                script(&run, vec![file(self.sink_file(session))])
            }
            Actor::Echo => vec!["cat".to_owned(), "-".to_owned()],
            Actor::Shows(text) => script("printf '%s\\n' \"$1\"; exec cat > /dev/null", vec![text]),
            // tmux loses what it has read but not yet handed to the log when the program ends, so it stays.
            Actor::Prints(words) => script("printf '%s\\n' \"$@\"; exec sleep 600", words),
            Actor::Titled(title) => script(
                "printf '\\033]2;%s\\033\\\\' \"$1\"; printf ready; exec cat > /dev/null",
                vec![title],
            ),
            Actor::EndsWhenTold(code) => {
                let run = "while [ ! -e \"$1\" ]; do sleep 0.05; done; exit \"$2\"";
                script(run, vec![file(self.end_file(session)), code.to_string()])
            }
        }
    }

    fn received(&mut self, session: &SessionName) -> String {
        let bytes = std::fs::read(self.sink_file(session)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn folder(&mut self, name: &str) -> PathBuf {
        let folder = self.root.path().join(name);
        // When it cannot be made, the check fails at the log in it.
        let _ = std::fs::create_dir_all(&folder);
        folder
    }

    fn log(&mut self, path: &Path) -> String {
        String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned()
    }

    async fn disturb(&mut self, disturbance: Disturbance) -> Outcome {
        match disturbance {
            Disturbance::CopyMode(pane, true) => {
                self.tmux(&["copy-mode", "-t", Target::pane(pane).as_str()]).await?;
            }
            Disturbance::CopyMode(pane, false) => {
                self.tmux(&["send-keys", "-t", Target::pane(pane).as_str(), "-X", "cancel"])
                    .await?;
            }
            Disturbance::InputOff(pane, off) => {
                let flag = if off { "-d" } else { "-e" };
                self.tmux(&["select-pane", flag, "-t", Target::pane(pane).as_str()]).await?;
            }
            Disturbance::EndKept(session) => {
                let target = Target::pane_of(&session);
                self.tmux(&["set-option", "-w", "-t", target.as_str(), "remain-on-exit", "on"])
                    .await?;
                std::fs::write(self.end_file(&session), "").map_err(|error| error.to_string())?;
            }
            Disturbance::End(session) => {
                std::fs::write(self.end_file(&session), "").map_err(|error| error.to_string())?;
            }
            Disturbance::Rename(from, to) => {
                let target = Target::session(&from);
                self.tmux(&["rename-session", "-t", target.as_str(), to.as_str()]).await?;
            }
            Disturbance::Stranger(session) => {
                self.tmux(&["new-session", "-d", "-s", session.as_str(), "cat", "-"]).await?;
            }
            Disturbance::KillServer => {
                self.current_server().await?;
                self.signal(Signal::KILL)?;
                while process::tmux_process(self.server.pid).is_some() {
                    self.pause().await;
                }
            }
            Disturbance::StopServer => {
                self.current_server().await?;
                self.signal(Signal::STOP)?;
            }
            Disturbance::ResumeServer => {
                self.signal(Signal::CONT)?;
                self.limit(LIMIT);
            }
            Disturbance::RemoveSocket => {
                self.current_server().await?;
                std::fs::remove_file(self.place.socket_path())
                    .map_err(|error| error.to_string())?;
            }
            Disturbance::ShortLimit => self.limit(SHORT_LIMIT),
        }
        Ok(())
    }

    async fn pause(&mut self) {
        tokio::time::sleep(PAUSE).await;
    }

    fn second_driver(&mut self) -> D {
        (self.make)(self.place.clone())
    }

    fn holds_a_connection(&self) -> bool {
        self.holds_a_connection
    }

    fn hears_news(&self) -> bool {
        self.holds_a_connection
    }

    async fn buffers(&mut self) -> Result<String, String> {
        self.tmux(&["list-buffers", "-F", "#{buffer_name}"]).await
    }
}

impl<D> RealBench<D> {
    fn ask_now(&self, words: &[&str]) -> String {
        let mut command = std::process::Command::new(self.place.program());
        command.env_remove("TMUX").env("TMUX_TMPDIR", self.root.path()).args(["-L", "check"]);
        let output = command.args(words).output();
        output
            .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
            .unwrap_or_default()
    }
}

impl<D> Drop for RealBench<D> {
    fn drop(&mut self) {
        // The one that was last seen may be stopped, or have lost its socket; a later one may listen.
        if let Some(pid) = process::tmux_process(self.server.pid) {
            let _ = kill_process(pid, Signal::CONT);
        }
        let later = self.ask_now(&["display-message", "-p", "#{pid}"]).trim().parse().ok();
        self.ask_now(&["kill-server"]);
        // A server waits for its clients, and some never end.
        for pid in [Some(self.server.pid), later].into_iter().flatten() {
            if let Some(pid) = process::tmux_process(pid) {
                let _ = kill_process(pid, Signal::KILL);
            }
        }
    }
}
