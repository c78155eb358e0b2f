//! How does the watchdog listen for reports?

use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::owner::{make_folder, own_folder};
use super::waiting::Waiting;
use super::{Envelope, LONGEST, Spool, socket_path};

/// A sender that has not said all by then is cut off.
const PATIENCE: Duration = Duration::from_secs(2);
/// So many senders are heard at once; the others wait in the backlog, and after their patience use the spool.
const AT_ONCE: usize = 32;

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
        Self::open_for(state_dir, Arc::default())
    }

    /// The same after the socket was lost: what it has heard is not.
    pub(crate) fn open_anew(&self, state_dir: &Path) -> std::io::Result<Self> {
        Self::open_for(state_dir, Arc::clone(&self.waiting))
    }

    fn open_for(state_dir: &Path, waiting: Arc<Waiting>) -> std::io::Result<Self> {
        let path = socket_path(state_dir);
        if let Some(dir) = path.parent().filter(|dir| *dir != state_dir) {
            make_folder(dir)?;
            own_folder(dir)?;
        }
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let listener = UnixListener::bind(&path)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        let task = tokio::spawn(listen(listener, Arc::clone(&waiting)));
        let own = identity(&path);
        Ok(Self { spool: Spool::of(state_dir), waiting, path, own, task })
    }

    /// All reports that came since the last call, oldest first, those of the spool among them.
    #[must_use]
    pub fn take(&self) -> Vec<Envelope> {
        let mut reports = self.spool.take();
        reports.extend(self.waiting.take());
        reports.sort_by_key(Envelope::order);
        reports
    }

    /// Completes when a report came.
    pub async fn news(&self) {
        self.waiting.news().await;
    }

    /// Whether its socket still is where it was made: a state folder may be replaced, or tidied by somebody.
    pub(crate) fn is_in_place(&self) -> bool {
        self.own.is_some() && identity(&self.path) == self.own
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.task.abort();
        if self.is_in_place() {
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
    if peer.uid() != rustix::process::geteuid().as_raw() {
        return Ok(());
    }
    let mut bytes = Vec::new();
    let longest = LONGEST as u64 + 4096;
    (&mut stream).take(longest).read_to_end(&mut bytes).await?;
    if Envelope::parse(&bytes).is_none() {
        return Ok(());
    }
    waiting.add(bytes);
    stream.write_all(b"+").await
}
