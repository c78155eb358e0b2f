//! Make branch and worktree, and set the worktree up.

use std::fs::File;
use std::path::Path;

use agents_tasks::errand::{Done, Failure};
use agents_tasks::pull::Onto;
use tokio::process::Command;

use super::{
    ASKS, Site, WORKS, git, has_remote, holds, lasting, line, passing, program, reference,
};

/// What stands beside a worktree that is ready.
const READY: &str = ".ready";
/// What stands beside a worktree that is being made: it holds nobody's work yet.
const MAKING: &str = ".making";

/// Whoever was killed on the way left one of the two files, which say what to do with what is there.
#[derive(PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Mark {
    work: String,
    /// Earlier versions did not say which.
    #[serde(default)]
    task: Option<String>,
    branch: String,
    start: String,
}

pub(super) async fn prepare(site: &Site) -> Result<Done, Failure> {
    if !holds(&site.repository, &["rev-parse", "--git-dir"]).await? {
        return Err(lasting(format!("{} is no git repository", site.repository.display())));
    }
    if let Some(start) = &site.progress.start {
        return again(site, start).await;
    }
    if let Some(start) = ready(site).await? {
        return done(site, start);
    }
    let mark = |start: &str| Mark {
        work: site.work.clone(),
        task: Some(site.id.clone()),
        branch: site.progress.branch.clone(),
        start: start.to_owned(),
    };
    let base = base(site).await?;
    clear(site, &mark("")).await?;
    branch_is_free(site, &base).await?;
    write(site, MAKING, &mark(""))?;
    let (path, branch) = (text(&site.worktree)?, site.progress.branch.as_str());
    line(&site.repository, &["worktree", "add", "-q", "-B", branch, path, &base], WORKS).await?;
    build_on(site).await?;
    copy(site)?;
    set_up(site).await?;
    let start = line(&site.worktree, &["rev-parse", "HEAD"], ASKS).await?;
    write(site, READY, &mark(&start))?;
    drop(std::fs::remove_file(site.beside(MAKING)));
    done(site, start)
}

fn done(site: &Site, start: String) -> Result<Done, Failure> {
    Ok(Done::Prepared { worktree: text(&site.worktree)?.to_owned(), start })
}

/// The branch is there, with what earlier attempts did; the worktree may have been removed.
async fn again(site: &Site, start: &str) -> Result<Done, Failure> {
    let branch = site.progress.branch.as_str();
    if is_worktree(&site.worktree).await? {
        return done(site, start.to_owned());
    }
    if site.worktree.exists() {
        return Err(lasting(format!(
            "git does not know its worktree {} any more: look through what is in it, move it away, then `agents tasks retry {}`",
            site.worktree.display(),
            site.id
        )));
    }
    git(&site.repository, &["worktree", "prune"], ASKS).await?;
    line(&site.repository, &["worktree", "add", "-q", text(&site.worktree)?, branch], WORKS)
        .await?;
    copy(site)?;
    set_up(site).await?;
    done(site, start.to_owned())
}

/// Where the branch of a worktree that was made ready begins.
async fn ready(site: &Site) -> Result<Option<String>, Failure> {
    let mark = read(site, READY);
    let ours = |it: &Mark| {
        it.work == site.work
            && it.task.as_ref().is_none_or(|task| *task == site.id)
            && it.branch == site.progress.branch
    };
    match mark.filter(ours) {
        Some(mark) if is_worktree(&site.worktree).await? => Ok(Some(mark.start)),
        Some(_) | None => Ok(None),
    }
}

/// Takes away what a watchdog left that was killed while it made the worktree, and nothing else.
async fn clear(site: &Site, mine: &Mark) -> Result<(), Failure> {
    let is_half_made = read(site, MAKING).is_some_and(|mark| mark == *mine);
    if site.worktree.exists() && !is_half_made {
        return Err(taken(site));
    }
    if is_half_made && site.worktree.exists() {
        // Git keeps it locked while it makes it, so it is told twice.
        let words = ["worktree", "remove", "--force", "--force", text(&site.worktree)?];
        git(&site.repository, &words, WORKS).await?;
        if site.worktree.exists() {
            std::fs::remove_dir_all(&site.worktree).map_err(|error| io(&site.worktree, &error))?;
        }
    }
    git(&site.repository, &["worktree", "prune"], ASKS).await?;
    Ok(())
}

