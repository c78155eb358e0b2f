//! What a caller of the crate sees: files that load, files that do not, and what is said about them.

mod documents;
mod files;
mod inheritance;
mod notify;
mod originals;
mod origins;
mod pilot;
mod presets;
mod problems;
mod programs;
mod properties;
mod robustness;
mod tasks;
mod typos;

use std::path::Path;

use agents_config::{Environment, LoadError, Loaded, load_text};

const EXAMPLE: &str = include_str!("../../../../agents.example.toml");

/// Reads a text as `/project/agents.toml`, with the home `/home/me` and no overrides.
fn read(text: &str) -> Result<Loaded, LoadError> {
    let environment = Environment::default().with_home("/home/me");
    load_text(text, Path::new("/project/agents.toml"), &environment)
}

/// The same for a text that must load.
fn loaded(text: &str) -> Loaded {
    read(text).unwrap_or_else(|error| panic!("{}", error.report(false)))
}
