//! What was last said about a member, or about the fleet?

use agents_decide::{ActivityNote, Note, StallNote, Stand};

/// The latest word about a member, as `agents why` shows it: what every tick since then came to as well.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Word {
    pub at_wall_ms: i64,
    pub tick: u64,
    pub actions: Vec<String>,
    pub notes: Vec<Note>,
}

impl Word {
    /// Whether these actions and notes say the same.
    pub(super) fn says(&self, actions: &[String], notes: &[(&str, &Note)]) -> bool {
        let alike = |(one, (_, other)): (&Note, &(&str, &Note))| one.says_the_same(other);
        self.actions == actions
            && self.notes.len() == notes.len()
            && self.notes.iter().zip(notes).all(alike)
    }

    /// What a program does of which neither it nor a preset tells, by its signs of work, and the note that says so;
    /// `None` where none was looked for, or where there was nothing to see. What is drawn is a sign of work, too, though a
    /// program that begins, or a person who types, draws as well.
    #[must_use]
    pub fn doing(&self) -> Option<(Stand, &Note)> {
        let is_unseen = |note: &Note| {
            matches!(
                note,
                Note::CannotSee { .. } | Note::Activity(ActivityNote::ScreenUnseen { .. })
            )
        };
        let works = |note: &&Note| matches!(note, Note::Activity(note) if note.is_work());
        if let Some(note) = self.notes.iter().find(works) {
            return Some((Stand::Active, note));
        }
        if self.notes.iter().any(is_unseen) {
            return None;
        }
        self.notes.iter().find(|note| rests(note)).map(|note| (Stand::Idle, note))
    }
}

/// Whether it tells that no sign of work was found. A note of the stall machine stands in the place of one that says the same.
fn rests(note: &Note) -> bool {
    match note {
        Note::Activity(note) => !note.is_work(),
        Note::Stall(note) => match note {
            StallNote::Idle { .. }
            | StallNote::OthersTurn { .. }
            | StallNote::Unsettled { .. }
            | StallNote::Suspected { .. }
            | StallNote::NotProven { .. } => true,
            StallNote::Promise { .. }
            | StallNote::PromiseTooFar { .. }
            | StallNote::PromiseUnreadable { .. } => false,
        },
        _ => false,
    }
}
