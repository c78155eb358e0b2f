//! How is a slow thing done beside the ticks? Each looks first whether it was done before, so that it may be done twice.

mod hook;
mod judge;
pub(super) mod left;
mod look;
mod nested;
mod prepare;
mod pull;
mod push;
mod tidy;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use agents_names::AgentName;
use agents_tasks::errand::{Done, Errand, Failure};
use tokio::process::Command;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;

use super::site::Site;
use crate::observe::git::GitError;
use crate::observe::git::child::{Finished, command, run_to_end};

/// A local question to git.
const ASKS: Duration = Duration::from_secs(30);
/// A checkout, or anything that touches a network.
const WORKS: Duration = Duration::from_secs(300);
/// Outcomes that wait to be heard.
const OUTCOMES: usize = 256;

/// A task, by the names of its work and of itself: its place may change with the config file while an errand is under way.
pub(super) type Whose = (String, AgentName);

/// What came of an errand.
pub(super) struct Arrived {
    pub whose: Whose,
    /// That of the task when it began.
    pub generation: u32,
    pub errand: Errand,
    pub result: Result<Done, Failure>,
    /// What is to be said of it besides, in words.
    pub aside: Option<String>,
}

/// The errands that are under way in this process.
pub(super) struct Errands {
    under_way: BTreeMap<Whose, JoinHandle<()>>,
    said: mpsc::Sender<Arrived>,
    heard: mpsc::Receiver<Arrived>,
    /// Told when one has come to something.
    pub ended: Arc<Notify>,
}

impl Default for Errands {
    fn default() -> Self {
        let (said, heard) = mpsc::channel(OUTCOMES);
        Self { under_way: BTreeMap::new(), said, heard, ended: Arc::default() }
    }
}

impl Drop for Errands {
    fn drop(&mut self) {
        // What they were about is owed still. Their programs end with them.
        self.under_way.values().for_each(JoinHandle::abort);
    }
}

impl Errands {
    /// Begins one, unless one of that task is under way.
    pub fn begin(&mut self, whose: Whose, errand: Errand, site: Site) {
        if self.under_way.contains_key(&whose) {
            return;
        }
        let (said, ended) = (self.said.clone(), Arc::clone(&self.ended));
        let (of, generation) = (whose.clone(), site.progress.generation);
        let task = tokio::spawn(async move {
            let result = run(errand, &site).await;
            // Nobody listens once the desk is gone.
            let aside = site.aside.get().cloned();
            drop(said.send(Arrived { whose: of, generation, errand, result, aside }).await);
            ended.notify_one();
        });
        self.under_way.insert(whose, task);
    }

    /// What came to something since the last call.
    pub fn hear(&mut self) -> Vec<Arrived> {
        let mut outcomes = Vec::new();
        while let Ok(arrived) = self.heard.try_recv() {
            self.under_way.remove(&arrived.whose);
            outcomes.push(arrived);
        }
        // One that ended without a word would be waited for for ever.
        self.under_way.retain(|_, task| !task.is_finished() || !self.heard.is_empty());
        outcomes
    }
}

async fn run(errand: Errand, site: &Site) -> Result<Done, Failure> {
    match errand {
        Errand::Prepare => prepare::prepare(site).await,
        Errand::Look => look::look(site).await,
        Errand::Judge => judge::judge(site).await,
        Errand::Push => push::push(site).await,
        Errand::Open => pull::open(site).await,
        Errand::Watch => pull::watch(site).await,
        Errand::Tidy => tidy::tidy(site).await,
        Errand::Hook(hook) => hook::hook(site, hook).await,
    }
}

/// Nothing but a person mends it.
fn lasting(reason: impl Into<String>) -> Failure {
    Failure { reason: reason.into(), lasting: true }
}

/// It may go well the next time.
fn passing(reason: impl Into<String>) -> Failure {
    Failure { reason: reason.into(), lasting: false }
}

/// Runs git, whatever it answers.
async fn git(at: &Path, words: &[&str], limit: Duration) -> Result<Finished, Failure> {
    run_to_end(command(at, words), &doing(words), limit)
        .await
        .map_err(|error| passing(error.to_string()))
}

