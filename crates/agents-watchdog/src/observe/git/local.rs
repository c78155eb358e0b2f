//! What does libgit2 read from the repository?

use std::path::Path;

use git2::{ErrorCode, Oid, Sort};

use super::repository::{NEWS_LIMIT, Remote, Repository};
use super::{Commit, GitError, News};

pub(super) struct Local {
    repository: git2::Repository,
}

impl Local {
    pub(super) fn open(repo: &Path) -> Result<Self, GitError> {
        // As `git -C` does, this also finds the repository from one of its folders.
        match git2::Repository::discover(repo) {
            Ok(repository) => Ok(Self { repository }),
            Err(error) if error.code() == ErrorCode::NotFound => {
                Err(GitError::NoRepository { repo: repo.to_owned() })
            }
            Err(error) => Err(failed("open the repository", &error)),
        }
    }

    fn commits(&self, base: Option<Oid>, head: Oid) -> Result<Vec<Commit>, git2::Error> {
        let mut walk = self.repository.revwalk()?;
        walk.set_sorting(Sort::TOPOLOGICAL)?;
        walk.push(head)?;
        if let Some(base) = base {
            walk.hide(base)?;
        }
        let mut commits = Vec::new();
        for id in walk.take(NEWS_LIMIT) {
            let id = id?;
            let commit = self.repository.find_commit(id)?;
            let subject = String::from_utf8_lossy(commit.summary_bytes().unwrap_or_default());
            commits.push(Commit { id: id.to_string(), subject: subject.into_owned() });
        }
        commits.reverse();
        Ok(commits)
    }
}

impl Repository for Local {
    fn remote(&self, remote: &str) -> Result<Option<Remote>, GitError> {
        let doing = "read the remotes";
        let found = absent_if_missing(self.repository.find_remote(remote))
            .map_err(|error| failed(doing, &error))?;
        let Some(found) = found else { return Ok(None) };
        let url = found.url().map_err(|error| failed(doing, &error))?;
        let root = self.repository.workdir().unwrap_or_else(|| self.repository.path());
        Ok(Some(Remote::new(url, root, None)))
    }

    fn remote_head(&self, remote: &str) -> Result<Option<String>, GitError> {
        let doing = "read the default branch of the remote";
        let head = absent_if_missing(
            self.repository.find_reference(&format!("refs/remotes/{remote}/HEAD")),
        )
        .map_err(|error| failed(doing, &error))?;
        let Some(head) = head else { return Ok(None) };
        let target = head.symbolic_target().map_err(|error| failed(doing, &error))?;
        let prefix = format!("refs/remotes/{remote}/");
        Ok(target.and_then(|target| target.strip_prefix(&prefix)).map(str::to_owned))
    }

    fn tip(&self, reference: &str) -> Result<Option<String>, GitError> {
        let doing = "read the branch";
        let found = absent_if_missing(self.repository.find_reference(reference))
            .map_err(|error| failed(doing, &error))?;
        let Some(found) = found else { return Ok(None) };
        let commit = found.peel_to_commit().map_err(|error| failed(doing, &error))?;
        Ok(Some(commit.id().to_string()))
    }

    fn news(&self, base: Option<&str>, head: &str) -> Result<News, GitError> {
        let doing = "list the commits";
        let id = |text: &str| Oid::from_str(text).map_err(|error| failed(doing, &error));
        let (base, head) = (base.map(id).transpose()?, id(head)?);
        if let Some(base) = base {
            let known = absent_if_missing(self.repository.find_commit(base))
                .map_err(|error| failed(doing, &error))?;
            if known.is_none() {
                return Ok(News::BaseUnknown);
            }
        }
        self.commits(base, head).map(News::Commits).map_err(|error| failed(doing, &error))
    }

    fn file(&self, head: &str, path: &str) -> Result<Option<Vec<u8>>, GitError> {
        let read = || -> Result<Option<Vec<u8>>, git2::Error> {
            let tree = self.repository.find_commit(Oid::from_str(head)?)?.tree()?;
            let Some(entry) = absent_if_missing(tree.get_path(Path::new(path)))? else {
                return Ok(None);
            };
            if entry.kind() != Some(git2::ObjectType::Blob) {
                return Ok(None);
            }
            // A blob that the tree names and the store lacks is no absent file: a partial clone fetches it late.
            Ok(Some(self.repository.find_blob(entry.id())?.content().to_vec()))
        };
        read().map_err(|error| failed(&format!("read `{path}` on the branch"), &error))
    }
}

fn absent_if_missing<T>(found: Result<T, git2::Error>) -> Result<Option<T>, git2::Error> {
    match found {
        Ok(thing) => Ok(Some(thing)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn failed(doing: &str, error: &git2::Error) -> GitError {
    GitError::Failed { doing: doing.to_owned(), detail: error.message().to_owned() }
}
