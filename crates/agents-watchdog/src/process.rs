//! Which processes belong to an agent, what have they used, and how are they ended?

mod census;
mod clock;
mod end;
mod error;
#[cfg(target_os = "linux")]
mod linux;
mod look;
mod marked;
mod portable;

pub use census::Census;
pub use clock::{boot_clock_ms, boot_id};
pub use end::{Sent, Signal, alive, signal, signal_group};
pub use error::ProcessError;
pub use look::{Process, StartMark, Table, Tree, find, is_suspended, tree};
pub use marked::{Marked, NAME_VARIABLE, RUN_VARIABLE};
