//! How does what was pushed come here?

use std::time::Duration;

use super::child;
use super::repository::Repository;
use super::{GitError, GitSource, ask, branch_and_tip};

/// How a fetch went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fetched {
    /// The local copy is what the remote has.
    Done,
    /// The remote answered, and has no such branch; the local copy may remember one.
    NoSuchBranch,
}

/// Fetches the handoff branch, or all branches while none is known, with the user's `git` program.
///
/// Only the local copy under `refs/remotes` changes: no tags, no `FETCH_HEAD`, no submodules, no clean-up.
///
/// # Errors
/// [`GitError::TimedOut`] after `limit`: then no process of the fetch is left.
pub async fn fetch(source: &GitSource, limit: Duration) -> Result<Fetched, GitError> {
    let branch = ask(source, branch_to_fetch).await?;
    let reference = branch.as_deref().unwrap_or("*");
    let refspec = format!("+refs/heads/{reference}:{}", source.tracking(reference));
    let doing = format!("fetch from `{}`", source.remote);
    let words = [
        "fetch",
        "--quiet",
        "--no-tags",
        "--no-write-fetch-head",
        "--no-recurse-submodules",
        "--",
        &source.remote,
        &refspec,
    ];
    let finished = child::run(&source.repo, &words, &doing, limit).await?;
    if finished.code == Some(0) {
        Ok(Fetched::Done)
    } else if finished.stderr.contains("couldn't find remote ref") {
        Ok(Fetched::NoSuchBranch)
    } else {
        Err(finished.failed(&doing))
    }
}

fn branch_to_fetch(
    repository: &dyn Repository,
    source: &GitSource,
) -> Result<Option<String>, GitError> {
    // Without this check git would take the name for a path.
    if !repository.has_remote(&source.remote)? {
        return Err(source.no_remote());
    }
    if source.branch.is_some() {
        return Ok(source.branch.clone());
    }
    Ok(branch_and_tip(repository, source)?.map(|(branch, _tip)| branch))
}
