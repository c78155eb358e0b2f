//! Where do reports wait while no watchdog listens?

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::owner::make_folder;
use super::{Envelope, LONGEST};
use crate::launch::write_private;

/// A fleet without a watchdog keeps this many; older ones make room, since what a hook says is worth little once the agent
/// has said so much more.
const MOST: usize = 2000;
/// So many places are left for those who report at the same time.
const AT_ONCE: usize = 64;
/// And so much of them together, in bytes: the disk is for the agents' work.
const LONGEST_OF_ALL: u64 = 16 * LONGEST as u64;
/// What a sender that was killed left half written is removed after so long.
const HALF_WRITTEN_FOR: Duration = Duration::from_secs(60);

/// The folder of reports that nobody has taken yet.
#[derive(Debug, Clone)]
pub struct Spool {
    dir: PathBuf,
}

impl Spool {
    /// The spool of a state folder.
    #[must_use]
    pub fn of(state_dir: &Path) -> Self {
        Self { dir: state_dir.join("spool") }
    }

    /// Leaves one report, whole or not at all; `order` is greater for what came later.
    ///
    /// # Errors
    /// Those of the file system; a report that is too long, and a state folder that is gone.
    pub fn put(&self, order: i64, bytes: &[u8]) -> std::io::Result<()> {
        // Only the folder itself is made: a report must not bring back a state folder that was removed.
        make_folder(&self.dir)?;
        let Some(room) = LONGEST_OF_ALL.checked_sub(bytes.len() as u64) else {
            return Err(std::io::Error::other("the report is too long"));
        };
        let last = self.make_room(MOST - AT_ONCE, room)?;
        // What waits here since before a start of the machine has greater numbers, and came earlier.
        let order = last.map_or(order, |last| order.max(last.saturating_add(1)));
        let name = format!("{order:015}-{}.json", std::process::id());
        write_private(&self.dir.join(name), bytes)
    }

    /// Removes the oldest until there are no more than so many, and no more bytes; the greatest number of all.
    fn make_room(&self, most: usize, bytes: u64) -> std::io::Result<Option<i64>> {
        let (mut files, mut count, mut length, mut last) = (Vec::new(), 0, 0_u64, None);
        for entry in std::fs::read_dir(&self.dir)? {
            let entry = entry?;
            let size = entry.metadata().map_or(0, |meta| meta.len());
            length = length.saturating_add(size);
            count += 1;
            // What another one has half written is its own.
            if is_whole(&entry.path()) {
                last = last.max(number(&entry.path()));
                files.push((entry.path(), size));
            }
        }
        if count <= most && length <= bytes {
            return Ok(last);
        }
        files.sort();
        for (file, size) in files {
            if count <= most && length <= bytes {
                break;
            }
            match std::fs::remove_file(&file) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => (count, length) = (count - 1, length.saturating_sub(size)),
            }
        }
        if length > bytes {
            return Err(std::io::Error::other("the spool is full of what is no report"));
        }
        Ok(last)
    }

    /// Takes all reports out, oldest first. What is no report is removed, too.
    #[must_use]
    pub fn take(&self) -> Vec<Envelope> {
        let Ok(entries) = std::fs::read_dir(&self.dir) else { return Vec::new() };
        let files = entries.flatten().map(|entry| entry.path());
        let (mut files, others): (Vec<PathBuf>, Vec<PathBuf>) =
            files.partition(|file| is_whole(file));
        files.sort();
        for other in others.iter().filter(|other| is_left(other)) {
            // Whoever else removes it meanwhile is as welcome.
            drop(std::fs::remove_file(other));
        }
        files.iter().filter_map(|file| take(file)).collect()
    }
}

/// The place of a report in the order in which they came.
fn number(file: &Path) -> Option<i64> {
    let name = file.file_name()?.to_str()?.strip_suffix(".json")?;
    name.split('-').next()?.parse().ok()
}

fn is_whole(file: &Path) -> bool {
    file.extension().is_some_and(|it| it == "json")
}

fn is_left(file: &Path) -> bool {
    let changed = std::fs::symlink_metadata(file).and_then(|meta| meta.modified());
    changed.is_ok_and(|changed| changed.elapsed().is_ok_and(|age| age >= HALF_WRITTEN_FOR))
}

fn take(file: &Path) -> Option<Envelope> {
    use std::io::Read as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = (rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK).bits();
    let open = std::fs::OpenOptions::new()
        .read(true)
        .custom_flags(i32::from_ne_bytes(flags.to_ne_bytes()))
        .open(file);
    let mut bytes = Vec::new();
    let read = open.and_then(|open| open.take(LONGEST as u64 + 4096).read_to_end(&mut bytes));
    // Gone or unreadable: it is not tried for ever.
    drop(std::fs::remove_file(file));
    read.ok().and_then(|_| Envelope::parse(&bytes))
}
