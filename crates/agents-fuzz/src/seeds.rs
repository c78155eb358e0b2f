//! With which inputs does a target begin?

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The inputs in `fuzz/corpus/NAME`, by their names: the seeds, and what once made the target fail.
///
/// # Errors
/// When the folder cannot be read.
pub fn seeds(name: &str) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "seed"));
    paths.sort();
    paths.into_iter().map(|path| fs::read(&path).map(|bytes| (path, bytes))).collect()
}
