//! What does the store say, read without leaving a trace?

use std::path::Path;

use agents_decide::FleetState;
use agents_store::Reader;
use agents_watchdog::store_ledger::parse_state;

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
    let Some(reader) = reader(state_dir)? else { return Ok(None) };
    let Some(document) = reader.load_state()? else { return Ok(None) };
    let document = parse_state(&document).map_err(|error| Error::Unavailable(error.to_string()))?;
    Ok(Some(document.state))
}
