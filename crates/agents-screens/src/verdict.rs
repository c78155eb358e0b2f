//! What was found, and what proves it?

use crate::{Menu, State};

/// The state of a terminal with its proof.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Verdict {
    pub state: State,
    /// The id of the rule that decided; none for [`State::Unknown`].
    pub rule: Option<String>,
    /// The rule's reason, in words.
    pub reason: Option<String>,
    pub evidence: Evidence,
    /// The program itself tries again, or goes on by itself when its limit ends.
    pub cli_retries: bool,
    /// A menu or dialog is open: text typed now would answer it, whatever the state is.
    pub menu: bool,
    /// The dialog, when it is one that the preset knows by name.
    pub dialog: Option<Menu>,
    /// The rows where a reset time may stand, joined as the program meant them.
    pub reset_text: Option<String>,
    pub composer: Composer,
    /// The other rules that held, best first.
    pub runners_up: Vec<RunnerUp>,
}

/// What a rule was seen in.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// A row of the screen: its index from the top (blank rows count, 0 is the first) and its text, wrapped rows joined.
    Row { index: usize, text: String },
    /// The pane's title.
    Title(String),
    /// The foreground process.
    Process(String),
    /// The pane is dead.
    Dead,
    /// Something that is absent, or nothing at all.
    Absence,
}

/// The program's input field.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Composer {
    /// No input field is on the screen.
    Absent,
    /// It is empty, or shows one of the program's own hints.
    Empty,
    /// It holds text that was not sent.
    Draft(String),
}

/// A rule that held too, but had less priority.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RunnerUp {
    pub rule: String,
    pub state: State,
    pub evidence: Evidence,
}
