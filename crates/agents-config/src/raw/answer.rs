//! What does the file say of dialogs that may be answered, before any default?

use crate::entry::{Entry, Field};
use crate::problem::Span;
use crate::reader::{Reader, Table};
use crate::schema::{Property, table_schema};
use crate::value::Filled;

table! {
    /// A dialog that the watchdog may answer in a person's place. Every other question is only reported.
    RawAnswer {
        /// The dialog, by the name that the backend's preset gives it: `trust-folder`, `api-key`, `mcp-server`, `fullscreen`, `bypass-permissions` or `sign-in`.
        required "dialog" => dialog: Field<Filled>,
        /// The label of the row to choose, in full, without its number. Where no row, or more than one, reads so, nothing is pressed.
        required "choose" => choose: Field<Filled>,
    }
}
