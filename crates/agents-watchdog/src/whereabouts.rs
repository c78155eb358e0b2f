//! Where is the state of a config file's fleet, when the file does not say so any more?
//!
//! A small file of the user's per config file, below `$XDG_STATE_HOME` or `~/.local/state`. It is a hint: without it the
//! file alone tells.

use std::path::{Component, Path, PathBuf};

use agents_config::Digest;

use crate::launch::write_private;

#[cfg(test)]
mod tests;

/// Where a fleet is that was reached by a path.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Hint {
    /// The path.
    config: PathBuf,
    /// The file that it led to; nothing in hints of earlier versions, which were by the file alone.
    #[serde(default)]
    file: Option<PathBuf>,
    /// Its state.
    pub state_dir: PathBuf,
}

impl Hint {
    /// The file of that fleet, with no link in its path.
    #[must_use]
    pub fn file(&self) -> &Path {
        self.file.as_deref().unwrap_or(&self.config)
    }
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

/// Notes down where the state of a fleet is, by the path that led to its file and by the `file` itself. A hint that cannot
/// be written is one that nobody gets.
pub fn note(folder: &Path, given: &Path, file: &Path, state_dir: &Path) {
    let mut names = names_of(given);
    names.push(file.to_owned());
    for config in names {
        let hint = Hint { config, file: Some(file.to_owned()), state_dir: state_dir.to_owned() };
        if read(&file_of(folder, &hint.config)).as_ref() == Some(&hint) {
            continue;
        }
        let written = agents_store::private_folder(folder)
            .and_then(|()| Ok(serde_json::to_vec(&hint)?))
            .and_then(|text| write_private(&file_of(folder, &hint.config), &text));
        if let Err(error) = written {
            tracing::debug!("no hint in {}: {error}", folder.display());
        }
    }
    forget_projects_that_are_gone(folder);
}

/// Where the fleet was when it was last taken over that was reached by this path. A link that leads to another file by now
/// is still the path that was given.
#[must_use]
pub fn find(folder: &Path, given: &Path) -> Option<Hint> {
    let names = names_of(given).into_iter().chain(given.canonicalize().ok());
    names
        .into_iter()
        .find_map(|config| read(&file_of(folder, &config)).filter(|hint| hint.config == config))
}

/// What a path is known by: as it was given, and with the links of its folders followed, so that two spellings of one
/// are one.
fn names_of(given: &Path) -> Vec<PathBuf> {
    let Ok(absolute) = std::path::absolute(given) else { return Vec::new() };
    let (Some(folder), Some(name)) = (absolute.parent(), absolute.file_name()) else {
        return Vec::new();
    };
    let mut names: Vec<PathBuf> =
        folder.canonicalize().ok().map(|folder| folder.join(name)).into_iter().collect();
    let winds = absolute.components().any(|part| part == Component::ParentDir);
    if !winds && !names.contains(&absolute) {
        names.insert(0, absolute);
    }
    names
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
