//! Remove a task's worktree, if nothing would be lost. The branch always stays.

use agents_tasks::TaskState;
use agents_tasks::errand::{Done, Failure};

use super::nested::with_own_commits;
use super::{ASKS, Site, WORKS, changes, count, git, holds, line, passing, reference};
use crate::work::site::is_occupied;

pub(super) async fn tidy(site: &Site) -> Result<Done, Failure> {
    if !site.worktree.exists() {
        git(&site.repository, &["worktree", "prune"], ASKS).await?;
        return Ok(Done::Removed);
    }
    if let Some(reason) = obstacle(site).await? {
        return Ok(Done::Kept(reason));
    }
    let path = site.worktree.to_str().ok_or_else(|| passing("its path is not UTF-8"))?;
    // Nothing is changed but what was copied there.
    let removed = git(&site.repository, &["worktree", "remove", "--force", path], WORKS).await?;
    if removed.code != Some(0) {
        return Err(passing(removed.failed("remove the worktree").to_string()));
    }
    for end in [".ready", ".making", ".set-up"] {
        // They say something about what has gone.
        drop(std::fs::remove_file(site.beside(end)));
    }
    Ok(Done::Removed)
}

/// Why it must stay.
pub(super) async fn obstacle(site: &Site) -> Result<Option<String>, Failure> {
    let changed = count(&changes(site).await?);
    if changed > 0 {
        let files = if changed == 1 { "file is" } else { "files are" };
        return Ok(Some(format!("{changed} {files} changed and not committed")));
    }
    let branch = reference(&site.progress.branch);
    let head = line(&site.worktree, &["rev-parse", "HEAD"], ASKS).await?;
    if !holds(&site.repository, &["merge-base", "--is-ancestor", &head, &branch]).await? {
        return Ok(Some(format!("it holds commits that `{}` lacks", site.progress.branch)));
    }
    match is_occupied(&site.worktree) {
        Some(false) => {}
        Some(true) => return Ok(Some("a process works there".to_owned())),
        None => return Ok(Some("it cannot be told whether a process works there".to_owned())),
    }
    if let Some(own) = with_own_commits(&site.worktree).await?.first() {
        return Ok(Some(own.told()));
    }
    if site.progress.state == TaskState::Merged {
        return Ok(None);
    }
    let remote = &site.rules.remote;
    for holder in [&site.progress.branch, &site.base] {
        let pushed = format!("refs/remotes/{remote}/{holder}");
        if holds(&site.repository, &["merge-base", "--is-ancestor", &branch, &pushed]).await? {
            return Ok(None);
        }
    }
    Ok(Some(format!("`{}` has commits that are not pushed", site.progress.branch)))
}
