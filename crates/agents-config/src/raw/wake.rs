//! When is an idle agent woken?

use crate::entry::{Entry, Field};
use crate::problem::Span;
use crate::reader::{Reader, Table};
use crate::schema::{Property, table_schema};
use crate::value::{Filled, Interval};

table! {
    /// A scheduled nudge to an idle agent.
    RawWake {
        /// How long between two wakes. Default `1h`.
        "interval" => interval: Field<Interval>,
        /// The file whose text is typed, as one line.
        required "prompt_file" => prompt_file: Field<Filled>,
    }
}
