//! What does a script's config mean without saying it?

use std::path::Path;
use std::sync::Arc;

use agents_config::{Environment, Fleet, load_text};

use crate::SimError;

/// Each table is added to a config that has none of its kind.
const TABLES: [(&str, &str); 3] =
    [("[defaults]", DEFAULTS), ("[watchdog]", WATCHDOG), ("[backend.chat]", BACKEND)];

const DEFAULTS: &str = r#"
[defaults]
session_prefix = "t-"
log_dir = ".agents"
tmux_socket = "t"
backend = "chat"
watch = "heal"
prompt = "Work."
"#;

const WATCHDOG: &str = r#"
[watchdog]
signal_interval = 10
heavy_interval = 60
"#;

const BACKEND: &str = r#"
[backend.chat]
bin = "chat"
process_name = "chat"
active_re = "esc to interrupt"
limit_re = "limit reached"
fatal_re = "prompt is too long"
stall_idle = "5m"
"#;

/// The config text with the standard tables, where it has none of its own.
pub(crate) fn complete(config: &str) -> String {
    let mut text = config.to_owned();
    for (header, table) in TABLES {
        if !config.lines().any(|line| line.trim() == header) {
            text.push_str(table);
        }
    }
    text
}

/// The fleet of a config text.
pub(crate) fn fleet_of(config: &str) -> Result<Arc<Fleet>, SimError> {
    let path = Path::new("/sim/agents.toml");
    load_text(config, path, &Environment::default())
        .map(|loaded| Arc::new(loaded.fleet))
        .map_err(|error| SimError::Config(error.report(false)))
}
