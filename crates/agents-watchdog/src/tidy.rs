//! When is the journal made shorter? Once a day, between two ticks, and never after one that acts.

use std::time::{Duration, Instant};

use agents_config::Timing;
use agents_store::Keep;
use agents_tmux::Driver;

use crate::run::Reign;
use crate::tick::Ticked;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// When it was done last.
#[derive(Debug, Default)]
pub(crate) struct Tidied(Option<Instant>);

impl Tidied {
    fn is_due(&self) -> bool {
        self.0.is_none_or(|done| done.elapsed() >= DAY)
    }
}

/// What stays at that time.
fn keep(timing: &Timing, now_wall_ms: i64) -> Keep {
    let age = i64::try_from(timing.journal_age.as_millis()).unwrap_or(i64::MAX);
    Keep {
        entries: u64::from(timing.journal_entries),
        since_wall_ms: now_wall_ms.saturating_sub(age),
    }
}

impl<D: Driver> Reign<D> {
    /// 5000 entries take 60 ms of a store with 200 000; the rest of a longer journal goes after the next tick.
    pub(crate) fn tidy(&mut self, ticked: &Ticked) {
        let is_quiet = ticked.decision.actions.is_empty() && self.engine.state().open.is_empty();
        if !is_quiet || !self.engine.supervises || !self.tidied.is_due() {
            return;
        }
        let keep = keep(&self.config.fleet().timing, ticked.now.wall.timestamp_millis());
        let is_more = match self.engine.ledger.prune(&keep) {
            Ok(is_more) => is_more,
            Err(error) => {
                tracing::warn!("the journal cannot be made shorter: {error}");
                false
            }
        };
        if !is_more {
            self.tidied = Tidied(Some(Instant::now()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_follows_from_the_config() {
        let timing = Timing::default();
        let kept = keep(&timing, 100 * 24 * 3_600_000);
        assert_eq!(kept, Keep { entries: 200_000, since_wall_ms: 70 * 24 * 3_600_000 });
        let forever = Timing { journal_age: Duration::MAX, ..timing };
        assert!(keep(&forever, 0).since_wall_ms < 0);
    }

    #[test]
    fn once_done_it_is_due_a_day_later() {
        assert!(Tidied::default().is_due());
        assert!(!Tidied(Some(Instant::now())).is_due());
        assert!(Instant::now().checked_sub(DAY).is_none_or(|done| Tidied(Some(done)).is_due()));
    }
}
