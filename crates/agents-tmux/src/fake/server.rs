//! What does the fake tmux server hold, and what does it do with one change?

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use agents_names::SessionName;

use super::program::Program;
use super::running::Running;
use super::truth::{Submission, Truth};
use crate::text::sanitised;
use crate::{
    Dead, Done, Fence, Listing, Pane, PaneId, Screen, ServerId, StartSession, TmuxError, TmuxOp,
};

/// Seconds since 1970 at which every world begins.
pub(crate) const EPOCH: u64 = 1_700_000_000;

/// A tmux server in memory.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    pub(crate) id: ServerId,
    pub(crate) has_socket: bool,
    pub(crate) is_stopped: bool,
    pub(crate) sessions: Vec<Session>,
    fences: BTreeMap<String, u64>,
    next_pane: u32,
}

/// A session with its one pane.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) name: Arc<str>,
    pub(crate) pane: PaneId,
    pub(crate) pid: u32,
    pub(crate) dead: Option<Dead>,
    pub(crate) in_mode: bool,
    pub(crate) input_off: bool,
    pub(crate) log: Option<PathBuf>,
    pub(crate) agent_id: Option<Arc<str>>,
    pub(crate) run: Option<Arc<str>>,
    typed: Option<String>,
    submitted: Option<String>,
    pub(crate) running: Running,
    started: Duration,
    rows: usize,
    shown: Arc<str>,
    changes: u64,
    changed_at: Duration,
}

/// What a change left behind besides its outcome.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    pub(crate) killed: Option<Session>,
    pub(crate) has_news: bool,
}

impl Server {
    pub(crate) fn new(number: u32, now: Duration) -> Self {
        Self {
            id: ServerId { pid: 1000 + number, start_time: EPOCH + now.as_secs() },
            has_socket: true,
            is_stopped: false,
            sessions: Vec::new(),
            fences: BTreeMap::new(),
            next_pane: 0,
        }
    }

    pub(crate) fn session(&mut self, name: &str) -> Option<&mut Session> {
        self.sessions.iter_mut().find(|session| *session.name == *name)
    }

    pub(crate) fn listing(&self) -> Listing {
        Listing { server: self.id, panes: self.sessions.iter().map(Session::pane).collect() }
    }

    pub(crate) fn screen(&mut self, pane: PaneId, now: Duration) -> Result<Screen, TmuxError> {
        self.pane(pane).map(|session| Screen::from_text(&session.screen(now)))
    }

    /// Refuses a writer that has a successor; else it is the latest.
    pub(crate) fn pass(&mut self, fence: &Fence) -> Result<Done, TmuxError> {
        let stored = self.fences.entry(fence.option.clone()).or_default();
        if *stored > fence.epoch {
            let reason = format!(
                "a later writer of this fleet holds the fence ({} is {stored}, ours is {})",
                fence.option, fence.epoch
            );
            return Err(TmuxError::Refused { reason });
        }
        *stored = fence.epoch;
        Ok(Done::Changed)
    }

    pub(crate) fn apply(
        &mut self,
        op: &TmuxOp,
        program: &Program,
        (now, swallows): (Duration, bool),
        effects: &mut Effects,
    ) -> Result<Done, TmuxError> {
        match op {
            TmuxOp::Start(start) => {
                if self.session(start.session.as_str()).is_some() {
                    return Ok(Done::Already);
                }
                self.start(start, program.clone(), now);
                effects.has_news = true;
                Ok(Done::Changed)
            }
            TmuxOp::Type { pane, text, token } => {
                let text = sanitised(text);
                if text.is_empty() {
                    return Err(TmuxError::Refused {
                        reason: "the text to type is empty".to_owned(),
                    });
                }
                let session = self.input(*pane)?;
                once(session.typed.as_ref(), token, *pane)?;
                if !swallows {
                    session.running.paste(&text, now.saturating_sub(session.started));
                }
                session.typed = Some(token.0.clone());
                Ok(Done::Changed)
            }
            TmuxOp::Submit { pane, key, token } => {
                let session = self.input(*pane)?;
                once(session.submitted.as_ref(), token, *pane)?;
                if !swallows {
                    session.running.press(key, now.saturating_sub(session.started));
                }
                session.submitted = Some(token.0.clone());
                Ok(Done::Changed)
            }
            TmuxOp::Kill { session, pane, agent_id, untagged_too } => {
                self.kill((session, *pane), agent_id, *untagged_too, effects)
            }
            TmuxOp::AttachLog { pane, log, anew } => {
                let session = self.pane(*pane)?;
                if session.dead.is_some() {
                    return Err(TmuxError::Refused {
                        reason: format!("the program in pane {pane} has ended"),
                    });
                }
                if session.log.is_some() && !anew {
                    return Ok(Done::Already);
                }
                session.log = Some(log.clone());
                Ok(Done::Changed)
            }
        }
    }

    /// Creates a session; the caller has made sure that the name is free.
    pub(crate) fn start(&mut self, start: &StartSession, program: Program, now: Duration) {
        let pane = PaneId(self.next_pane);
        self.next_pane += 1;
        self.sessions.push(Session {
            name: start.session.as_str().into(),
            pane,
            pid: 2000 + pane.0,
            dead: None,
            in_mode: false,
            input_off: false,
            log: start.log.clone(),
            agent_id: (!start.agent_id.is_empty()).then(|| start.agent_id.as_str().into()),
            run: (!start.run.is_empty()).then(|| start.run.as_str().into()),
            typed: None,
            submitted: None,
            running: Running::new(program),
            started: now,
            rows: usize::from(start.rows),
            shown: Arc::from(""),
            changes: 0,
            changed_at: now,
        });
    }

