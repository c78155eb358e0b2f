//! The verbs, one file each.

pub mod down;
pub mod phase;
pub mod plan;
pub mod restart;
pub mod send;
pub mod status;
pub mod up;
pub mod watchdog;
