//! What have earlier tasks left where those of a manifest are to work?

use std::path::Path;
use std::process::Command;

use agents_config::Fleet;
use agents_tasks::Task;
use agents_watchdog::work::{Board, Held, owner_of_worktree, worktrees_dir};

/// Worktrees that lie where new ones are to be made, a row each: none of these tasks could begin.
pub(super) fn worktrees(fleet: &Fleet, board: &Board, held: &Held) -> Vec<String> {
    let folder = worktrees_dir(fleet);
    let lies_there = |task: &&Task| folder.join(task.id.as_str()).exists();
    let tasks = held.manifest.tasks.iter().filter(lies_there);
    tasks.map(|task| of_task(fleet, board, task, &folder.join(task.id.as_str()))).collect()
}

fn of_task(fleet: &Fleet, board: &Board, task: &Task, path: &Path) -> String {
    let (id, shown) = (&task.id, path.display());
    match owner_of_worktree(fleet, board, path) {
        Some((other, place)) => format!(
            "{id}: `{}` has a task of that name, which is {}, and its worktree is there still: {shown}; \
             `agents tasks reset {id}` begins that task anew, `agents clean` removes what is done with, \
             or give this one another name",
            other.header.name,
            other.work.tasks[place].state.word(),
        ),
        None => format!(
            "{id}: {shown} is there already: look through it and remove it with `git worktree remove`, \
             or give the task another name"
        ),
    }
}

/// Branches with commits of their own under the names that the tasks are to make: what is merged by the time that they
/// begin stands in nobody's way, so that is only said.
pub(super) fn branches(held: &Held) -> Vec<String> {
    let git = |words: &[&str]| {
        let told = Command::new("git").arg("-C").arg(&held.header.repository).args(words).output();
        told.ok().filter(|told| told.status.success())
    };
    let remote = format!("refs/remotes/{}/{}", held.manifest.rules.remote, held.manifest.base);
    let local = format!("refs/heads/{}", held.manifest.base);
    let stands =
        |name: &&String| git(&["rev-parse", "--quiet", "--verify", name.as_str()]).is_some();
    let bases: Vec<String> = [remote, local].iter().filter(stands).cloned().collect();
    let mut rows = Vec::new();
    for task in &held.manifest.tasks {
        let branch = format!("refs/heads/{}", task.branch);
        let mut words = vec!["rev-list", "--count", &branch, "--not"];
        words.extend(bases.iter().map(String::as_str));
        let count = git(&words).map(|told| String::from_utf8_lossy(&told.stdout).trim().to_owned());
        if let Some(count) = count.filter(|count| count != "0") {
            let commits = if count == "1" { "commit" } else { "commits" };
            rows.push(format!(
                "{}: there is a branch `{}` with {count} {commits} that `{}` lacks; unless they are merged when the task \
                 begins, it fails: rename or delete the branch, or give the task another `branch`",
                task.id, task.branch, held.manifest.base
            ));
        }
    }
    rows
}
