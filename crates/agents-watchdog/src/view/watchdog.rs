//! Does the watchdog itself watch, and if not, did anybody end it?

use std::time::Duration;

/// The watchdog itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WatchdogView {
    pub state: WatchdogState,
    pub pid: Option<u32>,
    /// Since its last tick.
    pub last_tick: Option<Duration>,
    /// None watches, and the last one did not end as one does that is told to: it was killed, or failed.
    pub died: bool,
}

/// Whether the watchdog watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchdogState {
    Running,
    Stopped,
    /// Its process lives and has not ticked for long.
    Stale,
}

impl WatchdogState {
    /// The word in `--json` output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Stale => "stale",
        }
    }
}

/// Ticks may be late by a slow look or a store that takes no writes for a while.
const LATE_BY: Duration = Duration::from_secs(30);

impl WatchdogView {
    /// Judges the watchdog by the holder of the fleet and the age of its last tick.
    #[must_use]
    pub fn of(pid: Option<u32>, last_tick: Option<Duration>, interval: Duration) -> Self {
        let late = last_tick.is_some_and(|age| age > interval * 3 + LATE_BY);
        let state = match pid {
            None => WatchdogState::Stopped,
            Some(_) if late => WatchdogState::Stale,
            Some(_) => WatchdogState::Running,
        };
        Self { state, pid, last_tick, died: false }
    }

    /// Says that the last one did not end as one does that is told to.
    #[must_use]
    pub fn that_died(self) -> Self {
        Self { died: self.state == WatchdogState::Stopped, ..self }
    }
}
