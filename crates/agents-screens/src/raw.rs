//! What may a preset file say? Every key of the file, as it is written.

use std::collections::BTreeMap;

use crate::{Launch, State};

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPreset {
    pub cli: String,
    pub version: String,
    #[serde(default)]
    pub words: BTreeMap<String, String>,
    #[serde(default)]
    pub process: RawProcess,
    #[serde(default)]
    pub screen: RawScreen,
    #[serde(default)]
    pub composer: Vec<RawComposer>,
    #[serde(default)]
    pub transcript: RawTranscript,
    #[serde(default)]
    pub dialog: Vec<RawDialog>,
    #[serde(default)]
    pub rule: Vec<RawRule>,
    pub launch: Option<Launch>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawProcess {
    #[serde(default)]
    pub names: Vec<String>,
    #[serde(default)]
    pub shells: Vec<String>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawScreen {
    pub sidebar: Option<String>,
    pub margin: Option<usize>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawComposer {
    pub top: Option<String>,
    pub prompt: Option<String>,
    pub unless: Option<String>,
    pub bottom: Option<String>,
    pub rows: Option<usize>,
    pub below: Option<usize>,
    #[serde(default)]
    pub placeholder: Vec<String>,
    #[serde(default)]
    pub ignore: Vec<String>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTranscript {
    #[serde(default)]
    pub prompt: Vec<String>,
    #[serde(default)]
    pub turn_end: Vec<String>,
    #[serde(default)]
    pub starts: Vec<String>,
    #[serde(default)]
    pub furniture: Vec<String>,
    #[serde(default)]
    pub paragraphs: bool,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawDialog {
    pub name: String,
    pub says: Vec<String>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawRule {
    pub id: String,
    pub state: State,
    pub priority: u32,
    pub region: String,
    #[serde(default)]
    pub all: Vec<String>,
    #[serde(default)]
    pub any: Vec<String>,
    #[serde(default)]
    pub none: Vec<String>,
    pub empty: Option<bool>,
    pub composer: Option<RawPresence>,
    pub title_in: Option<String>,
    #[serde(default)]
    pub also: Vec<RawCondition>,
    #[serde(default)]
    pub cli_retries: bool,
    #[serde(default)]
    pub menu: bool,
    pub hint: Option<RawHint>,
    pub reason: String,
    pub source: Option<String>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCondition {
    pub region: String,
    #[serde(default)]
    pub all: Vec<String>,
    #[serde(default)]
    pub any: Vec<String>,
    #[serde(default)]
    pub none: Vec<String>,
    pub empty: Option<bool>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawHint {
    pub region: Option<String>,
    pub pattern: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RawPresence {
    /// There is one, whatever it holds.
    Present,
    /// There is none.
    Absent,
    /// There is one without text of a person.
    Empty,
}
