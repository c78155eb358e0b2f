//! What does the original cost on this machine, in the same run?

use std::path::Path;
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The original's figures for one size, as its own benchmark gives them; milliseconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Original {
    pub up: Whole,
    pub status: Whole,
    pub down: Whole,
    pub signal: Part,
    pub heavy: Part,
}

/// A verb as a whole process.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Whole {
    pub wall_ms: f64,
    pub cpu_ms: f64,
    pub server_ms: f64,
    pub machine_ms: f64,
    pub forks: f64,
}

/// A part of a tick.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Part {
    pub wall_ms: f64,
    pub self_ms: f64,
    pub child_ms: f64,
    pub server_ms: f64,
    pub forks: f64,
}

impl Whole {
    pub fn cpu(&self) -> f64 {
        self.cpu_ms + self.server_ms
    }
}

impl Part {
    pub fn cpu(&self) -> f64 {
        self.self_ms + self.child_ms + self.server_ms
    }
}

/// Runs the original's benchmark, `bench.py` in that folder, for one size.
pub fn measure(folder: &Path, agents: usize, python: &str) -> Result<Original, Error> {
    let results = tempfile::NamedTempFile::new()?;
    let bench = folder.join("bench.py");
    let output = Command::new(python)
        .arg(&bench)
        .arg(agents.to_string())
        .arg("--json")
        .arg(results.path())
        .env_remove("TMUX")
        .output()?;
    let what = bench.display().to_string();
    if !output.status.success() {
        return Err(Error::failed(what, String::from_utf8_lossy(&output.stderr)));
    }
    let text = std::fs::read_to_string(results.path())?;
    let mut sizes: std::collections::BTreeMap<String, Original> =
        serde_json::from_str(&text).map_err(|error| Error::failed(&what, error))?;
    sizes
        .remove(&agents.to_string())
        .ok_or_else(|| Error::failed(&what, format!("it has no figures for {agents}")))
}
