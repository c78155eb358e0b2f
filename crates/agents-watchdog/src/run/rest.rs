//! What ends the rest between two ticks?

use agents_config::Fleet;
use agents_tmux::Driver;

use super::Reign;
use crate::report::Hearing;
use crate::signals::{Signals, Told};

/// What ends a rest, besides news and signals.
pub(super) struct Wakes<'f> {
    pub at: tokio::time::Instant,
    pub fetched: &'f tokio::sync::Notify,
    pub recorded: &'f tokio::sync::Notify,
    pub errand: &'f tokio::sync::Notify,
    pub hearing: &'f mut Hearing,
}

impl<D: Driver> Reign<D> {
    /// Waits for what the next tick is due to, and meanwhile sees that people are told of what was decided.
    pub(super) async fn rest(
        &mut self,
        fleet: &Fleet,
        wakes: &mut Wakes<'_>,
        signals: &mut Signals,
    ) -> Told {
        loop {
            // A verb leaves that to the watchdog, which finds it in the journal.
            if self.engine.supervises {
                self.notifier.tend(&mut self.engine.ledger, fleet);
            }
            tokio::select! {
                () = tokio::time::sleep_until(wakes.at) => return Told::Look,
                () = self.engine.driver.news() => return Told::Look,
                () = wakes.fetched.notified() => return Told::Look,
                () = wakes.recorded.notified() => return Told::Look,
                () = wakes.errand.notified() => return Told::Look,
                () = wakes.hearing.news() => return Told::Look,
                told = signals.next() => return told,
                () = self.notifier.due() => {}
                () = self.manager.due() => self.manager.lives(),
            }
        }
    }
}
