//! Which process may write: who holds the fleet lock?

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{LockError, folder};

#[cfg(test)]
mod tests;

const LOCK_FILE: &str = "fleet.lock";
/// A holder writes its name right after it got the lock, and a probe holds the lock for an instant:
/// only a refusal that lasts says that somebody has it.
const TRIES: u32 = 5;
const BETWEEN_TRIES: Duration = Duration::from_millis(10);

/// The process that holds the fleet lock, as it describes itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub pid: u32,
    /// The verb it runs: `watchdog`, `up`, ….
    pub what: String,
    /// When it took the lock: wall clock, milliseconds since 1970.
    pub since_wall_ms: i64,
    /// The machine, for state folders that several machines see.
    pub host: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`agents {}` (process {} on {}) holds the fleet", self.what, self.pid, self.host)
    }
}

/// The right to write a fleet's state. It ends when dropped, and with the process, however that ends.
///
/// The kernel keeps it on the open file, which is closed on exec: no child, the tmux server least of all, inherits it.
#[derive(Debug)]
pub struct FleetLock {
    file: File,
}

impl FleetLock {
    /// Takes the lock, or says who has it; does not wait for the holder.
    ///
    /// # Errors
    /// [`LockError::Held`] when another process has it; [`LockError::Unsupported`] on file systems without locks.
    pub fn acquire(state_dir: &Path, holder: &Holder) -> Result<Self, LockError> {
        let path = state_dir.join(LOCK_FILE);
        let io_error = |source| LockError::Io { path: path.clone(), source };
        folder::make(state_dir).map_err(io_error)?;
        let file = folder::open_private(&path).map_err(io_error)?;
        let mut known = None;
        for attempt in 0..TRIES {
            match file.try_lock() {
                Ok(()) => {
                    let mut lock = Self { file };
                    lock.sign(holder).map_err(io_error)?;
                    return Ok(lock);
                }
                Err(TryLockError::WouldBlock) => known = signature(&file).map_err(io_error)?,
                Err(TryLockError::Error(source)) => return Err(refusal(path, source)),
            }
            if attempt + 1 < TRIES {
                std::thread::sleep(BETWEEN_TRIES);
            }
        }
        Err(match known {
            Some(holder) => LockError::Held(holder),
            None => LockError::HeldByUnknown { path },
        })
    }

    /// Who holds the lock now; `None` when nobody does. Changes nothing.
    ///
    /// # Errors
    /// [`LockError::HeldByUnknown`] when the holder has not said who it is.
    pub fn holder(state_dir: &Path) -> Result<Option<Holder>, LockError> {
        let path = state_dir.join(LOCK_FILE);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(LockError::Io { path, source }),
        };
        for attempt in 0..TRIES {
            // A shared lock is refused while the fleet lock is held, and lets other probes through.
            match file.try_lock_shared() {
                Ok(()) => return Ok(None),
                Err(TryLockError::WouldBlock) => match signature(&file) {
                    Ok(Some(holder)) => return Ok(Some(holder)),
                    Ok(None) => {}
                    Err(source) => return Err(LockError::Io { path, source }),
                },
                Err(TryLockError::Error(source)) => return Err(refusal(path, source)),
            }
            if attempt + 1 < TRIES {
                std::thread::sleep(BETWEEN_TRIES);
            }
        }
        Err(LockError::HeldByUnknown { path })
    }

    /// Writes the holder's name where losers read it.
    fn sign(&mut self, holder: &Holder) -> io::Result<()> {
        let mut line = serde_json::to_vec(holder)?;
        line.push(b'\n');
        // One write, then the cut: readers take the first line, which is whole at every instant.
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&line)?;
        self.file.set_len(line.len() as u64)
    }
}

impl Drop for FleetLock {
    fn drop(&mut self) {
        // The next holder's losers shall not read our name; if the cut fails they read a stale one for an instant.
        let _ = self.file.set_len(0);
    }
}

/// The name in the file, if there is a whole one.
fn signature(file: &File) -> io::Result<Option<Holder>> {
    let mut reader = BufReader::new(file);
    reader.seek(SeekFrom::Start(0))?;
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line)?;
    Ok(serde_json::from_slice(&line).ok())
}

fn refusal(path: PathBuf, source: io::Error) -> LockError {
    let unsupported =
        [rustix::io::Errno::OPNOTSUPP, rustix::io::Errno::NOLCK, rustix::io::Errno::NOSYS]
            .iter()
            .any(|errno| source.raw_os_error() == Some(errno.raw_os_error()));
    if unsupported || source.kind() == io::ErrorKind::Unsupported {
        LockError::Unsupported { path }
    } else {
        LockError::Io { path, source }
    }
}