    fn kill(
        &mut self,
        (name, pane): (&SessionName, Option<PaneId>),
        agent_id: &str,
        untagged_too: bool,
        effects: &mut Effects,
    ) -> Result<Done, TmuxError> {
        let is_meant = |session: &Session| match pane {
            Some(pane) => session.pane == pane,
            None => *session.name == *name.as_str(),
        };
        let Some(at) = self.sessions.iter().position(is_meant) else {
            return Ok(Done::Already);
        };
        let name = self.sessions[at].name.clone();
        let owner = match self.sessions[at].agent_id.as_deref() {
            Some(owner) if owner == agent_id => None,
            None if untagged_too => None,
            None => Some("carries no tag".to_owned()),
            Some(other) => Some(format!("belongs to `{other}`")),
        };
        if let Some(owner) = owner {
            let reason = format!("session `{name}` {owner}, and is not the one of `{agent_id}`");
            return Err(TmuxError::Refused { reason });
        }
        effects.killed = Some(self.sessions.remove(at));
        effects.has_news = true;
        Ok(Done::Changed)
    }

    fn pane(&mut self, pane: PaneId) -> Result<&mut Session, TmuxError> {
        let found = self.sessions.iter_mut().find(|session| session.pane == pane);
        found.ok_or_else(|| TmuxError::Missing { what: format!("pane {pane}") })
    }

    /// A frame that was captured half is drawn whole right after, and tmux dates that as any other output.
    pub(crate) fn goes_on_drawing(&mut self, pane: PaneId, now: Duration) {
        if let Ok(session) = self.pane(pane)
            && session.dead.is_none()
        {
            session.changed_at = now;
        }
    }

    /// The session of the pane, if bytes sent to it reach its program.
    fn input(&mut self, pane: PaneId) -> Result<&mut Session, TmuxError> {
        let session = self.pane(pane)?;
        let reason = if session.dead.is_some() {
            format!("the program in pane {pane} has ended")
        } else if session.in_mode {
            format!("pane {pane} is in copy mode or another mode: someone is reading there")
        } else if session.input_off {
            format!("the input of pane {pane} is switched off")
        } else {
            return Ok(session);
        };
        Err(TmuxError::Refused { reason })
    }
}

impl Session {
    /// When it last printed, in seconds since 1970.
    pub(crate) fn activity(&self) -> u64 {
        EPOCH + self.changed_at.as_secs()
    }

    fn pane(&self) -> Pane {
        Pane {
            id: self.pane,
            session: self.name.to_string(),
            pid: self.pid,
            dead: self.dead,
            in_mode: self.in_mode,
            input_off: self.input_off,
            activity: self.activity(),
            ink: self.changes.to_string(),
            command: self.running.command().to_string(),
            title: self.running.title().to_owned(),
            logged: self.log.is_some(),
            agent_id: self.agent_id.as_deref().map(str::to_owned),
            run: self.run.as_deref().map(str::to_owned),
            typed: self.typed.clone(),
            submitted: self.submitted.clone(),
        }
    }

    /// What it was given to work on since the last call.
    pub(crate) fn submissions(&mut self) -> Vec<Submission> {
        let texts = self.running.submissions().into_iter();
        texts.map(|text| Submission { session: self.name.to_string(), text }).collect()
    }

    /// What is really there.
    pub(crate) fn truth(&self, now: Duration) -> Truth {
        let age = self.age(now);
        Truth {
            session: self.name.clone(),
            pane: self.pane,
            agent_id: self.agent_id.clone(),
            run: self.run.clone(),
            is_dead: self.dead.is_some(),
            has_program: self.has_program(),
            command: Arc::clone(self.running.command()),
            is_ready: self.running.is_ready(age),
            is_working: self.running.is_working(age),
            changed_at: self.changed_at,
        }
    }

    fn screen(&mut self, now: Duration) -> Arc<str> {
        if self.dead.is_some() {
            return Arc::clone(&self.shown);
        }
        self.running.screen(now.saturating_sub(self.started), self.rows)
    }

    /// Whether it holds a launcher that starts no program.
    pub(crate) fn is_launcher(&self) -> bool {
        self.running.is_launcher()
    }

    /// Whether its program runs.
    pub(crate) fn has_program(&self) -> bool {
        self.dead.is_none() && !self.is_launcher()
    }

    /// When it was started.
    pub(crate) fn started(&self) -> Duration {
        self.started
    }

    /// How long the program has run.
    pub(crate) fn age(&self, now: Duration) -> Duration {
        now.saturating_sub(self.started)
    }

    /// When the program ends by itself.
    pub(crate) fn exit(&self) -> Option<(Duration, i32)> {
        let (after, code) = self.running.exit()?;
        self.dead.is_none().then_some((self.started + after, code))
    }

    /// Notes what has come onto the screen; returns it when it is new.
    pub(crate) fn refresh(&mut self, now: Duration) -> Option<Arc<str>> {
        let screen = self.screen(now);
        if Arc::ptr_eq(&screen, &self.shown) || screen == self.shown {
            return None;
        }
        self.shown = Arc::clone(&screen);
        self.changes += 1;
        self.changed_at = now;
        Some(screen)
    }
}

/// A step is carried out once, however often it is asked for.
fn once(last: Option<&String>, token: &crate::Token, pane: PaneId) -> Result<(), TmuxError> {
    if last == Some(&token.0) {
        return Err(TmuxError::Refused {
            reason: format!("pane {pane} has taken this step already"),
        });
    }
    Ok(())
}
