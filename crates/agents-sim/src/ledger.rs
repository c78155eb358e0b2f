//! What survives the death of a watchdog, and the failing of the power? The store, in memory.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use agents_decide::{Action, FleetState, Request, RequestId, Shared, Verb};
use agents_watchdog::ledger::{EntryKind, Ledger, LedgerError, Record};
use agents_watchdog::place::ClockMark;
use serde::Deserialize as _;

use crate::frame::{Frame, answered};
use crate::gate::Gate;
use crate::planted::Slip;
use crate::trace::Trace;

/// The durable side of the simulated machine.
#[derive(Debug, Clone, Default)]
pub(crate) struct Disk {
    inner: Arc<Mutex<Inner>>,
}

/// What happens at a commit to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CommitFault {
    /// The bytes are in the cache of the machine, and the watchdog is killed.
    KilledUnsynced,
    /// The power fails when so many thousandths of the bytes have reached the disk.
    PowerFails(u64),
    /// The watchdog is killed when so many thousandths of the bytes are written.
    KilledAt(u64),
    /// The watchdog is killed once the record is safe, before anything of it is done.
    KilledAfter,
    /// So many commits from this one on fail.
    Fails(u32),
}

#[derive(Debug, Default)]
struct Inner {
    state: Option<Stored>,
    words: BTreeMap<String, String>,
    open: Vec<Request>,
    last_request: u64,
    failures: u32,
    epoch: u64,
    fault: Option<CommitFault>,
    /// So many commits pass before that fault.
    spared: u32,
    /// How many commits a writer with a say has tried.
    tried: u32,
    /// What was written and not synced when its writer ended.
    tail: Option<Vec<u8>>,
    power_failed: bool,
    /// The actions of the last decision that was made durable.
    intents: Arc<[Action]>,
}

/// A state in the store. Whoever goes on from it reads it as JSON, so that what does not survive a store does not survive
/// here; most states are followed by the next before that.
#[derive(Debug)]
enum Stored {
    Unread(Shared<FleetState>, ClockMark),
    Written(String),
}

