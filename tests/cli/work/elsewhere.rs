//! What becomes of commits that a program made in its worktree beside the task's branch?

use super::stage::{Works, one};

#[test]
fn commits_on_a_branch_of_the_programs_own_or_on_none_are_the_tasks() {
    for (how, stood) in
        [("git checkout -q -b own\n", "on `own`"), ("git checkout -q --detach\n", "on no branch")]
    {
        let works = Works::new();
        works.bed.write("how/a", how);
        works.bed.write("tasks.toml", &one(""));
        works.run("tasks.toml").ends_with(0);
        works.until_task("a", "complete");
        let told = works.bed.git("remote.git", &["log", "--format=%s", "main..task/a"]);
        assert_eq!(told.ends_with(0).out, "a is done\n", "{how}");
        assert_eq!(works.task("a")["attempt"], 1);
        let events = works.agents(&["events", "-n", "50"]).out;
        assert!(events.contains(&format!("1 commit in its worktree stood {stood}")), "{events}");
        // All of it stands on the branch, so nothing would be lost.
        works.bed.until("its worktree is tidied away", || {
            !works.bed.dir.join(".state/worktrees/a").exists()
        });
    }
}

#[test]
fn commits_that_do_not_follow_the_branch_are_an_error_that_says_where_they_are() {
    let works = Works::new();
    works.bed.write("how/a", "git checkout -q --orphan own\n");
    works.bed.write("tasks.toml", &one(""));
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "error");
    let reason = works.task("a")["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("1 commit on `own`") && reason.contains("`task/a`"), "{reason}");
    let kept = works.bed.git(".state/worktrees/a", &["log", "--format=%s", "own"]).ends_with(0);
    assert_eq!(kept.out, "a is done\n");
}

#[test]
fn a_worktree_that_git_does_not_know_any_more_is_left_as_it_is() {
    let works = Works::new();
    works.bed.write("how/a", "rm .git; echo draft > notes.txt; exit 3\n");
    works.bed.write("tasks.toml", &one(""));
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "error");
    let reason = works.task("a")["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("git does not know its worktree"), "{reason}");
    assert!(works.bed.dir.join(".state/worktrees/a/notes.txt").exists());
}

#[test]
fn a_branch_that_somebody_has_checked_out_elsewhere_is_not_moved() {
    let works = Works::new();
    let how = "git checkout -q -b own; git worktree add -q DIR/looks task/a\n";
    works.bed.write("how/a", &how.replace("DIR", &works.bed.dir.display().to_string()));
    works.bed.write("tasks.toml", &one(""));
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "error");
    let reason = works.task("a")["reason"].as_str().unwrap().to_owned();
    assert!(
        reason.contains("1 commit on `own`, while `task/a` is checked out elsewhere"),
        "{reason}"
    );
    assert_eq!(works.bed.git("looks", &["status", "--porcelain"]).ends_with(0).out, "");
}

#[test]
fn what_others_did_is_no_work_of_the_task() {
    let works = Works::new();
    let how = "git clone -q DIR/remote.git DIR/other && (cd DIR/other; echo x > x; git add x; git commit -qm x; git push -q origin main)
git fetch -q origin; git checkout -q --detach origin/main; git() { :; }; task=../a\n";
    works.bed.write("how/a", &how.replace("DIR", &works.bed.dir.display().to_string()));
    works.bed.write("tasks.toml", &one("attempts = 1"));
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "error");
    let reason = works.task("a")["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("there is no commit and no change"), "{reason}");
}
