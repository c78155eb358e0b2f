//! Why is nothing known of a process, or nothing done to it?

use std::io;

/// The ways in which a look at a process, or a signal to it, fails.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    #[error("cannot read the process table from {from}")]
    Unreadable { from: &'static str, source: io::Error },
    #[error("cannot read the process table: `ps` says {line:?}")]
    NotUnderstood { line: String },
    #[error("`ps` gave no answer in {seconds} seconds")]
    TimedOut { seconds: u64 },
    /// Two looks named the start of the process in different ways.
    #[error("cannot tell whether process {pid} is still the same one")]
    Incomparable { pid: u32 },
    /// Numbers that mean more than one process to the kernel, or ourselves.
    #[error("process group {group} is not ours to end")]
    NotOurs { group: u32 },
    #[error("cannot signal process {pid}")]
    Signal { pid: u32, source: io::Error },
}
