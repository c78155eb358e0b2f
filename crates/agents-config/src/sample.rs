//! Which screens are stored to prove a backend's rules on?

use std::path::PathBuf;

use agents_screens::State;

/// A stored screen that the file names.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Sample {
    pub file: PathBuf,
    /// What it shows, as a person says.
    pub state: State,
    /// `None`: as the file beside it says.
    pub title: Option<String>,
    /// The foreground process; `None`: as the file beside it says.
    pub command: Option<String>,
}
