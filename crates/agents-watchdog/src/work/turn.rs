//! When does the loop of the watchdog see to the tasks?

use agents_decide::Moment;
use agents_tmux::Driver;

use crate::run::Reign;
use crate::tick::Ticked;

impl<D: Driver> Reign<D> {
    /// Sees to the tasks after a tick; when the next one is due.
    pub(crate) fn turn_to_tasks(&mut self, ticked: &Ticked) -> Moment {
        // A verb leaves them to the watchdog.
        if !self.engine.supervises {
            return ticked.next;
        }
        let turned = self.desk.turn(&mut self.engine, self.config.fleet(), ticked);
        let due = turned.due.unwrap_or(ticked.next).min(ticked.next);
        if turned.moved { ticked.now.at } else { due }
    }
}
