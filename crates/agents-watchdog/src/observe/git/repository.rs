//! Which questions does a look put to a repository?

use std::path::Path;

use super::{GitError, News};

/// How many commits one look lists at most, so that an unrelated history of a force-push cannot fill the memory.
pub(super) const NEWS_LIMIT: usize = 10_000;

/// Where the remote of a repository is, for who asks from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Remote {
    pub(super) url: String,
    /// The kind of its ids, `sha256`, where it is not the usual one.
    pub(super) format: Option<String>,
}

impl Remote {
    /// A path as git reads it in a repository, which lies at `root`.
    pub(super) fn new(url: &str, root: &Path, format: Option<String>) -> Self {
        let before_colon = url.split(':').next().unwrap_or(url);
        // `host:path` has its colon before any slash; a path has none, or it comes later.
        let is_path = before_colon == url || before_colon.contains('/');
        let url =
            if is_path { root.join(url).to_string_lossy().into_owned() } else { url.to_owned() };
        Self { url, format }
    }
}

/// The local reads. libgit2 and the `git` program give the same answers.
///
/// An answer that says "not there" is certain; whatever is not certain is an error.
pub(super) trait Repository {
    /// Where that remote is; `None` when there is none of that name.
    fn remote(&self, remote: &str) -> Result<Option<Remote>, GitError>;

    /// The branch that the local copy takes for the remote's default.
    fn remote_head(&self, remote: &str) -> Result<Option<String>, GitError>;

    /// The commit id that a full reference name leads to.
    fn tip(&self, reference: &str) -> Result<Option<String>, GitError>;

    /// What is reachable from `head` and not from `base`; both are whole ids. Without a base, all of the history.
    fn news(&self, base: Option<&str>, head: &str) -> Result<News, GitError>;

    /// The content of a file in the tree of a commit.
    fn file(&self, head: &str, path: &str) -> Result<Option<Vec<u8>>, GitError>;
}
