//! How is a process, or a group of them, told to end? Nothing here waits: callers look again.

use rustix::io::Errno;
use rustix::process::{Pid, kill_process, kill_process_group};

use super::look::{find, lives};
use super::{ProcessError, StartMark};

#[cfg(test)]
mod tests;

/// The signals that end programs, politest first; before them the one that lets a stopped program go on, to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    Continue,
    Hangup,
    Interrupt,
    Terminate,
    Kill,
}

impl Signal {
    fn native(self) -> rustix::process::Signal {
        match self {
            Self::Continue => rustix::process::Signal::CONT,
            Self::Hangup => rustix::process::Signal::HUP,
            Self::Interrupt => rustix::process::Signal::INT,
            Self::Terminate => rustix::process::Signal::TERM,
            Self::Kill => rustix::process::Signal::KILL,
        }
    }
}

/// What became of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// It was sent; whether it ends anything is for the next look.
    Delivered,
    /// There was nobody to send it to.
    NobodyLeft,
}

/// Whether the process that began at `start` still runs. A zombie does not.
///
/// # Errors
/// When that cannot be known; it must then be taken for running.
pub fn alive(pid: u32, start: &StartMark) -> Result<bool, ProcessError> {
    lives(find(pid)?.as_ref(), start)
}

/// Signals one process, if it is still the one that began at `start`.
///
/// # Errors
/// When its identity cannot be known, or the kernel forbids the signal.
pub fn signal(pid: u32, start: &StartMark, signal: Signal) -> Result<Sent, ProcessError> {
    #[cfg(target_os = "linux")]
    {
        use super::linux::SignalFailure;
        match super::linux::signal(pid, start, signal.native()) {
            Ok(true) => return Ok(Sent::Delivered),
            Ok(false) => return Ok(Sent::NobodyLeft),
            Err(SignalFailure::Process(error)) => return Err(error),
            Err(SignalFailure::NoDescriptor) => {}
        }
    }
    signal_by_id(pid, start, signal)
}

/// The way of systems without process descriptors: between the look and the signal the id could change hands.
fn signal_by_id(pid: u32, start: &StartMark, signal: Signal) -> Result<Sent, ProcessError> {
    let Some(id) = own_number(pid) else { return Ok(Sent::NobodyLeft) };
    if !alive(pid, start)? {
        return Ok(Sent::NobodyLeft);
    }
    outcome(pid, kill_process(id, signal.native()))
}

/// Signals every member of a process group.
///
/// A group keeps its number until its last member has gone, also when its leader went first.
///
/// # Errors
/// [`ProcessError::NotOurs`] for the groups that no agent can have: 0, 1 and our own.
pub fn signal_group(group: u32, signal: Signal) -> Result<Sent, ProcessError> {
    // To the kernel "group 1" means every process that may be signalled.
    let number = own_number(group).filter(|number| !number.is_init());
    let Some(number) = number else { return Err(ProcessError::NotOurs { group }) };
    if number == rustix::process::getpgrp() {
        return Err(ProcessError::NotOurs { group });
    }
    outcome(group, kill_process_group(number, signal.native()))
}

fn own_number(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}

fn outcome(pid: u32, sent: Result<(), Errno>) -> Result<Sent, ProcessError> {
    match sent {
        Ok(()) => Ok(Sent::Delivered),
        Err(Errno::SRCH) => Ok(Sent::NobodyLeft),
        Err(error) => Err(ProcessError::Signal { pid, source: error.into() }),
    }
}
