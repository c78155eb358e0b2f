//! Does a fleet of a real CLI resume the right conversations by itself: after a kill in the middle of an answer, and when the
//! program has lost one of them?

use std::path::{Path, PathBuf};
use std::process::Command;

use agents_model_server::{Account, Cli, Home, Leave, Options, Order, Server};
use serde_json::Value;

use crate::resume::found_session;
use crate::scene::{PATIENCE, holding, newest};
use crate::support::{Bed, wait_for};

/// Two agents of one folder and one home, run by a preset as it comes.
struct Fleet {
    bed: Bed,
    server: Server,
    home: Home,
    /// Where the program is.
    tools: PathBuf,
    _folder: tempfile::TempDir,
}

const NAMES: [&str; 2] = ["ann", "bob"];

fn config(cli: Cli) -> String {
    let agents = NAMES.map(|name| {
        format!("[[agent]]\nname = \"{name}\"\nprompt = \"MOCK:ok remember the heron of {name}\"\nbackend = \"real\"\nwatch = \"heal\"\n")
    });
    format!("HEAD\n[backend.real]\npreset = \"{}\"\n{}", cli.name(), agents.concat())
}

impl Fleet {
    fn of(cli: Cli) -> Self {
        let program = cli.install().unwrap_or_else(|error| panic!("{error}"));
        let bed = Bed::with(&config(cli));
        let tools = program.parent().unwrap().to_owned();
        assert_eq!(program.file_name().unwrap(), cli.name(), "the preset finds it by name");
        let server = Server::start(&Options::default()).unwrap();
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let order = Order {
            cli,
            program,
            dir: folder.path().to_owned(),
            origin: server.origin(),
            projects: vec![bed.dir.clone()],
            leave: Leave::Never,
            account: Account::Key,
        };
        let home = order.settle().unwrap();
        // The preset alone must keep its background server off.
        let settings = folder.path().join(".codex/config.toml");
        if let Ok(text) = std::fs::read_to_string(&settings) {
            std::fs::write(settings, text.replace("daemon_auto_start = false", "")).unwrap();
        }
        Self { bed, server, home, tools, _folder: folder }
    }

    fn up(&self, words: &[&str]) {
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", self.tools.display());
        let mut variables = vec![("PATH", path.as_str())];
        variables.extend(self.home.env.iter().map(|(name, value)| (*name, value.as_str())));
        self.bed.agents_with(&variables, words).ends_with(0);
    }

    /// The requests in which an agent was given its kickoff, oldest first.
    fn asked(&self, name: &str) -> Vec<Value> {
        let mut requests = self.server.requests();
        requests.retain(|request| {
            let is_agents = request["tools"].as_array().is_some_and(|it| !it.is_empty());
            is_agents && newest(request).contains(&format!("heron of {name}"))
        });
        requests
    }

    #[track_caller]
    fn until(&self, claim: &str, mut holds: impl FnMut() -> bool) {
        if !wait_for(PATIENCE, &mut holds) {
            let screens = NAMES.map(|name| self.bed.screen(&format!("t-{name}")));
            let log = self.bed.watchdog_log();
            panic!("not within {PATIENCE:?}: {claim}\n{}\n{log}", screens.join("\n"));
        }
    }

    /// Every agent has been given its kickoff so often, and its conversation is known.
    #[track_caller]
    fn until_asked(&self, times: usize) {
        for name in NAMES {
            self.until(&format!("{name} asks its model"), || self.asked(name).len() >= times);
            let session = format!("t-{name}");
            self.until("it is answered", || self.bed.screen(&session).contains("All done."));
            self.until("its conversation is known", || self.own(name).is_some());
        }
    }

    /// Both are in the middle of a long answer. pi writes a conversation down when its first turn has ended.
    #[track_caller]
    fn set_to_work(&self) {
        for name in NAMES {
            let text = format!("MOCK:slow:60 count the geese of {name}");
            self.bed.agents(&["send", name, "--wait=2m", &text]).ends_with(0);
        }
        for name in NAMES {
            let session = format!("t-{name}");
            self.until("its answer streams", || self.bed.screen(&session).contains("word3"));
        }
    }

    /// The conversation that is an agent's own.
    fn own(&self, name: &str) -> Option<String> {
        let list = self.bed.agents(&["conversations", name, "--json"]).ends_with(0).json();
        let own = list["conversations"].as_array()?.iter().find(|it| it["own"] == true)?;
        Some(own["id"].as_str()?.to_owned())
    }

    fn kill(&self, pids: &[u32]) {
        let pids = pids.iter().map(u32::to_string);
        assert!(Command::new("kill").arg("-9").args(pids).status().unwrap().success());
    }

