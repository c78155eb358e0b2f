//! What does the store say, read without leaving a trace?

use std::collections::BTreeMap;
use std::path::Path;

use agents_decide::FleetState;
use agents_store::Reader;
use agents_watchdog::in_force::PROBLEM_WORD;
use agents_watchdog::recorder::Word;
use agents_watchdog::store_ledger::{Document, parse_state};

use crate::error::Error;

/// The store of a fleet; `None` when nothing of it was ever started.
///
/// # Errors
/// When there is one that cannot be read.
pub fn reader(state_dir: &Path) -> Result<Option<Reader>, Error> {
    Ok(Reader::open(state_dir)?)
}

/// The state of the last tick.
///
/// # Errors
/// When there is one that cannot be read.
pub fn state(state_dir: &Path) -> Result<Option<FleetState>, Error> {
    Ok(document(state_dir)?.map(|document| document.state))
}

/// The state of the last tick, with the clock it was written under.
///
/// # Errors
/// When there is one that cannot be read.
pub fn document(state_dir: &Path) -> Result<Option<Document>, Error> {
    let Some(reader) = reader(state_dir)? else { return Ok(None) };
    let Some(document) = reader.load_state()? else { return Ok(None) };
    parse_state(&document).map(Some).map_err(|error| Error::Unavailable(error.to_string()))
}

/// The last words, by what they are about; one of another shape is left out.
///
/// # Errors
/// When the store cannot be read.
pub fn words(state_dir: &Path) -> Result<BTreeMap<String, Word>, Error> {
    let Some(reader) = reader(state_dir)? else { return Ok(BTreeMap::new()) };
    let words = reader.words()?.into_iter();
    Ok(words
        .filter_map(|word| Some((word.subject, serde_json::from_str(&word.body).ok()?)))
        .collect())
}

/// What the watchdog found wrong with the config file when it read it last, in one line.
///
/// # Errors
/// When the store cannot be read.
pub fn config_word(state_dir: &Path) -> Result<Option<String>, Error> {
    let Some(reader) = reader(state_dir)? else { return Ok(None) };
    let word = reader.word_of(PROBLEM_WORD)?;
    let value: Option<serde_json::Value> = word.and_then(|word| serde_json::from_str(&word).ok());
    Ok(value.and_then(|value| value["broken"].as_str().map(str::to_owned)))
}
