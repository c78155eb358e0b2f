//! What is to be done, in which order, and what may run side by side: tasks with dependencies, without a look at anything.
//!
//! The way of a manifest: [`load`] reads it and reports every problem at once, [`order`] says which task waits for which
//! and why, [`schedule`] says which may start now, [`waves`] plays that to the end, [`draw`] draws it. [`import`] makes a
//! manifest of a list of issues.
//!
//! The work on a manifest: [`step`](step::step) takes what was seen and gives the next [`Work`], in which stands what is owed.

pub mod claim;
pub mod draw;
pub mod errand;
pub mod forge;
mod hook;
pub mod import;
mod load;
mod manifest;
pub mod order;
mod problem;
pub mod progress;
pub mod prompt;
pub mod pull;
mod raw;
pub mod report;
pub mod revise;
mod rules;
pub mod schedule;
mod spent;
mod state;
pub mod step;
pub mod timeline;
pub mod waves;

pub use claim::Claim;
pub use forge::Forge;
pub use hook::Hook;
pub use load::{Format, LoadError, RESERVED, load, load_stored};
pub use manifest::{Manifest, Phase, Task};
pub use problem::Problem;
pub use progress::{Progress, Stage, Work};
pub use rules::{NoChange, Rules};
pub use spent::Spent;
pub use state::TaskState;
