//! Which readers are fuzzed, and what must hold of each?

pub mod config;
pub mod control;
mod fleet;
pub mod hooks;
pub mod resets;
pub mod screens;
pub mod stored;
