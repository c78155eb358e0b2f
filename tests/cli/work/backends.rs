//! Which backend runs a task, whatever becomes of the config while it runs?

use super::stage::{Works, one};

/// A second backend, so that no task without one of its own has a plain choice.
const SECOND: &str = "\n[backend.second]\nbin = \"true\"\nprompt_delivery = \"exec\"\n";

/// One task that waits for the file `go`, and a fleet that runs it.
fn at_work() -> (Works, String) {
    let works = Works::new();
    let waits = format!("while [ ! -f {}/go ]; do sleep 0.1; done\n", works.bed.dir.display());
    works.bed.write("how/a", &waits);
    works
        .bed
        .write("tasks.toml", &format!("{}[[task]]\nid = \"b\"\ndependsOn = [\"a\"]\n", one("")));
    works.run("tasks.toml").ends_with(0);
    works.bed.until("it has begun", || works.journal() == ["begin a"] && works.bed.has("t-a"));
    works.bed.until("it runs", || works.task("a")["reason"] == "attempt 1 runs");
    let config = works.bed.read("agents.toml");
    (works, config)
}

fn until_in_force(works: &Works, count: usize) {
    works.bed.until("the new config is in force", || {
        works.bed.watchdog_log().matches("the config changed and is in force").count() == count
    });
}

#[test]
fn a_task_keeps_the_backend_it_was_started_with_and_one_that_waits_says_what_is_missing() {
    let (works, config) = at_work();
    works.bed.write("agents.toml", &format!("{config}{SECOND}"));
    until_in_force(&works, 1);
    // Also for a watchdog that has not seen it start.
    works.crash();
    works.bed.write("go", "");
    works.until_task("a", "complete");
    works.bed.until("the other says why it waits", || {
        let why = works.task("b")["reason"].as_str().unwrap_or_default().to_owned();
        why.contains("it names no backend, and the config has several (second, worker)")
            && why.contains("agents tasks cancel b")
    });
    assert_eq!(works.task("a")["attempt"], 1, "{}", works.task("a"));
    works.bed.write("agents.toml", &config);
    works.until_task("b", "complete");
}

#[test]
fn a_task_whose_backend_has_gone_runs_on_and_ends_when_asked_and_is_answered_once() {
    let (works, config) = at_work();
    let others = config.replace("[backend.worker]", "[backend.other]");
    works.bed.write("agents.toml", &format!("{others}{SECOND}"));
    until_in_force(&works, 1);
    // The next watchdog takes what stands in for the backend as no part of the file.
    works.crash();
    let answers = |works: &Works| {
        let told = works.agents(&["events", "--lines", "1000"]).ends_with(0).out;
        told.matches("tell the operator").count()
    };
    works.agents(&["tasks", "cancel", "a"]).ends_with(0);
    works.until_task("a", "cancelled");
    works.bed.until("its session has ended", || !works.bed.has("t-a"));
    // One to the request that started it, one to that which ended it.
    assert_eq!(answers(&works), 2, "{}", works.bed.watchdog_log());
    until_in_force(&works, 1);
}

#[test]
fn a_task_that_is_cut_off_when_its_backend_has_gone_waits_until_it_is_back() {
    let (works, config) = at_work();
    works.bed.write("agents.toml", &config.replace("[backend.worker]", "[backend.other]"));
    until_in_force(&works, 1);
    works.bed.kill_session("t-a");
    works.until_task("a", "stuck");
    let why = works.task("a")["reason"].as_str().unwrap_or_default().to_owned();
    assert!(why.contains("the config has no backend `worker` any more: put it back"), "{why}");
    works.bed.write("go", "");
    works.bed.write("agents.toml", &config);
    works.until_task("a", "complete");
    assert_eq!(works.task("a")["attempt"], 1, "{}", works.task("a"));
}

#[test]
fn a_one_shot_program_that_prints_about_limits_is_ended_by_its_time_and_is_never_typed_at() {
    let works = Works::new();
    works.with_limits();
    works.bed.write("how/a", "echo '  // usage limit reached, resets in 3 hours'; sleep 600\n");
    works.bed.write("tasks.toml", &one("maxRuntime = \"6s\"\nattempts = 1"));
    works.run("tasks.toml").ends_with(0);
    works.bed.until("it runs", || works.journal() == ["begin a"]);
    let sent = works.agents(&["send", "a", "leave the database alone"]).ends_with(1);
    assert!(sent.err.contains("its program runs once, and reads no messages"), "{sent:?}");
    let now = works.agents(&["send", "a", "--now", "stop"]).ends_with(1);
    assert!(now.err.contains("reads no messages"), "{now:?}");
    works.until_task("a", "error");
    let reason = works.task("a")["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("it ran for 6 s, the longest that it may"), "{reason}");
    let typed = works.agents(&["events", "a"]).ends_with(0).out;
    assert!(!typed.contains("type at") && !typed.contains("probe"), "{typed}");
}
