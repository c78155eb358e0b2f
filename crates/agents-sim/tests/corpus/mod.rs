//! Which real screens were recorded, and as what?

#![allow(dead_code)] // Each test binary uses its own part.

use std::path::{Path, PathBuf};

/// One recorded screen of the corpus.
#[derive(Clone)]
pub struct Recorded {
    pub name: String,
    pub cli: String,
    pub text: String,
    pub title: String,
    pub command: String,
    pub expected: String,
    pub goes_on: bool,
}

/// All of them, in the order of their files.
pub fn corpus() -> Vec<Recorded> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../agents-screens/corpus");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&root)
        .unwrap()
        .flat_map(|cli| std::fs::read_dir(cli.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .filter(|file| file.extension().is_some_and(|it| it == "json"))
        .collect();
    files.sort();
    files.iter().filter_map(|file| recorded(file)).collect()
}

fn recorded(file: &Path) -> Option<Recorded> {
    let facts: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let text = |key: &str| facts[key].as_str().unwrap_or_default().to_owned();
    Some(Recorded {
        name: file.file_stem()?.to_string_lossy().into_owned(),
        cli: text("cli"),
        text: std::fs::read_to_string(file.with_extension("txt")).ok()?,
        title: text("title"),
        command: text("current_command"),
        expected: text("expected"),
        goes_on: facts["cli_retries"].as_bool().unwrap_or_default(),
    })
}
