//! What did a look bring? Three answers; a failed look is never an empty one.

/// The result of one look.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Seen<T> {
    /// It is there, and this is what it is.
    Known(T),
    /// It is certainly not there.
    Absent,
    /// The look failed, for this reason. Nothing may be started, restarted or killed because of it.
    Unknown(String),
}

impl<T> Seen<T> {
    /// The thing seen, if it was.
    #[must_use]
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(thing) => Some(thing),
            Self::Absent | Self::Unknown(_) => None,
        }
    }

    /// Whether it is certainly not there.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}
