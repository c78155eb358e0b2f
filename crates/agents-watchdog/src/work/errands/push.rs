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
    let reason = refused(&pushed.stderr).unwrap_or_else(|| pushed.failed("push").to_string());
    if pushed.stderr.lines().any(|row| row.starts_with(" ! [rejected]")) {
        return Err(lasting(format!(
            "the remote has other commits on `{}` ({reason}): join the two by hand, then `agents tasks retry {}`",
            site.progress.branch, site.id
        )));
    }
    Err(passing(reason))
}

/// So many of the remote's own words are told, in rows and in characters of each.
const TOLD: (usize, usize) = (3, 200);

/// Why the remote took nothing, in git's words and its own: what its hooks print stands behind `remote:`.
fn refused(stderr: &str) -> Option<String> {
    let row = stderr.lines().find(|row| row.starts_with(" ! ["))?;
    let said = stderr.lines().filter_map(|row| row.strip_prefix("remote:")).map(str::trim);
    let said: Vec<String> =
        said.filter(|row| !row.is_empty()).map(|row| row.chars().take(TOLD.1).collect()).collect();
    let last = said[said.len().saturating_sub(TOLD.0)..].join(" / ");
    let row: String = row.trim_start_matches(" ! ").chars().take(TOLD.1).collect();
    let told = if last.is_empty() { row } else { format!("{row}; it says: {last}") };
    let told = crate::harmless::text(&told);
    Some(format!("the remote refused it: {}", crate::redacted::redacted(&told)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_a_remote_refused_a_push_is_told_in_its_words() {
        let hook = "remote: one\nremote: two\nremote: \nremote: no pushes at night\x1b[31m        \n\
                    remote: policy: [rejected] unsigned\nTo /r.git\n \
                    ! [remote rejected] task/a -> task/a (pre-receive hook declined)\n\
                    error: failed to push some refs to '/r.git'\n";
        assert_eq!(
            refused(hook).unwrap(),
            "the remote refused it: [remote rejected] task/a -> task/a (pre-receive hook declined); it says: \
             two / no pushes at night / policy: [rejected] unsigned"
        );
        let behind =
            "To /r.git\n ! [rejected]        task/a -> task/a (non-fast-forward)\nerror: failed\n";
        assert_eq!(
            refused(behind).unwrap(),
            "the remote refused it: [rejected]        task/a -> task/a (non-fast-forward)"
        );
        assert_eq!(refused("fatal: could not read from remote repository\n"), None);
    }
}
