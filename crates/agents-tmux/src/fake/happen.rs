//! What happens in the fake world when time passes or a change arrives?

use std::sync::Arc;
use std::time::Duration;

use agents_names::SessionName;

use super::program::Program;
use super::scrollback;
use super::server::{Effects, Server, Session};
use super::{Applied, EndCause, Ended, Inner, SeenAndSentTo};
use crate::request::check_start;
use crate::{Dead, Done, Fence, ServerId, TmuxError, TmuxOp};

/// How much of a session log is kept, in bytes.
const LOG: usize = 64 * 1024;

impl Inner {
    /// What the next start of the session runs.
    pub(super) fn program_of(&mut self, session: &SessionName) -> Program {
        match self.programs.get_mut(session.as_str()) {
            Some(programs) if programs.len() > 1 => programs.remove(0),
            Some(programs) if !programs.is_empty() => programs[0].clone(),
            Some(_) | None => self.default_program.clone(),
        }
    }

    /// A server that can be reached; one that cannot is left to itself, as the real tmux does.
    pub(super) fn ensure_server(&mut self) {
        if self.server.as_ref().is_some_and(|server| server.has_socket) {
            return;
        }
        self.unreachable.extend(self.server.take());
        self.servers_started += 1;
        let server = Server::new(self.servers_started, self.now);
        // A client that makes a server locks all others out until that has its socket, so a start that is under way made this
        // one. (tmux 3.3a, its `bind` held up for 4 s and the client killed after 1 s: the next `new-session` waited for the
        // lock, and both sessions came in one server.)
        let under_way = self.late.iter_mut().filter(|(.., (_, sent_to))| sent_to.is_none());
        under_way.for_each(|(.., (_, sent_to))| *sent_to = Some(server.id));
        self.server = Some(server);
    }

    /// The same, for a driver: beside a server that holds its fleet, it is not to start another.
    pub(super) fn ensure_server_for_driver(&mut self) {
        let before = self.servers_started;
        let is_ours =
            |session: &Session| session.agent_id.as_ref().is_some_and(|it| !it.is_empty());
        let mut servers = self.server.iter().chain(&self.unreachable);
        let lives = servers.any(|server| server.sessions.iter().any(is_ours));
        self.ensure_server();
        if lives && self.servers_started > before {
            self.second_servers += 1;
        }
    }

    /// When the next program ends or the next late effect happens.
    pub(super) fn next_due(&self) -> Option<Duration> {
        let late = self.late.iter().map(|(at, ..)| *at);
        let servers = self.server.iter().chain(&self.unreachable);
        let exits = servers.flat_map(|server| server.sessions.iter().filter_map(Session::exit));
        late.chain(exits.map(|(at, _)| at)).min()
    }

    /// Lets time pass until then, and does all that is due on the way, each at its own time; whether sessions have come or gone.
    pub(super) fn set_now(&mut self, then: Duration) -> bool {
        let mut has_news = false;
        while let Some(due) = self.next_due().filter(|due| *due <= then) {
            self.now = self.now.max(due);
            has_news |= self.happen();
        }
        self.now = self.now.max(then);
        has_news | self.happen()
    }

    /// Does all that is due, and notes what has come onto the screens; whether sessions have come or gone.
    pub(super) fn happen(&mut self) -> bool {
        let now = self.now;
        let (due, later) =
            std::mem::take(&mut self.late).into_iter().partition(|(at, ..)| *at <= now);
        self.late = later;
        let due: Vec<(Duration, TmuxOp, Option<Fence>, SeenAndSentTo)> = due;
        let mut has_news = false;
        for (_, op, fence, (seen, sent_to)) in due {
            // What a server was asked for it does itself, with a socket or without; it dies with it.
            if sent_to.is_some_and(|id| !self.lives(id)) {
                continue;
            }
            let (outcome, news) = self.carry_out(&op, fence.as_ref(), (seen, sent_to));
            has_news |= news;
            let took_effect = outcome.is_ok();
            let epoch = fence.map(|fence| fence.epoch);
            self.applied.push(Applied { at: now, op, outcome, took_effect, is_late: true, epoch });
        }
        self.refresh();
        let servers = self.server.iter().chain(&self.unreachable);
        let sessions = servers.flat_map(|server| server.sessions.iter().map(|it| (server.id, it)));
        let ends: Vec<(ServerId, Arc<str>, i32)> = sessions
            .filter_map(|(server, session)| {
                let (at, code) = session.exit()?;
                (at <= now).then(|| (server, Arc::clone(&session.name), code))
            })
            .collect();
        for (server, session, code) in ends {
            has_news |= self.exit_in(Some(server), &session, code);
        }
        has_news
    }

    pub(super) fn refresh(&mut self) {
        let now = self.now;
        for session in self.server.iter_mut().flat_map(|server| &mut server.sessions) {
            let Some(screen) = session.refresh(now) else { continue };
            if let Some(log) = &session.log {
                let log = self.logs.entry(log.as_os_str().to_owned()).or_default();
                log.push_str(&screen);
                log.push('\n');
                scrollback::forget(log, LOG);
            }
        }
    }

    /// Whether the server of that identity lives, reachable or not.
    fn lives(&self, id: ServerId) -> bool {
        self.server.iter().chain(&self.unreachable).any(|server| server.id == id)
    }

    /// Whether the server that was seen last lives without its socket: a driver starts no other beside it.
    pub(super) fn is_hidden(&self, seen: Option<ServerId>) -> bool {
        let server = self.server.as_ref();
        server.is_some_and(|server| !server.has_socket && seen == Some(server.id))
    }

