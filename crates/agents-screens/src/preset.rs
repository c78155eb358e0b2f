//! What is known of one program's terminal, and from which file?

use std::fs;
use std::path::Path;

use crate::compile::{Furniture, compile};
use crate::head::builtin_text;
use crate::raw::RawPreset;
use crate::rule::Rule;
use crate::{Launch, PresetError, Region, State};

/// The presets that come with the program.
pub const BUILTIN_NAMES: [&str; 6] = ["claude", "codex", "gemini", "opencode", "pi", "qwen"];

/// One program: how its terminal looks, what its rows mean, how it is started.
#[derive(Debug)]
pub struct Preset {
    name: String,
    cli: String,
    version: String,
    process_names: Vec<String>,
    launch: Option<Launch>,
    pub(crate) furniture: Furniture,
    /// Highest priority first.
    pub(crate) rules: Vec<Rule>,
}

/// A rule as a list of rules shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSummary<'a> {
    pub id: &'a str,
    pub state: State,
    pub priority: u32,
    pub region: Region,
    pub reason: &'a str,
    /// The shipped string or screen it was read in, where no recorded screen shows it.
    pub source: Option<&'a str>,
}

impl Preset {
    /// The preset of that name that comes with the program; none when there is none.
    ///
    /// # Errors
    /// Its file is broken; a test of this crate shows that none is.
    pub fn builtin(name: &str) -> Option<Result<Self, PresetError>> {
        let text = builtin_text(name)?;
        Some(Self::parse(name, &format!("presets/{name}.toml"), text))
    }

    /// Reads a preset from a file; its name is the file's without `.toml`.
    ///
    /// # Errors
    /// The file cannot be read, or is no preset.
    pub fn load(path: &Path) -> Result<Self, PresetError> {
        let text = fs::read_to_string(path)
            .map_err(|source| PresetError::Read { path: path.to_owned(), source })?;
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        Self::parse(&name.unwrap_or_default(), &path.display().to_string(), &text)
    }

    /// Reads every `*.toml` of a folder, in the order of their names.
    ///
    /// # Errors
    /// The folder cannot be listed, or one of its files is no preset.
    pub fn load_folder(folder: &Path) -> Result<Vec<Self>, PresetError> {
        let refuse = |source| PresetError::List { path: folder.to_owned(), source };
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder).map_err(refuse)? {
            let path = entry.map_err(refuse)?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                paths.push(path);
            }
        }
        paths.sort();
        paths.iter().map(|path| Self::load(path)).collect()
    }

    /// Reads a preset from text. `file` stands in messages.
    ///
    /// # Errors
    /// The text is no preset: no TOML, an unknown key, a bad pattern, two rules with one id.
    pub fn parse(name: &str, file: &str, text: &str) -> Result<Self, PresetError> {
        let raw: RawPreset = toml::from_str(text).map_err(|error| PresetError::Syntax {
            file: file.to_owned(),
            message: error.to_string(),
        })?;
        let (cli, version) = (raw.cli.clone(), raw.version.clone());
        let (launch, process_names) = (raw.launch.clone(), raw.process.names.clone());
        let (furniture, rules) = compile(file, raw)?;
        Ok(Self { name: name.to_owned(), cli, version, process_names, launch, furniture, rules })
    }

    /// Its name: the file's.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The program it was made for.
    #[must_use]
    pub fn cli(&self) -> &str {
        &self.cli
    }

    /// The version of the program that was looked at.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The names under which the program runs in the foreground.
    #[must_use]
    pub fn process_names(&self) -> &[String] {
        &self.process_names
    }

    /// How the program is started, where the file says so.
    #[must_use]
    pub fn launch(&self) -> Option<&Launch> {
        self.launch.as_ref()
    }

    /// Its rules, the one that is asked first at the front.
    pub fn rules(&self) -> impl Iterator<Item = RuleSummary<'_>> {
        self.rules.iter().map(|rule| RuleSummary {
            id: &rule.id,
            state: rule.state,
            priority: rule.priority,
            region: rule.condition.region,
            reason: &rule.reason,
            source: rule.source.as_deref(),
        })
    }
}
