//! How does the turn pass between roles?

use std::path::PathBuf;

use agents_names::AgentName;

use crate::Pattern;

/// The `[loop.handoff]` table: which pushed commits and files tell whom.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Handoff {
    pub repo: PathBuf,
    pub state_subdir: String,
    /// The remote that is fetched.
    pub remote: String,
    /// The branch whose commits are read; `None`: the remote's default branch, else `main`.
    pub branch: Option<String>,
    /// Matched against each commit subject.
    pub claim_pattern: Pattern,
    pub review_pattern: Pattern,
    /// The agent told of a claim: the reviewer.
    pub claim_pings: AgentName,
    /// The agent told of a review: the builder.
    pub review_pings: AgentName,
    /// The file for the reviewer.
    pub reviewer_inbox: Option<String>,
    /// The file for the builder.
    pub builder_inbox: Option<String>,
    /// How long between two fetches.
    pub fetch_interval: std::time::Duration,
    /// How long a fetch may take before it is ended.
    pub fetch_timeout: std::time::Duration,
}
