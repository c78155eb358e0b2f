//! Does any text from outside make a reader panic, lie, or take too long?
//!
//! A [`Target`] takes bytes and panics when a property does not hold. [`drive`](fn@drive) feeds it mutated seeds on any toolchain;
//! `fuzz/` at the top of the repository feeds the same functions with libFuzzer, for whoever has cargo-fuzz.

mod dice;
mod drive;
mod effort;
mod mutate;
mod seeds;
mod target;
pub mod targets;

pub use drive::{Crash, Drive, Report, drive};
pub use seeds::seeds;
pub use target::{Outcome, TARGETS, Target};
