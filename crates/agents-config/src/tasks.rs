//! Which tasks does the file itself declare? A manifest, as others are handed in by `agents run`.

use std::path::PathBuf;

use agents_tasks::Manifest;

/// The `[[task]]` of the file, by the rules of `[tasks]`; checked, so that it can be carried out.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Tasks {
    /// The git repository, absolute.
    pub repository: PathBuf,
    /// The manifest in JSON; equal for files that say the same.
    pub source: String,
    #[serde(skip)]
    pub manifest: Manifest,
}
