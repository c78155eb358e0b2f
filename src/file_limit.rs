//! What happens when a file may not grow any further? An error like that of a full disk, not the end of the process.

use tokio::signal::unix::{SignalKind, signal};

use crate::operate::runtime;

/// The signal that the system sends to who writes beyond its limit (`ulimit -f`): 25 on all systems that we know.
const FILE_TOO_LONG: i32 = 25;

/// From now on such a write is refused, and nothing more. Programs that are started are not concerned: what they do with
/// the signal is up to them.
pub fn survive() {
    let watched = runtime().and_then(|runtime| {
        let _context = runtime.enter();
        // Once watched it stays harmless, though nobody waits for it.
        signal(SignalKind::from_raw(FILE_TOO_LONG)).map(drop)
    });
    if let Err(error) = watched {
        tracing::debug!("a limit on the length of files ends this process: {error}");
    }
}
