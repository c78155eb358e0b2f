//! How is a fleet ended whose store takes no record? By the same loop, with a ledger that forgets.

use std::sync::Arc;
use std::time::{Duration, Instant};

use agents_config::Fleet;
use agents_decide::{FleetState, Request, RequestId, Verb};
use agents_store::{FleetLock, Reader};
use agents_tmux::OneShot;

use crate::WatchdogError;
use crate::ledger::{Ledger, LedgerError, Record};
use crate::place::{ClockMark, LocalPlace};
use crate::run::{Answers, LEAST_PAUSE, Tools, holder, tmux_place};
use crate::store_ledger::parse_state;
use crate::tick::Engine;

/// What a store says that can at best be read, and one request that is written nowhere.
struct Volatile {
    stored: Option<(FleetState, ClockMark)>,
    request: Request,
    answer: Option<String>,
}

impl Volatile {
    /// A store that cannot be read either is as good as none: sessions are known by their tags.
    fn of(fleet: &Fleet, verb: Verb) -> Self {
        let document = Reader::open(&fleet.state_dir())
            .ok()
            .flatten()
            .and_then(|reader| reader.load_state().ok().flatten())
            .and_then(|document| parse_state(&document).ok());
        let stored = document.map(|document| (document.state, document.clock));
        // A number that no request in the store can have had.
        let request = Request { id: RequestId(u64::MAX), verb };
        Self { stored, request, answer: None }
    }
}

impl Ledger for Volatile {
    fn load(&mut self) -> Result<Option<(FleetState, ClockMark)>, LedgerError> {
        Ok(self.stored.take())
    }

    fn words(&mut self) -> Result<Vec<(String, String)>, LedgerError> {
        Ok(Vec::new())
    }

    fn requests(&mut self) -> Result<Vec<Request>, LedgerError> {
        Ok(vec![self.request.clone()])
    }

    fn commit(&mut self, record: &Record<'_>) -> Result<(), LedgerError> {
        let answers = record.replies.iter().find(|(id, _)| *id == self.request.id);
        if let Some((_, answers)) = answers {
            self.answer = Some(answers.clone());
        }
        Ok(())
    }
}

/// Ends the whole fleet, and records nothing of it. `None` when that takes longer than `within`.
///
/// # Errors
/// When another process holds the fleet.
pub async fn end(
    fleet: &Arc<Fleet>,
    tools: &Tools,
    within: Duration,
) -> Result<Option<Answers>, WatchdogError> {
    let state_dir = fleet.state_dir();
    let _lock = FleetLock::acquire(&state_dir, &holder("verb"))?;
    let terminals = tmux_place(fleet, &tools.tmux);
    let place = LocalPlace::new(terminals.clone(), state_dir, tools.myself.clone());
    let ledger = Volatile::of(fleet, Verb::Down { names: Vec::new(), whole: true });
    let mut engine = Engine::resume(OneShot::new(terminals), place, ledger)?;
    engine.supervises = false;
    let began = Instant::now();
    while began.elapsed() < within {
        let ticked = engine.tick(fleet).await?;
        if let Some(answers) = &engine.ledger.answer {
            return Ok(serde_json::from_str(answers).ok());
        }
        let pause = Duration::from_millis(ticked.next.0.saturating_sub(ticked.now.at.0));
        tokio::time::sleep(pause.max(LEAST_PAUSE)).await;
    }
    Ok(None)
}
