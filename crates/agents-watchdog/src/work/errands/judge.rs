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
    let commits = own_work(site, &branch).await?;
    let dirty = if site.worktree.exists() { count(&changes(site).await?) } else { 0 };
    let commits = commits.parse().map_err(|_| lasting(format!("git counted `{commits}`")))?;
    Ok(Done::Judged { commits, dirty, head })
}

/// How many commits the task made since it began. What the base has by now was brought to the branch, as it is by a pull,
/// unless the task made it, and somebody took it over.
async fn own_work(site: &Site, branch: &str) -> Result<String, Failure> {
    let not = site.progress.start.as_ref().map(|start| format!("^{start}"));
    let mut words = vec!["rev-list", "--count", branch];
    words.extend(not.as_deref());
    let all = line(&site.repository, &words, ASKS).await?;
    let bases = bases(site).await?;
    words.extend(bases.iter().map(String::as_str));
    let own = line(&site.repository, &words, ASKS).await?;
    if own != "0" || has_made_commits(site).await? { Ok(all) } else { Ok(own) }
}

/// Whether a commit was made in the worktree, and not only brought there; also where nothing tells.
async fn has_made_commits(site: &Site) -> Result<bool, Failure> {
    /// What git writes down where it makes one. What it only takes over is a "checkout", "reset", "pull" or "Fast-forward".
    const MAKES: [&str; 7] =
        ["commit", "cherry-pick", "revert", "am:", "rebase (pick)", "rebase (continue)", "merge"];
    if !site.worktree.exists() {
        return Ok(true);
    }
    let words = ["reflog", "show", "--format=%H %gs", "HEAD"];
    let told = git(&site.worktree, &words, ASKS).await?;
    let told = told.text();
    // The latest first. What it builds on may have been merged before it began.
    let rows = told.lines().filter_map(|row| row.split_once(' '));
    let since = rows.take_while(|(commit, _)| Some(*commit) != site.progress.start.as_deref());
    let mut since = since.map(|(_, did)| did);
    let makes =
        |did: &str| MAKES.iter().any(|it| did.starts_with(it)) && !did.ends_with("Fast-forward");
    Ok(told.trim().is_empty() || since.any(makes))
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
    let mut words = vec!["rev-list", "--count", head, "--not", branch];
    let bases = bases(site).await?;
    words.extend(bases.iter().map(|base| base.trim_start_matches('^')));
    line(&site.repository, &words, ASKS).await
}

/// What the base holds, here and on the remote, as it is left out of a count.
async fn bases(site: &Site) -> Result<Vec<String>, Failure> {
    let mut bases = Vec::new();
    let remote = format!("refs/remotes/{}/{}", site.rules.remote, site.base);
    for base in [reference(&site.base), remote] {
        if holds(&site.repository, &["rev-parse", "--quiet", "--verify", &base]).await? {
            bases.push(format!("^{base}"));
        }
    }
    Ok(bases)
}
