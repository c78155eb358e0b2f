//! Which repositories lie in a worktree, and do they hold what nobody else has? A submodule of a worktree, and what a program
//! cloned or made there, go with it.

use std::path::{Path, PathBuf};

use agents_tasks::errand::Failure;
use tokio::process::Command;

use super::{ASKS, passing};
use crate::observe::git::child::{command, run_to_end};

/// One of them, with something to lose.
pub(super) struct Nested {
    /// Where, as it is called in the worktree.
    pub path: String,
    /// Commits that no remote of it has; `None`: git cannot tell.
    commits: Option<u32>,
}

impl Nested {
    /// What would be lost.
    pub fn told(&self) -> String {
        let path = &self.path;
        match self.commits {
            Some(1) => format!("`{path}` in it has 1 commit that no remote has"),
            Some(commits) => format!("`{path}` in it has {commits} commits that no remote has"),
            None => format!("`{path}` in it is a repository that git cannot read"),
        }
    }
}

/// Those that hold commits that none of their remotes has.
pub(super) async fn with_own_commits(worktree: &Path) -> Result<Vec<Nested>, Failure> {
    let root = worktree.to_owned();
    let found = tokio::task::spawn_blocking(move || repositories(&root)).await;
    let found = found.map_err(|error| passing(error.to_string()))?;
    let found = found
        .map_err(|error| passing(format!("cannot look through {}: {error}", worktree.display())))?;
    let mut own = Vec::new();
    for path in found {
        let commits = commits(&path).await?;
        if commits != Some(0) {
            let path = path.strip_prefix(worktree).unwrap_or(&path).display().to_string();
            own.push(Nested { path, commits });
        }
    }
    Ok(own)
}

/// How many commits stand there that no remote has. A repository that somebody else made may be made to harm: only history is
/// read, which runs none of the programs that its settings may name.
async fn commits(at: &Path) -> Result<Option<u32>, Failure> {
    let words = ["rev-list", "--count", "--all", "--not", "--remotes"];
    let counted = asked(at, &words).await?.and_then(|count| count.parse().ok());
    let is_shallow = asked(at, &["rev-parse", "--is-shallow-repository"]).await?;
    if counted == Some(0) || is_shallow.as_deref() != Some("true") {
        return Ok(counted);
    }
    // One that was cloned at a tag, without history, has the tag and no branch of its remote.
    let words = [&words[..], &["--tags"]].concat();
    Ok(asked(at, &words).await?.and_then(|count| count.parse().ok()))
}

/// What git says to that; `None` where it fails.
async fn asked(at: &Path, words: &[&str]) -> Result<Option<String>, Failure> {
    let mut asks: Command = command(at, words);
    // What is missing is fetched from nowhere.
    asks.env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", "none");
    let answer = run_to_end(asks, "read a repository in the worktree", ASKS).await;
    let answer = answer.map_err(|error| passing(error.to_string()))?;
    Ok((answer.code == Some(0)).then(|| answer.text().trim().to_owned()))
}

/// The repositories below a folder, its own aside.
fn repositories(root: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        if folder != root && is_repository(&folder) {
            found.push(folder.clone());
        }
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() && entry.file_name() != ".git" {
                folders.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// With a checkout, or bare.
fn is_repository(folder: &Path) -> bool {
    let has = |name: &str| folder.join(name).symlink_metadata().is_ok();
    has(".git") || has("HEAD") && has("objects") && has("refs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories_are_found_wherever_they_are_and_no_link_is_followed() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        for folder in ["a/.git/objects", "a/deep/b", "bare.git/objects", "bare.git/refs", "none"] {
            std::fs::create_dir_all(at(folder)).unwrap();
        }
        for file in [".git", "a/deep/b/.git", "bare.git/HEAD"] {
            std::fs::write(at(file), "").unwrap();
        }
        std::os::unix::fs::symlink(root.path(), at("none/again")).unwrap();
        assert_eq!(repositories(root.path()).unwrap(), ["a", "a/deep/b", "bare.git"].map(at));
    }
}
