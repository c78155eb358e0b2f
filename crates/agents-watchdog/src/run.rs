//! The watchdog's loop, and the same loop for a verb that drives the fleet itself.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use agents_config::{Fleet, TmuxSocket};
use agents_decide::{Answer, Blind, Moment, RequestId, ServerSeen};
use agents_names::AgentName;
use agents_store::{FleetLock, Holder};
use agents_tmux::{Driver, OneShot, Socket, StartSession, TmuxOp};

mod rest;

pub(crate) use crate::heartbeat::heartbeat;
pub use crate::heartbeat::{beat, heartbeat_file};
pub use crate::take_over::{Hold, Tools, take_over};

use crate::WatchdogError;
use crate::config_source::{Change, ConfigSource};
use crate::in_force::{PROBLEM_WORD, SOCKET_WORD};
use crate::ledger::{Entry, EntryKind, Ledger as _, LedgerError, Record};
use crate::log_alarms::LogAlarms;
use crate::long_logs::LongLogs;
use crate::lost_logs::LostLogs;
use crate::notify::{CONFIG_BROKEN, Notifier};
use crate::place::LocalPlace;
use crate::report::Hearing;
use crate::service_manager::ServiceManager;
use crate::signals::{Signals, Told};
use crate::store_ledger::StoreLedger;
use crate::tick::{Engine, Ticked};
use crate::tidy::Tidied;
use crate::trouble::Account;
use crate::whereabouts;
use crate::work::Desk;
use rest::Wakes;

/// Who this process is, for the lock.
#[must_use]
pub fn holder(what: &str) -> Holder {
    Holder {
        pid: std::process::id(),
        what: what.to_owned(),
        since_wall_ms: chrono::Utc::now().timestamp_millis(),
        host: rustix::system::uname().nodename().to_string_lossy().into_owned(),
    }
}

/// The terminals of a fleet.
#[must_use]
pub fn tmux_place(fleet: &Fleet, tmux: &Path) -> agents_tmux::Place {
    let socket = match &fleet.tmux_socket {
        None => Socket::Default,
        Some(TmuxSocket::Name(name)) => Socket::Name(name.clone()),
        Some(TmuxSocket::Path(path)) => Socket::Path(path.clone()),
    };
    let place = agents_tmux::Place::new(tmux, socket).with_time_limit(fleet.timing.tmux_timeout);
    // Inside an agent TMUX_TMPDIR points away from the fleet; the launcher kept where it was.
    match std::env::var_os("AGENTS_TMUX_TMPDIR") {
        Some(dir) if dir.is_empty() => place.with_socket_root("/tmp"),
        Some(dir) => place.with_socket_root(PathBuf::from(dir)),
        None => place,
    }
}

/// The right to act on a fleet: its lock, its epoch, its engine.
pub struct Reign<D> {
    pub engine: Engine<D, LocalPlace, StoreLedger>,
    pub config: ConfigSource,
    /// The session that the watchdog was started in; made anew when its server is lost.
    pub own_session: Option<StartSession>,
    /// Whoever started this process as a service; nobody, if not set.
    pub manager: ServiceManager,
    /// Tells people of what was decided.
    pub(crate) notifier: Notifier,
    /// Watched since the fleet was taken.
    pub(crate) signals: Option<Signals>,
    pub(crate) tidied: Tidied,
    pub(crate) long_logs: LongLogs,
    /// Carries manifests of tasks out.
    pub(crate) desk: Desk,
    pub(crate) lost_logs: LostLogs,
    pub(crate) log_alarms: LogAlarms,
    /// Where everybody reaches its terminals.
    pub(crate) socket: PathBuf,
    /// What the lock was signed with.
    pub(crate) what: String,
    pub(crate) terminals: agents_tmux::Place,
    /// The tmux server that knows the fleet's names to be its own.
    pub(crate) named_on: Option<ServerSeen>,
    /// None while the state folder is not the one that it was taken in.
    pub(crate) lock: Option<FleetLock>,
}

/// A driver for a verb that lives for moments.
#[must_use]
pub fn one_shot(place: agents_tmux::Place, _: &Fleet) -> OneShot {
    OneShot::new(place)
}

/// How long a verb waits for terminals that nobody can see. What it asked for is carried out when they are seen again.
pub const BLIND_PATIENCE: Duration = Duration::from_secs(10);

/// Between two ticks, however soon the second is due.
pub const LEAST_PAUSE: Duration = Duration::from_millis(5);

/// What ends a run of the loop.
pub enum Until {
    /// Only the operator.
    Told,
    /// All of these requests are answered, or the terminals have not been seen for [`BLIND_PATIENCE`].
    Answered(Vec<RequestId>),
}

