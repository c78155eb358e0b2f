//! What can people, programs and accidents do to the fake terminals?

use agents_names::SessionName;

use super::server::Session;
use super::{EndCause, World};
use crate::StartSession;

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
        let has_news = self.lock().remove(None, session, EndCause::Killed);
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
        self.change(from, |session| session.name = to.as_str().into());
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

    /// From now on nothing guards a paste into a dead pane, which ends the server of tmux 3.3a.
    pub fn paste_unguarded(&self) {
        self.lock().pastes_unguarded = true;
    }

    /// How often a paste ended the server.
    #[must_use]
    pub fn crashes(&self) -> u32 {
        self.lock().crashes
    }

    /// Nothing that was planned goes wrong any more.
    pub fn forget_faults(&self) {
        self.lock().faults.clear();
    }

    /// The machine stops: no server is left, and nothing that was still to take effect does.
    pub fn switch_off(&self) {
        let mut inner = self.lock();
        inner.lose_server();
        for server in std::mem::take(&mut inner.unreachable) {
            for session in server.sessions {
                inner.bury(session, EndCause::ServerLost);
            }
        }
        inner.late.clear();
        drop(inner);
        self.tell(true);
    }

    /// The socket file is removed; the server lives on.
    pub fn remove_socket(&self) {
        if let Some(server) = self.lock().server.as_mut() {
            server.has_socket = false;
        }
    }

    /// The server stops answering, or goes on, also where its socket leads to another by now.
    pub fn stop_server(&self, stopped: bool) {
        let mut inner = self.lock();
        if let Some(server) = inner.server.as_mut() {
            server.is_stopped = stopped;
        }
        for server in inner.unreachable.iter_mut().filter(|_| !stopped) {
            server.is_stopped = false;
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
