//! Does each threat of docs/reliability.md meet what it must? A test bears the number of its row.

#[path = "../support/mod.rs"]
mod support;

#[allow(dead_code)] // The scene of the defects; this binary uses its own part.
#[path = "../defects/scene.rs"]
mod scene;

mod corpus;
mod fields;
mod files;
mod git;
mod judged;
mod panes;
mod secrets;
mod shown;
mod supply;
mod terminal;
mod trust;
mod wrap;