/// What git does with these words: "git could not …".
fn doing(words: &[&str]) -> String {
    let what = match (words.first().copied().unwrap_or_default(), words.get(1).copied()) {
        ("worktree", Some("add")) => "add the worktree",
        ("worktree", Some("remove")) => "remove the worktree",
        ("worktree", _) => "look through its worktrees",
        ("fetch", _) => "fetch",
        ("push", _) => "push",
        ("status", _) => "read the state of the worktree",
        ("rev-parse" | "symbolic-ref", _) => "read the branch",
        ("rev-list", _) => "count the commits",
        ("remote", _) => "list the remotes",
        (other, _) => return format!("do `{other}`"),
    };
    what.to_owned()
}

/// Runs git, which must answer well; its first line.
async fn line(at: &Path, words: &[&str], limit: Duration) -> Result<String, Failure> {
    let finished = git(at, words, limit).await?;
    if finished.code == Some(0) {
        return Ok(finished.text().lines().next().unwrap_or_default().to_owned());
    }
    Err(passing(finished.failed(&doing(words)).to_string()))
}

/// Runs git, which answers yes by its exit code.
async fn holds(at: &Path, words: &[&str]) -> Result<bool, Failure> {
    Ok(git(at, words, ASKS).await?.code == Some(0))
}

/// Runs another program. One that leaves a process behind has ended all the same.
async fn program(
    site: &Site,
    mut command: Command,
    name: &str,
    limit: Duration,
) -> Result<Finished, Failure> {
    command.process_group(0);
    let run = run_to_end(command, name, limit).await;
    if let Some(group) = run.as_ref().ok().and_then(|finished| finished.left) {
        // The first one is told.
        let _ = site.aside.set(format!(
            "`{name}` left a process behind that holds its output, in the process group {group} if in none of its own; it is not ended"
        ));
    }
    run.map_err(|error| match error {
        GitError::NoProgram { source } => lasting(format!("cannot run `{name}`: {source}")),
        GitError::TimedOut { limit, .. } => {
            passing(format!("`{name}` was ended after {} s", limit.as_secs()))
        }
        other => passing(other.to_string()),
    })
}

/// The paths that are changed, those that were copied there aside.
async fn changes(site: &Site) -> Result<Vec<String>, Failure> {
    // A folder that git does not know is told by its name alone, though only one file in it may be a copy.
    let files = if site.rules.copy.is_empty() { "normal" } else { "all" };
    let files = format!("--untracked-files={files}");
    let words = ["status", "--porcelain", "-z", &files, "--ignore-submodules=none"];
    let status = git(&site.worktree, &words, ASKS).await?;
    if status.code != Some(0) {
        return Err(passing(status.failed("read the state of the worktree").to_string()));
    }
    let text = status.text();
    let paths = text.split('\0').filter_map(|row| row.get(3..));
    let is_copied = |path: &str| {
        let path = path.trim_end_matches('/');
        site.rules.copy.iter().any(|copy| {
            let copy = copy.trim_end_matches('/');
            path == copy || path.strip_prefix(copy).is_some_and(|rest| rest.starts_with('/'))
        })
    };
    Ok(paths.filter(|path| !is_copied(path)).map(str::to_owned).collect())
}

fn count(paths: &[String]) -> u32 {
    u32::try_from(paths.len()).unwrap_or(u32::MAX)
}

/// The branch as a reference.
fn reference(branch: &str) -> String {
    format!("refs/heads/{branch}")
}

async fn has_remote(site: &Site) -> Result<bool, Failure> {
    let remotes = git(&site.repository, &["remote"], ASKS).await?;
    Ok(remotes.code == Some(0) && remotes.text().lines().any(|it| it == site.rules.remote))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_git_could_not_do_is_said_in_words() {
        let folder = tempfile::tempdir().unwrap();
        for (words, said) in [
            (
                &["worktree", "add", "-q", "x", "main"][..],
                "git could not add the worktree: fatal: ",
            ),
            (&["rev-list", "main"], "git could not count the commits: fatal: "),
            (&["merge", "main"], "git could not do `merge`: fatal: "),
        ] {
            let failure = line(folder.path(), words, ASKS).await.unwrap_err();
            assert!(failure.reason.starts_with(said), "{failure:?}");
        }
    }
}
