//! A session that somebody else made under the name of a task's is not the task's program.

use super::stage::{Works, one};

#[test]
fn a_strangers_session_of_a_tasks_name_is_told_and_left_and_the_task_runs_once_it_is_gone() {
    let works = Works::new();
    works.bed.write("tasks.toml", &one("attempts = 1"));
    works.bed.tmux(&["new-session", "-d", "-s", "t-a", "sleep 600"]).ends_with(0);
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "error");
    let reason = works.task("a")["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("a session `t-a` runs that was not started by `agents`"), "{reason}");
    assert!(works.bed.has("t-a"), "it is left as it is");
    works.bed.kill_session("t-a");
    works.agents(&["tasks", "retry", "a"]).ends_with(0);
    works.until_task("a", "complete");
}

#[test]
fn a_task_that_ends_beside_a_persons_pane_has_ended() {
    let works = Works::new();
    let dir = works.bed.dir.display().to_string();
    works.bed.write("how/a", &format!("while [ ! -e {dir}/go ]; do sleep 0.1; done\n"));
    works.bed.write("tasks.toml", &one(""));
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "running");
    works.bed.until("its session is there", || works.bed.has("t-a"));
    works.bed.tmux(&["split-window", "-d", "-t", "=t-a:", "sleep 600"]).ends_with(0);
    works.bed.write("go", "");
    works.until_task("a", "complete");
    assert_eq!((&works.task("a")["attempt"], works.journal().len()), (&1.into(), 2));
    // The person's pane is still there, and is nobody's of ours.
    assert!(works.bed.has("t-a"));
    works.agents(&["clean"]).ends_with(0);
    assert!(works.bed.has("t-a"));
}
