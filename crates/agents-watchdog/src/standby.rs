//! What does a watchdog do when a tick cannot be recorded? Nothing; and when its store was damaged, moved, deleted or
//! replaced under it, it takes up the state that is there as soon as that is whole and nobody else holds the fleet.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use agents_decide::Wanted;
use agents_store::{FleetLock, Identity, LockError, Store, companions, is_set_aside, path};
use agents_tmux::Driver;

use crate::WatchdogError;
use crate::ledger::{Entry, EntryKind, Ledger as _, LedgerError, Record};
use crate::notify::Notifier;
use crate::run::{Reign, heartbeat, holder, told};
use crate::signals::{Signals, Told};
use crate::store_ledger::StoreLedger;
use crate::trouble::{Account, Meanwhile};

/// Between two attempts to write on a disk that was full or failing.
pub(crate) const WRITES_EVERY: Duration = Duration::from_secs(5);
/// Between two looks for a store that can be used.
pub(crate) const LOOKS_EVERY: Duration = Duration::from_secs(1);
/// A state that does not come back is not waited for longer: the fleet was given up, or moved for good.
const WAITS_FOR: Duration = Duration::from_secs(3600);

impl<D: Driver> Reign<D> {
    /// Looks whether others read what this process writes, and nobody else may write.
    ///
    /// # Errors
    /// What is wrong with the store.
    pub(crate) fn check(&mut self, whole: bool) -> Result<(), LedgerError> {
        let state_dir = self.config.fleet().state_dir();
        if !self.lock.as_ref().is_some_and(|lock| lock.is_in_place(&state_dir)) {
            return Err(LedgerError::Displaced);
        }
        self.engine.ledger.check(whole)
    }

    /// How long to wait after a tick that failed; `None` when it is time to end.
    ///
    /// # Errors
    /// When this process must stop acting: another one holds the fleet, or a verb has lost the store.
    pub(crate) async fn after(
        &mut self,
        error: LedgerError,
        account: &mut Account,
        signals: &mut Signals,
    ) -> Result<Option<Duration>, WatchdogError> {
        let state_dir = self.config.fleet().state_dir();
        match error {
            LedgerError::Superseded => Err(error.into()),
            LedgerError::Withdrawn => Ok(Some(Duration::ZERO)),
            LedgerError::Displaced if !self.engine.supervises => {
                Err(WatchdogError::Displaced(state_dir))
            }
            LedgerError::Damaged(_) if !self.engine.supervises => Err(error.into()),
            LedgerError::Displaced => {
                let trouble = WatchdogError::Displaced(state_dir.clone()).to_string();
                self.block(account, &trouble, Meanwhile::Waits);
                self.stand_by(account, signals, false).await
            }
            LedgerError::Damaged(_) => {
                self.block(account, &error.to_string(), Meanwhile::Waits);
                self.stand_by(account, signals, true).await
            }
            LedgerError::Unusable(_) => {
                // Read-only until the store can be used again: nothing was done.
                self.block(account, &error.to_string(), Meanwhile::Retries);
                Ok(Some(WRITES_EVERY))
            }
        }
    }

    /// Says once, in the log, in `status` and to whoever is to be notified, why nothing is done.
    fn block(&mut self, account: &mut Account, trouble: &str, meanwhile: Meanwhile) {
        let fleet = self.config.fleet().clone();
        if account.blocked(&fleet.state_dir(), trouble, meanwhile) && self.engine.supervises {
            self.notifier.trouble(&fleet, trouble);
        }
    }

    /// Waits, with no store open, for one that can be used. `is_damaged`: that is why, and it was said.
    async fn stand_by(
        &mut self,
        account: &mut Account,
        signals: &mut Signals,
        is_damaged: bool,
    ) -> Result<Option<Duration>, WatchdogError> {
        let fleet = self.config.fleet().clone();
        let state_dir = fleet.state_dir();
        let store = self.engine.ledger.store();
        let mut awaited = Awaited::instead_of(Some(store.identity()));
        store.let_go();
        loop {
            // What is told now cannot be stored; a watchdog that is killed tells it again.
            self.notifier.tend(&mut self.engine.ledger, &fleet);
            self.manager.turned(|| told(account, &fleet));
            let is_at_rest = awaited.look(&state_dir)?;
            if self.lock.as_ref().is_some_and(|lock| lock.is_in_place(&state_dir)) {
                heartbeat(&fleet);
            } else {
                self.lock = None;
            }
            if is_at_rest && self.regain(&state_dir, account, is_damaged)? {
                self.fence().await;
                return Ok(self.is_wanted().then_some(Duration::ZERO));
            }
            awaited.go_on(&state_dir, self.config.path())?;
            tokio::select! {
                () = tokio::time::sleep(LOOKS_EVERY) => {}
                told = signals.next() => match told {
                    Told::Look => {}
                    Told::End => return Ok(None),
                },
            }
        }
    }

