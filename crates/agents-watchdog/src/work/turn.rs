//! When does the loop of the watchdog see to the tasks?

use agents_decide::Moment;
use agents_tmux::Driver;

use crate::ledger::LedgerError;
use crate::run::Reign;
use crate::tick::Ticked;

impl<D: Driver> Reign<D> {
    /// Sees to the tasks after a tick; when the next one is due.
    ///
    /// # Errors
    /// When what follows for them could not be recorded: then nothing of it was done.
    pub(crate) fn turn_to_tasks(&mut self, ticked: &Ticked) -> Result<Moment, LedgerError> {
        // A verb leaves them to the watchdog.
        if !self.engine.supervises {
            return Ok(ticked.next);
        }
        let turned = self.desk.turn(&mut self.engine, self.config.fleet(), ticked);
        if let Some(error) = turned.failed {
            return Err(error);
        }
        let due = turned.due.unwrap_or(ticked.next).min(ticked.next);
        Ok(if turned.moved { ticked.now.at } else { due })
    }
}
