//! What is really there and what really happened, whatever a look sees? For those who judge a simulation.

use std::time::Duration;

use super::{Applied, Ended, World};
use crate::PaneId;

/// One session of the server that holds the socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truth {
    pub session: String,
    pub pane: PaneId,
    pub agent_id: Option<String>,
    pub run: Option<String>,
    pub is_dead: bool,
    /// The foreground process.
    pub command: String,
    /// Whether it takes input by now.
    pub is_ready: bool,
    /// Whether a turn of it runs.
    pub is_working: bool,
    /// When its screen last changed.
    pub changed_at: Duration,
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

    /// The end of what a session log holds, in whole rows: at most so many bytes.
    #[must_use]
    pub fn log_end(&self, path: &std::path::Path, bytes: usize) -> Option<String> {
        let inner = self.lock();
        let text = inner.logs.get(path)?;
        let mut from = text.len().saturating_sub(bytes);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        let rows = if from == 0 { 0 } else { text[from..].find('\n').map_or(0, |row| row + 1) };
        Some(text[from + rows..].to_owned())
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
