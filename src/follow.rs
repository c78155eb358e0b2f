//! How does a verb wait for more, without outliving whoever reads?

use std::io::Write as _;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::error::Error;

/// How often is looked for more.
const PAUSE: Duration = Duration::from_millis(200);

/// Waits a moment; ends the program when nobody reads its output any more.
pub fn pause() {
    let out = std::io::stdout();
    let mut fds = [PollFd::new(&out, PollFlags::empty())];
    let pause = Timespec { tv_sec: 0, tv_nsec: i64::from(PAUSE.subsec_nanos()) };
    // An interrupted wait is a short one.
    if poll(&mut fds, Some(&pause)).is_ok_and(|ready| ready > 0) {
        std::process::exit(0);
    }
}

/// Hands out bytes at once; ends the program when nobody reads.
///
/// # Errors
/// When they cannot be written.
pub fn write(bytes: &[u8]) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        other => Ok(other?),
    }
}
