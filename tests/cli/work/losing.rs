//! Nothing that a program made goes with its worktree, wherever in it that stands; and nothing of others counts as its work.

use super::stage::{Works, one};

/// A task whose program runs these words before it commits; `DIR` is the folder of the test.
fn task(how: &str, keys: &str) -> Works {
    let works = Works::new();
    works.bed.write("how/a", &how.replace("DIR", &works.bed.dir.display().to_string()));
    works.bed.write("tasks.toml", &one(keys));
    works
}

fn reason(works: &Works) -> String {
    works.task("a")["reason"].as_str().unwrap_or_default().to_owned()
}

/// What `agents worktrees` says of the worktree of `a`, once its task is over.
fn kept(works: &Works) -> String {
    works.bed.until("it is said why the worktree stays", || {
        works.agents(&["worktrees"]).out.contains("worktrees/a")
    });
    works.agents(&["worktrees"]).ends_with(0).out
}

/// A repository `lib` that the project has as a submodule.
const WITH_LIB: &str = "git init -q --bare -b main DIR/lib.git
git clone -q DIR/lib.git DIR/lib-seed 2>/dev/null
(cd DIR/lib-seed; git checkout -q -B main; echo 1 > one; git add one; git commit -qm one; git push -q origin main)
git -c protocol.file.allow=always submodule --quiet add DIR/lib.git lib
";

#[test]
fn commits_in_a_submodule_that_no_remote_has_are_an_error_and_go_nowhere() {
    let how = format!("{WITH_LIB}(cd lib; echo 2 > two; git add two; git commit -qm precious)\n");
    let works = task(&how, "attempts = 1");
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "error");
    let said = reason(&works);
    assert!(said.contains("`lib` in it has 1 commit that no remote has"), "{said}");
    assert!(said.contains("agents tasks retry a"), "{said}");
    // What the branch would point to is not there yet.
    assert_eq!(works.bed.git("remote.git", &["branch", "--list", "task/a"]).ends_with(0).out, "");
    let lib = ".state/worktrees/a/lib";
    works.bed.git(lib, &["push", "-q", "origin", "HEAD:refs/heads/feature"]).ends_with(0);
    works.bed.write("how/a", "exit 0\n");
    works.agents(&["tasks", "retry", "a"]).ends_with(0);
    works.until_task("a", "complete");
    works.bed.until("its worktree is tidied away", || {
        !works.bed.dir.join(".state/worktrees/a").exists()
    });
}

#[test]
fn a_repository_of_its_own_that_a_program_made_stays_with_the_worktree() {
    let how = "echo /own/ >> .gitignore
git init -q own; (cd own; echo x > x; git add x; git commit -qm x)\n";
    let works = task(how, "");
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "complete");
    let said = kept(&works);
    assert!(said.contains("`own` in it has 1 commit that no remote has"), "{said}");
    works.agents(&["clean"]).ends_with(0);
    assert!(works.bed.dir.join(".state/worktrees/a/own/x").exists());
}

#[test]
fn what_was_only_fetched_is_no_work_and_goes() {
    // A build's dependency: a clone at a tag, without history.
    let how = "echo /deps/ >> .gitignore
git clone -q DIR/remote.git DIR/seed; (cd DIR/seed; git tag v1; git push -q origin v1)
git clone -q --depth 1 --branch v1 file://DIR/remote.git deps/one 2>/dev/null\n";
    let works = task(how, "");
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "complete");
    works.bed.until("its worktree is tidied away", || {
        !works.bed.dir.join(".state/worktrees/a").exists()
    });
}

#[test]
fn what_stands_beside_a_copied_file_is_no_copy() {
    let how = "echo work > conf/precious.txt; git() { :; }; task=../a\n";
    let works = task(how, "copy = [\"conf/local.env\"]\nattempts = 1");
    works.bed.write("builder/conf/local.env", "KEY=1\n");
    works.run("tasks.toml").ends_with(0);
    works.bed.until("it is over", || {
        ["complete", "error"].contains(&works.task("a")["state"].as_str().unwrap())
    });
    let said = format!("{} {}", reason(&works), kept(&works));
    assert!(!said.contains("there is no commit and no change"), "{said}");
    assert!(works.bed.dir.join(".state/worktrees/a/conf/precious.txt").exists(), "{said}");
}

#[test]
fn a_setting_of_git_hides_no_file_from_us() {
    let how = "git config status.showUntrackedFiles no; echo work > precious.txt; git() { :; }; task=../a\n";
    let works = task(how, "attempts = 1");
    works.run("tasks.toml").ends_with(0);
    works.bed.until("it is over", || {
        ["complete", "error"].contains(&works.task("a")["state"].as_str().unwrap())
    });
    works.bed.write("how/a", "exit 1\n");
    works.agents(&["tasks", "reset", "a"]).ends_with(0);
    works.until_task("a", "error");
    works.agents(&["clean"]).ends_with(0);
    assert!(works.bed.dir.join(".state/worktrees/a/precious.txt").exists());
}

#[test]
fn commits_of_others_that_a_program_brought_to_its_branch_are_not_its_work() {
    let how = "git clone -q DIR/remote.git DIR/other && (cd DIR/other; echo x > x; git add x; git commit -qm x; git push -q origin main)
git pull -q --rebase origin main; git() { :; }; task=../a\n";
    let works = task(how, "attempts = 1");
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "error");
    assert!(reason(&works).contains("there is no commit and no change"), "{}", reason(&works));
}

#[test]
fn commits_that_a_program_pushed_to_the_base_itself_are_its_work() {
    let how = "echo x > x; git add x; git commit -qm x; git push -q origin HEAD:main; git() { :; }; task=../a\n";
    let works = task(how, "attempts = 1");
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "complete");
}
