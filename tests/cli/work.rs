//! Does `agents run` carry a manifest out, in real worktrees, with pushes and pull requests, whatever dies on the way?

use std::process::{Command, Stdio};

use crate::support::{Bed, Ran};

const EIGHT: &str = include_str!("../../examples/eight-tasks.json");

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
echo "$*" | tr '\n' ' ' >> DIR/gh.calls
echo >> DIR/gh.calls
head() { while [ $# -gt 0 ]; do if [ "$1" = --head ]; then echo "$2"; fi; shift; done; }
branch=$(head "$@")
case "$1 $2" in
"pr list") if grep -qx "$branch" DIR/gh.pulls 2>/dev/null; then echo '[{"number":7,"url":"https://forge/7","state":"OPEN"}]'; else echo '[]'; fi ;;
"pr create") echo "$branch" >> DIR/gh.pulls; echo "https://forge/pull/$(wc -l < DIR/gh.pulls)" ;;
"pr view") echo '{"state":"OPEN"}' ;;
esac
"#;

struct Works {
    bed: Bed,
    path: String,
}

impl Works {
    fn new() -> Self {
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

    fn agents(&self, words: &[&str]) -> Ran {
        self.bed.agents_with(&[("PATH", self.path.as_str())], words)
    }

    fn run(&self, manifest: &str) -> Ran {
        self.agents(&["run", manifest, "--repository", "builder"])
    }

    /// The tasks of the newest manifest.
    fn tasks(&self) -> Vec<serde_json::Value> {
        let told = self.agents(&["tasks", "--json"]).ends_with(0).json();
        let works = told["works"].as_array().unwrap();
        works.last().map_or_else(Vec::new, |work| work["tasks"].as_array().unwrap().clone())
    }

    fn task(&self, id: &str) -> serde_json::Value {
        let tasks = self.tasks();
        tasks.into_iter().find(|task| task["id"] == id).unwrap_or_else(|| panic!("no task {id}"))
    }

    #[track_caller]
    fn until_all(&self, state: &str) {
        self.bed.until(&format!("all tasks are {state}: {:?}", self.states()), || {
            let tasks = self.tasks();
            !tasks.is_empty() && tasks.iter().all(|task| task["state"] == state)
        });
    }

    fn states(&self) -> Vec<String> {
        let row = |task: &serde_json::Value| format!("{} {} {}", task["id"], task["state"], task["reason"]);
        self.tasks().iter().map(row).collect()
    }

    #[track_caller]
    fn until_task(&self, id: &str, state: &str) {
        self.bed.until(&format!("{id} is {state}: {:?}", self.states()), || self.task(id)["state"] == state);
    }

    fn watchdog(&self) -> u32 {
        let holder = agents_store::FleetLock::holder(&self.bed.dir.join(".state/state")).unwrap();
        holder.filter(|holder| holder.what == "watchdog").expect("a watchdog holds the fleet").pid
    }

    /// Kills the watchdog as nothing can be killed harder, and starts another.
    fn crash(&self) {
        let pid = self.watchdog().to_string();
        Command::new("kill").args(["-9", &pid]).stderr(Stdio::null()).status().unwrap();
        self.agents(&["up", "watchdog"]).ends_with(0);
    }

    fn branches(&self) -> Vec<String> {
        let words = ["for-each-ref", "--format=%(refname:short)", "refs/heads/fix"];
        let told = self.bed.git("remote.git", &words).ends_with(0);
        told.out.lines().map(str::to_owned).collect()
    }

    fn journal(&self) -> Vec<String> {
        self.bed.read("journal").lines().map(str::to_owned).collect()
    }
}

#[test]
fn eight_tasks_of_two_phases_end_as_eight_branches_and_eight_pull_requests_through_two_crashes() {
    let works = Works::new();
    let manifest = EIGHT.replacen("\"repo\": \"example/security-framework\",", "\"forge\": \"gh\", \"retryDelay\": 1,", 1);
    works.bed.write("tasks.json", &manifest);
    // The first attempt of one fails; two others wait until they have been seen to run.
    works.bed.write("how/t3", "if [ ! -f DIR/failed ]; then touch DIR/failed; echo 'error: no compiler'; exit 1; fi\n"
        .replace("DIR", &works.bed.dir.display().to_string()).as_str());
    for id in ["t1", "t7"] {
        works.bed.write(&format!("how/{id}"), &format!("while [ ! -f {}/go-{id} ]; do sleep 0.1; done\n", works.bed.dir.display()));
    }
    works.run("tasks.json").ends_with(0);
    for id in ["t1", "t7"] {
        works.bed.until(&format!("{id} has begun"), || works.journal().contains(&format!("begin {id}")));
        works.crash();
        works.bed.write(&format!("go-{id}"), "");
    }
    works.until_all("pr_open");
    let wanted: Vec<String> = (1..=8).map(|issue| format!("fix/issue-{issue}")).collect();
    assert_eq!(works.branches(), wanted);
    let calls = works.bed.read("gh.calls");
    let created: Vec<&str> = calls.lines().filter(|call| call.starts_with("pr create")).collect();
    assert_eq!(created.len(), 8, "{calls}");
    assert!(created.iter().any(|call| call.contains("--head fix/issue-3 --base main --title fix: Issue #3 --body Closes #3")), "{calls}");
    // One file, one task at a time; what depends comes after; the second phase after the first.
    let journal = works.journal();
    let at = |row: &str| journal.iter().position(|it| it == row).unwrap_or_else(|| panic!("{row}: {journal:?}"));
    for (first, then) in [("t1", "t2"), ("t2", "t4"), ("t3", "t4"), ("t4", "t5"), ("t2", "t6"), ("t7", "t8"), ("t4", "t7")] {
        assert!(at(&format!("end {first}")) < at(&format!("begin {then}")), "{first}, {then}: {journal:?}");
    }
    // Crashes of the watchdog cost no attempt; the failed one had a second, which was told why.
    for task in works.tasks() {
        let attempts = if task["id"] == "t3" { 2 } else { 1 };
        assert_eq!(task["attempt"], attempts, "{task}");
        assert_eq!(task["commits"], 1, "{task}");
    }
    assert!(works.bed.read("prompts-seen/t3.1").contains("> error: no compiler"));
    assert!(!works.bed.read("prompts-seen/t3.0").contains("earlier attempt"));
    // What depends is built on what it depends on.
    let log = works.bed.git("remote.git", &["log", "--format=%s", "fix/issue-6"]).ends_with(0);
    assert_eq!(log.out.lines().collect::<Vec<_>>(), ["t6 is done", "t2 is done", "t1 is done", "plan"]);
    works.bed.until("the worktrees are tidied away", || {
        works.agents(&["worktrees"]).out.starts_with("no worktree")
    });
    let report = works.agents(&["report-run"]).ends_with(0);
    assert!(report.out.contains("8 of 8 tasks are at their end") || report.out.contains("8 pr_open"), "{report:?}");
    assert!(works.bed.sessions().iter().all(|it| !it.starts_with("t-t")), "{:?}", works.bed.sessions());
}
