//! What if the terminals were in memory? A small world of scripted programs, with its own clock and faults.

mod disturb;
mod driver;
mod fault;
mod happen;
mod launcher;
mod live;
mod program;
mod running;
mod scrollback;
mod server;
mod truth;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use agents_names::SessionName;
use tokio::sync::watch;

pub use driver::FakeDriver;
pub use fault::{Call, Fault};
pub use launcher::LAUNCH;
pub use program::{Chat, Limit, Program};
pub use truth::{Living, Submission, Truth};

use self::fault::FaultPlan;
use self::launcher::Launches;
use self::server::Server;
use crate::{Done, Fence, Pane, PaneId, ServerId, TmuxError, TmuxOp};

/// The terminals of one simulated machine. Clones and drivers share one world; nothing happens but by its clock and its callers.
#[derive(Debug, Clone)]
pub struct World {
    inner: Arc<Mutex<Inner>>,
    news: watch::Sender<u64>,
}

/// One change that was asked for, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Time since the world began.
    pub at: Duration,
    pub op: TmuxOp,
    pub outcome: Result<Done, TmuxError>,
    /// Whether it took effect, heard of or not; a late effect is recorded a second time, when it happens.
    pub took_effect: bool,
    /// It happened long after its caller had given it up.
    pub is_late: bool,
    /// The writer that asked for it.
    pub epoch: Option<u64>,
}

/// A program that runs no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Time since the world began.
    pub at: Duration,
    pub session: String,
    pub cause: EndCause,
}

/// What ended a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndCause {
    /// It ended by itself, with that exit code.
    Exit(i32),
    /// Its session was killed by an operation or by a person.
    Killed,
    /// Its server died.
    ServerLost,
}

/// The server of the last listing, to which a change of a pane is bound, and that which a request was sent to.
type SeenAndSentTo = (Option<ServerId>, Option<ServerId>);

#[derive(Debug)]
struct Inner {
    now: Duration,
    server: Option<Server>,
    servers_started: u32,
    /// Servers that live but lost their socket to a successor.
    unreachable: Vec<Server>,
    /// How often a driver started a server beside one that held tagged sessions.
    second_servers: u32,
    keeps_dead: bool,
    programs: BTreeMap<String, Vec<Program>>,
    default_program: Program,
    launches: Launches,
    faults: FaultPlan,
    /// When, what, by which writer, and for which server.
    late: Vec<(Duration, TmuxOp, Option<Fence>, SeenAndSentTo)>,
    applied: Vec<Applied>,
    ended: Vec<Ended>,
    logs: BTreeMap<OsString, String>,
    received: BTreeMap<String, String>,
    submissions: Vec<Submission>,
    /// The change under way reaches the terminal, and not its program.
    swallows: bool,
    pastes_unguarded: bool,
    crashes: u32,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// A world without a server, at time zero. Programs are echoes unless said otherwise.
    #[must_use]
    pub fn new() -> Self {
        let inner = Inner {
            now: Duration::ZERO,
            server: None,
            servers_started: 0,
            unreachable: Vec::new(),
            second_servers: 0,
            keeps_dead: false,
            programs: BTreeMap::new(),
            default_program: Program::echo(),
            launches: Launches::default(),
            faults: FaultPlan::default(),
            late: Vec::new(),
            applied: Vec::new(),
            ended: Vec::new(),
            logs: BTreeMap::new(),
            received: BTreeMap::new(),
            submissions: Vec::new(),
            swallows: false,
            pastes_unguarded: false,
            crashes: 0,
        };
        Self { inner: Arc::new(Mutex::new(inner)), news: watch::Sender::new(0) }
    }

    /// A driver for this world.
    #[must_use]
    pub fn driver(&self) -> FakeDriver {
        FakeDriver::new(self.clone())
    }

    /// What later starts of that session run.
    pub fn program(&self, session: &SessionName, program: Program) {
        self.programs(session, [program]);
    }

    /// What later starts of that session run, one after the other; the last one again and again.
    pub fn programs(&self, session: &SessionName, programs: impl IntoIterator<Item = Program>) {
        let programs = programs.into_iter().collect();
        self.lock().programs.insert(session.as_str().to_owned(), programs);
    }

