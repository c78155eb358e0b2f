//! Did the last watchdog end as one does that is told to?
//!
//! A file says that one watches. Whoever ends in order takes it away, so that one of which nobody lives any more tells of
//! a watchdog that was killed or failed.

use std::path::{Path, PathBuf};

fn file(state_dir: &Path) -> PathBuf {
    state_dir.join("watching")
}

/// A watchdog has the fleet from now on. When that cannot be noted, its death will look like an end.
pub fn begin(state_dir: &Path) {
    let file =
        agents_store::private_file().write(true).create(true).truncate(true).open(file(state_dir));
    drop(file);
}

/// It ends as it was told to, or somebody has seen that it is gone and wants none.
pub fn end(state_dir: &Path) {
    drop(std::fs::remove_file(file(state_dir)));
}

/// Whether one watched and has not ended in order. While one lives that is so, too.
#[must_use]
pub fn is_unended(state_dir: &Path) -> bool {
    file(state_dir).is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_ends_in_order_leaves_nothing_and_who_is_killed_does() {
        let root = tempfile::tempdir().unwrap();
        assert!(!is_unended(root.path()));
        begin(root.path());
        begin(root.path());
        assert!(is_unended(root.path()));
        end(root.path());
        end(root.path());
        assert!(!is_unended(root.path()));
    }
}
