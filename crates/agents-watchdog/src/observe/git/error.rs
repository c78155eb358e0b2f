//! Why did a look at git bring nothing?

use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// The ways in which a look at git fails.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    #[error("{repo} is no git repository")]
    NoRepository { repo: PathBuf },
    #[error("the repository {repo} has no remote `{remote}`")]
    NoRemote { remote: String, repo: PathBuf },
    #[error("`{name}` cannot be the name of a {what}")]
    BadName { what: &'static str, name: String },
    #[error("cannot run the program `git`")]
    NoProgram { source: io::Error },
    #[error("git was ended after {} seconds while it tried to {doing}", .limit.as_secs())]
    TimedOut { doing: String, limit: Duration },
    /// With git's own words.
    #[error("git could not {doing}: {detail}")]
    Failed { doing: String, detail: String },
}

impl GitError {
    /// True when looking again brings the same answer until somebody changes a setting; false when nothing is known.
    #[must_use]
    pub fn is_definite(&self) -> bool {
        match self {
            Self::NoRepository { .. } | Self::NoRemote { .. } | Self::BadName { .. } => true,
            Self::NoProgram { .. } | Self::TimedOut { .. } | Self::Failed { .. } => false,
        }
    }
}
