//! What do the terminals of a fleet show? Asked before the store is read, since tmux takes longer than the store.

use std::thread::JoinHandle;

use agents_tmux::{Listing, OneShot, Place, TmuxError};

use crate::operate::runtime;

/// What tmux answers; nothing where it has no socket.
pub type Listed = Option<std::io::Result<Result<Listing, TmuxError>>>;

/// A question under way.
pub struct Asked {
    place: Place,
    /// `None` where there was no room for a thread: then it is asked when the answer is wanted.
    answer: Option<JoinHandle<Listed>>,
}

impl Asked {
    /// Asks for all panes, as who only shows them.
    pub fn of(place: Place) -> Self {
        let asked = place.clone();
        let answer = std::thread::Builder::new().spawn(move || listed(asked)).ok();
        Self { place, answer }
    }

    /// Whether those terminals were asked.
    pub fn is_of(&self, place: &Place) -> bool {
        self.place == *place
    }

    /// The answer, as soon as it is there; `None` when the question came to nothing.
    pub fn answer(self) -> Option<Listed> {
        match self.answer {
            Some(answer) => answer.join().ok(),
            None => Some(listed(self.place)),
        }
    }
}

fn listed(place: Place) -> Listed {
    let is_there = place.socket_path().exists();
    is_there.then(|| Ok(runtime()?.block_on(OneShot::new(place).outline())))
}
