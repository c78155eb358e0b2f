//! Are the tasks that the config itself declares carried out, and does the work follow the file?

use super::stage::Works;

/// The fleet of the stage, with these tasks behind it.
fn declare(works: &Works, fleet: &str, tasks: &str) {
    works.bed.write("agents.toml", &format!("{fleet}\n{tasks}"));
}

const RULES: &str = "[tasks]\nrepository = \"builder\"\nretry_delay = 1\n";

fn task(id: &str, rest: &str) -> String {
    format!("[[task]]\nid = \"{id}\"\n{rest}\n")
}

#[test]
fn the_tasks_of_the_config_are_done_once_and_follow_the_file() {
    let works = Works::new();
    let fleet = works.bed.read("agents.toml");
    let dir = works.bed.dir.display().to_string();
    let waits = format!("while [ ! -f {dir}/go ]; do sleep 0.1; done\n");
    works.bed.write("how/a", &waits);
    let (a, b) = (task("a", ""), task("b", "depends_on = [\"a\"]"));
    let dropped = task("dropped", "depends_on = [\"a\"]");
    declare(&works, &fleet, &[RULES, &a, &b, &dropped].concat());
    let plan = works.agents(&["tasks", "plan"]).ends_with(0);
    assert!(plan.out.contains("not sooner: it depends on a"), "{plan:?}");
    let none = works.agents(&["tasks"]).ends_with(0);
    assert!(none.out.contains("the config declares 3: the watchdog begins them"), "{none:?}");
    works.agents(&["up"]).ends_with(0);
    works.until_task("a", "running");
    works.until_task("b", "blocked");
    works.bed.until("a has begun", || works.journal() == ["begin a"]);
    // What runs stays, what nobody has begun goes, and what is new comes.
    let c = task("c", "title = \"Third\"");
    declare(&works, &fleet, &[RULES, &b.replace("[\"a\"]", "[\"c\"]"), &c].concat());
    works.until_task("c", "complete");
    works.until_task("b", "complete");
    assert!(works.tasks().iter().all(|task| task["id"] != "dropped"), "{:?}", works.states());
    assert_eq!(works.task("a")["state"], "running");
    works.bed.write("go", "");
    works.bed.until("a is done, and forgotten", || {
        works.tasks().iter().all(|task| task["id"] != "a")
            && works.journal().contains(&"end a".to_owned())
    });
    works.bed.git("remote.git", &["rev-parse", "--verify", "refs/heads/task/a"]).ends_with(0);
    // Neither another watchdog nor another look at the file does anything twice.
    works.crash();
    declare(&works, &fleet, &["# A remark.\n", RULES, &b, &c].concat().replace("[\"a\"]", "[]"));
    works.bed.until("the watchdog looked", || {
        works.agents(&["tasks", "--json"]).json()["works"][0]["tasks"].as_array().unwrap().len()
            == 2
            && works.bed.watchdog_log().matches("tick ").count() > 3
    });
    let begun = works.journal().iter().filter(|row| row.starts_with("begin ")).count();
    assert_eq!(begun, 3, "{:?}", works.journal());
    // A manifest may not use their names.
    works.bed.write("tasks.toml", &task("b", ""));
    let refused = works.run("tasks.toml").ends_with(2);
    assert!(refused.err.contains("b: the config has a task of that name"), "{refused:?}");
}

#[test]
fn a_name_that_a_manifest_has_taken_keeps_those_of_the_config_waiting() {
    let works = Works::new();
    let fleet = works.bed.read("agents.toml");
    works.bed.write("how/a", "exit 3\n");
    works.bed.write("tasks.toml", &format!("attempts = 1\n{}", task("a", "")));
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "error");
    declare(&works, &fleet, &[RULES, &task("a", ""), &task("b", "")].concat());
    works.bed.until("it says why", || {
        let told = works.agents(&["events"]).out;
        told.contains(
            "the tasks of the config are not taken up: `tasks` has a task `a`, which is error",
        )
    });
    assert_eq!(works.tasks().len(), 1);
    works.agents(&["tasks", "cancel", "a"]).ends_with(0);
    works.until_task("b", "complete");
    let told = works.agents(&["events"]).ends_with(0).out;
    assert_eq!(told.matches("are not taken up").count(), 1, "{told}");
}

