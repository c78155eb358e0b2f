//! What rows does a screen show? One that did not change is shared by all who look at it.

use std::ops::Deref;
use std::sync::Arc;

/// Rows, top to bottom. A copy costs nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows(Arc<Vec<String>>);

impl Deref for Rows {
    type Target = [String];
    fn deref(&self) -> &[String] {
        &self.0
    }
}

impl From<Vec<String>> for Rows {
    fn from(rows: Vec<String>) -> Self {
        Self(Arc::new(rows))
    }
}

impl FromIterator<String> for Rows {
    fn from_iter<I: IntoIterator<Item = String>>(rows: I) -> Self {
        Vec::from_iter(rows).into()
    }
}

impl serde::Serialize for Rows {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Rows {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}
