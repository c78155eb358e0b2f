//! A fleet of its own for each test: folder, tmux server, environment.

#![allow(dead_code)] // Each test binary uses its own part.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The longest that anything is waited for, on a machine that has other work.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// A project folder with a private tmux server, which ends with it.
pub struct Bed {
    _root: tempfile::TempDir,
    /// The project.
    pub dir: PathBuf,
    tmux_dir: PathBuf,
    /// In place of `tmux_dir` where that would be too long for a socket.
    _short: Option<tempfile::TempDir>,
    home: PathBuf,
    /// What stands before each program: what puts it where the test wants it to run.
    pub inside: Vec<String>,
}

impl Bed {
    /// An empty project.
    pub fn empty() -> Self {
        let root = tempfile::Builder::new().prefix("agents-").tempdir().unwrap();
        let (dir, tmux_dir, home) =
            (root.path().join("project"), root.path().join("t"), root.path().join("home"));
        for folder in [&dir, &tmux_dir, &home] {
            std::fs::create_dir(folder).unwrap();
        }
        // A socket's path holds about a hundred bytes, and some names of sockets take thirty.
        let is_long = tmux_dir.as_os_str().len() > 60;
        let short = is_long.then(|| tempfile::tempdir_in("/tmp").unwrap());
        let tmux_dir = short.as_ref().map_or(tmux_dir, |short| short.path().to_owned());
        Self { dir, tmux_dir, home, _root: root, _short: short, inside: Vec::new() }
    }

    /// A project with that config. `HEAD` stands for the usual `[defaults]` and quick intervals.
    pub fn with(config: &str) -> Self {
        let bed = Self::empty();
        bed.write("agents.toml", &config.replace("HEAD", HEAD));
        bed
    }

