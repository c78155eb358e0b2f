//! Ids of phases.

use crate::error::NameError;

/// The id of a phase: any printable text without line breaks, since people number and name phases freely.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct PhaseId(String);

impl PhaseId {
    /// Checks the text.
    ///
    /// # Errors
    /// [`NameError`] when it is blank, longer than 127 characters or holds control characters.
    pub fn new(text: impl Into<String>) -> Result<Self, NameError> {
        let text = text.into();
        if text.trim().is_empty() {
            return Err(NameError::Empty { kind: "phase" });
        }
        if let Some(found) = text.chars().find(|c| c.is_control()) {
            return Err(NameError::Character { kind: "phase", text, found });
        }
        if text.chars().count() > 127 {
            return Err(NameError::TooLong { kind: "phase", text, limit: 127 });
        }
        Ok(Self(text))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for PhaseId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for PhaseId {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        Self::new(text)
    }
}

impl From<PhaseId> for String {
    fn from(id: PhaseId) -> String {
        id.0
    }
}
