//! How does a driver look at the fake world and change it?

use tokio::sync::watch;

use super::fault::{Call, Fault};
use super::happen::no_server;
use super::server::Server;
use super::{Applied, Inner, World};
use crate::{
    Done, Driver, Fence, Listing, PaneId, Place, Screen, ServerId, SocketRepair, TmuxError, TmuxOp,
};

/// A driver whose terminals are a [`World`].
#[derive(Debug, Clone)]
pub struct FakeDriver {
    world: World,
    fence: Option<Fence>,
    seen: Option<ServerId>,
    news: watch::Receiver<u64>,
}

/// What the faults leave of one request.
enum Passage {
    Open(Vec<Fault>),
    Failed(TmuxError),
}

impl FakeDriver {
    pub(crate) fn new(world: World) -> Self {
        let news = world.news.subscribe();
        Self { world, fence: None, seen: None, news }
    }

    /// The world behind this driver.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// A driver of the same writer that has listed no server yet.
    #[must_use]
    pub fn forgetful(&self) -> Self {
        Self { seen: None, ..self.clone() }
    }

    fn list_now(&mut self) -> Result<Listing, TmuxError> {
        let mut inner = self.world.lock();
        let faults = match inner.enter(Call::List) {
            Passage::Open(faults) => faults,
            Passage::Failed(error) => return Err(error),
        };
        let mut listing = inner.reachable()?.listing();
        for fault in faults {
            if let Fault::Omit(name) = fault {
                listing.panes.retain(|pane| pane.session != name);
            }
        }
        self.seen = Some(listing.server);
        Ok(listing)
    }

    fn screens_now(&self, panes: &[PaneId]) -> Vec<Result<Screen, TmuxError>> {
        let all = |error: &TmuxError| panes.iter().map(|_| Err(error.clone())).collect();
        let mut inner = self.world.lock();
        let faults = match inner.enter(Call::Screens) {
            Passage::Open(faults) => faults,
            Passage::Failed(error) => return all(&error),
        };
        let now = inner.now;
        let server = match inner.reachable() {
            Ok(server) => server,
            Err(error) => return all(&error),
        };
        let mut screens: Vec<_> = panes.iter().map(|pane| server.screen(*pane, now)).collect();
        if faults.contains(&Fault::HalfDrawn) {
            for (screen, pane) in screens.iter_mut().zip(panes) {
                let Ok(screen) = screen else { continue };
                screen.rows.truncate(screen.rows.len().div_ceil(2));
                server.goes_on_drawing(*pane, now);
            }
        }
        screens
    }

    fn apply_now(&self, op: &TmuxOp) -> Result<Done, TmuxError> {
        let mut inner = self.world.lock();
        let at = inner.now;
        let failed = |error: TmuxError| Applied {
            at,
            op: op.clone(),
            outcome: Err(error),
            took_effect: false,
            is_late: false,
            epoch: self.fence.as_ref().map(|fence| fence.epoch),
        };
        let reached = inner.server.as_ref().filter(|server| server.has_socket);
        let sent_to = reached.map(|server| server.id);
        let faults = match inner.enter(Call::Apply) {
            Passage::Open(faults) => faults,
            Passage::Failed(error) => {
                inner.applied.push(failed(error.clone()));
                return Err(error);
            }
        };
        if faults.contains(&Fault::LoseServer) && matches!(op, TmuxOp::Start(_)) {
            // A server that is just ending still holds its socket, and turns a start away.
            let error = unheard("server exited unexpectedly");
            inner.applied.push(failed(error.clone()));
            return Err(error);
        }
        let delay = faults.iter().find_map(|fault| match fault {
            Fault::Late(delay) => Some(*delay),
            Fault::Unknown
            | Fault::Hangs
            | Fault::DoneUnheard
            | Fault::Swallowed
            | Fault::Omit(_)
            | Fault::HalfDrawn
            | Fault::ProgramEnds
            | Fault::LoseServer
            | Fault::RemoveSocket => None,
        });
        if let Some(delay) = delay {
            // Only a start makes a server where there is none; the rest dies with the one that it was sent to.
            let makes_one = matches!(op, TmuxOp::Start(_)) && !inner.is_hidden(self.seen);
            if sent_to.is_some() || makes_one {
                inner.late.push((at + delay, op.clone(), self.fence.clone(), (self.seen, sent_to)));
            }
            let error = unheard("a planned late effect");
            inner.applied.push(failed(error.clone()));
            return Err(error);
        }
        if faults.contains(&Fault::ProgramEnds) && !inner.end_receiver(op) {
            let next = inner.faults.count(Call::Apply) + 1;
            inner.faults.add(Call::Apply, next, Fault::ProgramEnds);
        }
        inner.swallows = faults.contains(&Fault::Swallowed);
        let (mut outcome, has_news) = inner.carry_out(op, self.fence.as_ref(), (self.seen, None));
        inner.swallows = false;
        let took_effect = outcome.is_ok();
        if faults.contains(&Fault::DoneUnheard) {
            outcome = Err(unheard("a planned lost answer"));
        }
        let epoch = self.fence.as_ref().map(|fence| fence.epoch);
        let (op, outcome_told) = (op.clone(), outcome.clone());
        inner.applied.push(Applied {
            at,
            op,
            outcome: outcome_told,
            took_effect,
            is_late: false,
            epoch,
        });
        drop(inner);
        self.world.tell(has_news);
        outcome
    }
}

