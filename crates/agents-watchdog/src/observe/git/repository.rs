//! Which questions does a look put to a repository?

use super::{GitError, News};

/// How many commits one look lists at most, so that an unrelated history of a force-push cannot fill the memory.
pub(super) const NEWS_LIMIT: usize = 10_000;

/// The local reads. libgit2 and the `git` program give the same answers.
///
/// An answer that says "not there" is certain; whatever is not certain is an error.
pub(super) trait Repository {
    fn has_remote(&self, remote: &str) -> Result<bool, GitError>;

    /// The branch that the local copy takes for the remote's default.
    fn remote_head(&self, remote: &str) -> Result<Option<String>, GitError>;

    /// The commit id that a full reference name leads to.
    fn tip(&self, reference: &str) -> Result<Option<String>, GitError>;

    /// What is reachable from `head` and not from `base`; both are whole ids. Without a base, all of the history.
    fn news(&self, base: Option<&str>, head: &str) -> Result<News, GitError>;

    /// The content of a file in the tree of a commit.
    fn file(&self, head: &str, path: &str) -> Result<Option<Vec<u8>>, GitError>;
}
