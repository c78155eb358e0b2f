//! What does the `git` program read from a repository that libgit2 refuses?

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::runtime::Handle;

use super::child::{self, Finished};
use super::repository::{NEWS_LIMIT, Remote, Repository};
use super::{Commit, GitError, News};

/// Local reads take milliseconds; this covers a sleeping disk and the late fetch of a partial clone.
const READ_LIMIT: Duration = Duration::from_secs(10);

pub(super) struct Program {
    repo: PathBuf,
    runtime: Handle,
}

impl Program {
    /// Runs its children on `runtime`, and blocks: not to be used on one of its worker threads.
    pub(super) fn new(repo: &Path, runtime: Handle) -> Self {
        Self { repo: repo.to_owned(), runtime }
    }

    fn run(&self, doing: &str, words: &[&str]) -> Result<Finished, GitError> {
        self.runtime.block_on(child::run(&self.repo, words, doing, READ_LIMIT))
    }

    /// The one line that git answers, or `None` when it answers "no" with exit code 1.
    fn line(&self, doing: &str, words: &[&str]) -> Result<Option<String>, GitError> {
        let finished = self.run(doing, words)?;
        match finished.code {
            Some(0) => Ok(Some(finished.text().trim_end().to_owned())),
            Some(1) => Ok(None),
            Some(_) | None => Err(finished.failed(doing)),
        }
    }

    fn has_commit(&self, doing: &str, id: &str) -> Result<bool, GitError> {
        let commit = format!("{id}^{{commit}}");
        let found = self.line(doing, &["rev-parse", "--quiet", "--verify", &commit])?;
        Ok(found.is_some())
    }
}

impl Repository for Program {
    fn remote(&self, remote: &str) -> Result<Option<Remote>, GitError> {
        let doing = "read the remotes";
        let finished = self.run(doing, &["remote"])?;
        if finished.code != Some(0) {
            return Err(finished.failed(doing));
        }
        if !finished.text().lines().any(|line| line == remote) {
            return Ok(None);
        }
        let asked = ["remote", "get-url", "--", remote];
        let url = self.line(doing, &asked)?.unwrap_or_default();
        // A bare repository has no folder of files, and is its own root.
        let top = self.run(doing, &["rev-parse", "--show-toplevel"])?;
        let root = match top.code {
            Some(0) => top.text().trim_end_matches('\n').to_owned(),
            Some(_) | None => {
                self.line(doing, &["rev-parse", "--absolute-git-dir"])?.unwrap_or_default()
            }
        };
        let format = self.line(doing, &["rev-parse", "--show-object-format"])?;
        Ok(Some(Remote::new(&url, Path::new(&root), format.filter(|format| format != "sha1"))))
    }

    fn remote_head(&self, remote: &str) -> Result<Option<String>, GitError> {
        let prefix = format!("refs/remotes/{remote}/");
        let head = format!("{prefix}HEAD");
        let doing = "read the default branch of the remote";
        let target = self.line(doing, &["symbolic-ref", "--quiet", &head])?;
        Ok(target.and_then(|target| target.strip_prefix(&prefix).map(str::to_owned)))
    }

    fn tip(&self, reference: &str) -> Result<Option<String>, GitError> {
        let doing = "read the branch";
        let Some(id) = self.line(doing, &["rev-parse", "--quiet", "--verify", reference])? else {
            return Ok(None);
        };
        // The name is there; a commit that is not is damage, and says nothing about the branch.
        if self.has_commit(doing, &id)? {
            return Ok(Some(id));
        }
        let detail = format!("{reference} leads to {id}, which is not stored");
        Err(GitError::Failed { doing: doing.to_owned(), detail })
    }

    fn news(&self, base: Option<&str>, head: &str) -> Result<News, GitError> {
        let doing = "list the commits";
        if let Some(base) = base
            && !self.has_commit(doing, base)?
        {
            return Ok(News::BaseUnknown);
        }
        let most = format!("--max-count={NEWS_LIMIT}");
        let not_base = base.map(|base| format!("^{base}"));
        let mut words = vec![
            "rev-list",
            "--topo-order",
            "--reverse",
            "--encoding=UTF-8",
            "--format=%s",
            &most,
            head,
        ];
        words.extend(not_base.as_deref());
        words.push("--");
        let finished = self.run(doing, &words)?;
        if finished.code != Some(0) {
            return Err(finished.failed(doing));
        }
        commits(&finished.text()).map(News::Commits).ok_or_else(|| finished.failed(doing))
    }

    fn file(&self, head: &str, path: &str) -> Result<Option<Vec<u8>>, GitError> {
        let doing = format!("read `{path}` on the branch");
        let listed = self.run(&doing, &["ls-tree", "--full-tree", "-z", head, "--", path])?;
        if listed.code != Some(0) {
            return Err(listed.failed(&doing));
        }
        let listing = listed.text();
        // `<mode> SP <type> SP <id> TAB <path> NUL`
        let mut words = listing.split(['\0', '\t']).next().unwrap_or_default().split(' ');
        let (Some("blob"), Some(id)) = (words.nth(1), words.next()) else { return Ok(None) };
        let content = self.run(&doing, &["cat-file", "blob", id])?;
        if content.code != Some(0) {
            return Err(content.failed(&doing));
        }
        Ok(Some(content.stdout))
    }
}

/// Reads pairs of lines: `commit <id>`, then the subject.
fn commits(text: &str) -> Option<Vec<Commit>> {
    let mut lines = text.lines();
    let mut commits = Vec::new();
    while let Some(header) = lines.next() {
        let id = header.strip_prefix("commit ")?.to_owned();
        commits.push(Commit { id, subject: lines.next()?.to_owned() });
    }
    Some(commits)
}
