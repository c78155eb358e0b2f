//! Which process may write: who holds the fleet lock?

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::{Identity, LockError, folder};

mod living;
#[cfg(test)]
mod tests;

const LOCK_FILE: &str = "fleet.lock";
/// A holder writes its name right after it got the lock, and a probe holds the lock for an instant; on a
/// machine that has other work, either may be interrupted there. Only what lasts longer is told.
const PATIENCE: Duration = Duration::from_secs(5);
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
        Self::acquire_within(state_dir, holder, PATIENCE)
    }

    fn acquire_within(
        state_dir: &Path,
        holder: &Holder,
        patience: Duration,
    ) -> Result<Self, LockError> {
        let path = state_dir.join(LOCK_FILE);
        let io_error = |source| LockError::Io { path: path.clone(), source };
        folder::make(state_dir).map_err(io_error)?;
        let file = folder::open_private(&path).map_err(io_error)?;
        let deadline = Instant::now() + patience;
        loop {
            match file.try_lock() {
                Ok(()) => {
                    let mut lock = Self { file };
                    lock.sign(holder).map_err(io_error)?;
                    return Ok(lock);
                }
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(source)) => return Err(refusal(path, source)),
            }
            // Whether it was refused for the sake of probes alone, which will be gone in an instant.
            match held_by(&file, &path)? {
                Held::By(holder) => return Err(LockError::Held(holder)),
                Held::BySomebody | Held::No if Instant::now() >= deadline => {
                    return Err(LockError::HeldByUnknown { path });
                }
                Held::BySomebody | Held::No => std::thread::sleep(BETWEEN_TRIES),
            }
        }
    }

    /// Whether the lock file still is the one at its path: another process could hold another one.
    #[must_use]
    pub fn is_in_place(&self, state_dir: &Path) -> bool {
        let ours = Identity::of_file(&self.file).ok();
        ours.is_some() && ours == Identity::of(&state_dir.join(LOCK_FILE)).ok()
    }

    /// Who holds the lock now; `None` when nobody does. Changes nothing.
    ///
    /// # Errors
    /// [`LockError::HeldByUnknown`] when the holder has not said who it is.
    pub fn holder(state_dir: &Path) -> Result<Option<Holder>, LockError> {
        Self::holder_within(state_dir, PATIENCE)
    }

    fn holder_within(state_dir: &Path, patience: Duration) -> Result<Option<Holder>, LockError> {
        let path = state_dir.join(LOCK_FILE);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(LockError::Io { path, source }),
        };
        let deadline = Instant::now() + patience;
        loop {
            match held_by(&file, &path)? {
                Held::No => return Ok(None),
                Held::By(holder) => return Ok(Some(holder)),
                Held::BySomebody if Instant::now() >= deadline => {
                    return Err(LockError::HeldByUnknown { path });
                }
                Held::BySomebody => std::thread::sleep(BETWEEN_TRIES),
            }
        }
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
        // The next holder's losers shall not read our name; if the write fails they read a stale one for an instant. The
        // file keeps its length, so that the next holder can sign on a disk that is full by then.
        let _ = self.file.seek(SeekFrom::Start(0)).and_then(|_| self.file.write_all(b"\n"));
        // A child that has not yet become its program holds the file, too, so closing it here may not be enough.
        let _ = self.file.unlock();
    }
}

/// What a probe finds.
enum Held {
    No,
    By(Holder),
    /// The holder has not signed; the name that is there, if any, is of one that was killed, and may be in the midst of its end.
    BySomebody,
}

/// A shared lock is refused while the fleet lock is held, and lets other probes through.
fn held_by(file: &File, path: &Path) -> Result<Held, LockError> {
    let io_error = |source| LockError::Io { path: path.to_owned(), source };
    match file.try_lock_shared() {
        Ok(()) => {
            file.unlock().map_err(io_error)?;
            Ok(Held::No)
        }
        Err(TryLockError::WouldBlock) => {
            let named = signature(file).map_err(io_error)?.filter(living::may_live);
            Ok(named.map_or(Held::BySomebody, Held::By))
        }
        Err(TryLockError::Error(source)) => Err(refusal(path.to_owned(), source)),
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
