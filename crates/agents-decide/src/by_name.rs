//! What is kept of each member, by its name?

#[cfg(test)]
mod tests;

use std::marker::PhantomData;
use std::ops::Index;
use std::sync::atomic::{AtomicUsize, Ordering};

use agents_names::AgentName;

/// A map in the order of the names.
///
/// A decision asks for one member some twenty times, then for the next: so the place of the last answer is tried first,
/// and the one behind it. A tree looked through its levels each time, which took half of a decision about 500 agents.
pub struct ByName<T> {
    sorted: Vec<(AgentName, T)>,
    /// Where the last answer was. A hint, which no answer depends on.
    last: AtomicUsize,
}

/// The place of a name that may be free.
pub struct Entry<'a, T> {
    map: &'a mut ByName<T>,
    name: AgentName,
}

impl<T> ByName<T> {
    fn place(&self, name: &AgentName) -> Result<usize, usize> {
        let last = self.last.load(Ordering::Relaxed);
        let is_at = |place: usize| self.sorted.get(place).is_some_and(|(known, _)| known == name);
        if is_at(last) {
            return Ok(last);
        }
        let place = if is_at(last + 1) {
            Ok(last + 1)
        } else {
            self.sorted.binary_search_by(|(known, _)| known.cmp(name))
        };
        if let Ok(place) = place {
            self.last.store(place, Ordering::Relaxed);
        }
        place
    }

    /// What is kept of `name`.
    #[must_use]
    pub fn get(&self, name: &AgentName) -> Option<&T> {
        self.place(name).ok().map(|at| &self.sorted[at].1)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, name: &AgentName) -> Option<&mut T> {
        self.place(name).ok().map(|at| &mut self.sorted[at].1)
    }

    /// Whether anything is kept of `name`.
    #[must_use]
    pub fn contains_key(&self, name: &AgentName) -> bool {
        self.place(name).is_ok()
    }

    /// What is kept of `name`, which is made by [`Default`] where there is nothing yet.
    pub fn of(&mut self, name: &AgentName) -> &mut T
    where
        T: Default,
    {
        let at = self.place(name).unwrap_or_else(|at| {
            self.sorted.insert(at, (name.clone(), T::default()));
            at
        });
        &mut self.sorted[at].1
    }

    /// The place of `name`.
    pub fn entry(&mut self, name: AgentName) -> Entry<'_, T> {
        Entry { map: self, name }
    }

    /// Keeps `kept` of `name`; gives what was kept before.
    pub fn insert(&mut self, name: AgentName, kept: T) -> Option<T> {
        match self.place(&name) {
            Ok(at) => Some(std::mem::replace(&mut self.sorted[at].1, kept)),
            Err(at) => {
                self.sorted.insert(at, (name, kept));
                None
            }
        }
    }

    /// Keeps nothing of `name` any more; gives what was kept.
    pub fn remove(&mut self, name: &AgentName) -> Option<T> {
        self.place(name).ok().map(|at| self.sorted.remove(at).1)
    }

    /// Of how many anything is kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Whether nothing is kept of anybody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// All, in the order of the names.
    pub fn iter(
        &self,
    ) -> impl ExactSizeIterator<Item = (&AgentName, &T)> + DoubleEndedIterator + Clone {
        self.sorted.iter().map(|(name, kept)| (name, kept))
    }

    /// The same, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&AgentName, &mut T)> {
        self.sorted.iter_mut().map(|(name, kept)| (&*name, kept))
    }

    /// The names, in order.
    pub fn keys(&self) -> impl Iterator<Item = &AgentName> + Clone {
        self.sorted.iter().map(|(name, _)| name)
    }

    /// What is kept, in the order of the names.
    pub fn values(&self) -> impl Iterator<Item = &T> + Clone {
        self.sorted.iter().map(|(_, kept)| kept)
    }

    /// The same, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.sorted.iter_mut().map(|(_, kept)| kept)
    }
}

impl<'a, T> Entry<'a, T> {
    /// What is kept there, made by [`Default`] where there was nothing.
    pub fn or_default(self) -> &'a mut T
    where
        T: Default,
    {
        self.map.of(&self.name)
    }

    /// What is kept there, `kept` where there was nothing.
    pub fn or_insert(self, kept: T) -> &'a mut T {
        let at = self.map.place(&self.name).unwrap_or_else(|at| {
            self.map.sorted.insert(at, (self.name, kept));
            at
        });
        &mut self.map.sorted[at].1
    }
}

impl<T> Index<&AgentName> for ByName<T> {
    type Output = T;
    /// # Panics
    /// When nothing is kept of `name`.
    fn index(&self, name: &AgentName) -> &T {
        self.get(name).expect("something is kept of this name")
    }
}

impl<T> Default for ByName<T> {
    fn default() -> Self {
        Self { sorted: Vec::new(), last: AtomicUsize::new(0) }
    }
}

impl<T: Clone> Clone for ByName<T> {
    fn clone(&self) -> Self {
        Self { sorted: self.sorted.clone(), last: AtomicUsize::new(0) }
    }
}

impl<T: PartialEq> PartialEq for ByName<T> {
    fn eq(&self, other: &Self) -> bool {
        self.sorted == other.sorted
    }
}

impl<T: Eq> Eq for ByName<T> {}

impl<T: std::fmt::Debug> std::fmt::Debug for ByName<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<T> Extend<(AgentName, T)> for ByName<T> {
    fn extend<I: IntoIterator<Item = (AgentName, T)>>(&mut self, more: I) {
        for (name, kept) in more {
            self.insert(name, kept);
        }
    }
}

impl<T> FromIterator<(AgentName, T)> for ByName<T> {
    fn from_iter<I: IntoIterator<Item = (AgentName, T)>>(all: I) -> Self {
        let mut map = Self::default();
        map.extend(all);
        map
    }
}

impl<T, const N: usize> From<[(AgentName, T); N]> for ByName<T> {
    fn from(all: [(AgentName, T); N]) -> Self {
        all.into_iter().collect()
    }
}

impl<T> IntoIterator for ByName<T> {
    type Item = (AgentName, T);
    type IntoIter = std::vec::IntoIter<(AgentName, T)>;
    fn into_iter(self) -> Self::IntoIter {
        self.sorted.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a ByName<T> {
    type Item = (&'a AgentName, &'a T);
    type IntoIter = std::iter::Map<
        std::slice::Iter<'a, (AgentName, T)>,
        fn(&'a (AgentName, T)) -> (&'a AgentName, &'a T),
    >;
    fn into_iter(self) -> Self::IntoIter {
        self.sorted.iter().map(|(name, kept)| (name, kept))
    }
}

impl<'a, T> IntoIterator for &'a mut ByName<T> {
    type Item = (&'a AgentName, &'a mut T);
    type IntoIter = std::iter::Map<
        std::slice::IterMut<'a, (AgentName, T)>,
        fn(&'a mut (AgentName, T)) -> (&'a AgentName, &'a mut T),
    >;
    fn into_iter(self) -> Self::IntoIter {
        self.sorted.iter_mut().map(|(name, kept)| (&*name, kept))
    }
}

impl<T: serde::Serialize> serde::Serialize for ByName<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for ByName<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

/// Takes what is kept as it is read: it was written in the order of the names.
struct Entries<T>(PhantomData<T>);

impl<'de, T: serde::Deserialize<'de>> serde::de::Visitor<'de> for Entries<T> {
    type Value = ByName<T>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a map by names")
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<ByName<T>, A::Error> {
        let mut all = ByName::default();
        while let Some((name, kept)) = map.next_entry()? {
            all.insert(name, kept);
        }
        Ok(all)
    }
}