    /// The program of an agent, below its launcher.
    fn program(&self, name: &str) -> u32 {
        let launcher = self.bed.pid(&format!("t-{name}")).unwrap();
        let listed = Command::new("ps").args(["-eo", "pid=,ppid="]).output().unwrap();
        let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
        let child = listed.lines().find_map(|line| {
            let mut words = line.split_whitespace().map(|word| word.parse::<u32>().unwrap());
            let (pid, parent) = (words.next()?, words.next()?);
            (parent == launcher).then_some(pid)
        });
        child.expect("the launcher runs a program")
    }

    /// The processes of the CLI, wherever they hang in the tree.
    fn processes(&self) -> Vec<String> {
        let home = format!("HOME={}", self.home.dir.display());
        let entries = std::fs::read_dir("/proc").unwrap().flatten();
        let of_home = entries.map(|entry| entry.path()).filter(|process| {
            let environment = std::fs::read(process.join("environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|it| it == home.as_bytes())
        });
        let words = |process: PathBuf| {
            let words = std::fs::read(process.join("cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&words).replace('\0', " ")
        };
        of_home.map(words).filter(|words| !words.is_empty()).collect()
    }
}

/// Removes what the CLI has written down of its conversations.
fn forget(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            forget(&path);
        } else if path.extension().is_some_and(|it| it == "jsonl") {
            std::fs::remove_file(path).unwrap();
        }
    }
}

fn check(cli: Cli) {
    let fleet = Fleet::of(cli);
    fleet.up(&["up"]);
    fleet.until_asked(1);
    let own = NAMES.map(|name| fleet.own(name).unwrap());
    assert_ne!(own[0], own[1]);
    fleet.set_to_work();
    fleet.kill(&NAMES.map(|name| fleet.program(name)));
    fleet.until_asked(2);
    for (name, id) in NAMES.iter().zip(&own) {
        let asked = &fleet.asked(name)[1];
        let held = |bird: &str, name: &str| holding(asked, &format!("{bird} of {name}"));
        assert_eq!((held("heron", name), held("geese", name)), (2, 1), "{cli:?}: {asked:?}");
        let other = NAMES.iter().find(|other| *other != name).unwrap();
        assert_eq!(held("heron", other), 0, "{cli:?}: {asked:?}");
        assert_eq!(fleet.own(name).as_ref(), Some(id));
    }
    let programs = NAMES.map(|name| fleet.program(name));
    forget(&fleet.home.dir);
    fleet.kill(&programs);
    for name in NAMES {
        fleet.until("it begins anew", || {
            let events = fleet.bed.agents(&["events", name]).ends_with(0).out;
            events.contains("refused to resume conversation")
        });
        fleet.until("it is given its kickoff", || fleet.asked(name).len() >= 3);
        fleet.until("another conversation is its own", || {
            fleet.own(name).is_some_and(|id| !own.contains(&id))
        });
        let asked = fleet.asked(name);
        let last = asked.last().unwrap();
        assert_eq!((holding(last, "heron"), holding(last, "geese")), (1, 0), "{cli:?}: {last:?}");
    }
    fleet.bed.agents(&["down"]).ends_with(0);
    fleet.until("no process of it is left", || fleet.processes().is_empty());
}

/// opencode tells its id to nobody who does not ask its server, and drops a prompt that comes with an id.
#[test]
#[ignore = "needs npm; just real"]
fn opencode_resumes_what_a_person_names_and_its_kickoff_is_typed() {
    let fleet = Fleet::of(Cli::Opencode);
    fleet.up(&["up", "ann"]);
    fleet.until("it asks its model", || !fleet.asked("ann").is_empty());
    fleet.until("it is answered", || fleet.bed.screen("t-ann").contains("All done."));
    let id = found_session(Cli::Opencode, &fleet.home.dir);
    fleet.bed.write(".state/state/ann.id", &id);
    fleet.kill(&[fleet.program("ann")]);
    fleet.up(&["up", "watchdog"]);
    let typed = |request: &Value| newest(request).contains("Your full kickoff prompt is in");
    fleet.until("its kickoff is typed", || fleet.server.requests().iter().any(typed));
    let requests = fleet.server.requests();
    let request = requests.iter().rev().find(|request| typed(request)).unwrap();
    assert_eq!(holding(request, "heron of ann"), 1, "{request:?}");
    assert_eq!(fleet.own("ann"), Some(id));
}

#[test]
#[ignore = "needs npm; just real"]
fn codex_resumes_its_own_and_leaves_no_process() {
    check(Cli::Codex);
}

#[test]
#[ignore = "needs npm; just real"]
fn claude_resumes_its_own_and_leaves_no_process() {
    check(Cli::Claude);
}

#[test]
#[ignore = "needs npm; just real"]
fn pi_resumes_its_own_and_leaves_no_process() {
    check(Cli::Pi);
}
