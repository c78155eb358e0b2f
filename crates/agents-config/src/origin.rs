//! Where does each value of the checked fleet come from?

use serde_json::Value as Json;

use crate::problem::Span;

/// The settings of a fleet, each with its origin, in the order in which they were resolved.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
#[serde(transparent)]
pub struct Origins(Vec<Setting>);

/// One key, its value and where that comes from.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Setting {
    /// The dotted path, `agent.builder.model` for example.
    pub key: String,
    /// The value before paths are made absolute; durations as text, `null` for none.
    pub value: Json,
    pub origin: Origin,
    /// Where the value stands in the text; `None` when the file does not say.
    #[serde(skip)]
    pub(crate) span: Option<Span>,
}

/// Where a value comes from; lines are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Origin {
    /// The file does not say.
    BuiltIn,
    /// Inherited from `[defaults]`.
    Defaults { line: usize },
    /// The table itself.
    Own { line: usize },
    /// The preset that the backend names.
    Preset { preset: String },
    /// A one-off override.
    Environment { variable: String },
}

impl Origins {
    /// The settings, in the order of the file's sections.
    pub fn iter(&self) -> std::slice::Iter<'_, Setting> {
        self.0.iter()
    }

    /// The setting of that dotted path.
    #[must_use]
    pub fn of(&self, key: &str) -> Option<&Setting> {
        self.0.iter().find(|setting| setting.key == key)
    }

    /// Where the value of that setting stands in the text.
    pub(crate) fn span_of(&self, key: &str) -> Option<Span> {
        self.of(key)?.span.clone()
    }

    pub(crate) fn record(&mut self, key: String, value: Json, origin: Origin, span: Option<Span>) {
        self.0.push(Setting { key, value, origin, span });
    }
}

/// The path of a setting. Each agent has over a dozen, and formatting them took a third of what reading it took.
pub(crate) fn dotted(parts: &[&str]) -> String {
    parts.join(".")
}

impl<'a> IntoIterator for &'a Origins {
    type Item = &'a Setting;
    type IntoIter = std::slice::Iter<'a, Setting>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::BuiltIn => f.write_str("built in"),
            Self::Defaults { line } => write!(f, "[defaults], line {line}"),
            Self::Own { line } => write!(f, "line {line}"),
            Self::Preset { preset } => write!(f, "preset {preset}"),
            Self::Environment { variable } => write!(f, "environment, {variable}"),
        }
    }
}