/// A branch that is there may be taken where it holds nothing of its own.
async fn branch_is_free(site: &Site, base: &str) -> Result<(), Failure> {
    let branch = reference(&site.progress.branch);
    if !holds(&site.repository, &["rev-parse", "--quiet", "--verify", &branch]).await? {
        return Ok(());
    }
    // Merges of what it builds on are made anew; all else is somebody's work.
    let mut words = vec!["rev-list", "--count", &branch, "--not", base];
    let mut onto = Vec::new();
    for other in &site.onto {
        onto.push(found(site, other).await?);
    }
    words.extend(onto.iter().map(String::as_str));
    let own = line(&site.repository, &words, ASKS).await?;
    if own == "0" || (read(site, MAKING).is_some() && !onto.is_empty()) {
        return Ok(());
    }
    Err(lasting(format!(
        "there is a branch `{}` with {own} {} of its own: rename or delete it, or give the task another `branch`",
        site.progress.branch,
        if own == "1" { "commit" } else { "commits" }
    )))
}

/// The commit that the branch begins with: that of the remote, as new as it can be had, else the local one.
async fn base(site: &Site) -> Result<String, Failure> {
    let mut candidates = vec![reference(&site.base)];
    if has_remote(site).await? {
        candidates.insert(0, fetch(site, &site.base).await?);
    }
    for candidate in &candidates {
        let commit = format!("{candidate}^{{commit}}");
        let found =
            git(&site.repository, &["rev-parse", "--quiet", "--verify", &commit], ASKS).await?;
        if found.code == Some(0) {
            return Ok(found.text().trim().to_owned());
        }
    }
    Err(lasting(format!("there is no branch `{}`: set `base` in the manifest", site.base)))
}

/// Takes in the work of those that it depends on, whatever the user's own merges are set to be.
async fn build_on(site: &Site) -> Result<(), Failure> {
    for onto in &site.onto {
        let mut words = vec![
            "-c",
            "merge.ff=true",
            "-c",
            "merge.verifySignatures=false",
            "-c",
            "commit.gpgSign=false",
        ];
        if !holds(&site.worktree, &["config", "user.email"]).await? {
            words.extend(["-c", "user.name=agents", "-c", "user.email=agents@localhost"]);
        }
        let other = found(site, onto).await?;
        words.extend(["merge", "-q", "--no-edit", &other]);
        let merged = git(&site.worktree, &words, WORKS).await?;
        if merged.code == Some(0) {
            continue;
        }
        git(&site.worktree, &["merge", "--abort"], ASKS).await?;
        let branch = &onto.branch;
        if merged.text().contains("CONFLICT") {
            return Err(lasting(format!(
                "`{branch}`, which it builds on, cannot be merged with the others: merge it by hand, then `agents tasks retry {}`",
                site.id
            )));
        }
        let why = merged.failed("merge");
        return Err(passing(format!("`{branch}`, which it builds on, was not merged: {why}")));
    }
    Ok(())
}

/// The work of another task as this repository has it: its branch, or else that of the remote, since it may have been made
/// in another repository and pushed from there; or else its commit, where both are deleted.
async fn found(site: &Site, onto: &Onto) -> Result<String, Failure> {
    let own = reference(&onto.branch);
    let mut candidates = vec![own.clone()];
    if !holds(&site.repository, &["rev-parse", "--quiet", "--verify", &own]).await?
        && has_remote(site).await?
    {
        candidates.push(fetch(site, &onto.branch).await?);
    }
    candidates.push(onto.head.clone());
    for candidate in candidates {
        let commit = format!("{candidate}^{{commit}}");
        if holds(&site.repository, &["rev-parse", "--quiet", "--verify", &commit]).await? {
            return Ok(candidate);
        }
    }
    Err(lasting(format!(
        "`{}`, which it builds on, is deleted, and its commit {} is not here: fetch it, then `agents tasks retry {}`",
        onto.branch, onto.head, site.id
    )))
}

