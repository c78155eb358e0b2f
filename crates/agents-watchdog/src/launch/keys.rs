//! How do keys of the environment reach the programs, when no tmux server is to have them? Over a file of the owner's alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use agents_tmux::is_key;

use super::write_private;

fn file(state_dir: &Path) -> PathBuf {
    state_dir.join("keys")
}

/// Keeps the keys of our own environment for the launchers, beside those that were kept before.
///
/// # Errors
/// Those of the file system.
pub fn keep_keys(state_dir: &Path) -> std::io::Result<()> {
    let own = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, value)| is_key(name, value));
    let before = kept_keys(state_dir);
    let mut keys = before.clone();
    keys.extend(own);
    if keys == before {
        return Ok(());
    }
    write_private(&file(state_dir), &serde_json::to_vec(&keys)?)
}

/// The keys that were kept, by their names.
#[must_use]
pub fn kept_keys(state_dir: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read(file(state_dir)).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Forgets them: nothing runs that needs them.
pub fn forget_keys(state_dir: &Path) {
    // Without the file there is nothing to forget.
    drop(std::fs::remove_file(file(state_dir)));
}
