//! When is an idle agent told to go on?

use crate::PilotMode;
use crate::entry::{Entry, Field};
use crate::problem::Span;
use crate::reader::{Reader, Table};
use crate::schema::{Property, table_schema};
use crate::value::{CommandWords, Count, Filled, Interval, Seconds, Whole};

table! {
    /// Keeps a session going that goes idle with work left.
    RawPilot {
        /// Who decides: `rule`, which always types `prompt`, or `analyzer`, a program that is shown the screen and answers. Default `rule`.
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
        /// Who is asked in the mode `analyzer`, as a list of words: a preset, `codex`, `claude` or `pi`, and further words for it; or a program of your own, which gets the question on standard input and prints the answer alone. Default `["codex"]`.
        "analyzer" => analyzer: Field<CommandWords>,
        /// How many rows of the screen and what stands above it the analyzer gets. Default `300`.
        "history_lines" => history_lines: Field<Count>,
        /// How long the analyzer may take for one answer. Default `5m`.
        "timeout" => timeout: Field<Interval>,
    }
}
