//! Why can a preset not be used?

use std::io;
use std::path::PathBuf;

/// A preset that was refused. Each error names the file and the key.
#[derive(Debug, thiserror::Error)]
pub enum PresetError {
    #[error("cannot read the preset {path}: {source}")]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot list the presets folder {path}: {source}")]
    List { path: PathBuf, source: io::Error },
    #[error("{file}: {message}")]
    Syntax { file: String, message: String },
    #[error("{file}: {key}: `{pattern}` is no valid pattern: {message}")]
    Pattern { file: String, key: String, pattern: String, message: String },
    #[error("{file}: {key}: `{text}` is no region; use {allowed}")]
    Region { file: String, key: String, text: String, allowed: &'static str },
    #[error("{file}: rule.{id}: two rules have this id; each needs its own")]
    Twice { file: String, id: String },
    #[error("{file}: {key}: {problem}")]
    Rule { file: String, key: String, problem: &'static str },
}
