//! How does what was pushed come here?

use std::time::Duration;

use super::repository::Remote;
use super::{GitError, GitSource, ask, candidates, child, first_tip, mirror};

/// How a fetch went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fetched {
    /// The local copy is what the remote has.
    Done,
    /// The remote answered, and has no such branch; the local copy may remember one.
    NoSuchBranch,
}

/// Fetches the handoff branch, or all branches while none is known, into the mirror, with the user's `git` program.
///
/// Nothing changes in the repository itself, and no setting of it counts but where its remote is.
///
/// # Errors
/// [`GitError::TimedOut`] after `limit`: then no process of the fetch is left.
pub async fn fetch(source: &GitSource, limit: Duration) -> Result<Fetched, GitError> {
    let (candidates, remote) = ask(source, &source.repo, candidates).await?;
    mirror::make(source, &remote, &candidates).await?;
    let branch = branch_to_fetch(source, candidates).await?;
    let reference = branch.as_deref().unwrap_or("*");
    let refspec = format!("+refs/heads/{reference}:{}", source.tracking(reference));
    fetch_from(source, &remote, &refspec, limit).await
}

async fn fetch_from(
    source: &GitSource,
    remote: &Remote,
    refspec: &str,
    limit: Duration,
) -> Result<Fetched, GitError> {
    let doing = format!("fetch from `{}`", source.remote);
    let words = [
        "fetch",
        "--quiet",
        "--no-tags",
        "--no-write-fetch-head",
        "--no-recurse-submodules",
        "--",
        &remote.url,
        refspec,
    ];
    let finished = child::run(&source.mirror, &words, &doing, limit).await?;
    if finished.code == Some(0) {
        Ok(Fetched::Done)
    } else if finished.stderr.contains("couldn't find remote ref") {
        Ok(Fetched::NoSuchBranch)
    } else {
        Err(finished.failed(&doing))
    }
}

/// The branch that is meant, as far as the mirror or the repository's own copy tell.
async fn branch_to_fetch(
    source: &GitSource,
    candidates: Vec<String>,
) -> Result<Option<String>, GitError> {
    if source.branch.is_some() {
        return Ok(source.branch.clone());
    }
    for candidate in candidates {
        for place in [&source.mirror, &source.repo] {
            let one = vec![candidate.clone()];
            let found =
                ask(source, place, move |repository, source| first_tip(repository, source, &one));
            if found.await?.is_some() {
                return Ok(Some(candidate));
            }
        }
    }
    Ok(None)
}
