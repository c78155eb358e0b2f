//! May this content of a config be run? Only as far as the user has said so, where the user wants to be asked.
//!
//! What was trusted is kept whole, by the path of the file, in a folder of the user's own: no file can trust itself, and no
//! other content or place of it passes.

use std::path::{Path, PathBuf};

use agents_config::{Digest, Loaded};

use crate::in_force::InForce;
use crate::launch::write_private;
use crate::whereabouts;

/// What the user has said of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Nothing: whoever runs it has read it.
    NotAsked,
    /// This very content may be run.
    Given,
    /// Another content may be run.
    Changed,
    /// Something, and it cannot be read what: until then nothing may be run.
    Unreadable,
}

/// Why a content is not run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    #[error("{config} was never trusted: read it and the presets it uses, then run `agents trust`")]
    Never { config: PathBuf },
    #[error(
        "{config}, or a preset it uses, has changed since it was trusted: read it, then run `agents trust`"
    )]
    Changed { config: PathBuf },
    #[error(
        "what you have trusted of {config} cannot be read from {kept}: read the config and the presets it uses, then run \
         `agents trust`"
    )]
    Unreadable { config: PathBuf, kept: PathBuf },
}

/// What the user has said of this content.
#[must_use]
pub fn of(loaded: &Loaded) -> Trust {
    let Some(file) = file_of(&loaded.fleet.config) else { return Trust::NotAsked };
    match read(&file) {
        Ok(Some(trusted)) if trusted == InForce::of(loaded) => Trust::Given,
        Ok(Some(trusted)) if trusted.config == loaded.fleet.config => Trust::Changed,
        Ok(Some(_) | None) => Trust::NotAsked,
        Err(_) => Trust::Unreadable,
    }
}

/// Whether this content may be run; `is_required`: also a file of which the user has said nothing is refused.
///
/// # Errors
/// [`Untrusted`] says why not, and what to do.
pub fn check(loaded: &Loaded, is_required: bool) -> Result<(), Untrusted> {
    let config = || loaded.fleet.config.clone();
    match of(loaded) {
        Trust::Given => Ok(()),
        Trust::Changed => Err(Untrusted::Changed { config: config() }),
        Trust::Unreadable => Err(Untrusted::Unreadable {
            config: config(),
            kept: file_of(&loaded.fleet.config).unwrap_or_default(),
        }),
        Trust::NotAsked if is_required => Err(Untrusted::Never { config: config() }),
        Trust::NotAsked => Ok(()),
    }
}

/// Keeps that this content may be run, and from now on no other.
///
/// # Errors
/// Those of the file system.
pub fn give(loaded: &Loaded) -> std::io::Result<()> {
    let no_home = || std::io::Error::other("there is no home folder to keep it in");
    let file = file_of(&loaded.fleet.config).ok_or_else(no_home)?;
    agents_store::private_folder(file.parent().unwrap_or(&file))?;
    write_private(&file, &serde_json::to_vec(&InForce::of(loaded))?)
}

/// Forgets what the user has said of a file; whether there was anything.
///
/// # Errors
/// Those of the file system, with the file: then it counts as it did.
pub fn withdraw(config: &Path) -> Result<bool, (PathBuf, std::io::Error)> {
    let Some(file) = file_of(config) else { return Ok(false) };
    match std::fs::remove_file(&file) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err((file, error)),
    }
}

/// Where is kept what the user has said of a file.
#[must_use]
pub fn file_of(config: &Path) -> Option<PathBuf> {
    let folder = whereabouts::folder()?.with_file_name("trusted");
    Some(folder.join(Digest::of(&config.to_string_lossy()).as_str()))
}

/// What is kept there, if anything is. What is damaged, or nobody may read, is not nothing.
fn read(file: &Path) -> std::io::Result<Option<InForce>> {
    match std::fs::read(file) {
        Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
