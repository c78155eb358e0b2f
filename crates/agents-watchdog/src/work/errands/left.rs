//! Which worktrees are left of tasks, and which of them would nobody miss?

use std::path::{Path, PathBuf};

use agents_config::Fleet;
use agents_tasks::errand::Failure;
use agents_tasks::{Progress, Stage, TaskState};

use super::nested::with_own_commits;
use super::tidy::obstacle;
use super::{ASKS, WORKS, git, holds};
use crate::work::board::{Board, Held};
use crate::work::site::{Site, is_occupied};

/// A worktree of a task, or of one that is forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftWorktree {
    pub path: PathBuf,
    /// The task that has it.
    pub task: Option<String>,
    /// Why it must stay; `None`: nothing would be lost.
    pub obstacle: Option<String>,
}

/// What is in these worktrees. It looks, and changes nothing. The board must be newer than the list of paths: a worktree
/// that is just being made would have no owner yet.
pub async fn left_worktrees(
    fleet: &Fleet,
    board: &Board,
    paths: Vec<PathBuf>,
) -> Vec<LeftWorktree> {
    let mut left = Vec::new();
    for path in paths {
        let owner = owner_of_worktree(fleet, board, &path);
        let found = match owner {
            Some((held, place)) => of_task(fleet, held, place).await,
            None => of_nobody(&path).await,
        };
        let obstacle = found.unwrap_or_else(|failure| Some(failure.reason));
        let task = owner.and_then(|(held, place)| held.manifest.tasks.get(place));
        left.push(LeftWorktree { path, task: task.map(|task| task.id.to_string()), obstacle });
    }
    left
}

/// Removes one that no task has any more.
///
/// # Errors
/// Why it stays.
pub async fn remove_forgotten(path: &Path) -> Result<(), String> {
    let remove = async || {
        if let Some(reason) = of_nobody(path).await? {
            return Ok(Err(reason));
        }
        // A worktree with submodules goes only by force; nothing of it would be lost.
        let words = ["worktree", "remove", "--force", path.to_str().unwrap_or_default()];
        let removed = git(path, &words, WORKS).await?;
        if removed.code != Some(0) {
            return Ok(Err(removed.failed("remove the worktree").to_string()));
        }
        Ok(Ok(()))
    };
    let removed = remove().await.map_err(|failure: Failure| failure.reason)?;
    removed?;
    for end in [".ready", ".making", ".set-up"] {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(end);
        // They say something about what has gone.
        drop(std::fs::remove_file(path.with_file_name(name)));
    }
    Ok(())
}

/// The task that has the worktree, or for which it is being made.
#[must_use]
pub fn owner_of_worktree<'a>(
    fleet: &Fleet,
    board: &'a Board,
    path: &Path,
) -> Option<(&'a Held, usize)> {
    board.works.iter().rev().find_map(|held| {
        let is_its = |(place, it): (usize, &Progress)| match &it.worktree {
            Some(own) => Path::new(own) == path,
            None if it.stage == Stage::Over => false,
            None => Site::of(fleet, held, place).is_some_and(|site| site.worktree == path),
        };
        let place = held.work.tasks.iter().enumerate().position(is_its)?;
        Some((held, place))
    })
}

async fn of_task(fleet: &Fleet, held: &Held, place: usize) -> Result<Option<String>, Failure> {
    let (Some(progress), Some(site)) = (held.work.tasks.get(place), Site::of(fleet, held, place))
    else {
        return Ok(Some("the manifest has no such task".to_owned()));
    };
    match (&progress.stage, progress.state) {
        (Stage::Over, TaskState::Error) => {
            let id = &site.id;
            Ok(Some(format!(
                "it failed, and may be looked into: `agents tasks retry {id}` or `agents tasks cancel {id}`"
            )))
        }
        (Stage::Over, _) => obstacle(&site).await,
        (_, state) => Ok(Some(format!("it is {}", state.word()))),
    }
}

/// One of a task that was reset, or of a manifest that is forgotten: the branch that is checked out says what is in it.
async fn of_nobody(path: &Path) -> Result<Option<String>, Failure> {
    let words = ["status", "--porcelain", "--untracked-files=normal", "--ignore-submodules=none"];
    let status = git(path, &words, ASKS).await?;
    if status.code != Some(0) {
        return Ok(Some("git does not know it as a worktree".to_owned()));
    }
    if !status.text().trim().is_empty() {
        return Ok(Some("files are changed and not committed".to_owned()));
    }
    match is_occupied(path) {
        Some(false) => {}
        Some(true) => return Ok(Some("a process works there".to_owned())),
        None => return Ok(Some("it cannot be told whether a process works there".to_owned())),
    }
    if let Some(own) = with_own_commits(path).await?.first() {
        return Ok(Some(own.told()));
    }
    // On a branch, which stays, and everything of it somewhere else, too.
    if !holds(path, &["symbolic-ref", "--quiet", "HEAD"]).await? {
        return Ok(Some("no branch is checked out, so its commits could be lost".to_owned()));
    }
    let holders = git(path, &["branch", "--remotes", "--contains", "HEAD"], ASKS).await?;
    if holders.code != Some(0) || holders.text().trim().is_empty() {
        return Ok(Some("its branch has commits that are not pushed".to_owned()));
    }
    Ok(None)
}
