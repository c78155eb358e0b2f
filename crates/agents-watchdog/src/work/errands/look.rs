//! Does anything move in a task's worktree, or in what its program prints?

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use agents_tasks::errand::{Done, Failure};
use md5::{Digest as _, Md5};

use super::{ASKS, Site, changes, line};

/// The commit, the changed files with their sizes and times, and the length of the session log.
pub(super) async fn look(site: &Site) -> Result<Done, Failure> {
    let head = line(&site.worktree, &["rev-parse", "HEAD"], ASKS).await?;
    let mut digest = Md5::new();
    digest.update(head);
    for path in changes(site).await? {
        digest.update(&path);
        digest.update(stamp(&site.worktree.join(path)));
    }
    digest.update(stamp(&site.log));
    let trace = digest.finalize();
    Ok(Done::Looked { trace: trace.iter().map(|byte| format!("{byte:02x}")).collect() })
}

fn stamp(path: &Path) -> String {
    let Ok(metadata) = path.symlink_metadata() else { return String::new() };
    format!(" {} {} {}\n", metadata.len(), metadata.mtime(), metadata.mtime_nsec())
}