/// The answers of a request.
pub type Answers = Vec<(AgentName, Answer)>;

impl<D: Driver> Reign<D> {
    /// Ticks until it is told to end, by a request or a signal.
    ///
    /// # Errors
    /// When another process took the fleet over, a signal came before the answers, or signals cannot be watched.
    pub async fn run(&mut self, until: Until) -> Result<(), WatchdogError> {
        let mut signals = self.signals.take().map_or_else(Signals::watch, Ok)?;
        if self.hold_names().await? {
            self.fence().await;
        }
        let fetched = self.engine.place.fetched();
        let mut hearing = Hearing::open(&self.config.fleet().state_dir());
        self.engine.place.listen(hearing.inbox());
        let recorded = self.engine.place.recorded();
        let errand = self.desk.ended();
        let mut home = self.engine.state().server;
        let mut began = None;
        let mut account = Account::default();
        let mut checked = Instant::now();
        if self.engine.supervises {
            // What the first tick decides is news too.
            self.notifier.tend(&mut self.engine.ledger, self.config.fleet());
        }
        loop {
            let whole = checked.elapsed() >= self.config.fleet().timing.heavy_interval;
            if whole {
                checked = Instant::now();
            }
            let standing = self.check(whole);
            if standing.is_ok() {
                self.reload();
                if hearing.mend(&self.config.fleet().state_dir()) {
                    self.engine.place.listen(hearing.inbox());
                }
            }
            let fleet = self.desk.fleet(self.config.fleet());
            let ticked = match standing {
                Ok(()) => self.engine.tick(&fleet).await,
                Err(error) => Err(error),
            };
            if !self.engine.tmux_hangs && self.engine.state().server.is_some() {
                self.hold_names().await?;
            }
            if let Some(server) = self.engine.state().server
                && (home.is_none_or(|home| home == server) || self.return_home().await)
            {
                home = Some(server);
            }
            let first = ticked.as_ref().map_or(None, |ticked| Some(ticked.now.at));
            began = began.or(first);
            let rest = match ticked {
                Ok(ticked) if self.is_over(&until, &ticked, began) => return Ok(()),
                Ok(ticked) => {
                    self.tidy(&ticked);
                    let next = self.turn_to_tasks(&ticked);
                    next.map(|next| Duration::from_millis(next.0.saturating_sub(ticked.now.at.0)))
                }
                Err(error) => Err(error),
            };
            let pause = match rest {
                Ok(pause) => {
                    if self.engine.supervises {
                        account.works(&fleet.state_dir());
                    }
                    pause
                }
                Err(error) => match self.after(error, &mut account, &mut signals).await? {
                    Some(pause) => pause,
                    None => return Ok(()),
                },
            };
            self.shorten_logs();
            self.mend_logs().await;
            heartbeat(&fleet);
            self.manager.turned(|| told(&account, &fleet));
            let mut wakes = Wakes {
                at: tokio::time::Instant::now() + pause.max(LEAST_PAUSE),
                fetched: &fetched,
                recorded: &recorded,
                errand: &errand,
                hearing: &mut hearing,
            };
            match (self.rest(&fleet, &mut wakes, &mut signals).await, &until) {
                (Told::Look, _) => {}
                (Told::End, Until::Told) => {
                    self.note_signal();
                    return Ok(());
                }
                (Told::End, Until::Answered(_)) => return Err(WatchdogError::Interrupted),
            }
        }
    }

    /// Another server holds the fleet by now: it gets the fence, and people their window on the watchdog.
    ///
    /// False when that is still owed: a tick whose look or action let us wait asks nothing more of tmux.
    async fn return_home(&mut self) -> bool {
        if self.engine.tmux_hangs || !self.fence().await {
            return false;
        }
        let Some(session) = self.own_session.clone() else { return true };
        let Err(error) = self.engine.driver.apply(&TmuxOp::Start(session)).await else {
            return true;
        };
        tracing::warn!("the watchdog's own session could not be made again: {error}");
        !error.is_time_out()
    }

    /// Keeps the config as it was loaded, for the moments that a verb takes.
    pub fn hold_config(&mut self) {
        self.config.hold();
    }

    /// Keeps what is in force where whoever finds the file broken or moved looks for it.
    pub(crate) fn keep_fleet(&mut self) -> Result<(), WatchdogError> {
        self.note_whereabouts();
        let words = self.config_words();
        let store = self.engine.ledger.store();
        let mut kept = true;
        for (subject, body) in &words {
            kept &= store.word_of(subject)?.as_ref() == Some(body);
        }
        if kept {
            return Ok(());
        }
        match self.engine.ledger.commit(&Record { words, ..Record::default() }) {
            Err(LedgerError::Displaced) => {
                Err(WatchdogError::Displaced(self.config.fleet().state_dir()))
            }
            other => Ok(other?),
        }
    }

