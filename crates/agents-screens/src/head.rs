//! What does a preset file say besides its rules? Read without compiling them, which takes milliseconds.

use crate::raw::RawPreset;
use crate::{Launch, PresetError};

/// The part of a preset that is not about the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The program it was made for.
    pub cli: String,
    /// The version of the program that was looked at.
    pub version: String,
    /// The names under which the program runs in the foreground.
    pub process_names: Vec<String>,
    /// The names of the dialogs that it knows.
    pub dialogs: Vec<String>,
    /// How the program is started, where the file says so.
    pub launch: Option<Launch>,
}

impl Head {
    /// Reads the head of a preset's text. `file` stands in messages.
    ///
    /// # Errors
    /// The text is no TOML, or has an unknown key. Patterns are not looked at.
    pub fn parse(file: &str, text: &str) -> Result<Self, PresetError> {
        let raw: RawPreset = toml::from_str(text).map_err(|error| PresetError::Syntax {
            file: file.to_owned(),
            message: error.to_string(),
        })?;
        Ok(Self {
            cli: raw.cli,
            version: raw.version,
            process_names: raw.process.names,
            dialogs: raw.dialog.into_iter().map(|dialog| dialog.name).collect(),
            launch: raw.launch,
        })
    }
}

/// The file of the preset of that name that comes with the program.
#[must_use]
pub fn builtin_text(name: &str) -> Option<&'static str> {
    match name {
        "claude" => Some(include_str!("../presets/claude.toml")),
        "codex" => Some(include_str!("../presets/codex.toml")),
        "gemini" => Some(include_str!("../presets/gemini.toml")),
        "opencode" => Some(include_str!("../presets/opencode.toml")),
        "pi" => Some(include_str!("../presets/pi.toml")),
        "qwen" => Some(include_str!("../presets/qwen.toml")),
        _ => None,
    }
}
