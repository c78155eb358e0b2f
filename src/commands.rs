//! The verbs, one file each.

pub mod attach;
pub mod check;
pub mod completions;
pub mod config;
pub mod conversations;
pub mod doctor;
pub mod down;
pub mod events;
pub mod explain;
pub mod init;
pub mod limits;
pub mod logs;
pub mod notify;
pub mod own_sessions;
pub mod phase;
pub mod plan;
pub mod report;
pub mod restart;
pub mod selftest;
pub mod send;
pub mod status;
pub mod transcript;
pub mod up;
pub mod wait;
pub mod watchdog;
pub mod why;
