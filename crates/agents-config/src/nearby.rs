//! Which path that exists was likely meant by one that does not?

use std::fs;
use std::path::{Path, PathBuf};

use crate::value::nearest;

/// A folder with more entries than this is not searched to its end.
const MOST_ENTRIES: usize = 2000;

/// The path of the wanted sort that differs from `path` in one part, by few letters.
pub(crate) fn instead_of(path: &Path, is_wanted: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let base = path.ancestors().skip(1).find(|ancestor| ancestor.is_dir())?;
    let mut parts = path.strip_prefix(base).ok()?.components();
    let missing = parts.next()?.as_os_str().to_str()?;
    let rest = parts.as_path();
    let complete = |name: &str| {
        let start = base.join(name);
        if rest.as_os_str().is_empty() { start } else { start.join(rest) }
    };
    let names: Vec<String> = fs::read_dir(base)
        .ok()?
        .take(MOST_ENTRIES)
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| is_wanted(&complete(name)))
        .collect();
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    // The order of a folder is chance.
    names.sort_unstable();
    nearest(missing, &names).map(complete)
}
