//! A fleet of one agent with a preset, whose CLI is the real one, with a home and a model server of its own.

use std::time::Duration;

use agents_model_server::{Account, Cli, Home, Leave, Options, Order, Server};
use serde_json::Value;

use crate::support::{Bed, HEAD, Ran, wait_for};

/// The longest that a start or a turn may take on a machine that has other work.
pub const PATIENCE: Duration = Duration::from_secs(240);

const SESSION: &str = "6f1b9f3c-8a55-4a54-9a3e-2d3c1f0a7b11";

/// A fleet that is about to be started.
pub struct Stage {
    pub bed: Bed,
    pub server: Server,
    home: Home,
    _folder: tempfile::TempDir,
}

impl Stage {
    /// With the first prompt, as the config writes it.
    pub fn of(cli: Cli, leave: Leave, prompt: &str) -> Self {
        Self::paid(cli, leave, Account::Key, prompt)
    }

    pub fn paid(cli: Cli, leave: Leave, account: Account, prompt: &str) -> Self {
        let program = cli.install().unwrap_or_else(|error| panic!("{error}"));
        let server = Server::start(&Options::default()).unwrap();
        // codex leaves out its helper links when its home lies below the system's folder for temporary files.
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let bed = Bed::empty();
        let order = Order {
            cli,
            program: program.clone(),
            dir: folder.path().to_owned(),
            origin: server.origin(),
            projects: vec![bed.dir.clone()],
            leave,
            account,
        };
        let home = order.settle().unwrap();
        let flags = flags_of(&home.start(SESSION, None), leave);
        bed.write("prompts/first.md", prompt);
        bed.write(
            "agents.toml",
            &format!(
                "{HEAD}\n[backend.real]\npreset = \"{name}\"\nbin = \"'{program}'\"\n{flags}\
                 [[agent]]\nname = \"a\"\nkind = \"persistent\"\nbackend = \"real\"\nwatch = \"heal+stall\"\n\
                 prompt_file = \"prompts/first.md\"\n",
                name = cli.name(),
                program = program.display(),
            ),
        );
        Self { bed, server, home, _folder: folder }
    }

    pub fn cli(&self) -> Cli {
        self.home.cli
    }

    /// Runs `agents` with the environment that the CLI needs.
    pub fn agents(&self, words: &[&str]) -> Ran {
        let mut command = self.bed.command(env!("CARGO_BIN_EXE_agents"));
        command.envs(self.home.env.iter().map(|(name, value)| (*name, value)));
        Ran::from(command.args(words).output().unwrap())
    }

    /// Starts the fleet, and waits until the first prompt has been answered.
    #[track_caller]
    pub fn begin(&self, mark: &str) {
        self.agents(&["up"]).ends_with(0);
        self.until("the first prompt arrives", || !self.asked(mark).is_empty());
    }

    /// What it does, as all evidence together says: a word of `agents explain`.
    pub fn state(&self) -> String {
        let explained = self.agents(&["explain", "a", "--json"]);
        let explained: Value = serde_json::from_str(&explained.out).unwrap_or_default();
        explained["state"].as_str().unwrap_or_default().to_owned()
    }

    /// What `status --json` says of the agent.
    pub fn agent(&self) -> Value {
        let status = self.agents(&["status", "--json"]).json();
        status["agents"][0].clone()
    }

    /// How often it was restarted without being asked.
    pub fn restarts(&self) -> u64 {
        self.agent()["restarts"].as_u64().unwrap_or_default()
    }

    /// Leaves a variable out of the environment of what is started from now on.
    pub fn without(&mut self, variable: &str) {
        self.home.env.retain(|(name, _)| *name != variable);
    }

    /// Waits until the watchdog has looked so often.
    pub fn looks(&self, often: usize) {
        let heartbeat = self.bed.dir.join(".state/state/heartbeat");
        let mut beats = std::collections::BTreeSet::new();
        self.until("further looks are made", || {
            beats.extend(std::fs::metadata(&heartbeat).and_then(|it| it.modified()));
            beats.len() > often
        });
    }

    pub fn home_dir(&self) -> String {
        self.home.dir.display().to_string()
    }

    /// The processes whose environment names this home; on systems without /proc none are known.
    pub fn left_with_home(&self) -> Vec<u32> {
        let mark = format!("HOME={}\0", self.home_dir());
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        pids.filter(|pid| {
            let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            String::from_utf8_lossy(&environment).contains(&mark)
        })
        .collect()
    }

    pub fn screen(&self) -> String {
        self.bed.screen("t-a")
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

    #[track_caller]
    pub fn until(&self, claim: &str, holds: impl FnMut() -> bool) {
        self.until_within(PATIENCE, claim, holds);
    }

    #[track_caller]
    pub fn until_within(&self, limit: Duration, claim: &str, mut holds: impl FnMut() -> bool) {
        if wait_for(limit, &mut holds) {
            return;
        }
        let requests: Vec<String> = self
            .requests()
            .iter()
            .map(|it| format!("{} {:.80}", it["status"], newest(it)))
            .collect();
        let why = self.agents(&["why", "a"]).out;
        let status = self.agents(&["status"]).out;
        let log = self.bed.watchdog_log();
        panic!(
            "{:?}: not within {limit:?}: {claim}\n{}\n--- status\n{status}\n--- why\n{why}\n--- asked\n{}\n--- log\n{log}",
            self.cli(),
            self.screen(),
            requests.join("\n"),
        );
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        drop(self.agents(&["down"]));
    }
}

/// The words that the test's home asks for, as the config's `flags`; those of a preset stand otherwise.
fn flags_of(words: &[String], leave: Leave) -> String {
    let words = words.iter().skip(1);
    let extra: Vec<&str> = words.map(String::as_str).filter(|it| !is_session(it)).collect();
    let extra = extra.join(" ");
    match leave {
        Leave::Never if extra.is_empty() => String::new(),
        Leave::Asks | Leave::Never => format!("flags = \"{extra}\"\n"),
    }
}

/// The preset chooses the conversation.
fn is_session(word: &str) -> bool {
    word == SESSION || word == "--session-id"
}

/// The newest message of a request.
pub fn newest(request: &Value) -> &str {
    request["messages"].as_array().and_then(|it| it.last()?.as_str()).unwrap_or_default()
}

/// The messages of a request that hold a text.
pub fn holding(request: &Value, text: &str) -> usize {
    let messages = request["messages"].as_array().unwrap();
    messages.iter().filter(|it| it.as_str().is_some_and(|it| it.contains(text))).count()
}
