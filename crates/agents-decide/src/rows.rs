//! What rows does a screen show? One that did not change is shared by all who look at it.

mod kept;

use std::ops::Deref;
use std::sync::Arc;

pub(crate) use kept::{Kept, digest};

/// Rows, top to bottom. A copy costs nothing.
///
/// What was read off them is kept beside them for as long as anybody has them: most screens of a fleet at rest are the
/// same at each tick, and reading them anew took two thirds of a decision.
#[derive(Clone, Default)]
pub struct Rows(Arc<Screen>);

#[derive(Default)]
struct Screen {
    rows: Vec<String>,
    kept: Kept,
}

impl Rows {
    /// What was read off these rows.
    pub(crate) fn kept(&self) -> &Kept {
        &self.0.kept
    }
}

impl Deref for Rows {
    type Target = [String];
    fn deref(&self) -> &[String] {
        &self.0.rows
    }
}

impl PartialEq for Rows {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.rows == other.0.rows
    }
}

impl Eq for Rows {}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.rows.fmt(f)
    }
}

impl From<Vec<String>> for Rows {
    fn from(rows: Vec<String>) -> Self {
        Self(Arc::new(Screen { rows, kept: Kept::default() }))
    }
}

impl FromIterator<String> for Rows {
    fn from_iter<I: IntoIterator<Item = String>>(rows: I) -> Self {
        Vec::from_iter(rows).into()
    }
}

impl serde::Serialize for Rows {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.rows.serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Rows {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}
