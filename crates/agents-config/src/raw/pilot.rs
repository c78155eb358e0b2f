//! When is an idle agent told to go on?

use crate::PilotMode;
use crate::entry::{Entry, Field};
use crate::problem::Span;
use crate::reader::{Reader, Table};
use crate::schema::{Property, table_schema};
use crate::value::{Filled, Interval, Seconds, Whole};

table! {
    /// Keeps a session going that goes idle with work left.
    RawPilot {
        /// Who decides: `rule`, which always types `prompt`. Default `rule`.
        "mode" => mode: Field<PilotMode>,
        /// Whether it works at once; without it `agents pilot start` begins. Default `true`.
        "enabled" => enabled: Field<bool>,
        /// What is typed in the mode `rule`, as one line. Default `Please continue the current task. If the goal is not finished yet, keep going and do not stop early.`.
        "prompt" => prompt: Field<Filled>,
        /// How many prompts go in a row before the pilot stops with an alarm; a message of a person begins anew. `0`: none. Default `5`.
        "max_continue" => max_continue: Field<Whole>,
        /// For how long the screen of the idle agent must not change before it is prompted. Default `10s`.
        "idle_threshold" => idle_threshold: Field<Interval>,
        /// The least time between two prompts. Default `30s`.
        "cooldown" => cooldown: Field<Seconds>,
        /// Whether nothing is typed, and only the journal says what would be. Default `false`.
        "dry_run" => dry_run: Field<bool>,
    }
}
