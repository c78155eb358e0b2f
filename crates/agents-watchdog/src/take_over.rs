//! How does a process get the right to act on a fleet? By its lock, a new epoch in its store, and the state that is stored.

use std::path::{Path, PathBuf};

use agents_config::{Fleet, Loaded};
use agents_store::{FleetLock, Holder, Identity, Store, StoreError};
use agents_tmux::Driver;
use tokio::signal::unix::{SignalKind, signal};

use crate::WatchdogError;
use crate::config_source::ConfigSource;
use crate::heartbeat::heartbeat;
use crate::ledger::{Entry, EntryKind, Ledger as _, LedgerError, Record};
use crate::log_alarms::LogAlarms;
use crate::long_logs::LongLogs;
use crate::lost_logs::LostLogs;
use crate::notify::Notifier;
use crate::place::LocalPlace;
use crate::run::{Reign, holder, tmux_place, told};
use crate::service_manager::ServiceManager;
use crate::signals::{Signals, Told};
use crate::standby::{Awaited, LOOKS_EVERY, WRITES_EVERY};
use crate::store_ledger::StoreLedger;
use crate::tick::Engine;
use crate::tidy::Tidied;
use crate::trouble::{Account, Meanwhile};
use crate::work::{Desk, without_tasks};

/// What a fleet is held with.
pub struct Tools {
    /// The tmux program.
    pub tmux: PathBuf,
    /// Our own program.
    pub myself: PathBuf,
}

/// Takes the fleet over: the lock, a new epoch, the stored state.
///
/// # Errors
/// [`agents_store::LockError::Held`] when another process holds it; a store that cannot be used.
///
/// # Panics
/// Outside a tokio runtime, which the signal needs.
pub fn take_over<D: Driver>(
    config: &Path,
    loaded: Loaded,
    tools: &Tools,
    what: &str,
    driver: impl FnOnce(agents_tmux::Place, &Fleet) -> D,
) -> Result<Reign<D>, WatchdogError> {
    let hold = Hold::take(&loaded.fleet, what)?;
    let reign = hold.crowned(config, loaded, tools, driver)?;
    Ok(hold.over_to(reign))
}

/// The fleet's lock, held before its store is open.
pub struct Hold {
    lock: FleetLock,
    holder: Holder,
}

impl Hold {
    /// Takes the lock and signs it.
    ///
    /// # Errors
    /// [`agents_store::LockError::Held`] when another process holds it.
    ///
    /// # Panics
    /// Outside a tokio runtime, which the signal needs.
    pub fn take(fleet: &Fleet, what: &str) -> Result<Self, WatchdogError> {
        // Before the lock: whoever reads our name in it may say "look" at once, and unwatched that would end us. Only this
        // signal, since a verb that waits for another holder must still end on Ctrl-C; once watched it stays harmless.
        drop(signal(SignalKind::user_defined1()).map_err(WatchdogError::Signals)?);
        let holder = holder(what);
        let lock = FleetLock::acquire(&fleet.state_dir(), &holder)?;
        Ok(Self { lock, holder })
    }

    /// Takes the stored state up, and waits as long as the disk takes no record or the store is damaged: whoever asked for
    /// a watchdog has seen our name in the lock, and believes the fleet watched. Meanwhile nothing is done, and `status`
    /// says why.
    ///
    /// # Errors
    /// When the store is of no use for another reason, was set aside, or a signal asks for the end.
    pub async fn reign<D: Driver>(
        self,
        config: &Path,
        loaded: Loaded,
        tools: &Tools,
        driver: impl Fn(agents_tmux::Place, &Fleet) -> D,
    ) -> Result<Reign<D>, WatchdogError> {
        let fleet = loaded.fleet.clone();
        let state_dir = fleet.state_dir();
        let mut manager = ServiceManager::of_environment();
        let mut notifier = Notifier::without_store();
        let mut account = Account::default();
        // From now on an end that is asked for is one in order, also before the first look.
        let mut signals = Signals::watch()?;
        let mut awaited: Option<Awaited> = None;
        loop {
            let is_at_rest = awaited.as_mut().map_or(Ok(true), |it| it.look(&state_dir))?;
            if is_at_rest {
                let error = match self.crowned(config, loaded.clone(), tools, &driver) {
                    Ok(mut reign) => {
                        account.works(&state_dir);
                        reign.manager = manager;
                        reign.signals = Some(signals);
                        return Ok(self.over_to(reign));
                    }
                    Err(error) => error,
                };
                let Some(meanwhile) = self.meanwhile(&error, &state_dir) else { return Err(error) };
                // One damage is told once, though another look finds other words for it.
                let is_told = meanwhile == Meanwhile::Waits && awaited.is_some();
                if !is_told && account.blocked(&state_dir, &error.to_string(), meanwhile) {
                    notifier.trouble(&fleet, &error.to_string());
                }
                awaited = (meanwhile == Meanwhile::Waits).then(|| {
                    let found = Identity::of(&agents_store::path(&state_dir)).ok();
                    awaited.take().unwrap_or_else(|| Awaited::instead_of(found))
                });
            }
            notifier.tend_without_store(&fleet);
            heartbeat(&fleet);
            manager.turned(|| told(&account, &fleet));
            let pause = match &awaited {
                Some(awaited) => awaited.go_on(&state_dir, config).map(|()| LOOKS_EVERY)?,
                None => WRITES_EVERY,
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                told = signals.next() => if matches!(told, Told::End) {
                    return Err(WatchdogError::Interrupted);
                },
            }
        }
    }