    /// What later starts of all other sessions run.
    pub fn default_program(&self, program: Program) {
        self.lock().default_program = program;
    }

    /// Time since the world began.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.lock().now
    }

    /// The wall clock, in seconds since 1970.
    #[must_use]
    pub fn wall_seconds(&self) -> u64 {
        server::EPOCH + self.now().as_secs()
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        let then = self.now() + by;
        self.set_now(then);
    }

    /// Sets the clock to a time since the world began; it never goes back. Everything that is due on the way happens at its own time.
    pub fn set_now(&self, then: Duration) {
        let has_news = self.lock().set_now(then);
        self.tell(has_news);
    }

    /// Lets the nth request of that kind from now on go wrong; the next one is 1.
    pub fn fault(&self, call: Call, nth: u64, fault: Fault) {
        let mut inner = self.lock();
        let at = inner.faults.count(call) + nth.max(1);
        inner.faults.add(call, at, fault);
    }

    /// How many requests of that kind there have been.
    #[must_use]
    pub fn calls(&self, call: Call) -> u64 {
        self.lock().faults.count(call)
    }

    /// The listings since that one, the count of which was told then, count as none if it lacked a session: what hides a
    /// session from two observers in turn hides it from neither twice in a row.
    pub fn go_back_to_lacking(&self, count: u64) {
        self.lock().faults.go_back_to_lacking(count);
    }

    /// All changes asked for so far.
    #[must_use]
    pub fn applied(&self) -> Vec<Applied> {
        self.lock().applied.clone()
    }

    /// All programs that have ended so far.
    #[must_use]
    pub fn ended(&self) -> Vec<Ended> {
        self.lock().ended.clone()
    }

    /// What was typed into sessions of that name, over all their starts: pastes as they came, `\r` for Enter, `<Key>` for other keys.
    #[must_use]
    pub fn received(&self, session: &str) -> String {
        let mut inner = self.lock();
        let earlier = inner.received.get(session).cloned().unwrap_or_default();
        let running = inner.server.as_mut().and_then(|server| server.session(session));
        running.map_or(earlier.clone(), |session| earlier + session.running.received())
    }

    /// What a session log holds.
    #[must_use]
    pub fn log(&self, path: &Path) -> Option<String> {
        self.lock().logs.get(path.as_os_str()).cloned()
    }

    /// The panes of the server, without a request being counted.
    #[must_use]
    pub fn panes(&self) -> Vec<Pane> {
        self.lock().server.as_ref().map(|server| server.listing().panes).unwrap_or_default()
    }

    /// The pane of that session.
    #[must_use]
    pub fn pane(&self, session: &str) -> Option<PaneId> {
        let inner = self.lock();
        let mut sessions = inner.server.iter().flat_map(|server| &server.sessions);
        sessions.find(|it| *it.name == *session).map(|it| it.pane)
    }

    /// The session of that pane.
    #[must_use]
    pub fn session_of(&self, pane: PaneId) -> Option<String> {
        let inner = self.lock();
        let mut sessions = inner.server.iter().flat_map(|server| &server.sessions);
        sessions.find(|it| it.pane == pane).map(|it| it.name.to_string())
    }

    /// What the session shows, without a request being counted.
    #[must_use]
    pub fn shown(&self, session: &str) -> Option<String> {
        let mut inner = self.lock();
        let now = inner.now;
        let server = inner.server.as_mut()?;
        let pane = server.session(session)?.pane;
        server.screen(pane, now).ok().map(|screen| screen.text())
    }

    /// How many servers live, reachable or not: two are one too many.
    #[must_use]
    pub fn live_servers(&self) -> usize {
        let inner = self.lock();
        inner.unreachable.len() + usize::from(inner.server.is_some())
    }

    /// How often a driver started a server beside one that held tagged sessions, as people may and a fleet may not.
    #[must_use]
    pub fn second_servers(&self) -> u32 {
        self.lock().second_servers
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A test that failed elsewhere must not hide behind this lock.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, has_news: bool) {
        if has_news {
            self.news.send_modify(|count| *count += 1);
        }
    }
}

#[cfg(test)]
mod tests;
