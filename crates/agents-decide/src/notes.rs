//! What has been noted so far in this decision? Each thing once, and found again without a pass over all the members.

use agents_names::AgentName;

use crate::{About, ByName, Note};

/// Notes in the making.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// As they came; `None` where one was taken back.
    all: Vec<Option<About>>,
    /// The places of those about each.
    by_name: ByName<Vec<usize>>,
    /// Of those about the fleet.
    of_fleet: Vec<usize>,
}

impl Notes {
    /// What two machines have to say is said once.
    pub fn add(&mut self, about: About) {
        let known = match &about.name {
            Some(name) => self.by_name.of(name),
            None => &mut self.of_fleet,
        };
        let is_known =
            |place: &usize| self.all[*place].as_ref().is_some_and(|known| known.note == about.note);
        if !known.iter().any(is_known) {
            known.push(self.all.len());
            self.all.push(Some(about));
        }
    }

    pub fn of(&self, name: Option<&AgentName>) -> impl Iterator<Item = &Note> {
        let places = match name {
            Some(name) => self.by_name.get(name).map_or(&[][..], Vec::as_slice),
            None => &self.of_fleet,
        };
        let places = places.iter();
        places.filter_map(|place| Some(&self.all[*place].as_ref()?.note))
    }

    pub fn take_back(&mut self, name: &AgentName, is_it: impl Fn(&Note) -> bool) {
        for place in self.by_name.get(name).into_iter().flatten() {
            let noted = &mut self.all[*place];
            noted.take_if(|about| is_it(&about.note));
        }
    }

    /// All of them, as they came.
    pub fn in_order(self) -> Vec<About> {
        self.all.into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(name: Option<&str>, note: Note) -> About {
        About { name: name.map(|name| AgentName::new(name).unwrap()), note }
    }

    #[test]
    fn notes_come_out_as_they_came_each_once_and_without_what_was_taken_back() {
        let mut notes = Notes::default();
        let unseen = |cause: &str| Note::CannotSee { cause: cause.to_owned() };
        notes.add(about(Some("bob"), unseen("a")));
        notes.add(about(None, Note::ServerLost));
        notes.add(about(Some("ann"), unseen("a")));
        notes.add(about(Some("bob"), unseen("a")));
        notes.add(about(Some("bob"), unseen("b")));
        notes.take_back(&AgentName::new("ann").unwrap(), |note| *note == unseen("a"));
        let bob = AgentName::new("bob").unwrap();
        assert_eq!(notes.of(Some(&bob)).count(), 2);
        notes.take_back(&bob, |note| *note == unseen("a"));
        notes.add(about(Some("bob"), unseen("a")));
        let expected = [
            about(None, Note::ServerLost),
            about(Some("bob"), unseen("b")),
            about(Some("bob"), unseen("a")),
        ];
        assert_eq!(notes.in_order(), expected);
    }
}
