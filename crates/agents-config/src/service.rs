//! What is one declared service?

use std::path::PathBuf;

use agents_names::{AgentName, SessionName};

/// A plain command kept in a session: restarted when it dies, otherwise not judged.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Service {
    pub name: AgentName,
    pub session: SessionName,
    /// A shell command line.
    pub command: String,
    pub dir: PathBuf,
    pub create_dir: bool,
    pub enabled: bool,
    pub log: bool,
}
