//! Which part of which phase does a kickoff give the agent?

use std::path::PathBuf;

/// The part that the agent plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    Builder,
    Adversary,
}

/// What the lines `phase:`, `status:`, `role:` and `state:` of a kickoff say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kickoff {
    pub phase: String,
    /// The name of the status file.
    pub status: String,
    pub role: Role,
    /// The folder of the status file, in the repository; empty for its root.
    pub state_subdir: PathBuf,
}

impl Kickoff {
    /// The kickoff in the text, when it names a phase and a status file, and the role is known from it or beforehand.
    pub fn read(text: &str, role: Option<Role>, state_subdir: &std::path::Path) -> Option<Self> {
        let written = match value(text, "role") {
            Some("builder") => Some(Role::Builder),
            Some("adversary") => Some(Role::Adversary),
            Some(_) | None => None,
        };
        Some(Self {
            phase: value(text, "phase")?.to_owned(),
            status: value(text, "status")?.to_owned(),
            role: role.or(written)?,
            state_subdir: value(text, "state").map_or(state_subdir.to_owned(), PathBuf::from),
        })
    }
}

/// The file that a message tells the agent to read as its kickoff.
pub fn kickoff_file(message: &str) -> Option<PathBuf> {
    if !message.contains("kickoff") || !message.contains("read") {
        return None;
    }
    let (_, after) = message.split_once("cat '")?;
    let (path, _) = after.split_once('\'')?;
    path.starts_with('/').then(|| PathBuf::from(path))
}

/// The inbox that a ping tells the agent to consume.
pub fn inbox(message: &str) -> Option<&str> {
    if !message.contains("delete the file") {
        return None;
    }
    let (_, after) = message.split_once("pushed ")?;
    after.split_whitespace().next()
}

fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines()
        .filter_map(|line| line.trim().split_once(':'))
        .find(|(found, _)| *found == key)
        .map(|(_, value)| value.trim())
        .filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests;
