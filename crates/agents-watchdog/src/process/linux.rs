//! What does `/proc` tell about processes?

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::fs::{Mode, OFlags, open, openat};

use super::{Process, ProcessError, StartMark};

#[cfg(test)]
mod tests;

/// The kernel counts in hundredths of a second here (USER_HZ) on every architecture that Rust has a Linux target for.
const MS_PER_TICK: u64 = 10;

/// Longer than any `stat` line: its name has at most 64 bytes, and its 51 numbers at most 20 digits each.
const LINE: usize = 2048;

/// Every process that may be seen, without those in `skipped`; of these only the ones that are still there are kept.
pub(super) fn rows(skipped: &mut BTreeSet<u32>) -> Result<Vec<Process>, ProcessError> {
    let unreadable = |source| ProcessError::Unreadable { from: "/proc", source };
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = open("/proc", flags, Mode::empty()).map_err(|error| unreadable(error.into()))?;
    let mut rows = Vec::new();
    let mut line = [0; LINE];
    let mut still = BTreeSet::new();
    for entry in fs::read_dir("/proc").map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else { continue };
        if skipped.contains(&pid) {
            still.insert(pid);
            continue;
        }
        // Processes of other users may be hidden, and those that ended meanwhile are gone.
        if let Some(row) = quick_row(&folder, pid, &mut line) {
            rows.push(row);
        }
    }
    let own = std::process::id();
    if still.contains(&own) || rows.iter().any(|row| row.pid == own) {
        *skipped = still;
        Ok(rows)
    } else {
        // Mounted for another pid namespace, or not at all.
        Err(unreadable(io::ErrorKind::NotFound.into()))
    }
}

/// One process of many: read in one go, since this is done for each process of the machine at each tick.
fn quick_row(folder: &OwnedFd, pid: u32, line: &mut [u8; LINE]) -> Option<Process> {
    let file =
        openat(folder, format!("{pid}/stat"), OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty());
    let length = rustix::io::read(file.ok()?, &mut line[..]).ok()?;
    parse(pid, &String::from_utf8_lossy(&line[..length]))
}

/// One process; `None` when it is certainly not there.
pub(super) fn row(pid: u32) -> Result<Option<Process>, ProcessError> {
    let unreadable = |source| ProcessError::Unreadable { from: "/proc", source };
    match fs::read(format!("/proc/{pid}/stat")) {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes);
            let parsed = parse(pid, &text);
            parsed.map(Some).ok_or_else(|| unreadable(io::ErrorKind::InvalidData.into()))
        }
        Err(error) if is_gone(&error) => {
            // A process that is hidden from us, or no /proc at all, looks the same as none.
            fs::metadata("/proc/self/stat").map_err(unreadable)?;
            if is_hidden(pid) { Err(unreadable(error)) } else { Ok(None) }
        }
        Err(error) => Err(unreadable(error)),
    }
}

/// Whether the process that began at `start` is stopped; `None` when that cannot be read, or it has ended.
pub(super) fn is_suspended(pid: u32, start: &StartMark) -> Option<bool> {
    let bytes = fs::read(format!("/proc/{pid}/stat")).ok()?;
    suspended(pid, &String::from_utf8_lossy(&bytes), start)
}

fn suspended(pid: u32, text: &str, start: &StartMark) -> Option<bool> {
    let row = parse(pid, text)?;
    let state = text[text.rfind(')')? + 1..].split_ascii_whitespace().next()?;
    let is_it = row.start.is_same(start) == Some(true) && !row.ended;
    // By a signal, and by a debugger.
    is_it.then_some(matches!(state, "T" | "t"))
}

/// The environment that a process began with, entries set off by zero bytes; `None` when it may not be read.
pub(super) fn environment(pid: u32) -> Option<Vec<u8>> {
    fs::read(format!("/proc/{pid}/environ")).ok()
}

fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
        || error.raw_os_error() == Some(rustix::io::Errno::SRCH.raw_os_error())
}

/// True when the kernel knows a process that `/proc` does not show.
fn is_hidden(pid: u32) -> bool {
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
    pid.is_some_and(|pid| rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH))
}

/// Reads one `stat` line; the name in it is in brackets and may contain anything, brackets too.
fn parse(pid: u32, text: &str) -> Option<Process> {
    // The manual counts from 1 with pid and name, so the first of these is field 3.
    let mut fields = text[text.rfind(')')? + 1..].split_ascii_whitespace();
    let ended = matches!(fields.next()?, "Z" | "X" | "x");
    let parent = fields.next()?.parse().ok()?;
    let group = fields.next()?.parse().ok()?;
    let session = fields.next()?.parse().ok()?;
    // Fields 14 to 17: user and system time, its own and that of children it waited for.
    let mut times = fields.by_ref().skip(7).take(4).map(|field| field.parse::<u64>().ok());
    let mut next_time = || times.next().flatten();
    let ticks = next_time()? + next_time()? + next_time()? + next_time()?;
    // Field 22.
    let start = fields.nth(4)?.parse().ok()?;
    Some(Process {
        pid,
        parent,
        group,
        session: Some(session),
        start: StartMark::Ticks(start),
        cpu: Duration::from_millis(ticks * MS_PER_TICK),
        ended,
    })
}

/// Signals one process if it is the one that began at `start`; false when it is not there any more.
///
/// The descriptor keeps meaning the same process, so a successor with its id cannot be hit.
pub(super) fn signal(
    pid: u32,
    start: &StartMark,
    signal: rustix::process::Signal,
) -> Result<bool, SignalFailure> {
    use rustix::io::Errno;
    use rustix::process::{Pid, PidfdFlags, pidfd_open, pidfd_send_signal};
    let known = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let Some(known) = known else { return Ok(false) };
    let descriptor = match pidfd_open(known, PidfdFlags::empty()) {
        Ok(descriptor) => descriptor,
        Err(Errno::SRCH) => return Ok(false),
        Err(_) => return Err(SignalFailure::NoDescriptor),
    };
    let row = row(pid).map_err(SignalFailure::Process)?;
    if !super::look::lives(row.as_ref(), start).map_err(SignalFailure::Process)? {
        return Ok(false);
    }
    match pidfd_send_signal(&descriptor, signal) {
        Ok(()) => Ok(true),
        Err(Errno::SRCH) => Ok(false),
        Err(error) => {
            Err(SignalFailure::Process(ProcessError::Signal { pid, source: error.into() }))
        }
    }
}

/// Why [`signal`] did nothing.
pub(super) enum SignalFailure {
    /// The kernel has no process descriptors, so the other way must do.
    NoDescriptor,
    Process(ProcessError),
}