    /// Writes a file of the project, whole from one instant to the next: a watchdog may read it at any time.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let new = path.with_file_name(".being-written");
        std::fs::write(&new, text).unwrap();
        std::fs::rename(new, path).unwrap();
    }

    /// Writes a program of the project.
    ///
    /// Another process does: had this one the file open, a program that another test starts at that moment would
    /// inherit it for an instant, and a file that somebody writes cannot be run.
    pub fn program(&self, path: &str, text: &str) {
        self.write(&format!("{path}.text"), text);
        let copy = "cp \"$1.text\" \"$1\" && chmod 755 \"$1\"";
        let copied = self.command("sh").args(["-c", copy, "sh", path]).status().unwrap();
        assert!(copied.success(), "{path}");
    }

    /// Reads a file of the project; empty when it is not there.
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.dir.join(path)).unwrap_or_default()
    }

    /// A command in the project with an environment of its own.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = match self.inside.split_first() {
            None => Command::new(program),
            Some((first, words)) => {
                let mut outer = Command::new(first);
                outer.args(words).arg(program);
                outer
            }
        };
        command
            .current_dir(&self.dir)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &self.home)
            .env("TMUX_TMPDIR", &self.tmux_dir)
            .env("TERM", "screen-256color")
            .env("LANG", "C.UTF-8")
            .env("TZ", "UTC")
            .env("SHELL", "/bin/sh")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env("GIT_AUTHOR_NAME", "Test")
            .env("GIT_AUTHOR_EMAIL", "test@example.invalid")
            .env("GIT_COMMITTER_NAME", "Test")
            .env("GIT_COMMITTER_EMAIL", "test@example.invalid")
            .stdin(Stdio::null());
        command
    }

    /// Runs `agents` with these words.
    pub fn agents(&self, words: &[&str]) -> Ran {
        let output = self.command(env!("CARGO_BIN_EXE_agents")).args(words).output().unwrap();
        Ran::from(output)
    }

    /// Runs `agents` with these words and these further variables.
    pub fn agents_with(&self, variables: &[(&str, &str)], words: &[&str]) -> Ran {
        let mut command = self.command(env!("CARGO_BIN_EXE_agents"));
        Ran::from(command.envs(variables.iter().copied()).args(words).output().unwrap())
    }

    /// Starts `agents` with these words, and leaves it running.
    pub fn spawn(&self, words: &[&str]) -> std::process::Child {
        let mut command = self.command(env!("CARGO_BIN_EXE_agents"));
        command.args(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Runs tmux on the private server that `HEAD` names.
    pub fn tmux(&self, words: &[&str]) -> Ran {
        Ran::from(self.command("tmux").args(["-u", "-L", "bed"]).args(words).output().unwrap())
    }

    /// Ends a session as a person would, behind the watchdog's back.
    ///
    /// Not before the watchdog, if one runs, has its control client in place, about a second after `up`: tmux up to 3.6
    /// crashes, with all its sessions, when a session goes in the instant in which such a client introduces itself.
    #[track_caller]
    pub fn kill_session(&self, session: &str) {
        self.until("the watchdog's client is introduced", || self.is_introduced());
        self.tmux(&["kill-session", "-t", &format!("={session}")]).ends_with(0);
    }

    fn is_introduced(&self) -> bool {
        let holder = agents_store::FleetLock::holder(&self.dir.join(".state/state")).ok().flatten();
        let Some(watchdog) = holder.filter(|holder| holder.what == "watchdog") else { return true };
        let clients =
            self.tmux(&["list-clients", "-F", "#{client_control_mode} #{client_pid}"]).out;
        // The client of a watchdog that was killed may sit there still.
        let is_its_own = |pid: &str| {
            let parent = self.command("ps").args(["-o", "ppid=", "-p", pid]).output().unwrap();
            String::from_utf8_lossy(&parent.stdout).trim() == watchdog.pid.to_string()
        };
        clients.lines().filter_map(|row| row.strip_prefix("1 ")).any(is_its_own)
    }

    /// Runs git, in a folder below the project.
    pub fn git(&self, folder: &str, words: &[&str]) -> Ran {
        let folder = self.dir.join(folder);
        Ran::from(self.command("git").arg("-C").arg(folder).args(words).output().unwrap())
    }

    /// A bare remote with a `main` branch that holds these files, and a clone of it for each role of a loop.
    pub fn repositories(&self, files: &[(&str, &str)]) {
        self.git(".", &["init", "-q", "--bare", "-b", "main", "remote.git"]).ends_with(0);
        self.git(".", &["clone", "-q", "remote.git", "builder"]).ends_with(0);
        self.git("builder", &["checkout", "-q", "-b", "main"]);
        for (path, text) in files {
            self.write(&format!("builder/{path}"), text);
        }
        self.git("builder", &["add", "."]).ends_with(0);
        self.git("builder", &["commit", "-q", "-m", "plan"]).ends_with(0);
        self.git("builder", &["push", "-q", "-u", "origin", "main"]).ends_with(0);
        self.git(".", &["clone", "-q", "remote.git", "adversary"]).ends_with(0);
    }

    /// The names of the sessions on the private server.
    pub fn sessions(&self) -> Vec<String> {
        let listed = self.tmux(&["list-sessions", "-F", "#{session_name}"]);
        let mut names: Vec<String> = listed.out.lines().map(str::to_owned).collect();
        names.sort();
        names
    }

    /// Whether a session exists.
    pub fn has(&self, session: &str) -> bool {
        self.sessions().iter().any(|name| name == session)
    }

    /// What a session shows.
    pub fn screen(&self, session: &str) -> String {
        self.tmux(&["capture-pane", "-p", "-J", "-t", &format!("={session}:")]).out
    }

    /// The id of the process that tmux started in a session.
    pub fn pid(&self, session: &str) -> Option<u32> {
        let target = format!("={session}:");
        self.tmux(&["list-panes", "-t", &target, "-F", "#{pane_pid}"]).out.trim().parse().ok()
    }

    /// `agents status --json`.
    pub fn status(&self) -> serde_json::Value {
        let ran = self.agents(&["status", "--json"]);
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
    }

    /// The state word of one agent in `agents status --json`.
    pub fn state_of(&self, name: &str) -> String {
        let status = self.status();
        let agents = status["agents"].as_array().unwrap().iter();
        let found = agents
            .chain(status["services"].as_array().into_iter().flatten())
            .find(|it| it["name"] == name);
        found.map_or_else(String::new, |it| it["state"].as_str().unwrap_or_default().to_owned())
    }

    /// What the watchdog said.
    pub fn watchdog_log(&self) -> String {
        self.read(".state/t-watchdog.log")
    }

    /// What the program says of each member, and what scripted agents recorded.
    fn told(&self) -> String {
        let ask = |words: &[&str]| {
            let output = self.command(env!("CARGO_BIN_EXE_agents")).args(words).output();
            let said = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
            format!("--- agents {}\n{}\n", words.join(" "), said.unwrap_or_default())
        };
        let mut told = ask(&["status", "--json"]);
        for entry in std::fs::read_dir(&self.dir).into_iter().flatten().flatten() {
            let file = entry.file_name().to_string_lossy().into_owned();
            let Some(session) = file.strip_suffix(".record") else { continue };
            told.push_str(&ask(&["explain", session.strip_prefix("t-").unwrap_or(session)]));
            told.push_str(&format!("--- {file}\n{}\n", self.read(&file)));
        }
        told
    }

    /// Waits until the claim holds; on a failure shows what there is.
    #[track_caller]
    pub fn until(&self, claim: &str, mut holds: impl FnMut() -> bool) {
        if !wait_for(PATIENCE, &mut holds) {
            let log = self.watchdog_log();
            let screens: Vec<String> = self
                .sessions()
                .iter()
                .map(|session| format!("--- {session}\n{}", self.screen(session).trim_end()))
                .collect();
            let screens = screens.join("\n");
            let told = self.told();
            panic!("not within {PATIENCE:?}: {claim}\n{screens}\n--- watchdog log\n{log}\n{told}");
        }
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        // The watchdog outlives its terminal, so it is told first; the server is this test's own.
        let lock = self.dir.join(".state/state/fleet.lock");
        if lock.exists() {
            drop(self.command(env!("CARGO_BIN_EXE_agents")).arg("down").output());
        }
        let ours = std::fs::read_to_string(&lock).unwrap_or_default();
        if let Some(pid) =
            serde_json::from_str::<serde_json::Value>(&ours).ok().and_then(|it| it["pid"].as_i64())
        {
            drop(
                Command::new("kill").args(["-9", &pid.to_string()]).stderr(Stdio::null()).status(),
            );
        }
        for socket in ["bed", "default"] {
            drop(self.command("tmux").args(["-L", socket, "kill-server"]).output());
        }
    }
}

/// The usual head of a config: a private server, everything quick.
pub const HEAD: &str = r#"
[defaults]
session_prefix = "t-"
log_dir = ".state"
tmux_socket = "bed"
[watchdog]
signal_interval = 1
heavy_interval = 1
restart_delay = 1
stop_grace = 2
"#;

/// What a program printed, and how it ended.
#[derive(Debug, Clone)]
pub struct Ran {
    pub out: String,
    pub err: String,
    pub code: Option<i32>,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code(),
        }
    }
}

