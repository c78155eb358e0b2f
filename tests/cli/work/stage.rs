//! A fleet that carries manifests out, with a one-shot program and a `gh` that write down what they are told.

use std::process::{Command, Stdio};

use crate::support::{Bed, Ran};

/// Eight tasks in two phases, with two chains of files.
pub const EIGHT: &str = include_str!("../../../examples/eight-tasks.json");

/// A fleet with nothing in it but a backend.
const CONFIG: &str = r#"
HEAD
[backend.worker]
bin = "sh DIR/worker.sh {kickoff} {session}"
prompt_delivery = "exec"
"#;

/// A one-shot program: it writes to the file that is named after its task, commits, and ends; `DIR/how/TASK` may hold
/// words that it runs before.
const WORKER: &str = r#"
task=${2#t-}
cp "$1" "DIR/prompts-seen/$task.$(ls DIR/prompts-seen | grep -c "^$task\.")"
echo "begin $task" >> DIR/journal
if [ -f "DIR/how/$task" ]; then . "DIR/how/$task"; fi
echo "$task" >> "$task.txt"
git add -A && git commit -q -m "$task is done" || exit 3
echo "end $task" >> DIR/journal
echo "all of $task is done"
"#;

/// `gh`, which records its calls and knows the pull requests that it opened.
const GH: &str = r#"#!/bin/sh
# In one write, since two of them may run side by side.
call=$(echo "$*" | tr '\n' ' '); echo "$call" >> DIR/gh.calls
head() { while [ $# -gt 0 ]; do if [ "$1" = --head ]; then echo "$2"; fi; shift; done; }
branch=$(head "$@")
case "$1 $2" in
"pr list") if grep -qx "$branch" DIR/gh.pulls 2>/dev/null; then echo '[{"number":7,"url":"https://forge/7","state":"OPEN"}]'; else echo '[]'; fi ;;
"pr create") echo "$branch" >> DIR/gh.pulls; echo "https://forge/pull/$(wc -l < DIR/gh.pulls)" ;;
"pr view") echo '{"state":"OPEN"}' ;;
esac
"#;

/// A fleet, a repository with a remote, and a forge.
pub struct Works {
    pub bed: Bed,
    path: String,
}

impl Works {
    pub fn new() -> Self {
        let bed = Bed::empty();
        let dir = bed.dir.display().to_string();
        let config = CONFIG.replace("HEAD", crate::support::HEAD).replace("DIR", &dir);
        bed.write("agents.toml", &config);
        bed.write("worker.sh", &WORKER.replace("DIR", &dir));
        bed.program("bin/gh", &GH.replace("DIR", &dir));
        bed.write("prompts-seen/.keep", "");
        bed.repositories(&[("README.md", "A project.\n")]);
        let path = format!("{dir}/bin:{}", std::env::var("PATH").unwrap());
        Self { bed, path }
    }

    /// Its program may meet usage limits.
    pub fn with_limits(&self) {
        let config = self.bed.read("agents.toml");
        let config = format!("{config}limit_re = \"usage limit\"\n")
            .replace("signal_interval = 1", "signal_interval = 1\nlimit_reset_slack = 1");
        self.bed.write("agents.toml", &config);
    }

    pub fn agents(&self, words: &[&str]) -> Ran {
        self.bed.agents_with(&[("PATH", self.path.as_str())], words)
    }

    pub fn run(&self, manifest: &str) -> Ran {
        self.agents(&["run", manifest, "--repository", "builder"])
    }

    /// The tasks of the newest manifest.
    pub fn tasks(&self) -> Vec<serde_json::Value> {
        let told = self.agents(&["tasks", "--json"]).ends_with(0).json();
        let works = told["works"].as_array().unwrap();
        works.last().map_or_else(Vec::new, |work| work["tasks"].as_array().unwrap().clone())
    }

    pub fn task(&self, id: &str) -> serde_json::Value {
        let tasks = self.tasks();
        tasks.into_iter().find(|task| task["id"] == id).unwrap_or_else(|| panic!("no task {id}"))
    }

    #[track_caller]
    pub fn until_all(&self, state: &str) {
        self.bed.until(&format!("all tasks are {state}: {:?}", self.states()), || {
            let tasks = self.tasks();
            !tasks.is_empty() && tasks.iter().all(|task| task["state"] == state)
        });
    }

    pub fn states(&self) -> Vec<String> {
        let row = |task: &serde_json::Value| {
            format!("{} {} {}", task["id"], task["state"], task["reason"])
        };
        self.tasks().iter().map(row).collect()
    }

    #[track_caller]
    pub fn until_task(&self, id: &str, state: &str) {
        self.bed.until(&format!("{id} is {state}: {:?}", self.states()), || {
            self.tasks().iter().any(|task| task["id"] == id && task["state"] == state)
        });
    }

    pub fn watchdog(&self) -> u32 {
        let holder = agents_store::FleetLock::holder(&self.bed.dir.join(".state/state")).unwrap();
        let watchdog = holder.filter(|holder| holder.what == "watchdog");
        watchdog.unwrap_or_else(|| panic!("no watchdog: {}", self.bed.watchdog_log())).pid
    }

    /// Kills the watchdog, and starts another.
    pub fn crash(&self) {
        self.kill_watchdog();
        self.agents(&["up", "watchdog"]).ends_with(0);
    }

    /// Kills the watchdog as nothing can be killed harder.
    pub fn kill_watchdog(&self) {
        let pid = self.watchdog().to_string();
        Command::new("kill").args(["-9", &pid]).stderr(Stdio::null()).status().unwrap();
        // It holds the fleet until the kernel has cleared it away.
        self.bed.until("it has gone", || {
            let holder = agents_store::FleetLock::holder(&self.bed.dir.join(".state/state"));
            holder.unwrap().is_none_or(|holder| holder.pid.to_string() != pid)
        });
    }

    pub fn branches(&self) -> Vec<String> {
        let words = ["for-each-ref", "--format=%(refname:short)", "refs/heads/fix"];
        let told = self.bed.git("remote.git", &words).ends_with(0);
        told.out.lines().map(str::to_owned).collect()
    }

    pub fn journal(&self) -> Vec<String> {
        self.bed.read("journal").lines().map(str::to_owned).collect()
    }
}

/// One task called `a`, with these further keys of the manifest.
pub fn one(keys: &str) -> String {
    format!("retryDelay = 1\n{keys}\n[[task]]\nid = \"a\"\ntitle = \"Do it\"\n")
}
