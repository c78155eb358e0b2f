//! How does a hook hand its report over, without ever slowing its agent?

use std::io::Write as _;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use rustix::net::{AddressFamily, SocketAddrUnix, SocketType};

use super::owner::{own_folder, own_socket};
use super::{Envelope, Spool, socket_path};

/// A watchdog that does not take the bytes by then finds them in the spool.
const PATIENCE: Duration = Duration::from_millis(300);

/// Hands the report to the watchdog of that state folder, or leaves it in the spool.
///
/// # Errors
/// When neither is possible; the agent should not hear of it.
pub fn send(state_dir: &Path, envelope: &Envelope) -> std::io::Result<()> {
    let bytes = serde_json::to_vec(envelope)?;
    let socket = socket_path(state_dir);
    check(&socket, state_dir)
        .and_then(|()| hand_over(&socket, &bytes))
        .or_else(|_| Spool::of(state_dir).put(envelope.order(), &bytes))
}

/// Whoever made the socket, and the folder that stands for the state folder, hears what the agent says.
fn check(socket: &Path, state_dir: &Path) -> std::io::Result<()> {
    if let Some(dir) = socket.parent().filter(|dir| *dir != state_dir) {
        own_folder(dir)?;
    }
    own_socket(socket)
}

/// Connects at once or not at all: where a stopped watchdog has let its backlog fill, whoever waits for a place waits for ever.
fn connect(socket: &Path) -> std::io::Result<UnixStream> {
    let end = rustix::net::socket(AddressFamily::UNIX, SocketType::STREAM, None)?;
    let stream = UnixStream::from(end);
    stream.set_nonblocking(true)?;
    rustix::net::connect(&stream, &SocketAddrUnix::new(socket)?)?;
    stream.set_nonblocking(false)?;
    Ok(stream)
}

fn hand_over(socket: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut stream = connect(socket)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(bytes)?;
    stream.shutdown(Shutdown::Write)?;
    // The watchdog answers once it has the report; a connection that just waits in the backlog is no answer.
    let mut taken = [0_u8; 1];
    std::io::Read::read_exact(&mut stream, &mut taken)
}