/// Fetches a branch of the remote to where this repository keeps it, also where that follows others only, as a clone with
/// `--depth` or `--single-branch` does. Without a network, what was fetched last is good enough to begin with.
async fn fetch(site: &Site, branch: &str) -> Result<String, Failure> {
    let remote = &site.rules.remote;
    let kept = format!("refs/remotes/{remote}/{branch}");
    let what = format!("+{}:{kept}", reference(branch));
    git(&site.repository, &["fetch", "-q", remote, &what], WORKS).await?;
    Ok(kept)
}

fn copy(site: &Site) -> Result<(), Failure> {
    for path in &site.rules.copy {
        let (from, to) = (site.repository.join(path), site.worktree.join(path));
        copy_tree(&from, &to).map_err(|error| {
            lasting(format!("`copy`: {} cannot be copied: {error}", from.display()))
        })?;
    }
    Ok(())
}

/// Links are copied as links: what they lead to may be anything.
fn copy_tree(from: &Path, to: &Path) -> std::io::Result<()> {
    let kind = from.symlink_metadata()?.file_type();
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent)?;
    }
    if kind.is_dir() {
        std::fs::create_dir_all(to)?;
        for entry in std::fs::read_dir(from)? {
            let entry = entry?;
            copy_tree(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    if kind.is_symlink() {
        if to.symlink_metadata().is_ok() {
            std::fs::remove_file(to)?;
        }
        return std::os::unix::fs::symlink(std::fs::read_link(from)?, to);
    }
    std::fs::copy(from, to).map(drop)
}

async fn set_up(site: &Site) -> Result<(), Failure> {
    let Some(line) = &site.rules.set_up else { return Ok(()) };
    let path = site.beside(".set-up");
    let lock = File::create(&path).map_err(|error| io(&path, &error))?;
    // The command has it as its standard input, and with it the lock: one that outlived its watchdog keeps it.
    if lock.try_lock().is_err() {
        return Err(passing("the set-up command that an earlier watchdog began still runs"));
    }
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir(&site.worktree);
    command.env("AGENTS_TASK", &site.id).env("AGENTS_BRANCH", &site.progress.branch);
    let file = lock.try_clone().map_err(|error| io(&path, &error))?;
    command.stdin(file).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let finished = program(site, command, "set_up", site.rules.set_up_limit).await;
    // A process that it left behind may hold the file: it does not hold the lock any more.
    lock.unlock().map_err(|error| io(&path, &error))?;
    let finished = finished?;
    if finished.code == Some(0) {
        return Ok(());
    }
    let said = [finished.text(), finished.stderr].concat();
    let last: Vec<&str> = said.lines().rev().take(3).collect();
    let last: Vec<&str> = last.into_iter().rev().collect();
    let code = finished.code.map_or_else(|| "a signal".to_owned(), |code| format!("code {code}"));
    Err(passing(format!("the set-up command ended with {code}: {}", last.join(" / "))))
}

async fn is_worktree(path: &Path) -> Result<bool, Failure> {
    if !path.exists() {
        return Ok(false);
    }
    let top = git(path, &["rev-parse", "--show-toplevel"], ASKS).await?;
    let top = Path::new(top.text().trim_end()).canonicalize().ok();
    Ok(top.is_some() && top == path.canonicalize().ok())
}

fn taken(site: &Site) -> Failure {
    lasting(format!(
        "{} is there already, from an earlier task: look through it and remove it with `git worktree remove`",
        site.worktree.display()
    ))
}

fn read(site: &Site, end: &str) -> Option<Mark> {
    serde_json::from_str(&std::fs::read_to_string(site.beside(end)).ok()?).ok()
}

fn write(site: &Site, end: &str, mark: &Mark) -> Result<(), Failure> {
    let path = site.beside(end);
    let folder = path.parent().map_or(Ok(()), agents_store::private_folder);
    let new = site.beside(&format!("{end}.new"));
    let written = folder
        .and_then(|()| std::fs::write(&new, serde_json::json!(mark).to_string()))
        .and_then(|()| std::fs::rename(&new, &path));
    written.map_err(|error| io(&path, &error))
}

fn io(path: &Path, error: &std::io::Error) -> Failure {
    passing(format!("{}: {error}", path.display()))
}

fn text(path: &Path) -> Result<&str, Failure> {
    path.to_str().ok_or_else(|| lasting(format!("the path {} is not UTF-8", path.display())))
}
