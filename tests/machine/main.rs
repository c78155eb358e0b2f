//! Does a fleet live through what its machine does to it? Each test does it to the real program.

#[path = "../support/mod.rs"]
mod support;

#[allow(dead_code)] // The scene of the defects; this binary uses its own part.
#[path = "../defects/scene.rs"]
mod scene;

mod memory;
mod terminal;

#[cfg(target_os = "linux")]
mod clock;
#[cfg(target_os = "linux")]
mod disk;
#[cfg(target_os = "linux")]
mod flood;
#[cfg(target_os = "linux")]
mod forks;
#[cfg(target_os = "linux")]
mod namespace;
#[cfg(target_os = "linux")]
mod preloaded;
#[cfg(target_os = "linux")]
mod reboot;
#[cfg(target_os = "linux")]
mod task;
