//! How do words of programs stand on one row? Without what a terminal obeys.

use agents_watchdog::harmless;

/// The text on one row.
pub fn one_line(text: &str) -> String {
    harmless::text(text).replace(['\n', '\t'], " ")
}
