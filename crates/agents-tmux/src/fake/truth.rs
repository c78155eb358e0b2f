//! What is really there and what really happened, whatever a look sees? For those who judge a simulation.

use std::sync::Arc;
use std::time::Duration;

use super::{Applied, EndCause, Ended, World};
use crate::PaneId;

/// One session of the server that holds the socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truth {
    pub session: Arc<str>,
    pub pane: PaneId,
    pub agent_id: Option<Arc<str>>,
    pub run: Option<Arc<str>>,
    pub is_dead: bool,
    /// Whether a program runs there: neither has it ended, nor is there only a launcher that starts none.
    pub has_program: bool,
    /// The foreground process.
    pub command: Arc<str>,
    /// Whether it takes input by now.
    pub is_ready: bool,
    /// Whether a turn of it runs.
    pub is_working: bool,
    /// When its screen last changed.
    pub changed_at: Duration,
}

/// A session whose program runs, with what it carries.
#[derive(Debug, Clone, Copy)]
pub struct Living<'w> {
    pub session: &'w str,
    pub agent_id: Option<&'w str>,
    pub run: Option<&'w str>,
    pub started: Duration,
}

/// What a chat was given to work on, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    pub session: String,
    pub text: String,
}

impl World {
    /// What is really there.
    #[must_use]
    pub fn truths(&self) -> Vec<Truth> {
        let inner = self.lock();
        let sessions = inner.server.iter().flat_map(|server| &server.sessions);
        sessions.map(|session| session.truth(inner.now)).collect()
    }

    /// Looks at the sessions of all servers that live, reachable or not, whose programs run. Nothing else may be asked
    /// of the world meanwhile.
    pub fn each_living(&self, mut look: impl FnMut(Living<'_>)) {
        let inner = self.lock();
        let servers = inner.server.iter().chain(&inner.unreachable);
        for session in servers.flat_map(|server| &server.sessions) {
            if session.has_program() {
                let (agent_id, run) = (session.agent_id.as_deref(), session.run.as_deref());
                let started = session.started();
                look(Living { session: &session.name, agent_id, run, started });
            }
        }
    }

    /// When a session that has a log last printed, in seconds since 1970.
    #[must_use]
    pub fn logged_at(&self, session: &str) -> Option<u64> {
        let inner = self.lock();
        let sessions = inner.server.iter().flat_map(|server| &server.sessions);
        let mut logged = sessions.filter(|it| *it.name == *session && it.log.is_some());
        logged.next().map(super::server::Session::activity)
    }

    /// The changes asked for after the first `count`.
    #[must_use]
    pub fn applied_since(&self, count: usize) -> Vec<Applied> {
        self.lock().applied.get(count..).unwrap_or_default().to_vec()
    }

    /// How many changes were asked for so far, or happened late.
    #[must_use]
    pub fn applied_count(&self) -> usize {
        self.lock().applied.len()
    }

    /// The programs that ended after the first `count`.
    #[must_use]
    pub fn ended_since(&self, count: usize) -> Vec<Ended> {
        self.lock().ended.get(count..).unwrap_or_default().to_vec()
    }

    /// When and how a program of that session ended last.
    #[must_use]
    pub fn last_end(&self, session: &str) -> Option<(Duration, EndCause)> {
        let inner = self.lock();
        let last = inner.ended.iter().rfind(|ended| ended.session == session);
        last.map(|ended| (ended.at, ended.cause))
    }

    /// Reads the end of what a session log holds, in whole rows: at most so many bytes, and at most 64 kB.
    #[must_use]
    pub fn log_end<T>(
        &self,
        path: &std::path::Path,
        bytes: usize,
        read: impl FnOnce(&str) -> T,
    ) -> Option<T> {
        let inner = self.lock();
        let text = inner.logs.get(path.as_os_str())?;
        let mut from = text.len().saturating_sub(bytes);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        let rows = if from == 0 { 0 } else { text[from..].find('\n').map_or(0, |row| row + 1) };
        Some(read(&text[from + rows..]))
    }

    /// What all chats were given to work on since the last call, each text as it was submitted.
    #[must_use]
    pub fn submissions(&self) -> Vec<Submission> {
        let mut inner = self.lock();
        let mut found = std::mem::take(&mut inner.submissions);
        let inner = &mut *inner;
        for server in inner.server.iter_mut().chain(&mut inner.unreachable) {
            found.extend(server.sessions.iter_mut().flat_map(|session| session.submissions()));
        }
        found
    }

    /// How many servers were started so far.
    #[must_use]
    pub fn servers_started(&self) -> u32 {
        self.lock().servers_started
    }

    /// A person types at the composer, and does not submit it.
    pub fn type_by_hand(&self, session: &str, text: &str) {
        self.run_on(session, |running, age| running.paste(text, age));
    }
}
