//! One real CLI on a private tmux server, 200 columns by 50 rows, with a home and a model server of its own.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use agents_model_server::{Account, Cli, Home, Leave, Options, Order, Server};
use serde_json::Value;

use crate::support::{Bed, processes_below, wait_for};

/// The id of the conversation, where whoever starts the CLI chooses it.
pub const SESSION: &str = "6f1b9f3c-8a55-4a54-9a3e-2d3c1f0a7b11";

/// The longest that a start or a turn may take on a machine that has other work; opencode needs 12 s when it has none,
/// and was seen to need 80.
pub const PATIENCE: Duration = Duration::from_secs(240);

/// A CLI that is about to be started.
pub struct Scene {
    bed: Bed,
    server: Server,
    home: Home,
    _folder: tempfile::TempDir,
}

impl Scene {
    pub fn of(cli: Cli, leave: Leave) -> Self {
        Self::paid(cli, leave, Account::Key)
    }

    pub fn paid(cli: Cli, leave: Leave, account: Account) -> Self {
        let program = cli.install().unwrap_or_else(|error| panic!("{error}"));
        let bed = Bed::empty();
        let server = Server::start(&Options::default()).unwrap();
        // codex leaves out its helper links when its home lies below the system's folder for temporary files.
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let order = Order {
            cli,
            program,
            dir: folder.path().to_owned(),
            origin: server.origin(),
            projects: vec![bed.dir.clone()],
            leave,
            account,
        };
        let home = order.settle().unwrap();
        Self { bed, server, home, _folder: folder }
    }

    pub fn cli(&self) -> Cli {
        self.home.cli
    }

    /// The project folder in which the CLI works.
    pub fn project(&self) -> PathBuf {
        self.bed.dir.clone()
    }

    pub fn home_dir(&self) -> PathBuf {
        self.home.dir.clone()
    }

    /// Starts the CLI with a first prompt, as its only process in the pane.
    pub fn start(&self, prompt: &str) {
        self.launch(&self.home.start(SESSION, Some(prompt)));
    }

    /// Starts it again on a conversation; types the prompt where the command line cannot take one.
    pub fn resume(&self, session: &str, prompt: &str) {
        self.launch(&self.home.resume(session, Some(prompt)));
        if self.cli() == Cli::Opencode {
            self.until("the composer is there", || self.screen().contains("ctrl+p commands"));
            self.submit(prompt);
        }
    }

    fn launch(&self, words: &[String]) {
        let mut line: Vec<String> =
            ["new-session", "-d", "-s", "cli", "-x", "200", "-y", "50", "-c"]
                .map(str::to_owned)
                .to_vec();
        line.push(self.bed.dir.display().to_string());
        line.extend(["env".to_owned(), "-i".to_owned()]);
        for (name, value) in [("LANG", "C.UTF-8"), ("TERM", "screen-256color"), ("TZ", "UTC")] {
            line.push(format!("{name}={value}"));
        }
        line.push(format!("PATH={}", std::env::var("PATH").unwrap_or_default()));
        line.push("SHELL=/bin/sh".to_owned());
        line.extend(self.home.env.iter().map(|(name, value)| format!("{name}={value}")));
        line.extend_from_slice(words);
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        self.bed.tmux(&line).ends_with(0);
    }

    /// What the pane shows.
    pub fn screen(&self) -> String {
        self.bed.screen("cli")
    }

    pub fn key(&self, name: &str) {
        self.bed.tmux(&["send-keys", "-t", "=cli:", name]).ends_with(0);
    }

    /// Puts a text into the composer, as a terminal does when its user pastes.
    pub fn paste(&self, text: &str) {
        let file = self.bed.dir.join(".paste");
        std::fs::write(&file, text).unwrap();
        let file = file.display().to_string();
        self.bed.tmux(&["load-buffer", "-b", "paste", &file]).ends_with(0);
        self.bed.tmux(&["paste-buffer", "-p", "-d", "-b", "paste", "-t", "=cli:"]).ends_with(0);
    }

    /// Pastes and presses Enter until the server has the text: a key that comes too early is lost.
    #[track_caller]
    pub fn submit(&self, text: &str) {
        self.paste(text);
        let mut pressed = Instant::now();
        let mut first = true;
        self.until("the pasted prompt arrives", || {
            let pause = if first { Duration::from_millis(500) } else { Duration::from_secs(4) };
            if pressed.elapsed() > pause {
                self.key("Enter");
                pressed = Instant::now();
                first = false;
            }
            !self.asked(text).is_empty()
        });
    }

    /// The requests of the agent itself whose newest message holds that text, oldest first.
    pub fn asked(&self, text: &str) -> Vec<Value> {
        let mut requests = self.requests();
        requests.retain(|request| newest(request).contains(text));
        requests
    }

    /// The requests of the agent itself: its helpers come without tools.
    pub fn requests(&self) -> Vec<Value> {
        let mut requests = self.server.requests();
        requests.retain(|request| request["tools"].as_array().is_some_and(|it| !it.is_empty()));
        requests
    }

    /// The servers that the CLI wanted besides this one.
    pub fn strangers(&self) -> Vec<String> {
        let entries = self.server.requests();
        let connects = entries.iter().filter(|entry| entry["method"] == "CONNECT");
        connects.map(|entry| entry["path"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Waits until the claim holds; on a failure shows what there is.
    #[track_caller]
    pub fn until(&self, claim: &str, holds: impl FnMut() -> bool) {
        self.until_within(PATIENCE, claim, holds);
    }

    #[track_caller]
    pub fn until_within(&self, limit: Duration, claim: &str, mut holds: impl FnMut() -> bool) {
        if !wait_for(limit, &mut holds) {
            let mut log = String::new();
            for request in self.server.requests() {
                log.push_str(&request.to_string());
                log.push('\n');
            }
            panic!("{:?}: not within {limit:?}: {claim}\n{}\n{log}", self.cli(), self.screen());
        }
    }

    /// Ends the CLI as a crash does, and waits until it is gone.
    pub fn crash(&self) {
        self.kill();
        self.until("the session is gone", || !self.bed.has("cli"));
    }

    /// Kills every process of the pane.
    fn kill(&self) {
        let Some(first) = self.bed.pid("cli") else { return };
        let tree = processes_below(first);
        let pids = tree.iter().map(u32::to_string);
        // One that has ended meanwhile is what was wanted.
        drop(Command::new("kill").arg("-9").args(pids).stderr(Stdio::null()).status());
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        // gemini sometimes outlives its terminal.
        self.kill();
    }
}

/// The newest message of a request; claude writes to its model what was pasted and what was typed.
pub fn newest(request: &Value) -> &str {
    request["messages"].as_array().and_then(|it| it.last()?.as_str()).unwrap_or_default()
}

/// The messages of a request that hold a text.
pub fn holding(request: &Value, text: &str) -> usize {
    let messages = request["messages"].as_array().unwrap();
    messages.iter().filter(|it| it.as_str().is_some_and(|it| it.contains(text))).count()
}
