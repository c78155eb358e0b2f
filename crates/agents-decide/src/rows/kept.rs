//! What was read off rows that have not changed since?
//!
//! Every answer depends on the rows and on what its question names by a digest, and on nothing else. So a kept answer is the
//! one that would be found anew, and a decision is the same with it and without it.

#[cfg(test)]
mod tests;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use crate::limit::TailRead;

/// The answers about one screen, the last of each kind.
#[derive(Default)]
pub(crate) struct Kept {
    /// The row in which the active pattern stands; by the pattern.
    pub active: Slot<Option<String>>,
    /// The numbers of the last rows that show an error, the lowest first; by the pattern.
    pub fatal: Slot<Vec<usize>>,
    /// What the end of the screen says of a limit; by the pattern and by the texts of ours.
    pub limit: Slot<TailRead>,
    /// Whether a row matches `ready_re`; by the pattern.
    pub ready: Slot<bool>,
    /// The number of the row with the last promise.
    pub promise: Slot<Option<usize>>,
}

/// The last answer to one question.
pub(crate) struct Slot<T>(Mutex<Option<(u64, T)>>);

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Clone> Slot<T> {
    /// The kept answer where it was found by the same, else that of `read`, which is kept.
    pub fn get(&self, by: u64, read: impl FnOnce() -> T) -> T {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some((known_by, answer)) if *known_by == by => answer.clone(),
            Some(_) | None => kept.insert((by, read())).1.clone(),
        }
    }
}

/// Equal for what is equal, within one process.
pub(crate) fn digest(what: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}
