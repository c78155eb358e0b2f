//! What survives the death of a watchdog? The store, in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use agents_decide::{FleetState, Request, RequestId, Verb};
use agents_watchdog::ledger::{Ledger, LedgerError, Record};
use agents_watchdog::place::ClockMark;

use crate::gate::Gate;
use crate::trace::Trace;

/// The durable side of the simulated machine.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    /// As JSON, so that what does not survive a store does not survive here.
    state: Option<String>,
    words: BTreeMap<String, String>,
    open: Vec<Request>,
    last_request: u64,
    failures: u32,
    epoch: u64,
}

impl Disk {
    /// Leaves a request of the operator, and says its number.
    pub fn ask(&self, verb: Verb) -> u64 {
        let mut inner = self.lock();
        inner.last_request += 1;
        let id = inner.last_request;
        inner.open.push(Request { id: RequestId(id), verb });
        id
    }

    /// So many commits fail from now on.
    pub fn fail(&self, count: u32) {
        self.lock().failures = count;
    }

    pub fn unanswered(&self) -> usize {
        self.lock().open.len()
    }

    /// A new writer; the one before it has no say any more.
    pub fn claim(&self, trace: Trace, gate: Gate) -> MemoryLedger {
        let epoch = {
            let mut inner = self.lock();
            inner.epoch += 1;
            inner.epoch
        };
        MemoryLedger { disk: self.clone(), epoch, trace, gate }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One writer of the disk.
#[derive(Debug)]
pub(crate) struct MemoryLedger {
    disk: Disk,
    pub epoch: u64,
    trace: Trace,
    gate: Gate,
}

impl Ledger for MemoryLedger {
    fn load(&mut self) -> Result<Option<(FleetState, ClockMark)>, LedgerError> {
        let inner = self.disk.lock();
        let Some(state) = &inner.state else { return Ok(None) };
        serde_json::from_str(state)
            .map(Some)
            .map_err(|error| LedgerError::Unusable(error.to_string()))
    }

    fn words(&mut self) -> Result<Vec<(String, String)>, LedgerError> {
        let inner = self.disk.lock();
        Ok(inner.words.iter().map(|(subject, word)| (subject.clone(), word.clone())).collect())
    }

    fn requests(&mut self) -> Result<Vec<Request>, LedgerError> {
        Ok(self.disk.lock().open.clone())
    }

    fn commit(&mut self, record: &Record<'_>) -> Result<(), LedgerError> {
        if let Some(death) = self.gate.death() {
            return Err(LedgerError::Unusable(format!("the watchdog died {death}")));
        }
        let mut inner = self.disk.lock();
        if inner.epoch != self.epoch {
            return Err(LedgerError::Superseded);
        }
        if inner.failures > 0 {
            inner.failures -= 1;
            return Err(LedgerError::Unusable("the disk is full".to_owned()));
        }
        if let Some(state) = record.state {
            let text = serde_json::to_string(&state)
                .map_err(|error| LedgerError::Unusable(error.to_string()))?;
            inner.state = Some(text);
        }
        inner.words.extend(record.words.iter().cloned());
        inner.open.retain(|request| !record.replies.iter().any(|(id, _)| *id == request.id));
        drop(inner);
        self.trace.record(record);
        Ok(())
    }
}