    /// Does one change: in the server that it was sent to, or else in the one that the socket leads to.
    pub(super) fn carry_out(
        &mut self,
        op: &TmuxOp,
        fence: Option<&Fence>,
        (seen, sent_to): SeenAndSentTo,
    ) -> (Result<Done, TmuxError>, bool) {
        let program = match op {
            TmuxOp::Start(start) => {
                if let Err(refused) = check_start(start) {
                    return (Err(refused), false);
                }
                if sent_to.is_none() {
                    if self.is_hidden(seen) {
                        return (Err(no_server()), false);
                    }
                    self.ensure_server_for_driver();
                }
                let refusal = self.launches.refusal(start);
                refusal.unwrap_or_else(|| self.program_of(&start.session))
            }
            TmuxOp::Type { .. }
            | TmuxOp::Submit { .. }
            | TmuxOp::Kill { .. }
            | TmuxOp::AttachLog { .. } => Program::silent(),
        };
        let now = self.now;
        let mut servers = self.server.iter_mut().chain(&mut self.unreachable);
        let server = match sent_to {
            Some(id) => servers.find(|server| server.id == id),
            None => self.server.as_mut().filter(|server| server.has_socket),
        };
        let Some(server) = server else { return (Err(no_server()), false) };
        let names_pane = match op {
            TmuxOp::Type { .. } | TmuxOp::Submit { .. } | TmuxOp::AttachLog { .. } => true,
            TmuxOp::Kill { pane, .. } => pane.is_some(),
            TmuxOp::Start(_) => false,
        };
        if let Some(Err(error)) = fence.map(|fence| server.pass(fence)) {
            return (Err(error), false);
        }
        if names_pane && seen.is_some_and(|seen| seen != server.id) {
            let reason = "the tmux server was replaced since the last listing".to_owned();
            return (Err(TmuxError::Refused { reason }), false);
        }
        if let TmuxOp::Type { pane, .. } = op
            && self.pastes_unguarded
            && server.sessions.iter().any(|it| it.pane == *pane && it.dead.is_some())
        {
            self.crashes += 1;
            self.lose_server();
            return (Err(no_server()), true);
        }
        let mut effects = Effects::default();
        let swallows = self.swallows;
        let outcome = server.apply(op, &program, (now, swallows), &mut effects);
        if let (TmuxOp::Start(start), Ok(Done::Changed)) = (op, &outcome) {
            self.launches.claim(start);
        }
        if let Some(session) = effects.killed {
            self.bury(session, EndCause::Killed);
        }
        self.refresh();
        (outcome, effects.has_news)
    }

    /// The program that the bytes of a change are for ends, and its pane stays, dead; `false`: it has no such program.
    pub(super) fn end_receiver(&mut self, op: &TmuxOp) -> bool {
        let (TmuxOp::Type { pane, .. } | TmuxOp::Submit { pane, .. }) = op else { return false };
        let mut sessions = self.server.iter().flat_map(|server| &server.sessions);
        let name = sessions.find(|session| session.pane == *pane).map(|it| it.name.clone());
        let Some(name) = name else { return false };
        let keeps_dead = std::mem::replace(&mut self.keeps_dead, true);
        let ended = self.exit(&name, 1);
        self.keeps_dead = keeps_dead;
        ended
    }

    pub(super) fn exit(&mut self, name: &str, code: i32) -> bool {
        self.exit_in(None, name, code)
    }

    /// The program of that session ends: in that server, or in the first that has it.
    fn exit_in(&mut self, server: Option<ServerId>, name: &str, code: i32) -> bool {
        if !self.keeps_dead {
            return self.remove(server, name, EndCause::Exit(code));
        }
        let ends = |server: &mut Server| {
            let session = server.session(name).filter(|session| session.dead.is_none())?;
            session.dead = Some(Dead { status: Some(code), signal: None });
            Some(session.is_launcher())
        };
        let ended = self.servers_of(server).find_map(ends);
        if ended == Some(false) {
            let (at, cause) = (self.now, EndCause::Exit(code));
            self.ended.push(Ended { at, session: name.to_owned(), cause });
        }
        ended.is_some()
    }

    pub(super) fn remove(&mut self, server: Option<ServerId>, name: &str, cause: EndCause) -> bool {
        let removed = self.servers_of(server).find_map(|server| {
            let at = server.sessions.iter().position(|session| *session.name == *name)?;
            Some(server.sessions.remove(at))
        });
        let is_there = removed.is_some();
        if let Some(session) = removed {
            self.bury(session, cause);
        }
        is_there
    }

    /// The server of that identity, or all, the one that can be reached first.
    fn servers_of(&mut self, id: Option<ServerId>) -> impl Iterator<Item = &mut Server> {
        let servers = self.server.iter_mut().chain(&mut self.unreachable);
        servers.filter(move |server| id.is_none_or(|id| server.id == id))
    }

    pub(super) fn lose_server(&mut self) {
        let sessions = self.server.take().map(|server| server.sessions).unwrap_or_default();
        for session in sessions {
            self.bury(session, EndCause::ServerLost);
        }
    }

    pub(super) fn bury(&mut self, mut session: Session, cause: EndCause) {
        let left = session.submissions();
        self.submissions.extend(left);
        self.received
            .entry(session.name.to_string())
            .or_default()
            .push_str(session.running.received());
        match cause {
            EndCause::Exit(_) => {}
            EndCause::Killed | EndCause::ServerLost => self.launches.ended(&session, self.now),
        }
        if session.has_program() {
            self.ended.push(Ended { at: self.now, session: session.name.to_string(), cause });
        }
    }
}

pub(super) fn no_server() -> TmuxError {
    TmuxError::NoServer { socket: "the fake socket".to_owned() }
}
