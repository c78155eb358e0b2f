//! Push a task's branch.

use agents_tasks::errand::{Done, Failure};

use super::{Site, WORKS, git, has_remote, lasting, passing, reference};

/// Never by force: what somebody else pushed to the branch stays.
pub(super) async fn push(site: &Site) -> Result<Done, Failure> {
    if !has_remote(site).await? {
        return Ok(Done::NoRemote);
    }
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
