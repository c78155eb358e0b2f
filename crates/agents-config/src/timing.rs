//! How often is looked, and how long is waited?

use std::time::Duration;

/// The `[watchdog]` table.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Timing {
    /// Between two ticks. Default 30 s.
    pub signal_interval: Duration,
    /// Between two heavy ticks, which also judge phases. Default 300 s.
    pub heavy_interval: Duration,
    /// How long past its promise an agent is left alone. Default 180 s.
    pub stall_grace: Duration,
    /// Between probes when a banner names no reset time; doubles up to 30 min. Default 300 s.
    pub limit_probe_fallback: Duration,
    /// Added to an announced reset, since banners round down. Default 45 s.
    pub limit_reset_slack: Duration,
    /// The longest time an agent is held without a probe, whatever its screen says; a reset time in the record of its
    /// program is believed up to 32 days ahead. Default 6 h.
    pub limit_hold_cap: Duration,
    /// The longest promise that is honoured. Default 6 h.
    pub promise_cap: Duration,
    /// First delay before an automatic restart; doubles. Default 5 s.
    pub restart_delay: Duration,
    /// The longest delay before an automatic restart. Default 300 s.
    pub restart_delay_max: Duration,
    /// Automatic starts within `restart_window` after which an agent is parked. Default 5.
    pub restart_limit: u32,
    /// Default 15 min.
    pub restart_window: Duration,
    /// How long an agent must run for its restart budget to be whole again. Default 10 min.
    pub healthy_after: Duration,
    /// Between tries of a parked agent. Default 1 h.
    pub parked_retry: Duration,
    /// How long a process may take to end before it is killed. Default 10 s.
    pub stop_grace: Duration,
    /// Starts in flight at once. Default 8.
    pub max_starts_in_flight: u32,
    /// Gap between starts of one account. Default 0 s.
    pub account_gap: Duration,
    /// Gap between agents of one account that go on after a usage limit, or are started without being asked for.
    /// Default 20 s.
    pub account_stagger: Duration,
    /// Limit on any one call to tmux. Default 5 s.
    pub tmux_timeout: Duration,
    /// How long an entry of the journal is kept. Default 30 days.
    pub journal_age: Duration,
    /// How many entries of the journal are kept. Default 200 000.
    pub journal_entries: u32,
    /// How long a log may become, in MiB. Default 64.
    pub log_megabytes: u32,
}

impl Default for Timing {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            signal_interval: seconds(30),
            heavy_interval: seconds(300),
            stall_grace: seconds(180),
            limit_probe_fallback: seconds(300),
            limit_reset_slack: seconds(45),
            limit_hold_cap: seconds(6 * 3600),
            promise_cap: seconds(6 * 3600),
            restart_delay: seconds(5),
            restart_delay_max: seconds(300),
            restart_limit: 5,
            restart_window: seconds(15 * 60),
            healthy_after: seconds(600),
            parked_retry: seconds(3600),
            stop_grace: seconds(10),
            max_starts_in_flight: 8,
            account_gap: Duration::ZERO,
            account_stagger: seconds(20),
            tmux_timeout: seconds(5),
            journal_age: seconds(30 * 24 * 3600),
            journal_entries: 200_000,
            log_megabytes: 64,
        }
    }
}
