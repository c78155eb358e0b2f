//! How far had the store come? A revision that is lower tells that what was recorded is lost.
//!
//! SQLite takes a log that is damaged in its midst for one that ends there, so a store that its holder was killed beside
//! goes back without a word. The number of the last revision stands in a file of its own, which is written after each commit:
//! it is never ahead of what was recorded.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use crate::folder;

const FILE: &str = "furthest";

/// The file, held open: a commit costs one write of eight bytes.
#[derive(Debug)]
pub(crate) struct Furthest {
    file: File,
}

impl Furthest {
    /// Opens the file, and makes it where it is missing.
    pub(crate) fn make(state_dir: &Path) -> io::Result<Self> {
        Ok(Self { file: folder::open_private(&state_dir.join(FILE))? })
    }

    /// For a store that begins anew.
    pub(crate) fn forget(state_dir: &Path) {
        drop(fs::remove_file(state_dir.join(FILE)));
    }

    /// The revision that stands there; 0 where none does yet.
    pub(crate) fn revision(&self) -> u64 {
        let mut bytes = [0; 8];
        match self.file.read_exact_at(&mut bytes, 0) {
            Ok(()) => u64::from_le_bytes(bytes),
            // Made just now, or nobody can read it: then nothing is known, and nothing is said.
            Err(_) => 0,
        }
    }

    /// Whoever cannot write it finds a lower number later, which accuses nobody.
    pub(crate) fn set(&self, revision: u64) {
        drop(self.file.write_all_at(&revision.to_le_bytes(), 0));
    }
}

#[cfg(test)]
mod tests;
