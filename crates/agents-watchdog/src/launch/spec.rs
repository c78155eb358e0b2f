//! What does the launcher need to know of one run?

use std::io::Write as _;
use std::path::{Path, PathBuf};

use agents_decide::RunId;
use agents_names::AgentName;

/// One run, as the launcher reads it from a file only the owner can read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LaunchSpec {
    pub name: AgentName,
    pub run: RunId,
    /// The working directory; the launcher fails when it is not there.
    pub dir: PathBuf,
    /// Whether a missing working directory is made.
    pub create_dir: bool,
    pub argv: Vec<String>,
    /// Set on top of the environment.
    pub env: Vec<(String, String)>,
    /// Where the records of this run are written.
    pub records: PathBuf,
}

impl LaunchSpec {
    /// Writes the file with mode 0600, whole or not at all.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write(&self, path: &Path) -> std::io::Result<()> {
        write_private(path, &serde_json::to_vec_pretty(self)?)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// Those of the file system; a file of another shape is `InvalidData`.
    pub fn read(path: &Path) -> std::io::Result<Self> {
        Ok(serde_json::from_slice(&std::fs::read(path)?)?)
    }
}

/// Replaces a file by `content` with mode 0600: a reader sees the old content or the new, never a part.
///
/// # Errors
/// Those of the file system.
pub fn write_private(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.new", std::process::id()));
    let fresh = path.with_file_name(name);
    // What a killed process of the same number left, or somebody put there.
    drop(std::fs::remove_file(&fresh));
    let mut file = agents_store::private_file().write(true).create_new(true).open(&fresh)?;
    // A umask may have taken away our own bits.
    let written = agents_store::make_private(&file).and_then(|()| file.write_all(content));
    drop(file);
    let written = written.and_then(|()| std::fs::rename(&fresh, path));
    if written.is_err() {
        // On a full disk the half of it would be in the way of everything else.
        drop(std::fs::remove_file(&fresh));
    }
    written
}