    /// Takes the fleet over anew, as far as that is possible now.
    fn regain(
        &mut self,
        state_dir: &Path,
        account: &mut Account,
        is_damaged: bool,
    ) -> Result<bool, WatchdogError> {
        let own = holder(&self.what);
        if self.lock.is_none() {
            self.lock = match FleetLock::acquire(state_dir, &own) {
                Ok(lock) => Some(lock),
                Err(LockError::Held(other)) if other.what == self.what => {
                    tracing::error!("{other}; there is one watchdog per fleet");
                    return Err(LockError::Held(other).into());
                }
                // A verb holds it for moments.
                Err(LockError::Held(_) | LockError::HeldByUnknown { .. }) => None,
                Err(error @ (LockError::Unsupported { .. } | LockError::Io { .. })) => {
                    account.blocked(state_dir, &error.to_string(), Meanwhile::Waits);
                    None
                }
            };
        }
        if self.lock.is_none() {
            return Ok(false);
        }
        match self.reopen(state_dir, &own) {
            Ok(()) => Ok(true),
            Err(error) => {
                // One damage is told once, though another look finds other words for it.
                if !(is_damaged && error.is_damage()) {
                    account.blocked(state_dir, &error.to_string(), Meanwhile::Waits);
                }
                self.engine.ledger.store().let_go();
                Ok(false)
            }
        }
    }

    fn reopen(
        &mut self,
        state_dir: &Path,
        own: &agents_store::Holder,
    ) -> Result<(), WatchdogError> {
        let mut store = Store::open(state_dir)?;
        let epoch = store.claim_epoch(own)?;
        self.engine.take_up(StoreLedger::new(store))?;
        self.desk.take_up(&mut self.engine.ledger);
        self.notifier = Notifier::new();
        self.keep_fleet()?;
        let entry = Entry {
            at_wall_ms: chrono::Utc::now().timestamp_millis(),
            tick: self.engine.state().tick,
            subject: None,
            kind: EntryKind::Alarm,
            text: "the store was damaged, moved or replaced under the watchdog; it goes on from what is stored there"
                .to_owned(),
            detail: serde_json::json!({ "epoch": epoch }),
        };
        Ok(self.engine.ledger.commit(&Record { entries: vec![entry], ..Record::default() })?)
    }

    /// Whether there is anything to look after: somebody may have ended the fleet meanwhile.
    fn is_wanted(&self) -> bool {
        let state = self.engine.state();
        let is_down = |wanted: Wanted| wanted == Wanted::Down;
        let over = is_down(state.wanted)
            && state.members.values().all(|member| is_down(member.wanted))
            && state.open.is_empty();
        if over {
            tracing::info!("the fleet was ended meanwhile");
        }
        !over
    }
}

/// Another store that is waited for, in the place of one that is of no use.
pub(crate) struct Awaited {
    known: Option<Identity>,
    began: Instant,
    before: Option<Trace>,
}

impl Awaited {
    /// `known`: the one that is of no use.
    pub(crate) fn instead_of(known: Option<Identity>) -> Self {
        Self { known, began: Instant::now(), before: None }
    }

    /// Whether there is a store that nobody has changed since the look before: whoever puts it back may be in the midst
    /// of it, one file after the other.
    ///
    /// # Errors
    /// [`WatchdogError::SetAside`] when nobody will read the one that was known again.
    pub(crate) fn look(&mut self, state_dir: &Path) -> Result<bool, WatchdogError> {
        if self.known.is_some_and(|known| is_set_aside(state_dir, known)) {
            return Err(WatchdogError::SetAside);
        }
        self.known = Identity::of(&path(state_dir)).ok().or(self.known);
        let now = Trace::of(state_dir);
        let is_at_rest = now.is_some() && now == self.before;
        self.before = now;
        Ok(is_at_rest)
    }

    /// # Errors
    /// [`WatchdogError::Displaced`] when it is waited for no longer.
    pub(crate) fn go_on(&self, state_dir: &Path, config: &Path) -> Result<(), WatchdogError> {
        // With its config the whole project is gone, whatever an action that was under way has left of the folder.
        let is_gone = !path(state_dir).exists() && !config.exists();
        if is_gone || self.began.elapsed() >= WAITS_FOR {
            return Err(WatchdogError::Displaced(state_dir.to_owned()));
        }
        Ok(())
    }
}

/// What tells whether somebody is still writing the files of a store.
#[derive(PartialEq, Eq)]
struct Trace(Vec<Option<(Identity, u64, SystemTime)>>);

impl Trace {
    /// `None` where there is no store.
    fn of(state_dir: &Path) -> Option<Self> {
        let store = path(state_dir);
        let of = |file: &Path| {
            let meta = fs::metadata(file).ok()?;
            Some((Identity::from(&meta), meta.len(), meta.modified().ok()?))
        };
        let first = of(&store)?;
        let others = companions(&store).map(|file| of(&file));
        Some(Self(std::iter::once(Some(first)).chain(others).collect()))
    }
}
