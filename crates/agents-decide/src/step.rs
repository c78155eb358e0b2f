//! What does one machine return?

use crate::{Note, Why};

/// The next state of a machine, what it wishes for, and why.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a step that nobody takes decides nothing"]
pub struct Step<S> {
    pub next: S,
    pub wishes: Vec<Wish>,
    pub notes: Vec<Note>,
}

/// What one machine asks for; `decide` turns wishes into actions, since only it knows the other machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// A probe after a usage window.
    Probe { text: String },
    /// Kill and start.
    Restart(Why),
    /// Tell the operator, once per key.
    Alarm { key: &'static str, text: String },
}

impl<S> Step<S> {
    /// Goes to `next`, asking for nothing.
    pub fn to(next: S) -> Self {
        Self { next, wishes: Vec::new(), notes: Vec::new() }
    }

    /// Asks for something.
    pub fn wish(mut self, wish: Wish) -> Self {
        self.wishes.push(wish);
        self
    }

    /// Says why.
    pub fn because(mut self, note: Note) -> Self {
        self.notes.push(note);
        self
    }
}
