//! Does a manifest of three tasks run to its end with a real one-shot program in each worktree?

use std::time::Duration;

use agents_model_server::{Account, Cli, Leave, Options, Order, Server};

use crate::for_each_cli;
use crate::support::{Bed, HEAD, Ran, wait_for};

/// Two side by side, and one that builds on both.
const MANIFEST: &str = "attempts = 1\n\
    [[task]]\nid = \"one\"\nissue = 1\nfiles = [\"one.txt\"]\nbody = \"\"\"\nMOCK:run sh DIR/work.sh one\n\"\"\"\n\
    [[task]]\nid = \"two\"\nissue = 2\nfiles = [\"two.txt\"]\nbody = \"\"\"\nMOCK:run sh DIR/work.sh two\n\"\"\"\n\
    [[task]]\nid = \"three\"\nissue = 3\nfiles = [\"three.txt\"]\ndependsOn = [\"one\", \"two\"]\nbody = \"\"\"\nMOCK:run sh DIR/work.sh three\n\"\"\"\n";

const WORK: &str = "set -e\ntest -f README.md\necho $1 > $1.txt\ngit add $1.txt\ngit commit -q -m \"$1 is done\"\n";

fn bin_of(cli: Cli, program: &str) -> String {
    match cli {
        Cli::Codex => {
            format!(
                "'{program}' exec --json --dangerously-bypass-approvals-and-sandbox - < {{kickoff}}"
            )
        }
        Cli::Claude => format!(
            "'{program}' -p --output-format stream-json --verbose --permission-mode bypassPermissions < {{kickoff}}"
        ),
        Cli::Pi => format!("'{program}' --mode json \\\"$(cat {{kickoff}})\\\""),
        Cli::Opencode | Cli::Gemini | Cli::Qwen => unreachable!("no one-shot use of it is tried"),
    }
}

fn three_tasks(cli: Cli) {
    let program = cli.install().unwrap_or_else(|error| panic!("{error}"));
    let server = Server::start(&Options::default()).unwrap();
    // codex leaves out its helper links when its home lies below the system's folder for temporary files.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let bed = Bed::empty();
    bed.repositories(&[("README.md", "A project.\n")]);
    let worktrees = ["one", "two", "three"].map(|id| bed.dir.join(".state/worktrees").join(id));
    let mut projects = vec![bed.dir.clone(), bed.dir.join("builder")];
    projects.extend(worktrees);
    let home = Order {
        cli,
        program: program.clone(),
        dir: folder.path().to_owned(),
        origin: server.origin(),
        projects,
        leave: Leave::Never,
        account: Account::Key,
    };
    let home = home.settle().unwrap();
    let dir = bed.dir.display().to_string();
    bed.write("work.sh", WORK);
    bed.write("tasks.toml", &MANIFEST.replace("DIR", &dir));
    let bin = bin_of(cli, &program.display().to_string());
    bed.write(
        "agents.toml",
        &format!("{HEAD}\n[backend.once]\nbin = \"{bin}\"\nprompt_delivery = \"exec\"\n"),
    );
    let agents = |words: &[&str]| {
        let mut command = bed.command(env!("CARGO_BIN_EXE_agents"));
        command.envs(home.env.iter().map(|(name, value)| (*name, value)));
        Ran::from(command.args(words).output().unwrap())
    };
    agents(&["run", "tasks.toml", "--repository", "builder"]).ends_with(0);
    let told = || agents(&["tasks", "--json"]).json()["works"][0]["tasks"].clone();
    let is_over = || {
        let tasks = told();
        let mut states = tasks.as_array().unwrap().iter().map(|task| task["state"].clone());
        states.all(|state| state == "complete" || state == "error" || state == "blocked")
    };
    let mut ended = || is_over();
    let in_time = wait_for(Duration::from_secs(240), &mut ended);
    let log = agents(&["logs", "one", "--no-follow"]);
    let tasks = told();
    assert!(in_time, "{cli:?}: {tasks:#}\n{log:?}\n{}", bed.watchdog_log());
    for task in tasks.as_array().unwrap() {
        assert_eq!(task["state"], "complete", "{cli:?}: {tasks:#}\n{log:?}");
        assert_eq!(task["commits"], 1, "{cli:?}: {task:#}");
        assert!(!task["said"].as_array().unwrap().is_empty(), "{cli:?}: {task:#}");
        let cost = &task["cost"];
        assert!(cost["tokens_read"].as_u64().is_some_and(|it| it > 0), "{cli:?}: {task:#}");
        assert_eq!(cost["attempts"], 1, "{cli:?}: {task:#}");
    }
    let files = bed.git("remote.git", &["ls-tree", "--name-only", "fix/issue-3"]).ends_with(0);
    assert_eq!(files.out, "README.md\none.txt\nthree.txt\ntwo.txt\n", "{cli:?}");
    agents(&["down"]).ends_with(0);
}

for_each_cli!(three_tasks:
    codex_runs_three_tasks => Codex,
    claude_runs_three_tasks => Claude,
    pi_runs_three_tasks => Pi,
);
