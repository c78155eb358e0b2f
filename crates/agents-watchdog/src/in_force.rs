//! Which fleet was in force last? Kept in the store as the text of its file, for whoever finds the file broken or moved.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use agents_config::{Environment, Fleet, LoadError, Loaded, load_text};
use agents_store::{Reader, StoreError};

/// The store's word on the fleet in force; the slash keeps it apart from the words on agents.
const FLEET_WORD: &str = "config/in-force";
/// The store's word on what is wrong with the file.
pub const PROBLEM_WORD: &str = "config/problem";
/// The store's word on where the socket of the fleet's tmux server is: a path, as JSON.
pub const SOCKET_WORD: &str = "tmux/socket";

/// A config file as it was when it was last good.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct InForce {
    /// Where the file lies, absolute.
    pub config: PathBuf,
    pub text: String,
    /// The person's own presets that it uses, by their names, as they were then.
    #[serde(default)]
    pub presets: BTreeMap<String, String>,
}

/// What ties a fleet to its sessions and its store, and cannot change while it is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    SessionPrefix,
    TmuxSocket,
    LogDir,
}

impl std::fmt::Display for Moved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = match self {
            Self::SessionPrefix => "session_prefix",
            Self::TmuxSocket => "tmux_socket",
            Self::LogDir => "log_dir",
        };
        write!(f, "`{key}` changed while the fleet is up; put it back, or run `agents down` first")
    }
}

/// What of a fleet's place in the world differs, if anything.
#[must_use]
pub fn moved(before: &Fleet, after: &Fleet) -> Option<Moved> {
    if before.session_prefix != after.session_prefix {
        Some(Moved::SessionPrefix)
    } else if before.tmux_socket != after.tmux_socket {
        Some(Moved::TmuxSocket)
    } else if before.log_dir != after.log_dir {
        Some(Moved::LogDir)
    } else {
        None
    }
}

impl InForce {
    /// What is kept of a file that loaded.
    #[must_use]
    pub fn of(loaded: &Loaded) -> Self {
        let presets = loaded.fleet.backends.values().filter_map(|backend| {
            let preset = backend.preset.as_ref()?;
            Some((preset.name().to_owned(), preset.own_text()?.to_owned()))
        });
        Self {
            config: loaded.fleet.config.clone(),
            text: loaded.text.clone(),
            presets: presets.collect(),
        }
    }

    /// The subject and the body of the store's word.
    pub(crate) fn word(&self) -> (String, String) {
        (FLEET_WORD.to_owned(), serde_json::json!(self).to_string())
    }

    /// The fleet that was in force last, by the store in that folder; `None` when nothing was ever started there.
    ///
    /// # Errors
    /// When there is a store that cannot be read.
    pub fn recall(state_dir: &Path) -> Result<Option<Self>, StoreError> {
        let Some(reader) = Reader::of(state_dir)? else { return Ok(None) };
        let word = reader.word_of(FLEET_WORD)?;
        // What another version wrote in another shape is as good as nothing.
        Ok(word.and_then(|word| serde_json::from_str(&word).ok()))
    }

    /// The fleet itself.
    ///
    /// # Errors
    /// When this version of the program finds more wrong with the text than the one that kept it.
    pub fn load(&self) -> Result<Loaded, LoadError> {
        let environment = Environment::without_overrides().with_presets(self.presets.clone());
        load_text(&self.text, &self.config, &environment)
    }
}