#[test]
fn what_runs_stays_in_its_repository_and_keeps_its_files_when_the_file_says_otherwise() {
    let works = Works::new();
    let fleet = works.bed.read("agents.toml");
    let dir = works.bed.dir.display().to_string();
    works.bed.write("how/a", &format!("while [ ! -f {dir}/go ]; do sleep 0.1; done\n"));
    declare(&works, &fleet, &[RULES, &task("a", "files = [\"x.rs\"]")].concat());
    works.agents(&["up"]).ends_with(0);
    works.bed.until("a has begun", || works.journal() == ["begin a"]);
    // Another clone of the same remote, which follows one branch of it, and other claims of what runs.
    let follows = "+refs/heads/main:refs/remotes/origin/main";
    works.bed.git("adversary", &["config", "remote.origin.fetch", follows]).ends_with(0);
    let rules = RULES.replace("\"builder\"", "\"adversary\"");
    let (a, b) = (task("a", "files = [\"y.rs\"]"), task("b", "files = [\"x.rs\"]"));
    declare(&works, &fleet, &[rules.as_str(), &a, &b].concat());
    works.bed.until("b waits for the file that a may write to still", || {
        works.tasks().iter().any(|it| it["id"] == "b" && it["reason"] == "a writes to x.rs, too")
    });
    works.bed.write("go", "");
    works.until_task("a", "complete");
    works.until_task("b", "complete");
    for (branch, clone) in [("task/a", "builder"), ("task/b", "adversary")] {
        works.bed.git("remote.git", &["rev-parse", "--verify", branch]).ends_with(0);
        works.bed.git(clone, &["rev-parse", "--verify", branch]).ends_with(0);
    }
    assert_eq!(works.task("a")["attempt"], 1, "{:?}", works.states());
    // Another remote, which has nothing of theirs.
    let bare = ["clone", "-q", "--bare", "--single-branch", "remote.git", "other.git"];
    works.bed.git(".", &bare).ends_with(0);
    works.bed.git(".", &["clone", "-q", "other.git", "other"]).ends_with(0);
    let rules = RULES.replace("\"builder\"", "\"other\"");
    let c = task("c", "files = [\"z.rs\"]");
    declare(&works, &fleet, &[rules.as_str(), &a, &b, &c].concat());
    works.until_task("c", "complete");
    for id in ["a", "b", "c"] {
        let result = works.agents(&["result", id, "--json"]).ends_with(0).json();
        assert_eq!(result["files"], serde_json::json!([format!("{id}.txt")]), "{result}");
    }
}

#[test]
fn an_agent_that_is_given_the_name_of_a_running_task_waits_for_its_end() {
    let works = Works::new();
    let fleet = works.bed.read("agents.toml");
    let dir = works.bed.dir.display().to_string();
    works.bed.write("how/a", &format!("while [ ! -f {dir}/go ]; do sleep 0.1; done\n"));
    works.bed.write("tasks.toml", &task("a", ""));
    works.run("tasks.toml").ends_with(0);
    works.bed.until("a has begun", || works.bed.dir.join("journal").exists());
    let agent = |rest: &str| {
        format!(
            "{fleet}\n[[agent]]\nbackend = \"worker\"\nwatch = \"heal\"\nprompt = \"x\"\n{rest}\n"
        )
    };
    let refused = |what: &str| {
        let told = format!(
            "the agent `{what}` of the config has the name or the session of the task `a`, which is under way"
        );
        works.bed.until("it says why", || works.bed.watchdog_log().contains(&told));
        let status = works.agents(&["status"]);
        assert!(status.out.contains(&told), "{status:?}");
    };
    let prefix = works.bed.sessions()[0].strip_suffix('a').unwrap().to_owned();
    works.bed.write("agents.toml", &agent(&format!("name = \"b\"\nsession = \"{prefix}a\"")));
    refused("b");
    works.bed.write("agents.toml", &agent("name = \"a\""));
    refused("a");
    // Also where a watchdog begins with that file.
    works.crash();
    works.until_task("a", "running");
    works.bed.write("go", "");
    works.until_task("a", "complete");
    works.bed.git("remote.git", &["rev-parse", "--verify", "refs/heads/task/a"]).ends_with(0);
    let good = || works.bed.status()["config_problem"].is_null();
    works.bed.until("the file is in force", good);
    assert_eq!(works.bed.status()["agents"][0]["name"], "a");
}
