//! Look, ask, do: the shell around the decisions, the one place that waits, reads and writes.

pub mod observe;
pub mod process;
