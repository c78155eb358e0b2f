//! What does the file say of stored screens, before any default?

use agents_screens::State;

use crate::entry::{Entry, Field};
use crate::problem::Span;
use crate::reader::{Reader, Table};
use crate::schema::{Property, table_schema};
use crate::value::Filled;

table! {
    /// A stored screen of a backend's program, and what it shows. `agents check` proves the rules on it.
    RawSample {
        /// The file, as `tmux capture-pane -p` or `agents explain NAME --save` writes it.
        required "file" => file: Field<Filled>,
        /// What it shows: `active`, `idle`, `waiting_input`, `limited`, `fatal`, `exited` or `unknown`.
        required "state" => state: Field<State>,
        /// The pane's title at that time. Default: what the file beside it says, `FILE` with the ending `.json`.
        "title" => title: Field<String>,
        /// The foreground process at that time. Default: what the file beside it says.
        "command" => command: Field<String>,
    }
}
