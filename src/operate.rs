//! How does a verb get something done? It leaves a request in the store; the watchdog carries it out, and
//! where there is none the verb takes the fleet lock and runs the same loop itself.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use agents_config::Loaded;
use agents_decide::{FleetState, RequestId, Verb, Wanted};
use agents_store::{FleetLock, Holder, LockError, Store};
use agents_tmux::{ServerId, server_process_alive};
use agents_watchdog::WatchdogError;
use agents_watchdog::in_force::SOCKET_WORD;
use agents_watchdog::launch::keep_keys;
use agents_watchdog::run::{Answers, BLIND_PATIENCE, Tools, Until, one_shot, take_over};
use agents_watchdog::store_ledger::parse_state;
use agents_watchdog::trouble::Trouble;

use crate::app::{App, say};
use crate::error::Error;
use crate::servers;
use crate::stopped;

/// A request and how long its answer may take.
pub struct Ask {
    pub verb: Verb,
    pub within: Duration,
}

/// Leaves the request, sees that it is carried out, and returns the answers.
///
/// # Errors
/// When the store or tmux cannot be used, or no answer came in time.
pub fn ask(app: &App, loaded: &Loaded, ask: &Ask) -> Result<Answers, Error> {
    let tools = app.tools()?;
    app.check_socket(&loaded.fleet)?;
    let mut store = Store::open(&loaded.fleet.state_dir())?;
    // A disk that is full must not keep a fleet from being ended.
    if let Err(error) = keep_keys(&loaded.fleet.state_dir()) {
        say(&format!("the keys of the environment cannot be kept for the agents: {error}"));
    }
    refuse_elsewhere(app, loaded, &store)?;
    let body =
        serde_json::to_string(&ask.verb).map_err(|error| Error::Failed(error.to_string()))?;
    let id = store.submit_request(&body)?;
    let began = Instant::now();
    let answered = carry_out(app, loaded, &tools, &store, (id, began + ask.within));
    if let Ok(Some(answers)) = answered {
        return Ok(answers);
    }
    // Nobody may take it up later, when the operator has given up on it.
    if !withdraw(&mut store, id)?
        && let Some(answers) = reply(&store, id)?
    {
        return Ok(answers);
    }
    answered?;
    Err(unanswered(&store, loaded, id, began.elapsed()))
}

/// Takes a request back; false when it was answered already.
///
/// # Errors
/// When nobody can say so to whoever holds the fleet.
pub fn withdraw(store: &mut Store, id: u64) -> Result<bool, Error> {
    store.withdraw_request(id).map_err(|error| {
        Error::Unavailable(format!(
            "{error}; the request could not be withdrawn, so it may be carried out later: `agents status` shows it then"
        ))
    })
}

/// Where nobody holds the fleet the verb is its own hand, which must reach the fleet's server and no other.
fn refuse_elsewhere(app: &App, loaded: &Loaded, store: &Store) -> Result<(), Error> {
    let fleet = &loaded.fleet;
    if !matches!(FleetLock::holder(&fleet.state_dir()), Ok(None)) {
        return Ok(());
    }
    let recorded: Option<PathBuf> =
        store.word_of(SOCKET_WORD)?.and_then(|word| serde_json::from_str(&word).ok());
    let server = state(store).ok().flatten().and_then(|state| state.server);
    let server = server.map(|it| ServerId { pid: it.pid, start_time: it.start_time });
    let living = server.filter(|server| server_process_alive(*server));
    match servers::elsewhere(&app.terminals(fleet)?, recorded.as_deref(), living) {
        Some(elsewhere) => Err(Error::Unavailable(elsewhere)),
        None => Ok(()),
    }
}

