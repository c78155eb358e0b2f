//! Which conversation is an agent's own?

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::Serialize;

/// Whose record it is, by its own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conversation {
    /// What the program takes to resume it.
    pub id: String,
    pub cwd: Option<PathBuf>,
    pub began: Option<DateTime<Utc>>,
    pub origin: Origin,
}

/// Who opened a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A person, or a program in a person's place.
    Main,
    /// Another conversation: a sub-agent's thread.
    Subagent,
    /// Not said in words that are known.
    Unknown,
}

/// What is known of the agent whose conversation is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The directory that the agent works in, without symbolic links: the programs record it so.
    pub cwd: &'a Path,
    /// The conversation began at or after this instant: the start of the agent's run, minus what clocks differ.
    pub from: DateTime<Utc>,
    /// It began before this instant.
    pub until: DateTime<Utc>,
    /// The conversations of all other agents.
    pub claimed: &'a BTreeSet<String>,
}

/// The answer to "which one?".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice<'c> {
    One(&'c Conversation),
    /// Nothing fits: the conversation has not begun, or is not recorded here.
    Absent,
    /// Several fit, and nothing tells them apart. Never guess: a resume of another agent's conversation mixes their work.
    Ambiguous(Vec<&'c Conversation>),
}

/// The one conversation among `candidates` that fits in every respect. A conversation that does not say where, when or by whom it
/// was opened fits nobody.
#[must_use]
pub fn choose<'c>(candidates: &'c [Conversation], wanted: &Wanted<'_>) -> Choice<'c> {
    let mut fitting: Vec<&Conversation> =
        candidates.iter().filter(|conversation| fits(conversation, wanted)).collect();
    // Copies of one record are one conversation.
    fitting.sort_by(|one, other| one.id.cmp(&other.id));
    fitting.dedup_by(|one, other| one.id == other.id);
    match fitting[..] {
        [] => Choice::Absent,
        [one] => Choice::One(one),
        [_, ..] => Choice::Ambiguous(fitting),
    }
}

fn fits(conversation: &Conversation, wanted: &Wanted<'_>) -> bool {
    conversation.origin == Origin::Main
        && conversation.cwd.as_deref() == Some(wanted.cwd)
        && conversation.began.is_some_and(|began| wanted.from <= began && began < wanted.until)
        && !wanted.claimed.contains(&conversation.id)
}

/// Whether a record is the conversation that was chosen at launch (claude and pi take the id as an argument).
#[must_use]
pub fn is_launched(found: &Conversation, id: &str, cwd: &Path) -> bool {
    found.id == id && found.origin == Origin::Main && found.cwd.as_deref() == Some(cwd)
}

#[cfg(test)]
mod tests;
