//! The `[watchdog]` table.

use std::time::Duration;

use crate::Timing;
use crate::entry::Field;
use crate::picker::{Picker, own};
use crate::raw::RawWatchdog;
use crate::value::{Count, Interval, Seconds, Value};

/// The timing; without a table, the built-in one.
pub(super) fn timing(raw: Option<&RawWatchdog>, picker: &mut Picker<'_, '_>) -> Timing {
    let standard = Timing::default();
    let mut read = Read { raw, picker };
    Timing {
        signal_interval: read.interval(
            "signal_interval",
            |r| &r.signal_interval,
            standard.signal_interval,
        ),
        heavy_interval: read.interval(
            "heavy_interval",
            |r| &r.heavy_interval,
            standard.heavy_interval,
        ),
        stall_grace: read.seconds("stall_grace", |r| &r.stall_grace, standard.stall_grace),
        limit_probe_fallback: read.interval(
            "limit_probe_fallback",
            |r| &r.limit_probe_fallback,
            standard.limit_probe_fallback,
        ),
        limit_reset_slack: read.seconds(
            "limit_reset_slack",
            |r| &r.limit_reset_slack,
            standard.limit_reset_slack,
        ),
        limit_hold_cap: read.interval(
            "limit_hold_cap",
            |r| &r.limit_hold_cap,
            standard.limit_hold_cap,
        ),
        promise_cap: read.seconds("promise_cap", |r| &r.promise_cap, standard.promise_cap),
        restart_delay: read.seconds("restart_delay", |r| &r.restart_delay, standard.restart_delay),
        restart_delay_max: read.seconds(
            "restart_delay_max",
            |r| &r.restart_delay_max,
            standard.restart_delay_max,
        ),
        restart_limit: read.count("restart_limit", |r| &r.restart_limit, standard.restart_limit),
        restart_window: read.interval(
            "restart_window",
            |r| &r.restart_window,
            standard.restart_window,
        ),
        healthy_after: read.seconds("healthy_after", |r| &r.healthy_after, standard.healthy_after),
        parked_retry: read.interval("parked_retry", |r| &r.parked_retry, standard.parked_retry),
        stop_grace: read.seconds("stop_grace", |r| &r.stop_grace, standard.stop_grace),
        max_starts_in_flight: read.count(
            "max_starts_in_flight",
            |r| &r.max_starts_in_flight,
            standard.max_starts_in_flight,
        ),
        account_gap: read.seconds("account_gap", |r| &r.account_gap, standard.account_gap),
        account_stagger: read.seconds(
            "account_stagger",
            |r| &r.account_stagger,
            standard.account_stagger,
        ),
        tmux_timeout: read.interval("tmux_timeout", |r| &r.tmux_timeout, standard.tmux_timeout),
        journal_age: read.interval("journal_age", |r| &r.journal_age, standard.journal_age),
        journal_entries: read.count(
            "journal_entries",
            |r| &r.journal_entries,
            standard.journal_entries,
        ),
        log_megabytes: read.count("log_megabytes", |r| &r.log_megabytes, standard.log_megabytes),
    }
}

struct Read<'r, 'p, 't> {
    raw: Option<&'r RawWatchdog>,
    picker: &'r mut Picker<'p, 't>,
}

impl Read<'_, '_, '_> {
    fn interval(
        &mut self,
        key: &str,
        field: fn(&RawWatchdog) -> &Field<Interval>,
        standard: Duration,
    ) -> Duration {
        self.value(key, field, Interval(standard)).0
    }

    fn seconds(
        &mut self,
        key: &str,
        field: fn(&RawWatchdog) -> &Field<Seconds>,
        standard: Duration,
    ) -> Duration {
        self.value(key, field, Seconds(standard)).0
    }

    fn count(&mut self, key: &str, field: fn(&RawWatchdog) -> &Field<Count>, standard: u32) -> u32 {
        self.value(key, field, Count(standard)).0
    }

    fn value<T: Value + Clone>(
        &mut self,
        key: &str,
        field: fn(&RawWatchdog) -> &Field<T>,
        standard: T,
    ) -> T {
        let key = format!("watchdog.{key}");
        match self.raw {
            Some(raw) => self.picker.pick_or(key, &own(field(raw)), standard),
            None => self.picker.pick_or(key, &own(&Field::Absent), standard),
        }
    }
}