impl Driver for FakeDriver {
    async fn list(&mut self) -> Result<Listing, TmuxError> {
        self.list_now()
    }

    async fn screens(&mut self, panes: &[PaneId]) -> Vec<Result<Screen, TmuxError>> {
        if panes.is_empty() { Vec::new() } else { self.screens_now(panes) }
    }

    async fn apply(&mut self, op: &TmuxOp) -> Result<Done, TmuxError> {
        self.apply_now(op)
    }

    async fn news(&mut self) {
        // The driver holds the world, so the sender outlives this wait.
        let _ = self.news.changed().await;
    }

    async fn ensure_server(&mut self) -> Result<ServerId, TmuxError> {
        self.world.lock().ensure_server_for_driver();
        Ok(self.list_now()?.server)
    }

    async fn claim_fence(&mut self, fence: Fence) -> Result<Done, TmuxError> {
        self.fence = Some(fence.clone());
        self.world.lock().reachable()?.pass(&fence)
    }

    fn is_alive(&self, server: ServerId) -> bool {
        let inner = self.world.lock();
        inner.server.iter().chain(&inner.unreachable).any(|live| live.id == server)
    }

    async fn restore_socket(&mut self, server: ServerId) -> Result<SocketRepair, TmuxError> {
        let mut inner = self.world.lock();
        if let Some(at) = inner.unreachable.iter().position(|live| live.id == server) {
            // It takes the socket path from the server that came after it.
            let back = inner.unreachable.remove(at);
            let other = inner.server.replace(back);
            inner.unreachable.extend(other);
        }
        let Some(live) = inner.server.as_mut().filter(|live| live.id == server) else {
            return Ok(SocketRepair::ServerGone);
        };
        if live.is_stopped {
            return Ok(SocketRepair::NotBack);
        }
        live.has_socket = true;
        Ok(SocketRepair::Back)
    }
}

impl Inner {
    /// Counts the request, lets its faults strike, and says whether it gets through.
    fn enter(&mut self, call: Call) -> Passage {
        let faults = self.faults.next(call);
        let is_change = call == Call::Apply;
        for fault in &faults {
            match fault {
                Fault::LoseServer => self.lose_server(),
                Fault::RemoveSocket => {
                    if let Some(server) = self.server.as_mut() {
                        server.has_socket = false;
                    }
                }
                Fault::Unknown => return Passage::Failed(unheard("a planned failure")),
                Fault::Hangs => return Passage::Failed(self.hang()),
                Fault::Late(_) | Fault::DoneUnheard if !is_change => {
                    return Passage::Failed(unheard("a planned failure"));
                }
                Fault::Late(_)
                | Fault::DoneUnheard
                | Fault::Swallowed
                | Fault::Omit(_)
                | Fault::HalfDrawn
                | Fault::ProgramEnds => {}
            }
        }
        if self.server.as_ref().is_some_and(|server| server.is_stopped && server.has_socket) {
            return Passage::Failed(self.hang());
        }
        Passage::Open(faults)
    }

    /// Waits for an answer that does not come. Whoever waits hears no news meanwhile.
    fn hang(&mut self) -> TmuxError {
        self.set_now(self.now + Place::TIME_LIMIT);
        TmuxError::no_answer(Place::TIME_LIMIT)
    }

    fn reachable(&mut self) -> Result<&mut Server, TmuxError> {
        self.server.as_mut().filter(|server| server.has_socket).ok_or_else(no_server)
    }
}

fn unheard(cause: &str) -> TmuxError {
    TmuxError::Unknown { cause: cause.to_owned() }
}
