//! What if the terminals were in memory? A small world of scripted programs, with its own clock and faults.

mod driver;
mod fault;
mod live;
mod program;
mod server;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use agents_names::SessionName;
use tokio::sync::watch;

pub use driver::FakeDriver;
pub use fault::{Call, Fault};
pub use program::{Chat, Limit, Program};

use self::fault::FaultPlan;
use self::server::{Effects, Server, Session};
use crate::{Dead, Done, Fence, Pane, PaneId, ServerId, StartSession, TmuxError, TmuxOp};

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

#[derive(Debug)]
struct Inner {
    now: Duration,
    server: Option<Server>,
    servers_started: u32,
    /// Servers that live but lost their socket to a successor.
    unreachable: Vec<Server>,
    keeps_dead: bool,
    programs: BTreeMap<String, Program>,
    default_program: Program,
    faults: FaultPlan,
    late: Vec<(Duration, TmuxOp, Option<Fence>)>,
    applied: Vec<Applied>,
    ended: Vec<Ended>,
    logs: BTreeMap<PathBuf, String>,
    received: BTreeMap<String, String>,
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
            keeps_dead: false,
            programs: BTreeMap::new(),
            default_program: Program::echo(),
            faults: FaultPlan::default(),
            late: Vec::new(),
            applied: Vec::new(),
            ended: Vec::new(),
            logs: BTreeMap::new(),
            received: BTreeMap::new(),
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
        self.lock().programs.insert(session.as_str().to_owned(), program);
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
        let has_news = {
            let mut inner = self.lock();
            let mut has_news = false;
            while let Some(due) = inner.next_due().filter(|due| *due <= then) {
                inner.now = inner.now.max(due);
                has_news |= inner.happen();
            }
            inner.now = inner.now.max(then);
            has_news | inner.happen()
        };
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
        self.lock().logs.get(path).cloned()
    }

    /// The panes of the server, without a request being counted.
    #[must_use]
    pub fn panes(&self) -> Vec<Pane> {
        self.lock().server.as_ref().map(|server| server.listing().panes).unwrap_or_default()
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

/// What people and machines do to the terminals.
impl World {
    /// Whether panes of ended programs are kept (`remain-on-exit`).
    pub fn keep_dead_panes(&self, keep: bool) {
        self.lock().keeps_dead = keep;
    }

    /// The program of the session ends with that code.
    pub fn end_program(&self, session: &str, code: i32) {
        let has_news = self.lock().exit(session, code);
        self.tell(has_news);
    }

    /// Someone ends the session.
    pub fn kill_session(&self, session: &str) {
        let has_news = self.lock().remove(session, EndCause::Killed);
        self.tell(has_news);
    }

    /// Someone starts a session that carries no tag.
    pub fn strange_session(&self, session: &SessionName) {
        let start = StartSession {
            session: session.clone(),
            agent_id: String::new(),
            run: String::new(),
            argv: vec!["sh".to_owned(), "-i".to_owned()],
            log: None,
            columns: 80,
            rows: 24,
        };
        let mut inner = self.lock();
        inner.ensure_server();
        let (now, program) = (inner.now, inner.program_of(session));
        if let Some(server) = inner.server.as_mut() {
            server.start(&start, program, now);
        }
        inner.happen();
        drop(inner);
        self.tell(true);
    }

    /// Someone, or the agent itself, renames a session.
    pub fn rename_session(&self, from: &str, to: &SessionName) {
        self.change(from, |session| to.as_str().clone_into(&mut session.name));
        self.tell(true);
    }

    /// Someone scrolls in the session, or leaves.
    pub fn copy_mode(&self, session: &str, in_mode: bool) {
        self.change(session, |session| session.in_mode = in_mode);
    }

    /// Someone switches the session's input off, or on.
    pub fn input_off(&self, session: &str, off: bool) {
        self.change(session, |session| session.input_off = off);
    }

    /// The log pipe of the session dies, as on a full disk.
    pub fn lose_log(&self, session: &str) {
        self.change(session, |session| session.log = None);
    }

    /// The server dies, and all its programs with it.
    pub fn lose_server(&self) {
        self.lock().lose_server();
        self.tell(true);
    }

    /// The socket file is removed; the server lives on.
    pub fn remove_socket(&self) {
        if let Some(server) = self.lock().server.as_mut() {
            server.has_socket = false;
        }
    }

    /// The server stops answering, or goes on.
    pub fn stop_server(&self, stopped: bool) {
        if let Some(server) = self.lock().server.as_mut() {
            server.is_stopped = stopped;
        }
    }

    fn change(&self, session: &str, change: impl FnOnce(&mut Session)) {
        if let Some(session) =
            self.lock().server.as_mut().and_then(|server| server.session(session))
        {
            change(session);
        }
    }
}

impl Inner {
    fn program_of(&self, session: &SessionName) -> Program {
        self.programs.get(session.as_str()).unwrap_or(&self.default_program).clone()
    }

    /// A server that can be reached; one that cannot is left to itself, as the real tmux does.
    fn ensure_server(&mut self) {
        if self.server.as_ref().is_some_and(|server| server.has_socket) {
            return;
        }
        self.unreachable.extend(self.server.take());
        self.servers_started += 1;
        self.server = Some(Server::new(self.servers_started, self.now));
    }

    /// When the next program ends or the next late effect happens.
    fn next_due(&self) -> Option<Duration> {
        let late = self.late.iter().map(|(at, _, _)| *at);
        let servers = self.server.iter().chain(&self.unreachable);
        let exits = servers.flat_map(|server| server.sessions.iter().filter_map(Session::exit));
        late.chain(exits.map(|(at, _)| at)).min()
    }

    /// Does all that is due, and notes what has come onto the screens; whether sessions have come or gone.
    fn happen(&mut self) -> bool {
        let now = self.now;
        let (due, later) =
            std::mem::take(&mut self.late).into_iter().partition(|(at, _, _)| *at <= now);
        self.late = later;
        let due: Vec<(Duration, TmuxOp, Option<Fence>)> = due;
        let mut has_news = false;
        for (_, op, fence) in due {
            let (outcome, news) = self.carry_out(&op, fence.as_ref(), None);
            has_news |= news;
            let took_effect = outcome.is_ok();
            self.applied.push(Applied { at: now, op, outcome, took_effect });
        }
        self.refresh();
        let servers = self.server.iter().chain(&self.unreachable);
        let ends: Vec<(String, i32)> = servers
            .flat_map(|server| &server.sessions)
            .filter_map(|session| {
                let (at, code) = session.exit()?;
                (at <= now).then(|| (session.name.clone(), code))
            })
            .collect();
        for (session, code) in ends {
            has_news |= self.exit(&session, code);
        }
        has_news
    }

    fn refresh(&mut self) {
        let now = self.now;
        for session in self.server.iter_mut().flat_map(|server| &mut server.sessions) {
            let Some(screen) = session.refresh(now) else { continue };
            if let Some(log) = &session.log {
                self.logs.entry(log.clone()).or_default().push_str(&format!("{screen}\n"));
            }
        }
    }

    fn carry_out(
        &mut self,
        op: &TmuxOp,
        fence: Option<&Fence>,
        seen: Option<ServerId>,
    ) -> (Result<Done, TmuxError>, bool) {
        let program = match op {
            TmuxOp::Start(start) => {
                self.ensure_server();
                self.program_of(&start.session)
            }
            TmuxOp::Type { .. }
            | TmuxOp::Submit { .. }
            | TmuxOp::Kill { .. }
            | TmuxOp::AttachLog { .. } => Program::silent(),
        };
        let now = self.now;
        let Some(server) = self.server.as_mut().filter(|server| server.has_socket) else {
            return (Err(no_server()), false);
        };
        let names_pane = match op {
            TmuxOp::Type { .. } | TmuxOp::Submit { .. } | TmuxOp::AttachLog { .. } => true,
            TmuxOp::Start(_) | TmuxOp::Kill { .. } => false,
        };
        if let Some(Err(error)) = fence.map(|fence| server.pass(fence)) {
            return (Err(error), false);
        }
        if names_pane && seen.is_some_and(|seen| seen != server.id) {
            let reason = "the tmux server was replaced since the last listing".to_owned();
            return (Err(TmuxError::Refused { reason }), false);
        }
        let mut effects = Effects::default();
        let outcome = server.apply(op, &program, now, &mut effects);
        if let Some(session) = effects.killed {
            self.bury(session, EndCause::Killed);
        }
        self.refresh();
        (outcome, effects.has_news)
    }

    fn exit(&mut self, name: &str, code: i32) -> bool {
        if !self.keeps_dead {
            return self.remove(name, EndCause::Exit(code));
        }
        let at = self.now;
        let found = self.server.as_mut().and_then(|server| server.session(name));
        let Some(session) = found.filter(|session| session.dead.is_none()) else {
            return false;
        };
        session.dead = Some(Dead { status: Some(code), signal: None });
        self.ended.push(Ended { at, session: name.to_owned(), cause: EndCause::Exit(code) });
        true
    }

    fn remove(&mut self, name: &str, cause: EndCause) -> bool {
        let servers = self.server.iter_mut().chain(&mut self.unreachable);
        for server in servers {
            if let Some(at) = server.sessions.iter().position(|session| session.name == name) {
                let session = server.sessions.remove(at);
                self.bury(session, cause);
                return true;
            }
        }
        false
    }

    fn lose_server(&mut self) {
        let sessions = self.server.take().map(|server| server.sessions).unwrap_or_default();
        for session in sessions {
            self.bury(session, EndCause::ServerLost);
        }
    }

    fn bury(&mut self, session: Session, cause: EndCause) {
        self.received.entry(session.name.clone()).or_default().push_str(session.running.received());
        if session.dead.is_none() {
            self.ended.push(Ended { at: self.now, session: session.name, cause });
        }
    }
}

fn no_server() -> TmuxError {
    TmuxError::NoServer { socket: "the fake socket".to_owned() }
}

/// The panes asked for, for the screens of all sessions at once.
impl World {
    /// The pane of that session.
    #[must_use]
    pub fn pane(&self, session: &str) -> Option<PaneId> {
        self.panes().into_iter().find(|pane| pane.session == session).map(|pane| pane.id)
    }
}

#[cfg(test)]
mod tests;
