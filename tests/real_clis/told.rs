//! Is what a real CLI reports by its hooks and its record known to `status` at once: a turn, its end, a used-up allowance?

use std::time::Duration;

use agents_model_server::{Account, Cli, Leave, Options, Order, Server};
use serde_json::{Value, json};

use crate::scene::PATIENCE;
use crate::support::{Bed, wait_for};

struct Fleet {
    bed: Bed,
    _server: Server,
    _folder: tempfile::TempDir,
}

impl Fleet {
    /// One agent, by a preset as it comes, perhaps with more keys. No tick comes by itself within a turn.
    fn of(cli: Cli, keys: &str, account: Account) -> Self {
        let program = cli.install().unwrap_or_else(|error| panic!("{error}"));
        let bed = Bed::with(&format!(
            "HEAD\n[backend.real]\npreset = \"{}\"\n{keys}\n[[agent]]\nname = \"ann\"\nprompt = \"MOCK:ok begin\"\nbackend = \"real\"\nwatch = \"heal\"\n",
            cli.name()
        ).replace("HEAD", &crate::support::HEAD.replace("signal_interval = 1", "signal_interval = 60")));
        let server = Server::start(&Options::default()).unwrap();
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let tools = program.parent().unwrap().to_owned();
        let order = Order {
            cli,
            program,
            dir: folder.path().to_owned(),
            origin: server.origin(),
            projects: vec![bed.dir.clone()],
            leave: Leave::Never,
            account,
        };
        let home = order.settle().unwrap();
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", tools.display());
        let mut variables = vec![("PATH", path.as_str())];
        variables.extend(home.env.iter().map(|(name, value)| (*name, value.as_str())));
        bed.agents_with(&variables, &["up"]).ends_with(0);
        Self { bed, _server: server, _folder: folder }
    }

    fn ann(&self) -> Value {
        self.bed.status()["agents"][0].clone()
    }

    /// Waits until its program itself says so; how long after it said so `status` had it.
    #[track_caller]
    fn until_told(&self, state: &str) -> (String, Duration) {
        let mut found = None;
        let holds = wait_for(PATIENCE, &mut || {
            let doing = self.ann()["doing"].clone();
            let is_told = doing["state"] == state && doing["told"] == json!(true);
            if is_told {
                let since: chrono::DateTime<chrono::Utc> =
                    doing["since"].as_str().unwrap().parse().unwrap();
                let late = (chrono::Utc::now() - since).to_std().unwrap_or_default();
                found = Some((doing["by"].as_str().unwrap().to_owned(), late));
            }
            is_told
        });
        let screen = self.bed.screen("t-ann");
        assert!(holds, "{state}: {}\n{screen}\n{}", self.ann(), self.bed.watchdog_log());
        found.unwrap()
    }

    fn send(&self, text: &str) {
        self.bed.agents(&["send", "ann", text]).ends_with(0);
    }
}

fn check(cli: Cli, keys: &str, hooks: bool) {
    // claude is told the end of a window by a subscription only.
    let account = if cli == Cli::Claude { Account::Subscription } else { Account::Key };
    let fleet = Fleet::of(cli, keys, account);
    fleet.until_told("idle");
    let mut spans = Vec::new();
    for turn in 0..3 {
        fleet.send(&format!("MOCK:slow:3 turn {turn}"));
        spans.push(fleet.until_told("active"));
        spans.push(fleet.until_told("idle"));
    }
    println!("{cli:?}: from what it tells to the answer of `status`: {spans:?}");
    let by_hook = spans.iter().filter(|(by, _)| by.starts_with("hook ")).count();
    assert_eq!(by_hook > 0, hooks, "{spans:?}");
    fleet.send("MOCK:usage:5400 more");
    let (by, _) = fleet.until_told("limited");
    assert!(by.starts_with("hook ") || by.starts_with("record line "), "{by}");
    fleet.bed.until("the exact end of the window is known", || {
        fleet.ann()["limited_until"].is_string() && fleet.ann()["state"] == "limited"
    });
    assert_eq!(fleet.ann()["restarts"], 0);
    fleet.bed.agents(&["down"]).ends_with(0);
}

#[test]
#[ignore = "needs npm; just real"]
fn claude_tells_by_its_hooks() {
    check(Cli::Claude, "", true);
}

#[test]
#[ignore = "needs npm; just real"]
fn pi_tells_by_its_extension() {
    check(Cli::Pi, "", true);
}

#[test]
#[ignore = "needs npm; just real"]
fn codex_tells_by_its_hooks_where_they_are_asked_for() {
    check(Cli::Codex, "hooks = true", true);
}

#[test]
#[ignore = "needs npm; just real"]
fn codex_tells_by_its_record() {
    check(Cli::Codex, "", false);
}
