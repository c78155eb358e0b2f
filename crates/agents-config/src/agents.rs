//! Which agents are declared, in the order of the file, and which of them has that name?

use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use agents_names::AgentName;

use crate::Agent;

/// The declared agents. One is found by its name without a pass over all of them.
#[derive(Debug, Default)]
pub struct Agents {
    list: Vec<Agent>,
    /// The places of all, in the order of the names and then of the file: names compare faster than they hash.
    places: OnceLock<Vec<usize>>,
    /// Where the last answer was: the same agent is asked for many times, then the next. A hint, which no answer depends on.
    last: AtomicUsize,
}

impl Agents {
    /// The agent of that name; the first of several.
    #[must_use]
    pub fn named(&self, name: &AgentName) -> Option<&Agent> {
        let last = self.last.load(Ordering::Relaxed);
        if let Some(agent) = self.list.get(last).filter(|agent| agent.name == *name) {
            return Some(agent);
        }
        let places = self.places.get_or_init(|| {
            let mut places: Vec<usize> = (0..self.list.len()).collect();
            places.sort_by_key(|place| &self.list[*place].name);
            places
        });
        let first = places.partition_point(|place| self.list[*place].name < *name);
        let place = *places.get(first)?;
        let agent = self.list.get(place).filter(|agent| agent.name == *name)?;
        self.last.store(place, Ordering::Relaxed);
        Some(agent)
    }
}

impl From<Vec<Agent>> for Agents {
    fn from(list: Vec<Agent>) -> Self {
        Self { list, places: OnceLock::new(), last: AtomicUsize::new(0) }
    }
}

impl Clone for Agents {
    fn clone(&self) -> Self {
        Self { list: self.list.clone(), places: self.places.clone(), last: AtomicUsize::new(0) }
    }
}

impl FromIterator<Agent> for Agents {
    fn from_iter<I: IntoIterator<Item = Agent>>(agents: I) -> Self {
        Vec::from_iter(agents).into()
    }
}

impl Deref for Agents {
    type Target = Vec<Agent>;
    fn deref(&self) -> &Vec<Agent> {
        &self.list
    }
}

impl DerefMut for Agents {
    /// Whoever changes the list may change names and places.
    fn deref_mut(&mut self) -> &mut Vec<Agent> {
        (self.places, self.last) = (OnceLock::new(), AtomicUsize::new(0));
        &mut self.list
    }
}

impl<'a> IntoIterator for &'a Agents {
    type Item = &'a Agent;
    type IntoIter = std::slice::Iter<'a, Agent>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

impl<'a> IntoIterator for &'a mut Agents {
    type Item = &'a mut Agent;
    type IntoIter = std::slice::IterMut<'a, Agent>;
    fn into_iter(self) -> Self::IntoIter {
        self.deref_mut().iter_mut()
    }
}

impl PartialEq for Agents {
    fn eq(&self, other: &Self) -> bool {
        self.list == other.list
    }
}

impl serde::Serialize for Agents {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.list.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Environment, load_text};

    fn name(text: &str) -> AgentName {
        AgentName::new(text).unwrap()
    }

    #[test]
    fn an_agent_is_found_by_its_name_also_after_the_list_was_changed() {
        let text = "[defaults]\nsession_prefix = \"x-\"\nlog_dir = \"s\"\nbackend = \"b\"\n[backend.b]\nbin = \"cat\"\n\
                    [[agent]]\nname = \"ann\"\nprompt = \"x\"\n[[agent]]\nname = \"bob\"\nprompt = \"x\"\n";
        let path = std::path::Path::new("/p/agents.toml");
        let fleet = load_text(text, path, &Environment::without_overrides()).unwrap().fleet;
        let mut agents = fleet.agents.clone();
        assert_eq!(agents.named(&name("bob")).map(|it| &it.name), Some(&name("bob")));
        assert_eq!(agents.named(&name("cat")), None);
        agents[1].name = name("cat");
        assert_eq!(agents.named(&name("bob")), None);
        assert_eq!(agents.named(&name("cat")).map(|it| &it.name), Some(&name("cat")));
        agents.remove(0);
        assert_eq!(agents.named(&name("ann")), None);
        assert!(agents.named(&name("cat")).is_some());
    }
}
