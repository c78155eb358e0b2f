//! Where is the state of a fleet whose config file does not load? The places that the broken file still names.

use std::path::Path;

use agents_config::{Environment, Fleet};
use toml::de::{DeTable, DeValue};

/// The keys of `[defaults]` that say where state and terminals are.
const PLACES: [&str; 4] = ["project_dir", "log_dir", "session_prefix", "tmux_socket"];

/// A fleet without members, in the places that the file names; `None` when it does not name them. The path is absolute.
pub fn fleet_of(path: &Path) -> Option<Fleet> {
    let path = Some(path).filter(|path| path.is_file())?;
    let text = std::fs::read_to_string(path).ok()?;
    let (table, _) = DeTable::parse_recoverable(&text);
    let DeValue::Table(defaults) = table.get_ref().get("defaults")?.get_ref() else { return None };
    let mut places = toml::Table::new();
    for key in PLACES {
        if let Some(DeValue::String(value)) = defaults.get(key).map(toml::Spanned::get_ref) {
            places.insert(key.to_owned(), toml::Value::String(value.clone().into_owned()));
        }
    }
    let mut whole = toml::Table::new();
    whole.insert("defaults".to_owned(), toml::Value::Table(places));
    let loaded =
        agents_config::load_text(&whole.to_string(), path, &Environment::without_overrides());
    loaded.ok().map(|loaded| loaded.fleet)
}