    fn note_whereabouts(&self) {
        let fleet = self.config.fleet();
        if let Some(folder) = whereabouts::folder() {
            let given = self.config.path();
            whereabouts::note(&folder, given, &fleet.config, &fleet.state_dir());
        }
    }

    /// What the store says about the config: the fleet in force, and what is wrong with the file.
    fn config_words(&self) -> Vec<(String, String)> {
        let broken = self.config.broken();
        let problem = serde_json::json!({
            "broken": broken.map(|broken| &broken.summary),
            "report": broken.map(|broken| &broken.report),
            "finder": broken.map(|_| std::process::id()),
            "digest": broken.map(|broken| broken.digest()),
            "untrusted": broken.map(|broken| broken.is_untrusted),
        });
        vec![
            self.config.in_force().word(),
            (PROBLEM_WORD.to_owned(), problem.to_string()),
            (SOCKET_WORD.to_owned(), serde_json::json!(self.socket).to_string()),
        ]
    }

    fn is_over(&self, until: &Until, ticked: &Ticked, began: Option<Moment>) -> bool {
        match until {
            Until::Told => ticked.exit,
            Until::Answered(requests) => {
                let state = self.engine.state();
                let is_blind = |blind: &Blind| {
                    let since = began.map_or(blind.since, |began| began.max(blind.since));
                    ticked.now.at.since(since) >= BLIND_PATIENCE
                };
                let is_answered = |request: &RequestId| {
                    state.last_request >= *request
                        && !state.open.iter().any(|open| open.id == *request)
                };
                state.blind.as_ref().is_some_and(is_blind) || requests.iter().all(is_answered)
            }
        }
    }

    fn reload(&mut self) {
        let mut key = None;
        let (kind, text) = match self.config.refresh(self.desk.board().under_way()) {
            Change::None => return,
            Change::Fleet => {
                // The same path may lead to another file by now.
                self.note_whereabouts();
                (EntryKind::Config, "the config changed and is in force".to_owned())
            }
            Change::Mended => (EntryKind::Config, "the config is good again".to_owned()),
            Change::Broken(broken) => {
                tracing::error!("the last good config stays in force:\n{}", broken.report);
                key = Some(CONFIG_BROKEN);
                (
                    EntryKind::Alarm,
                    format!(
                        "the config is {}, the last good one stays in force: {}",
                        broken.word(),
                        broken.summary
                    ),
                )
            }
        };
        let report = self.config.broken().map(|broken| &broken.report);
        let entry =
            self.entry(kind, text.clone(), serde_json::json!({ "key": key, "report": report }));
        let words = self.config_words();
        self.write(Record { entries: vec![entry], words, ..Record::default() });
        // Said when it holds: a verb that finds the file broken in the next instant looks in the store.
        tracing::info!("{text}");
    }

    /// Writes into the journal that this process watches from now on, and whether the one before was told to end.
    pub fn note_beginning(&mut self, is_first_after_a_death: bool) {
        let pid = std::process::id();
        let mut text = format!("the watchdog began (process {pid})");
        if is_first_after_a_death {
            text.push_str("; the one before it had died: nobody ended it");
        }
        let detail = serde_json::json!({ "pid": pid, "died": is_first_after_a_death });
        self.note(text, detail);
    }

    fn note_signal(&mut self) {
        let text = "the watchdog ends, as a signal asked; agents that run go on".to_owned();
        self.note(text, serde_json::Value::Null);
    }

    fn note(&mut self, text: String, detail: serde_json::Value) {
        let entry = self.entry(EntryKind::Note, text, detail);
        self.write(Record { entries: vec![entry], ..Record::default() });
    }

    fn entry(&self, kind: EntryKind, text: String, detail: serde_json::Value) -> Entry {
        let at_wall_ms = chrono::Utc::now().timestamp_millis();
        Entry { at_wall_ms, tick: self.engine.state().tick, subject: None, kind, text, detail }
    }

    /// What has no room is in the log alone.
    fn write(&mut self, record: Record<'_>) {
        if let Err(error) = self.engine.ledger.commit(&record) {
            tracing::warn!("{error}");
        }
    }
}

/// What a service manager shows of us.
pub(crate) fn told(account: &Account, fleet: &Fleet) -> String {
    if let Some(trouble) = account.trouble() {
        return format!("does nothing: {trouble}");
    }
    let (agents, services) = (fleet.agents.len(), fleet.services.len());
    format!("supervises {}: {agents} agents, {services} services", fleet.config.display())
}
