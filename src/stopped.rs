//! Is the holder of the fleet a process that somebody has stopped, and how is it ended then?

use std::path::Path;

use agents_store::{FleetLock, Holder, Identity};
use agents_watchdog::process::{Sent, Signal, StartMark, find, signal};

use crate::error::Error;

/// Where the fleet's lock is.
const LOCK: &str = "fleet.lock";

/// What is wrong with a holder that is stopped, and the way out; `None` for one that is not, as far as the system tells.
#[must_use]
pub fn told(holder: &Holder) -> Option<String> {
    is_stopped(holder).then(|| {
        let pid = holder.pid;
        format!(
            "it is stopped (SIGSTOP), so it does nothing: `kill -CONT {pid}` lets it go on, and `kill -9 {pid}` ends it"
        )
    })
}

/// Whether a process of this machine is stopped by a signal; one that a debugger holds is another matter.
#[must_use]
pub fn is_stopped(holder: &Holder) -> bool {
    is_here(holder) && state(holder.pid) == Some('T')
}

fn is_here(holder: &Holder) -> bool {
    agents_watchdog::run::holder("verb").host == holder.host
}

/// Of `/proc/PID/stat`; proc(5): the field behind the name in brackets, which may contain anything.
fn state(pid: u32) -> Option<char> {
    let stat = std::fs::read(format!("/proc/{pid}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    stat.rsplit_once(')')?.1.trim_start().chars().next()
}

/// Tells a stopped holder to end, and lets it go on, so that it does; only where that process is seen to be the holder.
///
/// # Errors
/// When that cannot be seen: it is left as it is, and named with the way out.
pub fn end(state_dir: &Path, holder: &Holder) -> Result<(), Error> {
    let left = |why: &str| {
        let told = told(holder).unwrap_or_else(|| "it does not answer".to_owned());
        Error::Unavailable(format!("{holder}, and {why}; {told}"))
    };
    let start = start(holder).ok_or_else(|| left("it cannot be looked at"))?;
    if !has_lock(state_dir, holder.pid) || FleetLock::holder(state_dir)?.as_ref() != Some(holder) {
        return Err(left("it is not seen to have the lock, so it is left alone"));
    }
    // The start mark was taken before: should the process have ended since, its number is nobody's.
    for sent in [Signal::Terminate, Signal::Continue] {
        match signal(holder.pid, &start, sent) {
            Ok(Sent::Delivered | Sent::NobodyLeft) => {}
            Err(error) => return Err(left(&format!("it cannot be told to end: {error}"))),
        }
    }
    Ok(())
}

fn start(holder: &Holder) -> Option<StartMark> {
    find(holder.pid).ok().flatten().map(|process| process.start)
}

/// Whether the process has the file of the lock open. Linux tells; elsewhere nobody does.
fn has_lock(state_dir: &Path, pid: u32) -> bool {
    let Ok(lock) = Identity::of(&state_dir.join(LOCK)) else { return false };
    let files = std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    let mut files = files.filter_map(|file| Identity::of(&file.path()).ok());
    files.any(|file| file == lock)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_stopped_process_that_does_not_have_the_lock_is_left_alone_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let mut stranger = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let pid = stranger.id();
        let mut holder = agents_watchdog::run::holder("watchdog");
        holder.pid = pid;
        // Somebody holds it under the number of the stranger.
        let lock = FleetLock::acquire(folder.path(), &holder).unwrap();
        assert!(!is_stopped(&holder) && told(&holder).is_none());
        let start = start(&holder).unwrap();
        let id = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
        rustix::process::kill_process(id, rustix::process::Signal::STOP).unwrap();
        while !is_stopped(&holder) {
            std::thread::yield_now();
        }
        let left = end(folder.path(), &holder).unwrap_err().to_string();
        for said in ["is left alone", &format!("`kill -CONT {pid}`"), &format!("`kill -9 {pid}`")] {
            assert!(left.contains(said), "{said}: {left}");
        }
        assert!(is_stopped(&holder), "it got no signal");
        assert!(has_lock(folder.path(), std::process::id()) && !has_lock(folder.path(), pid));
        // One of another machine has a number that means nothing here.
        let host = "elsewhere".to_owned();
        assert!(!is_stopped(&Holder { host, ..holder.clone() }));
        signal(pid, &start, Signal::Kill).unwrap();
        stranger.wait().unwrap();
        drop(lock);
    }
}
