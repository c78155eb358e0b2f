//! Which screens are recorded, and what do they show?

#![allow(dead_code, reason = "each test program uses a part of it")]

pub mod mutate;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use agents_screens::{BUILTIN_NAMES, Preset, Seen, State, Verdict, classify};

/// A recorded screen, with what a person says that it shows.
#[derive(Debug, Clone)]
pub struct Screen {
    /// `cli/state` or `cli/state.80x24`.
    pub name: String,
    pub preset: String,
    pub rows: String,
    pub title: String,
    pub command: String,
    pub columns: usize,
    pub expected: State,
    pub cli_retries: bool,
    /// The state is known to who recorded it, but nothing on the terminal proves it: the verdict must be unknown.
    pub unprovable: bool,
}

#[derive(serde::Deserialize)]
struct Label {
    columns: usize,
    title: String,
    current_command: String,
    expected: State,
    #[serde(default)]
    cli_retries: bool,
    #[serde(default)]
    unprovable: bool,
}

impl Screen {
    pub fn seen(&self) -> Seen<'_> {
        Seen {
            rows: &self.rows,
            title: &self.title,
            command: &self.command,
            dead: false,
            columns: self.columns,
        }
    }
}

/// All recorded screens.
pub fn corpus() -> Vec<Screen> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let mut screens = Vec::new();
    for preset in BUILTIN_NAMES {
        let mut labels: Vec<_> = fs::read_dir(root.join(preset))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .collect();
        labels.sort();
        for path in labels {
            let label: Label = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            let stem = path.file_name().unwrap().to_str().unwrap().trim_end_matches(".json");
            screens.push(Screen {
                name: format!("{preset}/{stem}"),
                preset: preset.to_owned(),
                rows: fs::read_to_string(path.with_file_name(format!("{stem}.txt"))).unwrap(),
                title: label.title,
                command: label.current_command,
                columns: label.columns,
                expected: label.expected,
                cli_retries: label.cli_retries,
                unprovable: label.unprovable,
            });
        }
    }
    screens
}

/// The presets that come with the program, each compiled once.
pub fn presets() -> BTreeMap<String, Preset> {
    BUILTIN_NAMES
        .iter()
        .map(|name| ((*name).to_owned(), Preset::builtin(name).unwrap().unwrap()))
        .collect()
}

/// Classifies a screen by its program's preset.
pub fn judge(presets: &BTreeMap<String, Preset>, screen: &Screen, seen: &Seen<'_>) -> Verdict {
    classify(&presets[&screen.preset], seen)
}

/// A line for a failure: what was expected, what was said, and why.
pub fn complaint(screen: &Screen, what: &str, verdict: &Verdict) -> String {
    format!(
        "{} ({what}): expected {}, got {} by {:?}, evidence {:?}, runners-up {:?}",
        screen.name,
        screen.expected,
        verdict.state,
        verdict.rule,
        verdict.evidence,
        verdict.runners_up.iter().map(|one| one.rule.as_str()).collect::<Vec<_>>(),
    )
}