impl Ran {
    /// Checks the exit code.
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }
}

impl Ran {
    /// What it printed, as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Polls until the claim holds or the time is over.
pub fn wait_for(limit: Duration, holds: &mut dyn FnMut() -> bool) -> bool {
    let began = Instant::now();
    loop {
        if holds() {
            return true;
        }
        if began.elapsed() >= limit {
            return false;
        }
        std::thread::sleep(Duration::from_millis(30));
    }
}

/// Whether a process lives; a zombie does not.
pub fn process_lives(pid: u32) -> bool {
    let state = Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().unwrap();
    let state = String::from_utf8_lossy(&state.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}

/// A process that has nothing to do with any fleet; it ends with this.
pub struct Stranger(std::process::Child);

impl Stranger {
    /// One that sleeps.
    pub fn new() -> Self {
        let mut sleeps = Command::new("sleep");
        sleeps.arg("1000").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(sleeps.spawn().unwrap())
    }

    /// Its number.
    pub fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Whether nobody has ended it.
    pub fn lives(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        drop((self.0.kill(), self.0.wait()));
    }
}

/// A process and all that it started.
pub fn processes_below(first: u32) -> Vec<u32> {
    let listed = Command::new("ps").args(["-eo", "pid=,ppid="]).output().unwrap();
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let pairs: Vec<(u32, u32)> = listed
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace().filter_map(|word| word.parse().ok());
            Some((words.next()?, words.next()?))
        })
        .collect();
    let mut tree = vec![first];
    let mut seen = 0;
    while let Some(parent) = tree.get(seen).copied() {
        tree.extend(pairs.iter().filter(|(_, it)| *it == parent).map(|(pid, _)| *pid));
        seen += 1;
    }
    tree
}

/// A path as text.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
