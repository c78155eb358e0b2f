//! The verbs, one file each.

pub mod doctor;
pub mod down;
pub mod init;
pub mod phase;
pub mod plan;
pub mod restart;
pub mod selftest;
pub mod send;
pub mod up;
pub mod watchdog;