    /// What is done about a store that could not be taken up; `None` where waiting is of no use.
    fn meanwhile(&self, error: &WatchdogError, state_dir: &Path) -> Option<Meanwhile> {
        match error {
            WatchdogError::Ledger(LedgerError::Unusable(_))
            | WatchdogError::Store(StoreError::Unwritable { .. } | StoreError::Busy { .. }) => {
                Some(Meanwhile::Retries)
            }
            // Put in its place while it was opened.
            WatchdogError::Displaced(_)
            | WatchdogError::Ledger(LedgerError::Displaced)
            | WatchdogError::Store(StoreError::Displaced { .. })
                if self.lock.is_in_place(state_dir) =>
            {
                Some(Meanwhile::Waits)
            }
            error => error.is_damage().then_some(Meanwhile::Waits),
        }
    }

    /// The right to act, but for the lock, with the fleet that is in force recorded.
    fn crowned<D: Driver>(
        &self,
        config: &Path,
        loaded: Loaded,
        tools: &Tools,
        driver: impl FnOnce(agents_tmux::Place, &Fleet) -> D,
    ) -> Result<Reign<D>, WatchdogError> {
        let mut reign = self.crown(config, loaded, tools, driver)?;
        reign.keep_fleet()?;
        Ok(reign)
    }

    /// The right to act, but for the lock.
    fn crown<D: Driver>(
        &self,
        config: &Path,
        mut loaded: Loaded,
        tools: &Tools,
        driver: impl FnOnce(agents_tmux::Place, &Fleet) -> D,
    ) -> Result<Reign<D>, WatchdogError> {
        let state_dir = loaded.fleet.state_dir();
        let mut store = Store::open(&state_dir)?;
        // Moved in this moment: the store would be a new one, at the old place.
        if !self.lock.is_in_place(&state_dir) {
            return Err(WatchdogError::Displaced(state_dir));
        }
        store.claim_epoch(&self.holder)?;
        let went_back = store.went_back();
        let terminals = tmux_place(&loaded.fleet, &tools.tmux);
        let place = LocalPlace::new(terminals.clone(), state_dir, tools.myself.clone());
        let socket = terminals.socket_path();
        let driver = driver(terminals.clone(), &loaded.fleet);
        let mut engine = Engine::resume(driver, place, StoreLedger::new(store))?;
        let mut desk = Desk::default();
        desk.take_up(&mut engine.ledger);
        if let Some(records) = went_back {
            tell_of_lost(&mut engine, records);
        }
        // The file is compared with what it says itself.
        loaded.fleet = without_tasks(loaded.fleet, desk.board());
        let config = ConfigSource::new(config, loaded);
        Ok(Reign {
            engine,
            config,
            own_session: None,
            manager: ServiceManager::default(),
            tidied: Tidied::default(),
            long_logs: LongLogs::default(),
            desk,
            lost_logs: LostLogs::default(),
            log_alarms: LogAlarms::default(),
            socket,
            notifier: Notifier::new(),
            what: self.holder.what.clone(),
            terminals,
            named_on: None,
            signals: None,
            lock: None,
        })
    }

    fn over_to<D>(self, mut reign: Reign<D>) -> Reign<D> {
        reign.lock = Some(self.lock);
        reign
    }
}

/// Writes into the journal that the store is not what the last holder left.
fn tell_of_lost<D: Driver>(engine: &mut Engine<D, LocalPlace, StoreLedger>, records: u64) {
    let lost = if records == 1 {
        "the last record".to_owned()
    } else {
        format!("the last {records} records")
    };
    let entry = Entry {
        at_wall_ms: chrono::Utc::now().timestamp_millis(),
        tick: engine.state().tick,
        subject: None,
        kind: EntryKind::Alarm,
        text: format!(
            "the store has lost {lost} of who held the fleet before: its log was damaged, or a copy was put back; \
             what runs is taken up as it is found, and what was decided meanwhile may be decided again"
        ),
        detail: serde_json::json!({ "key": "store-went-back", "records": records }),
    };
    let record = Record { entries: vec![entry], ..Record::default() };
    if let Err(error) = engine.ledger.commit(&record) {
        tracing::warn!("{error}; {lost} of the store are lost");
    }
}