/// The answers; none when there is no reason to wait on.
fn carry_out(
    app: &App,
    loaded: &Loaded,
    tools: &Tools,
    store: &Store,
    (id, deadline): (u64, Instant),
) -> Result<Option<Answers>, Error> {
    let state_dir = loaded.fleet.state_dir();
    let mut poked = None;
    // The holder must have had the time to say more than that it cannot see.
    let patience = BLIND_PATIENCE + loaded.fleet.timing.tmux_timeout * 2;
    let mut sight = Sight { patience, looked: None, blind_since: None };
    let mut standstill = Standstill::default();
    loop {
        if let Some(answers) = reply(store, id)? {
            return Ok(Some(answers));
        }
        if Instant::now() >= deadline || sight.is_lost(store, id)? {
            return Ok(None);
        }
        match drive(app, loaded, tools, (id, deadline)) {
            // The same loop has waited for the terminals as long as is wise.
            Ok(()) => return reply(store, id),
            Err(WatchdogError::Lock(LockError::Held(holder))) => {
                if poked.as_ref() != Some(&holder) {
                    poke(&state_dir, &holder);
                    poked = Some(holder.clone());
                }
                if standstill.lasts(&state_dir, &holder) {
                    return Ok(None);
                }
                std::thread::sleep(Duration::from_millis(10));
            }
            // Its name comes a moment after its lock.
            Err(WatchdogError::Lock(LockError::HeldByUnknown { .. })) => {
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn reply(store: &Store, id: u64) -> Result<Option<Answers>, Error> {
    let Some(reply) = store.reply_of(id)? else { return Ok(None) };
    let answers = serde_json::from_str(&reply);
    answers
        .map(Some)
        .map_err(|error| Error::Unavailable(format!("the answer cannot be read: {error}")))
}

/// Whether the holder of the fleet, who has taken the request up, sees the terminals.
struct Sight {
    patience: Duration,
    looked: Option<Instant>,
    blind_since: Option<Instant>,
}

impl Sight {
    /// Whether it has not seen them for long.
    fn is_lost(&mut self, store: &Store, id: u64) -> Result<bool, Error> {
        let now = Instant::now();
        if self.looked.is_some_and(|looked| now - looked < Duration::from_millis(500)) {
            return Ok(false);
        }
        self.looked = Some(now);
        let blind =
            state(store)?.is_some_and(|state| is_taken_up(&state, id) && state.blind.is_some());
        self.blind_since = if blind { self.blind_since.or(Some(now)) } else { None };
        Ok(self.blind_since.is_some_and(|since| now - since >= self.patience))
    }
}

/// How long a verb waits for a watchdog that can record nothing, and is asked to try again all the while.
const STANDSTILL_PATIENCE: Duration = Duration::from_secs(2);
/// One that waits for another store finds it, and takes it up, within some seconds.
const STORE_PATIENCE: Duration = Duration::from_secs(15);
/// Between two looks at what it tells.
const TOLD_EVERY: Duration = Duration::from_millis(500);

/// Since when is the holder of the fleet one that can do nothing, as it tells itself or as is seen?
#[derive(Debug, Default)]
pub struct Standstill {
    looked: Option<Instant>,
    since: Option<Instant>,
}

impl Standstill {
    /// Whether that has lasted for longer than it is worth to wait. The holder is asked to try again at each look.
    pub fn lasts(&mut self, state_dir: &Path, holder: &Holder) -> bool {
        let now = Instant::now();
        if self.looked.is_some_and(|looked| now - looked < TOLD_EVERY) {
            return false;
        }
        self.looked = Some(now);
        let patience = match Trouble::of(state_dir, holder.pid) {
            _ if stopped::is_stopped(holder) => STANDSTILL_PATIENCE,
            Some(trouble) if trouble.retries => {
                poke(state_dir, holder);
                STANDSTILL_PATIENCE
            }
            Some(_) => STORE_PATIENCE,
            None => {
                self.since = None;
                return false;
            }
        };
        now - *self.since.get_or_insert(now) >= patience
    }
}

/// What keeps that holder from its work, and since when.
pub fn standstill(state_dir: &Path, holder: Option<&Holder>) -> Option<String> {
    let holder = holder?;
    if let Some(stopped) = stopped::told(holder) {
        return Some(stopped);
    }
    let trouble = Trouble::of(state_dir, holder.pid)?;
    let since = trouble.since.with_timezone(&chrono::Local).format("%H:%M:%S");
    Some(format!("it does nothing since {since}, because it cannot record: {}", trouble.what))
}

/// Whether the fleet as a whole is wanted up, as far as the store tells.
#[must_use]
pub fn is_wanted(state_dir: &Path) -> bool {
    let state = Store::open(state_dir).map_err(Error::from).and_then(|store| state(&store));
    state.ok().flatten().is_some_and(|state| state.wanted == Wanted::Up)
}

fn state(store: &Store) -> Result<Option<FleetState>, Error> {
    let Some(document) = store.load_state()? else { return Ok(None) };
    let document = parse_state(&document).map_err(|error| Error::Unavailable(error.to_string()))?;
    Ok(Some(document.state))
}

fn is_taken_up(state: &FleetState, id: u64) -> bool {
    state.last_request >= RequestId(id)
}

/// What is known of a request that was given up on. One that was taken up cannot be called back.
fn unanswered(store: &Store, loaded: &Loaded, id: u64, waited: Duration) -> Error {
    let state = state(store).ok().flatten().filter(|state| is_taken_up(state, id));
    let holder = FleetLock::holder(&loaded.fleet.state_dir()).ok().flatten();
    let who = holder.as_ref().map_or_else(String::new, |holder| format!("; {holder}"));
    let mut silence = format!("no answer within {} s{who}", waited.as_secs());
    let standstill = standstill(&loaded.fleet.state_dir(), holder.as_ref());
    let stands = standstill.is_some();
    if let Some(why) = standstill {
        silence = format!("{silence}, and {why}");
    }
    let Some(state) = state else {
        let said = format!("{silence}; nothing was done, and the request is withdrawn");
        return if stands { Error::Unavailable(said) } else { Error::Failed(said) };
    };
    let next = if holder.is_some() { "" } else { ", and a watchdog or another verb looks" };
    if state.blind.is_some() {
        return Error::Unavailable(format!(
            "{silence}; tmux does not answer, so nobody knows what runs; the request is taken up, and is carried out \
             when tmux answers{next}"
        ));
    }
    Error::Failed(format!(
        "{silence}; the request is taken up, and goes on as soon as it can{next}"
    ))
}

/// Runs the loop until the request is answered, as nobody else does, or the deadline is over.
fn drive(
    app: &App,
    loaded: &Loaded,
    tools: &Tools,
    (id, deadline): (u64, Instant),
) -> Result<(), WatchdogError> {
    let runtime = runtime().map_err(WatchdogError::Signals)?;
    runtime.block_on(async {
        let mut reign = take_over(&app.config_absolute(), loaded.clone(), tools, "verb", one_shot)?;
        // What the verb was asked of is what it saw; an edit meanwhile is for the next verb.
        reign.hold_config();
        reign.engine.supervises = false;
        let answered = reign.run(Until::Answered(vec![RequestId(id)]));
        // What is cut off here looks to the next holder as if this process had died: nothing is lost or done twice.
        let rest = deadline.saturating_duration_since(Instant::now());
        tokio::time::timeout(rest, answered).await.unwrap_or(Ok(()))
    })
}

/// A runtime for one verb.
///
/// # Errors
/// Those of the system.
pub fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// Asks the holder of the fleet to look now.
pub fn poke(state_dir: &Path, holder: &Holder) {
    let here = agents_watchdog::run::holder("verb").host == holder.host;
    let still = FleetLock::holder(state_dir).ok().flatten().is_some_and(|now| now == *holder);
    let pid = i32::try_from(holder.pid).ok().and_then(rustix::process::Pid::from_raw);
    if let (true, true, Some(pid)) = (here, still, pid) {
        // A holder that ended meanwhile needs no hint.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::USR1);
    }
}
