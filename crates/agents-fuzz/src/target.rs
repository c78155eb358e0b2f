//! What is fuzzed?

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::targets;

/// One reader of text from outside, with the properties that must hold of it.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Also the name of its folder of seeds and of its program in `fuzz/`.
    pub name: &'static str,
    /// Panics when a property does not hold.
    pub run: fn(&[u8]) -> Outcome,
    /// Words that the reader knows, so that mutations get past its first line.
    pub words: &'static [&'static str],
}

/// Which way an input took, as a number: inputs that take a new way are worth mutating further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Outcome(u64);

impl Outcome {
    /// The way on which this was found.
    pub fn of(found: impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        found.hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// All targets.
pub const TARGETS: [Target; 6] = [
    targets::config::TARGET,
    targets::screens::TARGET,
    targets::resets::TARGET,
    targets::control::TARGET,
    targets::hooks::TARGET,
    targets::stored::TARGET,
];
