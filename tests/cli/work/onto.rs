//! What does a task find of the work that it builds on?

use super::stage::Works;

fn task(id: &str, rest: &str) -> String {
    format!("[[task]]\nid = \"{id}\"\n{rest}\n")
}

/// `t` builds on `a`, and waits for `gate`, which waits for the file `go`.
fn gated(keys: &str) -> Works {
    let works = Works::new();
    let dir = works.bed.dir.display().to_string();
    works.bed.write("how/gate", &format!("while [ ! -f {dir}/go ]; do sleep 0.1; done\n"));
    let tasks =
        [task("a", ""), task("gate", ""), task("t", "dependsOn = [\"a\", \"gate\"]")].concat();
    works.bed.write("tasks.toml", &format!("retryDelay = 1\n{keys}\n{tasks}"));
    works
}

fn a_is_done(works: &Works) {
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "complete");
    // No branch is deleted while a worktree has it.
    let worktree = works.bed.dir.join(".state/worktrees/a");
    works.bed.until("its worktree is removed", || !worktree.exists());
}

#[test]
fn a_branch_that_was_merged_and_deleted_is_built_on_all_the_same() {
    let works = gated("");
    a_is_done(&works);
    for words in [
        &["merge", "-q", "task/a"][..],
        &["push", "-q", "origin", "HEAD:main", ":task/a"],
        &["branch", "-D", "task/a"],
        &["fetch", "-q", "-p"],
    ] {
        works.bed.git("builder", words).ends_with(0);
    }
    works.bed.write("go", "");
    works.until_task("t", "complete");
    let files = works.bed.git("remote.git", &["ls-tree", "--name-only", "task/t"]).ends_with(0).out;
    assert!(files.contains("a.txt") && files.contains("t.txt"), "{files}");
}

#[test]
fn a_branch_that_was_deleted_is_built_on_by_its_commit() {
    let works = gated("");
    a_is_done(&works);
    works.bed.git("builder", &["push", "-q", "origin", ":task/a"]).ends_with(0);
    works.bed.git("builder", &["branch", "-D", "task/a"]).ends_with(0);
    works.bed.write("go", "");
    works.until_task("t", "complete");
    let files = works.bed.git("remote.git", &["ls-tree", "--name-only", "task/t"]).ends_with(0).out;
    assert!(files.contains("a.txt") && files.contains("t.txt"), "{files}");
}

#[test]
fn how_somebody_has_set_merges_up_does_not_stand_in_the_way() {
    let works = gated("");
    for words in [["merge.ff", "only"], ["commit.gpgSign", "true"], ["gpg.program", "false"]] {
        works.bed.git("builder", &["config", words[0], words[1]]).ends_with(0);
    }
    let unsigned =
        "export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=commit.gpgSign GIT_CONFIG_VALUE_0=false\n";
    for task in ["a", "gate", "t"] {
        works.bed.write(&format!("how/{task}"), unsigned);
    }
    works.bed.write("go", "");
    works.run("tasks.toml").ends_with(0);
    works.until_task("t", "complete");
}

#[test]
fn what_is_changed_and_not_committed_is_told() {
    let works = Works::new();
    works.bed.write("how/a", "trap 'echo more > left; echo more >> README.md' EXIT\n");
    works.bed.write("tasks.toml", &task("a", ""));
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "complete");
    assert_eq!(works.task("a")["reason"], "pushed to `origin`; 2 changed files are not committed");
}
