//! Does a real program judge whether an idle agent is to go on, and is it asked again in the same conversation?

use agents_model_server::{Account, Cli, Leave, Options, Order, Rule, Server};

use super::stage::PATIENCE;
use crate::for_each_cli;
use crate::support::{Bed, HEAD, Ran, wait_for};

/// One agent that reads lines, and is ready whenever it has answered one.
const FLEET: &str = r#"HEAD
[backend.reader]
bin = 'printf "ready\n"; while IFS= read -r line; do printf "heard: %s\nready\n" "$line"; done'
prompt_delivery = "exec"
ready_re = "^ready$"
[[agent]]
name = "ann"
backend = "reader"
[agent.pilot]
mode = "analyzer"
analyzer = ["CLI"]
idle_threshold = 1
cooldown = 0
"#;

/// What the question begins with, whatever the screen shows.
const QUESTION: &str = "You decide whether an AI coding agent";

fn judges(cli: Cli, goes_on: bool) {
    let program = cli.install().unwrap_or_else(|error| panic!("{error}"));
    let rule = |contains: &str, words: &str| Rule::parse(&format!("{contains}=>SAY:{words}"));
    let rules = vec![
        rule("| heard: carry on then", r#"{"action": "wait", "reason": "all is done"}"#).unwrap(),
        rule(QUESTION, r#"{"action": "continue", "prompt": "carry on then"}"#).unwrap(),
    ];
    let server = Server::start(&Options { rules, ..Options::default() }).unwrap();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let bed = Bed::with(&FLEET.replace("HEAD", HEAD).replace("CLI", cli.name()));
    let order = Order {
        cli,
        program: program.clone(),
        dir: folder.path().to_owned(),
        origin: server.origin(),
        projects: vec![bed.dir.clone()],
        leave: Leave::Never,
        account: Account::Key,
    };
    let home = order.settle().unwrap();
    let path =
        format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let agents = |words: &[&str]| {
        let mut command = bed.command(env!("CARGO_BIN_EXE_agents"));
        command.envs(home.env.iter().map(|(name, value)| (*name, value))).env("PATH", &path);
        Ran::from(command.args(words).output().unwrap())
    };
    agents(&["up"]).ends_with(0);
    let pilot = || agents(&["status", "--json"]).json()["agents"][0]["pilot"].clone();
    let mut waits = || pilot()["said"].as_str().is_some_and(|it| it.contains("says to wait"));
    let in_time = wait_for(PATIENCE, &mut waits);
    let events = agents(&["events"]);
    assert!(in_time, "{cli:?}: {}\n{events:?}\n{}", pilot(), bed.watchdog_log());
    assert_eq!(pilot()["given"], 1, "{cli:?}: {events:?}");
    let asked: Vec<String> = server
        .requests()
        .iter()
        .map(|request| request["messages"].to_string())
        .filter(|messages| messages.contains(QUESTION))
        .collect();
    let last = asked.last().unwrap();
    // In a conversation that goes on, the second question stands behind the first.
    assert_eq!(last.matches(QUESTION).count(), if goes_on { 2 } else { 1 }, "{cli:?}: {last}");
    agents(&["down"]).ends_with(0);
}

fn judges_in_one_conversation(cli: Cli) {
    judges(cli, true);
}

fn judges_anew_each_time(cli: Cli) {
    judges(cli, false);
}

for_each_cli!(judges_in_one_conversation:
    codex_judges_an_idle_agent => Codex,
    claude_judges_an_idle_agent => Claude,
);
for_each_cli!(judges_anew_each_time:
    pi_judges_an_idle_agent => Pi,
);
