//! What is there of a task's work?

use agents_tasks::errand::{Done, Failure};

use super::{ASKS, Site, changes, count, git, holds, lasting, line, reference};

pub(super) async fn judge(site: &Site) -> Result<Done, Failure> {
    let branch = reference(&site.progress.branch);
    if !holds(&site.repository, &["rev-parse", "--quiet", "--verify", &branch]).await? {
        return Err(lasting(format!("its branch `{}` has gone", site.progress.branch)));
    }
    if site.worktree.exists() {
        follow(site, &branch).await?;
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

/// A program may commit on a branch of its own, or on none: what follows the task's branch there is the task's work, and
/// the branch is moved forward to it. Nothing else is done to branches.
async fn follow(site: &Site, branch: &str) -> Result<(), Failure> {
    let stands = git(&site.worktree, &["symbolic-ref", "--quiet", "HEAD"], ASKS).await?;
    let stands = stands.text().trim().to_owned();
    if stands == branch {
        return Ok(());
    }
    let head = line(&site.worktree, &["rev-parse", "HEAD"], ASKS).await?;
    let own = own_commits(site, branch, &head).await?;
    if own == "0" {
        return Ok(());
    }
    let commits = if own == "1" { "1 commit".to_owned() } else { format!("{own} commits") };
    let place = match stands.strip_prefix("refs/heads/") {
        Some(other) => format!("on `{other}`"),
        None => "on no branch".to_owned(),
    };
    let name = &site.progress.branch;
    let was = line(&site.repository, &["rev-parse", branch], ASKS).await?;
    let follows = holds(&site.repository, &["merge-base", "--is-ancestor", &was, &head]).await?;
    if !follows || is_checked_out(site, branch).await? {
        let why = if follows { "is checked out elsewhere" } else { "is not followed by them" };
        return Err(lasting(format!(
            "its program made {commits} {place}, while `{name}` {why}: join the two in {} by hand, then `agents tasks retry {}`",
            site.worktree.display(),
            site.id
        )));
    }
    // Only if nobody has moved it since.
    line(&site.repository, &["update-ref", branch, &head, &was], ASKS).await?;
    let _ = site.aside.set(format!(
        "{commits} in its worktree stood {place}; `{name}` is moved forward to what it holds"
    ));
    Ok(())
}

/// Somebody looks at it there, and would see it change under them.
async fn is_checked_out(site: &Site, branch: &str) -> Result<bool, Failure> {
    let listed = git(&site.repository, &["worktree", "list", "--porcelain"], ASKS).await?;
    let row = format!("branch {branch}");
    Ok(listed.code != Some(0) || listed.text().lines().any(|it| it == row))
}

/// How many commits stand there that neither the branch has nor that from which it began.
async fn own_commits(site: &Site, branch: &str, head: &str) -> Result<String, Failure> {
    let bases =
        [reference(&site.base), format!("refs/remotes/{}/{}", site.rules.remote, site.base)];
    let mut words = vec!["rev-list", "--count", head, "--not", branch];
    for base in &bases {
        if holds(&site.repository, &["rev-parse", "--quiet", "--verify", base]).await? {
            words.push(base);
        }
    }
    line(&site.repository, &words, ASKS).await
}
