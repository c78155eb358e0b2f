//! How does the watchdog listen for reports?

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;

use super::{Envelope, LONGEST, Spool, socket_path};

/// A sender that has not said all by then is cut off.
const PATIENCE: Duration = Duration::from_secs(2);
/// So many senders are heard at once; the others wait in the backlog, and after their patience use the spool.
const AT_ONCE: usize = 32;
/// So many reports are kept for the next look; older ones say less than newer ones.
const MOST: usize = 10_000;

/// The socket of a watchdog, and what came over it. Ends with its owner.
#[derive(Debug)]
pub struct Inbox {
    spool: Spool,
    waiting: Arc<Waiting>,
    path: PathBuf,
    /// Device and number of the socket: one that a later watchdog put in its place is not ours to remove.
    own: Option<(u64, u64)>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Waiting {
    reports: Mutex<VecDeque<Envelope>>,
    news: Notify,
}

impl Inbox {
    /// Listens at the place where `agents report` looks. A socket that a dead watchdog left is replaced: the
    /// caller holds the fleet's lock, so nobody else listens there.
    ///
    /// # Errors
    /// Those of the file system and of the socket.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn open(state_dir: &Path) -> std::io::Result<Self> {
        let path = socket_path(state_dir);
        if let Some(dir) = path.parent().filter(|dir| *dir != state_dir) {
            own_folder(dir)?;
        }
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let listener = UnixListener::bind(&path)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        let waiting = Arc::new(Waiting::default());
        let task = tokio::spawn(listen(listener, Arc::clone(&waiting)));
        let own = identity(&path);
        Ok(Self { spool: Spool::of(state_dir), waiting, path, own, task })
    }

    /// All reports that came since the last call, oldest first, those of the spool among them.
    #[must_use]
    pub fn take(&self) -> Vec<Envelope> {
        let mut reports = self.spool.take();
        let mut waiting = self.waiting.reports.lock().unwrap_or_else(PoisonError::into_inner);
        reports.extend(waiting.drain(..));
        drop(waiting);
        reports.sort_by_key(|report| report.at_wall_ms);
        reports
    }

    /// Completes when a report came.
    pub async fn news(&self) {
        self.waiting.news.notified().await;
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.task.abort();
        if self.own.is_some() && identity(&self.path) == self.own {
            // A socket that nobody listens on costs each hook a refused connection, no more.
            drop(std::fs::remove_file(&self.path));
        }
    }
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    let it = std::fs::symlink_metadata(path).ok()?;
    Some((it.dev(), it.ino()))
}

/// A folder in a place where everybody may write: it must be ours, or a stranger would hear the reports.
fn own_folder(dir: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
    match std::fs::DirBuilder::new().mode(0o700).create(dir) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let it = std::fs::symlink_metadata(dir)?;
    let is_ours = it.is_dir() && it.uid() == rustix::process::getuid().as_raw();
    if !is_ours || it.mode() & 0o077 != 0 {
        let text = format!("{} is not a folder of this user alone", dir.display());
        return Err(std::io::Error::new(ErrorKind::PermissionDenied, text));
    }
    Ok(())
}

async fn listen(listener: UnixListener, waiting: Arc<Waiting>) {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let waiting = Arc::clone(&waiting);
                tokio::spawn(async move {
                    let _permit = permit;
                    // A sender that says nothing usable is not answered, and spools what it has.
                    let _ = tokio::time::timeout(PATIENCE, hear(stream, &waiting)).await;
                });
            }
            // Out of file descriptors, mostly: later there may be some.
            Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
}

async fn hear(mut stream: UnixStream, waiting: &Waiting) -> std::io::Result<()> {
    let peer = stream.peer_cred()?;
    if peer.uid() != rustix::process::getuid().as_raw() {
        return Ok(());
    }
    let mut bytes = Vec::new();
    let longest = LONGEST as u64 + 4096;
    (&mut stream).take(longest).read_to_end(&mut bytes).await?;
    let Some(envelope) = Envelope::parse(&bytes) else { return Ok(()) };
    {
        let mut reports = waiting.reports.lock().unwrap_or_else(PoisonError::into_inner);
        if reports.len() >= MOST {
            reports.pop_front();
        }
        reports.push_back(envelope);
    }
    waiting.news.notify_one();
    stream.write_all(b"+").await
}
