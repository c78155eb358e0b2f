//! How does a service manager hear that the watchdog holds its fleet, that its loop turns, and that it ends?
//!
//! systemd's notify protocol: lines of text, a datagram each time, to the socket that `NOTIFY_SOCKET` names. Pings are sent by
//! the loop itself, after a tick and while it rests, and by nothing beside it: a tick that hangs is silent.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::{Duration, Instant};

#[cfg(test)]
mod tests;

/// Whoever waits for our word; nobody, where no service manager started us.
#[derive(Debug, Default)]
pub struct ServiceManager {
    line: Option<Line>,
    /// What it was told last of what we do; nothing until we are ready.
    said: Option<String>,
}

#[derive(Debug)]
struct Line {
    socket: UnixDatagram,
    address: SocketAddr,
    /// How often it wants to hear that we live, if at all.
    every: Option<Duration>,
    last: Instant,
}

impl ServiceManager {
    /// The one that started this process, by the variables that systemd sets.
    #[must_use]
    pub fn of_environment() -> Self {
        Self::of(|name| std::env::var_os(name), std::process::id())
    }

    fn of(variable: impl Fn(&str) -> Option<OsString>, own: u32) -> Self {
        let Some(address) = variable("NOTIFY_SOCKET").and_then(|path| address(&path)) else {
            return Self::default();
        };
        let number = |name: &str| variable(name)?.to_str()?.parse::<u64>().ok();
        // The pings are asked of one process, which need not be this one.
        let is_asked = number("WATCHDOG_PID").is_none_or(|pid| pid == u64::from(own));
        let limit = number("WATCHDOG_USEC").filter(|limit| is_asked && *limit > 0);
        // A third of the limit: one ping may be late, or lost, and the next still comes in time.
        let every = limit.map(|limit| Duration::from_micros(limit) / 3);
        let line = UnixDatagram::unbound().and_then(|socket| {
            // A manager that does not read must not stop the watchdog.
            socket.set_nonblocking(true)?;
            Ok(Line { socket, address, every, last: Instant::now() })
        });
        Self { line: line.ok(), said: None }
    }

    /// The loop has turned, and this is what it is about. The first time the service is up.
    pub(crate) fn turned(&mut self, status: impl FnOnce() -> String) {
        if self.line.is_none() {
            return;
        }
        let status = one_line(&status());
        match &self.said {
            None => self.tell(&format!("READY=1\nSTATUS={status}")),
            Some(said) if *said != status => self.tell(&format!("STATUS={status}")),
            Some(_) => {}
        }
        self.said = Some(status);
        self.lives();
    }

    /// The loop rests, and will look again.
    pub(crate) fn lives(&mut self) {
        if self.line.as_ref().is_some_and(|line| line.every.is_some()) {
            self.tell("WATCHDOG=1");
        }
    }

    /// We are about to end, and not by accident.
    pub fn stopping(&mut self) {
        self.tell("STOPPING=1");
    }

    /// Waits until the next ping is due.
    pub(crate) async fn due(&self) {
        match self.next() {
            Some(at) => tokio::time::sleep_until(at.into()).await,
            None => std::future::pending().await,
        }
    }

    fn next(&self) -> Option<Instant> {
        self.line.as_ref().and_then(|line| Some(line.last + line.every?))
    }

    fn tell(&mut self, text: &str) {
        let Some(line) = &mut self.line else { return };
        line.last = Instant::now();
        if let Err(error) = line.socket.send_to_addr(text.as_bytes(), &line.address) {
            tracing::debug!("the service manager was not told {text:?}: {error}");
        }
    }
}

/// A path, or, with `@` before it, a name in the abstract name space of Linux.
fn address(path: &OsString) -> Option<SocketAddr> {
    match path.as_bytes() {
        [b'@', name @ ..] => abstract_address(name),
        [b'/', ..] => SocketAddr::from_pathname(path).ok(),
        _ => None,
    }
}

#[cfg(target_os = "linux")]
fn abstract_address(name: &[u8]) -> Option<SocketAddr> {
    use std::os::linux::net::SocketAddrExt as _;
    SocketAddr::from_abstract_name(name).ok()
}

#[cfg(not(target_os = "linux"))]
fn abstract_address(_: &[u8]) -> Option<SocketAddr> {
    None
}

/// A line break would begin another assignment.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
