//! What can be changed on the terminals? Each change is a value first.

use std::path::PathBuf;

use agents_names::SessionName;

use crate::PaneId;

/// One change. The driver runs it, the journal prints it, the fake records it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum TmuxOp {
    /// Creates a detached session, with its tags and its log pipe, in one request.
    Start(StartSession),
    /// Puts text into a pane as one bracketed paste, and notes the token in the session, atomically.
    /// Refused inside the server when the pane is dead, in a mode or its input is off:
    /// tmux 3.3a crashes on a paste into a dead pane.
    Type { pane: PaneId, text: String, token: Token },
    /// Presses a key, and notes the token in the session, atomically. Refused as for `Type`.
    Submit { pane: PaneId, key: String, token: Token },
    /// Ends `pane`, and with its last pane the session, whatever that is called by now; without a pane, the session of exactly that
    /// name. Refused unless it carries that id tag, or carries none and `untagged_too`.
    Kill { session: SessionName, pane: Option<PaneId>, agent_id: String, untagged_too: bool },
    /// Attaches a log pipe to a pane that has none. One that it has is left as it is or, `anew`, gives way to the new
    /// one in the same turn of the server: whoever writes to a file that has lost its name does not find back.
    AttachLog { pane: PaneId, log: PathBuf, anew: bool },
}

/// What a new session is made of.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StartSession {
    pub session: SessionName,
    /// Stored in `@agents_id`: who this session belongs to. Survives a rename.
    pub agent_id: String,
    /// Stored in `@agents_run`: which start this was.
    pub run: String,
    /// At least two words, so that tmux executes them without a shell.
    pub argv: Vec<String>,
    /// Where the pane's output is appended.
    pub log: Option<PathBuf>,
    pub columns: u16,
    pub rows: u16,
}

/// Marks one step of one delivery, `m17` or `m17/2` for example; read back by the listing, it proves that the step was done.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct Token(pub String);

/// What came of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Done {
    /// It was carried out.
    Changed,
    /// The world already was as asked: a session of that name runs, a killed session was not there.
    Already,
}
