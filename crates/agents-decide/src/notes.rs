//! What has been noted so far in this decision? Each thing once, and found again without a pass over all the members.

use std::collections::BTreeMap;

use agents_names::AgentName;

use crate::{About, Note};

/// Notes in the making.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    /// With its place among all of them.
    by_name: BTreeMap<Option<AgentName>, Vec<(usize, Note)>>,
    count: usize,
}

impl Notes {
    /// What two machines have to say is said once.
    pub fn add(&mut self, about: About) {
        let place = self.count;
        let known = self.by_name.entry(about.name).or_default();
        if !known.iter().any(|(_, note)| *note == about.note) {
            known.push((place, about.note));
            self.count += 1;
        }
    }

    pub fn of(&self, name: Option<&AgentName>) -> impl Iterator<Item = &Note> {
        let known = self.by_name.get(&name.cloned());
        known.into_iter().flatten().map(|(_, note)| note)
    }

    pub fn take_back(&mut self, name: &AgentName, is_it: impl Fn(&Note) -> bool) {
        if let Some(known) = self.by_name.get_mut(&Some(name.clone())) {
            known.retain(|(_, note)| !is_it(note));
        }
    }

    /// All of them, as they came.
    pub fn in_order(self) -> Vec<About> {
        let all = self.by_name.into_iter().flat_map(|(name, notes)| {
            notes.into_iter().map(move |(place, note)| (place, About { name: name.clone(), note }))
        });
        let mut all: Vec<(usize, About)> = all.collect();
        all.sort_unstable_by_key(|(place, _)| *place);
        all.into_iter().map(|(_, about)| about).collect()
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
