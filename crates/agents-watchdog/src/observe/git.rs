//! What was pushed to the handoff branch, and which inboxes stand there?
//!
//! [`fetch`] brings it into a mirror of the fleet's own with the user's own `git` program, which knows the user's keys and
//! credential helpers. It never runs in the repository itself, where agents work: its settings can name programs.
//! [`read`] then looks at the mirror with libgit2, and with the program where libgit2 refuses the format.
//! A fetch that is cancelled leaves no process behind.

use std::path::{Path, PathBuf};
use std::time::Duration;

use agents_config::Handoff;
use md5::{Digest, Md5};
use tokio::runtime::Handle;
use tokio::time::timeout;

pub(crate) mod child;
mod error;
mod fetch;
mod local;
mod mirror;
mod program;
mod repository;
mod thread;

#[cfg(test)]
mod tests;

pub use error::GitError;
pub use fetch::{Fetched, fetch};

use local::Local;
use program::Program;
use repository::{Remote, Repository};
use thread::on_thread;

/// Local questions take milliseconds; a disk that does not answer must not hold up the caller for ever.
const ASK_LIMIT: Duration = Duration::from_secs(60);

/// Where to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitSource {
    /// A folder in a repository, or a bare one.
    pub repo: PathBuf,
    /// The bare repository that is fetched into; made when it is missing.
    pub mirror: PathBuf,
    pub remote: String,
    /// `None`: the remote's default branch as the local copy knows it, else `main`, else `master`.
    pub branch: Option<String>,
    /// Where on the branch the inbox files are looked for first; then at its root.
    pub state_subdir: String,
    pub inboxes: Vec<String>,
}

impl GitSource {
    /// The source that a `[loop.handoff]` table names, with its mirror below the fleet's state folder.
    #[must_use]
    pub fn of(handoff: &Handoff, state_dir: &Path) -> Self {
        Self {
            repo: handoff.repo.clone(),
            mirror: state_dir.join("mirror.git"),
            remote: handoff.remote.clone(),
            branch: handoff.branch.clone(),
            state_subdir: handoff.state_subdir.clone(),
            inboxes: [&handoff.reviewer_inbox, &handoff.builder_inbox]
                .into_iter()
                .flatten()
                .cloned()
                .collect(),
        }
    }
}

/// From where on commits are news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// From the head on: there is no news yet.
    Head,
    /// From the first commit of the branch on.
    Ever,
    /// From behind this commit on; a whole id.
    Commit(String),
}

/// What the remote branch holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// There is no such branch: nothing was pushed yet, or it was deleted or renamed.
    Nothing,
    Branch(GitLook),
}

/// One look at the branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitLook {
    /// The commit id.
    pub head: String,
    pub branch: String,
    pub news: News,
    /// In the order asked.
    pub inboxes: Vec<Inbox>,
}

/// What came after the base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// They begin at the head.
    First,
    /// Those reachable from the head and not from the base, oldest first; of more than 10,000 the newest.
    ///
    /// After a force-push the old base is usually still stored, so these are the commits of the new history.
    Commits(Vec<Commit>),
    /// The base is not stored here: the history was rewritten and the old one removed.
    BaseUnknown,
}

/// One commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    pub id: String,
    /// The first paragraph of the message as one line.
    pub subject: String,
}

/// One inbox file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbox {
    /// The name asked for.
    pub file: String,
    /// The MD5 of its content in hexadecimal; `None` when it is not on the branch. An empty file is there.
    pub digest: Option<String>,
}

/// Fetches, then reads. A branch that the remote does not have is [`Pushed::Nothing`], whatever the local copy remembers.
///
/// # Errors
/// [`GitError::is_definite`] tells a wrong setting from a look that failed.
pub async fn look(source: &GitSource, since: &Since, limit: Duration) -> Result<Pushed, GitError> {
    match fetch(source, limit).await? {
        Fetched::NoSuchBranch => Ok(Pushed::Nothing),
        Fetched::Done => read(source, since).await,
    }
}

/// Reads what was fetched last; nothing where nothing was.
///
/// # Errors
/// [`GitError::is_definite`] tells a wrong setting from a look that failed.
pub async fn read(source: &GitSource, since: &Since) -> Result<Pushed, GitError> {
    let (candidates, _) = ask(source, &source.repo, candidates).await?;
    if !mirror::is_made(&source.mirror) {
        return Ok(Pushed::Nothing);
    }
    let since = since.clone();
    ask(source, &source.mirror, move |repository, source| {
        read_in(repository, source, (&candidates, &since))
    })
    .await
}

/// The newest commit of the branch in the repository's own copy of it, which somebody else fetched.
///
/// # Errors
/// As for [`read`].
pub async fn read_copy(source: &GitSource) -> Result<Option<String>, GitError> {
    let found = ask(source, &source.repo, |repository, source| {
        let (candidates, _) = candidates(repository, source)?;
        first_tip(repository, source, &candidates)
    });
    Ok(found.await?.map(|(_branch, head)| head))
}

