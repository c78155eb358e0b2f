//! Which plain commands are kept in sessions, before any default?

use agents_names::AgentName;

use crate::entry::{Entry, Field};
use crate::problem::Span;
use crate::reader::{Reader, Table};
use crate::schema::{Property, table_schema};
use crate::value::Filled;

table! {
    /// A plain command kept in a session: restarted when it dies, otherwise not judged.
    RawService {
        /// The name, from the same name space as the agents'.
        required "name" => name: Field<AgentName>,
        /// The shell command line.
        "command" => command: Field<Filled>,
        /// The working directory, relative to the project root. Default: `.`; it is not inherited.
        "dir" => dir: Field<String>,
        /// Whether a missing working directory is made. Default `false`.
        "create_dir" => create_dir: Field<bool>,
        /// Whether `agents up` starts it without being told its name. Default `true`.
        "enabled" => enabled: Field<bool>,
        /// Whether the pane is logged to `<log_dir>/<session>.log`. Default `true`.
        "log" => log: Field<bool>,
    }
}