impl Stored {
    fn text(&self) -> Result<Cow<'_, str>, serde_json::Error> {
        match self {
            Self::Unread(state, mark) => serde_json::to_string(&(state, mark)).map(Cow::Owned),
            Self::Written(text) => Ok(Cow::Borrowed(text)),
        }
    }

    fn read(&self) -> Result<(FleetState, ClockMark), serde_json::Error> {
        serde_json::from_str(&self.text()?)
    }
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

    /// What happens at the next commit.
    pub fn fault(&self, fault: Option<CommitFault>) {
        self.fault_after(0, fault);
    }

    /// What happens at the commit after so many others.
    pub fn fault_after(&self, spared: u32, fault: Option<CommitFault>) {
        let mut inner = self.lock();
        (inner.fault, inner.spared) = (fault, spared);
    }

    /// How many commits were tried so far.
    pub fn tried(&self) -> u32 {
        self.lock().tried
    }

    /// Whether the power has failed since the last call.
    pub fn power_failed(&self) -> bool {
        std::mem::take(&mut self.lock().power_failed)
    }

    pub fn unanswered(&self) -> usize {
        self.lock().open.len()
    }

    /// The actions of the last decision that was made durable.
    pub fn intents(&self) -> Arc<[Action]> {
        Arc::clone(&self.lock().intents)
    }

    /// What was made durable last.
    pub fn remembered(&self) -> Option<FleetState> {
        let read = self.lock().state.as_ref()?.read();
        read.ok().map(|(state, _)| state)
    }

    /// How many bytes the state takes.
    pub fn state_size(&self) -> usize {
        let inner = self.lock();
        inner.state.as_ref().and_then(|state| state.text().ok()).map_or(0, |text| text.len())
    }

    /// A new writer; the one before it has no say any more.
    pub fn claim(&self, trace: Trace, gate: Gate) -> MemoryLedger {
        let mut inner = self.lock();
        inner.epoch += 1;
        let epoch = inner.epoch;
        // What is left of a write counts when it is whole.
        let tail = inner.tail.take();
        let left = tail.as_ref().and_then(|tail| Frame::read(tail));
        let surprises = left.is_some();
        if tail.is_some() && left.is_none() && Slip::ShortIsFresh.is_planted() {
            inner.state = None;
        }
        if let Some(frame) = left {
            inner.keep(frame.state.map(Stored::Written), frame.words, &frame.answered);
        }
        drop(inner);
        MemoryLedger { disk: self.clone(), epoch, surprises, trace, gate }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn keep(
        &mut self,
        state: Option<Stored>,
        words: impl IntoIterator<Item = (String, String)>,
        answered: &[u64],
    ) {
        if state.is_some() {
            self.state = state;
        }
        self.words.extend(words);
        self.open.retain(|request| !answered.contains(&request.id.0));
    }

    /// The fault of this commit.
    fn due(&mut self) -> Option<CommitFault> {
        self.tried += 1;
        if self.fault.is_some() && self.spared > 0 {
            self.spared -= 1;
            return None;
        }
        let fault = self.fault.take();
        if let Some(CommitFault::Fails(count)) = fault {
            self.failures = count;
        }
        fault
    }

    /// Whether the commit comes to its end; what was written of it stays in the file.
    fn survives(
        &mut self,
        fault: Option<CommitFault>,
        record: &Record<'_>,
        gate: &Gate,
    ) -> Result<bool, serde_json::Error> {
        let (kept, death) = match fault {
            None | Some(CommitFault::KilledAfter | CommitFault::Fails(_)) => return Ok(true),
            Some(CommitFault::KilledUnsynced) => {
                (1000, "after writing what it decided, and before that is safe")
            }
            Some(CommitFault::KilledAt(kept)) => (kept, "as it writes what it decided"),
            Some(CommitFault::PowerFails(kept)) => {
                self.power_failed = true;
                (kept, "as the power fails while it writes what it decided")
            }
        };
        let mut bytes = Frame::of(record)?.written();
        bytes.truncate(bytes.len() * usize::try_from(kept).unwrap_or(0) / 1000);
        self.tail = Some(bytes);
        gate.kill(death);
        Ok(false)
    }
}

/// One writer of the disk.
#[derive(Debug)]
pub(crate) struct MemoryLedger {
    disk: Disk,
    pub epoch: u64,
    /// It begins with what the writer before it died of writing.
    pub surprises: bool,
    trace: Trace,
    gate: Gate,
}

impl Ledger for MemoryLedger {
    fn load(&mut self) -> Result<Option<(FleetState, ClockMark)>, LedgerError> {
        let inner = self.disk.lock();
        let Some(state) = &inner.state else { return Ok(None) };
        state.read().map(Some).map_err(|error| LedgerError::Unusable(error.to_string()))
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
        if inner.epoch != self.epoch && !Slip::NoEpoch.is_planted() {
            return Err(LedgerError::Superseded);
        }
        let fault = inner.due();
        if inner.failures > 0 {
            inner.failures -= 1;
            if Slip::ActsUnrecorded.is_planted() {
                return Ok(());
            }
            return Err(LedgerError::Unusable("the disk is full".to_owned()));
        }
        let survives = inner.survives(fault, record, &self.gate);
        if !survives.map_err(|error| LedgerError::Unusable(error.to_string()))? {
            return Err(LedgerError::Unusable("the watchdog died as it wrote".to_owned()));
        }
        let state = record.state.map(|(state, mark)| Stored::Unread(state.clone(), mark.clone()));
        inner.keep(state, record.words.iter().cloned(), &answered(record));
        if record.state.is_some() {
            let actions = record.entries.iter().filter(|entry| entry.kind == EntryKind::Action);
            inner.intents =
                actions.filter_map(|entry| Action::deserialize(&entry.detail).ok()).collect();
        }
        drop(inner);
        self.trace.record(record);
        if fault == Some(CommitFault::KilledAfter) {
            self.gate.kill("after recording what it decided");
        }
        Ok(())
    }
}
