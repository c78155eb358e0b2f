//! What was meant by a word that is no verb?

use std::ffi::OsString;
use std::path::PathBuf;

use agents_config::Environment;
use clap::error::{ContextKind, ContextValue};

use crate::app::{closest, known_names};

/// Replaces the verbs that a distant likeness has found by those that differ in a letter or two; what is to be said beside
/// them, where one of the fleet was meant. `words`: the command line.
pub fn mend(error: &mut clap::Error, words: Vec<OsString>) -> Option<String> {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    let word = word.clone();
    if word == "version" {
        return Some("`agents --version` tells it".to_owned());
    }
    let similar = match error.remove(ContextKind::SuggestedSubcommand) {
        Some(ContextValue::Strings(similar)) => similar,
        Some(ContextValue::String(similar)) => vec![similar],
        Some(_) | None => Vec::new(),
    };
    let near: Vec<String> = similar.into_iter().filter(|verb| is_near(&word, verb)).collect();
    if !near.is_empty() {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(near));
        return None;
    }
    let name = of_fleet(&word, words)?;
    Some(format!(
        "`{name}` is one of the fleet, and a verb stands before it: `agents why {name}` says how it is"
    ))
}

fn is_near(word: &str, verb: &str) -> bool {
    strsim::damerau_levenshtein(word, verb) <= 1.max(word.len() / 3)
}

/// Who of the fleet is called so, or nearly.
fn of_fleet(word: &str, words: Vec<OsString>) -> Option<String> {
    let loaded = agents_config::load(&config(words), &Environment::without_overrides()).ok()?;
    let names = known_names(&loaded.fleet);
    let near = closest(word, names.iter().map(|name| name.as_str()))?;
    is_near(word, &near).then_some(near)
}

/// The config file that the words name, though they make no command.
fn config(words: Vec<OsString>) -> PathBuf {
    let mut words = words.into_iter();
    let named = words.find_map(|word| match word.to_str() {
        Some("--config") => Some(None),
        Some(word) => word.strip_prefix("--config=").map(|path| Some(path.into())),
        None => None,
    });
    let named = named.and_then(|within| within.or_else(|| words.next()));
    let named = named.or_else(|| std::env::var_os("AGENTS_CONFIG"));
    named.unwrap_or_else(|| "agents.toml".into()).into()
}
