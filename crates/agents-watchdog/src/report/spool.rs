//! Where do reports wait while no watchdog listens?

use std::path::{Path, PathBuf};

use super::{Envelope, LONGEST};
use crate::launch::write_private;

/// A fleet without a watchdog keeps this many; what comes later is dropped, since what a hook says is worth
/// little once the agent has said so much more.
const MOST: usize = 2000;

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
    /// Those of the file system; a spool that is full, and a state folder that is gone.
    pub fn put(&self, at_wall_ms: i64, bytes: &[u8]) -> std::io::Result<()> {
        // Only the folder itself is made: a report must not bring back a state folder that was removed.
        match std::fs::create_dir(&self.dir) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error),
            Ok(()) | Err(_) => {}
        }
        if std::fs::read_dir(&self.dir)?.count() >= MOST {
            return Err(std::io::Error::other("the spool is full"));
        }
        let name = format!("{at_wall_ms:015}-{}.json", std::process::id());
        write_private(&self.dir.join(name), bytes)
    }

    /// Takes all reports out, oldest first. What is no report is removed, too.
    #[must_use]
    pub fn take(&self) -> Vec<Envelope> {
        let Ok(entries) = std::fs::read_dir(&self.dir) else { return Vec::new() };
        let files = entries.flatten().map(|entry| entry.path());
        let mut files: Vec<PathBuf> =
            files.filter(|file| file.extension().is_some_and(|it| it == "json")).collect();
        files.sort();
        files.iter().filter_map(|file| take(file)).collect()
    }
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
