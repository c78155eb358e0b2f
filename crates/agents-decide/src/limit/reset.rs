//! At which time does a banner say that the window ends?

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::Now;

/// A reset time that a text announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reset {
    pub at: DateTime<Utc>,
    /// The text names a day or a span, so the time is certain; a bare time of day is the next such time.
    pub dated: bool,
}

pub fn parse(_text: &str, _now: Now) -> Option<Reset> {
    None
}
pub(crate) fn in_zone(_time: NaiveDateTime, _now: Now) -> Option<DateTime<Utc>> {
    None
}
