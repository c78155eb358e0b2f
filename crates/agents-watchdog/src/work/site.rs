//! Where does a task work, and what is needed to make that ready?

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use agents_config::Fleet;
use agents_tasks::pull::{Onto, PullText, onto, pull_text};
use agents_tasks::step::numbered;
use agents_tasks::{Progress, Rules};

use super::board::Held;
use crate::place::log_file;

/// All that an errand needs to know of its task, as it was when it began.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub id: String,
    /// The name of the work that it belongs to.
    pub work: String,
    pub repository: PathBuf,
    pub repo: Option<String>,
    pub worktree: PathBuf,
    /// What its session prints.
    pub log: PathBuf,
    pub base: String,
    pub rules: Rules,
    pub progress: Progress,
    /// What it builds on.
    pub onto: Vec<Onto>,
    pub pull: PullText,
    /// What is to be said besides of what came of the errand, in words.
    pub aside: Arc<OnceLock<String>>,
}

impl Site {
    pub fn of(fleet: &Fleet, held: &Held, place: usize) -> Option<Self> {
        let (task, progress) = (held.manifest.tasks.get(place)?, held.work.tasks.get(place)?);
        let repository = progress.repository.as_ref().map(PathBuf::from);
        let onto = onto(&held.manifest, &held.work, place);
        Some(Self {
            id: task.id.to_string(),
            work: held.header.name.clone(),
            repository: repository.unwrap_or_else(|| held.header.repository.clone()),
            repo: held.manifest.repo.clone(),
            worktree: worktrees_dir(fleet).join(numbered(task.id.as_str(), progress.generation)),
            log: log_file(fleet, &fleet.session_prefix.session_of(&task.id)),
            base: held.manifest.base.clone(),
            rules: held.manifest.rules.clone(),
            progress: progress.clone(),
            pull: pull_text(&held.manifest, task, progress, &onto),
            onto,
            aside: Arc::default(),
        })
    }

    /// A file beside the worktree, which says something about it.
    pub fn beside(&self, end: &str) -> PathBuf {
        let mut name = self.worktree.file_name().unwrap_or_default().to_owned();
        name.push(end);
        self.worktree.with_file_name(name)
    }
}

/// Where the worktrees of tasks lie.
#[must_use]
pub fn worktrees_dir(fleet: &Fleet) -> PathBuf {
    fleet.log_dir.join("worktrees")
}

/// The worktrees of tasks that are there, by their paths.
///
/// # Errors
/// When the folder cannot be read.
pub fn kept_worktrees(fleet: &Fleet) -> std::io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(worktrees_dir(fleet)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found: Vec<PathBuf> = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Whether a process has its folder there; `None` where that cannot be told.
pub(super) fn is_occupied(worktree: &Path) -> Option<bool> {
    let worktree = worktree.canonicalize().ok()?;
    let processes = std::fs::read_dir("/proc").ok()?;
    let is_there = |cwd: PathBuf| cwd.starts_with(&worktree);
    Some(
        processes.flatten().any(|it| std::fs::read_link(it.path().join("cwd")).is_ok_and(is_there)),
    )
}