/// Puts a question to libgit2, and to the `git` program where libgit2 has no answer (reftable, SHA-256, partial clones).
async fn ask<T: Send + 'static>(
    source: &GitSource,
    place: &Path,
    question: impl Fn(&dyn Repository, &GitSource) -> Result<T, GitError> + Send + 'static,
) -> Result<T, GitError> {
    source.check_names()?;
    let place = place.to_owned();
    let source = source.clone();
    let runtime = Handle::current();
    let doing = "read the repository";
    let asking = on_thread(doing, move || {
        match Local::open(&place).and_then(|local| question(&local, &source)) {
            Err(GitError::Failed { .. }) => question(&Program::new(&place, runtime), &source),
            answer => answer,
        }
    });
    let late = |_| GitError::TimedOut { doing: doing.to_owned(), limit: ASK_LIMIT };
    timeout(ASK_LIMIT, asking).await.map_err(late)?
}

fn read_in(
    repository: &dyn Repository,
    source: &GitSource,
    (candidates, since): (&[String], &Since),
) -> Result<Pushed, GitError> {
    let Some((branch, head)) = first_tip(repository, source, candidates)? else {
        return Ok(Pushed::Nothing);
    };
    let news = match since {
        Since::Head => News::First,
        Since::Ever => repository.news(None, &head)?,
        Since::Commit(base) if *base == head => News::Commits(Vec::new()),
        Since::Commit(base) if !is_commit_id(base) => News::BaseUnknown,
        Since::Commit(base) => repository.news(Some(base), &head)?,
    };
    let mut inboxes = Vec::new();
    for file in &source.inboxes {
        let digest = inbox_digest(repository, &head, &source.state_subdir, file)?;
        inboxes.push(Inbox { file: file.clone(), digest });
    }
    Ok(Pushed::Branch(GitLook { head, branch, news, inboxes }))
}

/// The branches that may be meant, the likeliest first, and where the remote of the repository is.
fn candidates(
    repository: &dyn Repository,
    source: &GitSource,
) -> Result<(Vec<String>, Remote), GitError> {
    // Without this check git would take the name for a path.
    let remote = repository.remote(&source.remote)?.ok_or_else(|| source.no_remote())?;
    if let Some(branch) = &source.branch {
        return Ok((vec![branch.clone()], remote));
    }
    let named = repository.remote_head(&source.remote)?.into_iter();
    Ok((named.chain(["main", "master"].map(str::to_owned)).collect(), remote))
}

/// The first of the branches that the repository holds a copy of, and its newest commit.
fn first_tip(
    repository: &dyn Repository,
    source: &GitSource,
    candidates: &[String],
) -> Result<Option<(String, String)>, GitError> {
    for branch in candidates {
        if let Some(tip) = repository.tip(&source.tracking(branch))? {
            return Ok(Some((branch.clone(), tip)));
        }
    }
    Ok(None)
}

fn inbox_digest(
    repository: &dyn Repository,
    head: &str,
    subdir: &str,
    file: &str,
) -> Result<Option<String>, GitError> {
    let mut paths = vec![plain_path(&[subdir, file]), plain_path(&[file])];
    paths.dedup();
    for path in paths.into_iter().flatten() {
        if let Some(content) = repository.file(head, &path)? {
            return Ok(Some(hexadecimal(&Md5::digest(&content))));
        }
    }
    Ok(None)
}

/// A path as git's trees spell it; `None` when it leaves the tree or names nothing in it.
fn plain_path(parts: &[&str]) -> Option<String> {
    let words: Vec<&str> = parts
        .iter()
        .flat_map(|part| part.split('/'))
        .filter(|word| !word.is_empty() && *word != ".")
        .collect();
    (!words.is_empty() && !words.contains(&"..")).then(|| words.join("/"))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A whole id; a short one could become ambiguous between two looks.
fn is_commit_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl GitSource {
    /// The name of the local copy of a remote branch.
    fn tracking(&self, branch: &str) -> String {
        format!("refs/remotes/{}/{branch}", self.remote)
    }

    fn no_remote(&self) -> GitError {
        GitError::NoRemote { remote: self.remote.clone(), repo: self.repo.clone() }
    }

    /// Refuses what git would take for an option, a pattern or another reference.
    fn check_names(&self) -> Result<(), GitError> {
        let branch = self.branch.iter().map(|name| ("branch", name));
        for (what, name) in std::iter::once(("remote", &self.remote)).chain(branch) {
            let reference = format!("refs/remotes/{name}");
            let is_plain = !name.starts_with('-') && !name.chars().any(char::is_control);
            if !is_plain || !git2::Reference::is_valid_name(&reference) {
                return Err(GitError::BadName { what, name: name.clone() });
            }
        }
        Ok(())
    }
}
