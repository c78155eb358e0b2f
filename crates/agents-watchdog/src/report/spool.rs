//! Where do reports wait while no watchdog listens?

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::owner::make_folder;
use super::{Clocks, Envelope, LONGEST};
use crate::launch::write_private;

/// A fleet without a watchdog keeps this many; older ones make room, since the newest tell what a program does.
const MOST: usize = 2000;
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

    /// Leaves one report, whole or not at all.
    ///
    /// # Errors
    /// Those of the file system; a spool that is full of what is no report, and a state folder that is gone.
    pub fn put(&self, at_wall_ms: i64, bytes: &[u8]) -> std::io::Result<()> {
        // Only the folder itself is made: a report must not bring back a state folder that was removed.
        make_folder(&self.dir)?;
        let mut kept = self.kept()?;
        // The order of arrival, whatever the wall clock showed then.
        let last = kept.iter().filter_map(|file| file.number).max();
        let number = last.map_or(at_wall_ms, |last| at_wall_ms.max(last.saturating_add(1)));
        make_room(&mut kept, bytes.len() as u64)?;
        let name = format!("{number:015}-{}.json", std::process::id());
        write_private(&self.dir.join(name), bytes)
    }

    /// All that lies in the folder.
    fn kept(&self) -> std::io::Result<Vec<Kept>> {
        let mut kept = Vec::new();
        for entry in std::fs::read_dir(&self.dir)? {
            let entry = entry?;
            let length = entry.metadata().map_or(0, |meta| meta.len());
            kept.push(Kept { number: number(&entry.path()), path: entry.path(), length });
        }
        Ok(kept)
    }

    /// Takes all reports out, oldest first. What is no report is removed, too.
    #[must_use]
    pub fn take(&self) -> Vec<Envelope> {
        let mut reports = self.take_all();
        Clocks::read().order(&mut reports);
        reports
    }

    /// The same, in the order of their files.
    pub(super) fn take_all(&self) -> Vec<Envelope> {
        let Ok(entries) = std::fs::read_dir(&self.dir) else { return Vec::new() };
        let files = entries.flatten().map(|entry| entry.path());
        let (mut files, others): (Vec<PathBuf>, Vec<PathBuf>) =
            files.partition(|file| file.extension().is_some_and(|it| it == "json"));
        files.sort_by_cached_key(|file| (number(file), file.clone()));
        for other in others.iter().filter(|other| is_left(other)) {
            // Whoever else removes it meanwhile is as welcome.
            drop(std::fs::remove_file(other));
        }
        files.iter().filter_map(|file| take(file)).collect()
    }
}

/// A file of the spool.
struct Kept {
    /// `None` for what is no report.
    number: Option<i64>,
    path: PathBuf,
    length: u64,
}

/// The place of a report's file in the order.
fn number(file: &Path) -> Option<i64> {
    let name = file.file_name()?.to_str()?.strip_suffix(".json")?;
    name.split('-').next()?.parse().ok()
}

/// Removes the oldest reports until one more of that length finds room. Whoever is killed in between has lost old ones only.
fn make_room(kept: &mut [Kept], length: u64) -> std::io::Result<()> {
    let (mut count, mut bytes) =
        (kept.len(), length + kept.iter().map(|file| file.length).sum::<u64>());
    let fits = |count: usize, bytes: u64| count < MOST && bytes <= LONGEST_OF_ALL;
    if fits(count, bytes) {
        return Ok(());
    }
    kept.sort_by(|one, other| (one.number, &one.path).cmp(&(other.number, &other.path)));
    for oldest in kept.iter().filter(|file| file.number.is_some()) {
        match std::fs::remove_file(&oldest.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => continue,
            Ok(()) | Err(_) => {}
        }
        (count, bytes) = (count - 1, bytes - oldest.length);
        if fits(count, bytes) {
            return Ok(());
        }
    }
    Err(std::io::Error::other("the spool is full"))
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
