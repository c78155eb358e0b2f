//! Where is the state of a config file's fleet, when the file does not say so any more?
//!
//! A small file of the user's per config file, below `$XDG_STATE_HOME` or `~/.local/state`. It is a hint: without it the
//! file alone tells.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use agents_config::Digest;

use crate::launch::write_private;

#[cfg(test)]
mod tests;

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Hint {
    config: PathBuf,
    state_dir: PathBuf,
}

/// The folder of the hints; `None` for a process without a home.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    // What the specification says of relative ones: to be ignored.
    let named = named.filter(|path| path.is_absolute());
    let base = named.or_else(|| Some(std::env::home_dir()?.join(".local/state")))?;
    base.is_absolute().then(|| base.join("agents/fleets"))
}

/// Notes down where the state of that file's fleet is. A hint that cannot be written is one that nobody gets.
pub fn note(folder: &Path, config: &Path, state_dir: &Path) {
    if find(folder, config).as_deref() == Some(state_dir) {
        return;
    }
    let hint = Hint { config: config.to_owned(), state_dir: state_dir.to_owned() };
    let written = std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .and_then(|()| Ok(serde_json::to_vec(&hint)?))
        .and_then(|text| write_private(&file_of(folder, config), &text));
    if let Err(error) = written {
        tracing::debug!("no hint in {}: {error}", folder.display());
    }
    forget_projects_that_are_gone(folder);
}

/// Where the state of that file's fleet was when it was last taken over.
#[must_use]
pub fn find(folder: &Path, config: &Path) -> Option<PathBuf> {
    let hint = read(&file_of(folder, config))?;
    (hint.config == config).then_some(hint.state_dir)
}

fn read(file: &Path) -> Option<Hint> {
    serde_json::from_slice(&std::fs::read(file).ok()?).ok()
}

fn file_of(folder: &Path, config: &Path) -> PathBuf {
    folder.join(Digest::of(&config.to_string_lossy()).as_str())
}

fn forget_projects_that_are_gone(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let gone = |hint: &Hint| hint.config.parent().is_some_and(|project| !project.exists());
        if read(&entry.path()).as_ref().is_some_and(gone) {
            // Whoever else removes it meanwhile is as welcome.
            drop(std::fs::remove_file(entry.path()));
        }
    }
}
