//! Is the agent inside a usage window? While it is, nothing else judges it.

use chrono::{DateTime, Utc};

use crate::Moment;

/// The usage-limit machine.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Limit {
    /// No window. `dismissed`: a banner row that a probe has proved to be old or quoted text.
    Clear { dismissed: Option<String> },
    /// The provider refuses work.
    Held {
        since: Moment,
        /// When the probe is due at the latest, in fleet time.
        probe_at: Moment,
        /// The announced reset with its slack; a probe is due when the wall clock passes it.
        until: Option<DateTime<Utc>>,
        banner: String,
        probes: u32,
    },
    /// The probe is owed or under way since.
    Probing { since: Moment, banner: String, probes: u32 },
}

impl Default for Limit {
    fn default() -> Self {
        Self::Clear { dismissed: None }
    }
}

/// What the machine says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum LimitNote {
    Entered { banner: String, until: Option<DateTime<Utc>> },
    Holding { until: Option<DateTime<Utc>>, probe_in: u64 },
    WindowOver,
    Probing { probes: u32 },
    Lifted { how: String },
    StillLimited { probes: u32 },
    GoneInside,
}
