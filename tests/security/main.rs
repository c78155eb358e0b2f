//! Does each threat of docs/reliability.md meet what it must? A test bears the number of its row.

#[path = "../support/mod.rs"]
mod support;

#[allow(dead_code)] // The scene of the defects; this binary uses its own part.
#[path = "../defects/scene.rs"]
mod scene;

mod corpus;
mod environment;
mod fields;
mod files;
mod git;
mod judged;
mod old_tmux;
mod owners;
mod panes;
mod progress;
mod secrets;
mod shown;
mod supply;
mod terminal;
mod trust;
mod wrap;
