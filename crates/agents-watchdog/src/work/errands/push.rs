//! Push a task's branch.

use agents_tasks::errand::{Done, Failure};

use super::nested::with_own_commits;
use super::{ASKS, Site, WORKS, git, has_remote, lasting, passing, reference};

/// A commit of a submodule that nobody else has must not be pointed to by what is pushed.
async fn pointed_to(site: &Site) -> Result<(), Failure> {
    if !site.worktree.join(".gitmodules").exists() {
        return Ok(());
    }
    let words = ["config", "--file", ".gitmodules", "--get-regexp", r"^submodule\..*\.path$"];
    let listed = git(&site.worktree, &words, ASKS).await?.text();
    let is_submodule = |path: &str| {
        listed.lines().any(|row| row.split_once(' ').is_some_and(|(_, it)| it == path))
    };
    for own in with_own_commits(&site.worktree).await? {
        if is_submodule(&own.path) {
            return Err(lasting(format!(
                "{}: push it from {}, then `agents tasks retry {}`",
                own.told(),
                site.worktree.join(&own.path).display(),
                site.id
            )));
        }
    }
    Ok(())
}

/// Never by force: what somebody else pushed to the branch stays.
pub(super) async fn push(site: &Site) -> Result<Done, Failure> {
    if !has_remote(site).await? {
        return Ok(Done::NoRemote);
    }
    pointed_to(site).await?;
    let branch = reference(&site.progress.branch);
    let words = ["push", "-q", &site.rules.remote, &format!("{branch}:{branch}")];
    let pushed = git(&site.repository, &words, WORKS).await?;
    if pushed.code == Some(0) {
        return Ok(Done::Pushed);
    }
    let reason = pushed.failed("push").to_string();
    if pushed.stderr.contains("[rejected]") {
        return Err(lasting(format!(
            "the remote has other commits on `{}` ({reason}): join the two by hand, then `agents tasks retry {}`",
            site.progress.branch, site.id
        )));
    }
    Err(passing(reason))
}
