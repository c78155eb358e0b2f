//! What is there of a task's work?

use agents_tasks::errand::{Done, Failure};

use super::{ASKS, Site, changes, count, holds, lasting, line, reference};

pub(super) async fn judge(site: &Site) -> Result<Done, Failure> {
    let branch = reference(&site.progress.branch);
    if !holds(&site.repository, &["rev-parse", "--quiet", "--verify", &branch]).await? {
        return Err(lasting(format!("its branch `{}` has gone", site.progress.branch)));
    }
    let head = line(&site.repository, &["rev-parse", &branch], ASKS).await?;
    let mut words = vec!["rev-list", "--count", &branch];
    let not = site.progress.start.as_ref().map(|start| format!("^{start}"));
    words.extend(not.as_deref());
    let commits = line(&site.repository, &words, ASKS).await?;
    let dirty = if site.worktree.exists() { count(&changes(site).await?) } else { 0 };
    let commits = commits.parse().map_err(|_| lasting(format!("git counted `{commits}`")))?;
    Ok(Done::Judged { commits, dirty, head })
}
