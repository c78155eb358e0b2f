//! What of the process environment may change how a file is read and judged?

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use agents_names::AgentName;

/// The one-off overrides `AGENT_MODEL_<name>` and `AGENT_BACKEND_<name>`, the home folder that `~` stands for, and the
/// PATH on which programs are looked for.
///
/// The default has none of them, so that tests and simulations depend on nothing outside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    home: Option<PathBuf>,
    search_path: Option<OsString>,
    presets: Option<BTreeMap<String, String>>,
}

impl Environment {
    /// What this process was started with, for verbs that a person runs and that start agents or show the config.
    #[must_use]
    pub fn of_process() -> Self {
        let overrides = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| is_override(name));
        Self { variables: overrides.collect(), ..Self::without_overrides() }
    }

    /// Without the overrides: what runs is judged by the file and by what it was started with.
    #[must_use]
    pub fn without_overrides() -> Self {
        Self {
            variables: BTreeMap::new(),
            // A home that is no text could stand in no message and no record.
            home: std::env::home_dir().filter(|home| home.to_str().is_some()),
            search_path: std::env::var_os("PATH"),
            presets: None,
        }
    }

    /// The same with one more variable.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// The same with another home folder.
    #[must_use]
    pub fn with_home(self, home: impl Into<PathBuf>) -> Self {
        Self { home: Some(home.into()), ..self }
    }

    /// The same with another PATH.
    #[must_use]
    pub fn with_search_path(self, path: impl Into<OsString>) -> Self {
        Self { search_path: Some(path.into()), ..self }
    }

    /// The same with a person's own presets as they were once, by their names: no file of them is read.
    #[must_use]
    pub fn with_presets(self, texts: BTreeMap<String, String>) -> Self {
        Self { presets: Some(texts), ..self }
    }

    pub(crate) fn presets(&self) -> Option<&BTreeMap<String, String>> {
        self.presets.as_ref()
    }

    /// `None`: no program is looked for by its name.
    pub(crate) fn search_path(&self) -> Option<&OsStr> {
        self.search_path.as_deref()
    }

    pub(crate) fn home(&self) -> Option<&std::path::Path> {
        self.home.as_deref()
    }

    /// The variable and its value; an empty one counts as unset.
    pub(crate) fn model_of(&self, agent: &AgentName) -> Option<(String, &str)> {
        self.filled(format!("AGENT_MODEL_{agent}"))
    }

    pub(crate) fn backend_of(&self, agent: &AgentName) -> Option<(String, &str)> {
        self.filled(format!("AGENT_BACKEND_{agent}"))
    }

    /// The overrides: how each name begins, and the agent's name in it.
    pub(crate) fn overrides(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let of = |head: &'static str| {
            self.variables.keys().filter_map(move |name| Some((head, name.strip_prefix(head)?)))
        };
        OVERRIDES.into_iter().flat_map(of)
    }

    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    fn filled(&self, variable: String) -> Option<(String, &str)> {
        let value = self.variable(&variable).filter(|value| !value.is_empty())?;
        Some((variable, value))
    }
}

/// What the names of the overrides begin with; an agent's name follows.
const OVERRIDES: [&str; 2] = ["AGENT_MODEL_", "AGENT_BACKEND_"];

fn is_override(name: &str) -> bool {
    OVERRIDES.iter().any(|head| name.starts_with(head))
}
