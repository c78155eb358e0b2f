//! The driver of a simulated watchdog: the fake's, cut off at the moment of its death.

use std::sync::Arc;

use agents_tmux::fake::FakeDriver;
use agents_tmux::{
    Done, Driver, Fence, Listing, Pane, PaneId, Screen, ServerId, SocketRepair, TmuxError, TmuxOp,
    Token,
};

use agents_decide::Action;

use crate::Trace;
use crate::gate::{Effect, Gate};
use crate::ledger::Disk;
use crate::machine::Machine;
use crate::planted::Slip;

/// A fake driver behind a gate.
#[derive(Debug)]
pub(crate) struct Wire {
    inner: FakeDriver,
    machine: Machine,
    gate: Gate,
    disk: Disk,
    trace: Trace,
    /// The last whole listing, unless something was changed since: what a light one goes on from.
    known: Option<Arc<Listing>>,
}

impl Wire {
    pub fn new(machine: Machine, gate: Gate, disk: Disk, trace: Trace) -> Self {
        Self { inner: machine.terminals.driver(), machine, gate, disk, trace, known: None }
    }

    /// The whole listing, dated by the wall clock.
    async fn listed(&mut self) -> Result<Listing, TmuxError> {
        let mut listing = self.inner.list().await?;
        for pane in &mut listing.panes {
            pane.activity = self.machine.dated(pane.activity);
        }
        Ok(listing)
    }

    /// No effect without a decision that was made durable before it.
    fn judge(&self, op: &TmuxOp) {
        let fits = |action: &Action| match (op, action) {
            (TmuxOp::Start(start), Action::Start { run, .. }) => start.run == run.to_string(),
            (TmuxOp::Kill { agent_id, .. }, Action::Stop { name, .. }) => {
                agent_id.rsplit_once('/').is_some_and(|(_, id)| id == name.as_str())
            }
            (TmuxOp::Kill { pane, .. }, Action::StopUndeclared { pane: meant, .. }) => {
                pane.is_some_and(|pane| pane.0 == *meant)
            }
            (
                TmuxOp::Type { pane, text, token },
                Action::Type { pane: place, text: whole, token: meant, .. },
            ) => pane.0 == *place && text == whole && token.0 == *meant,
            (
                TmuxOp::Submit { pane, token, .. },
                Action::Submit { pane: place, token: meant, .. }
                | Action::Choose { pane: place, token: meant, .. },
            ) => pane.0 == *place && token.0 == *meant,
            _ => false,
        };
        if !self.disk.intents().iter().any(fits) {
            self.trace.violation(&format!("I8: an effect that no stored decision names: {op:?}"));
        }
    }

    fn effect(&self, op: &TmuxOp) -> Effect {
        let session = |pane| self.inner.world().session_of(pane).unwrap_or_default();
        match op {
            TmuxOp::Start(start) => Effect::Start(start.session.to_string()),
            TmuxOp::Kill { session, .. } => Effect::Stop(session.to_string()),
            TmuxOp::Type { pane, .. } => Effect::Type(session(*pane)),
            TmuxOp::Submit { pane, .. } => Effect::Submit(session(*pane)),
            TmuxOp::AttachLog { .. } => Effect::Any,
        }
    }
}

/// Whether nothing came, went, ended, began anew or changed its name.
fn is_alike(before: &Listing, now: &Listing) -> bool {
    fn of(pane: &Pane) -> (PaneId, u32, bool, &str) {
        (pane.id, pane.pid, pane.dead.is_some(), &pane.session)
    }
    let (earlier, later) = (before.panes.iter().map(of), now.panes.iter().map(of));
    before.server == now.server && earlier.eq(later)
}

impl Driver for Wire {
    async fn list(&mut self) -> Result<Listing, TmuxError> {
        self.known = None;
        let listing = self.listed().await?;
        self.known = Some(Arc::new(listing.clone()));
        Ok(listing)
    }

    fn lists_lightly(&self) -> bool {
        self.known.is_some()
    }

    /// Tells no more than it must: all else is as it was at the last whole listing.
    async fn list_lightly(&mut self, programs: bool) -> Result<Arc<Listing>, TmuxError> {
        let known = self.known.take();
        let now = self.listed().await?;
        let Some(mut known) = known.filter(|known| is_alike(known, &now)) else {
            let now = Arc::new(now);
            self.known = Some(Arc::clone(&now));
            return Ok(now);
        };
        for (before, pane) in Arc::make_mut(&mut known).panes.iter_mut().zip(now.panes) {
            before.activity = pane.activity;
            if programs {
                (before.command, before.title) = (pane.command, pane.title);
            }
        }
        self.known = Some(Arc::clone(&known));
        Ok(known)
    }

    async fn screens(&mut self, panes: &[PaneId]) -> Vec<Result<Screen, TmuxError>> {
        self.inner.screens(panes).await
    }

    async fn apply(&mut self, op: &TmuxOp) -> Result<Done, TmuxError> {
        let slipped = slipped(op);
        let op = slipped.as_ref().unwrap_or(op);
        self.known = None;
        if self.gate.death().is_none() {
            self.judge(op);
        }
        let effect = self.effect(op);
        if Slip::SecondServer.is_planted() {
            self.inner = self.inner.forgetful();
        }
        let Some(applied) = self.gate.pass(&effect, || self.inner.apply(op)) else {
            return Err(TmuxError::Unknown { cause: "the watchdog is dead".to_owned() });
        };
        let applied = applied.await;
        if let Some(again) = again(op) {
            drop(self.inner.apply(&again).await);
        }
        applied
    }

    async fn news(&mut self) {
        self.inner.news().await;
    }

    async fn ensure_server(&mut self) -> Result<ServerId, TmuxError> {
        self.inner.ensure_server().await
    }

    async fn claim_fence(&mut self, fence: Fence) -> Result<Done, TmuxError> {
        self.inner.claim_fence(fence).await
    }

    fn is_alive(&self, server: ServerId) -> bool {
        !Slip::SecondServer.is_planted() && self.inner.is_alive(server)
    }

    async fn restore_socket(&mut self, server: ServerId) -> Result<SocketRepair, TmuxError> {
        self.inner.restore_socket(server).await
    }
}

/// What a planted bug makes of a change.
fn slipped(op: &TmuxOp) -> Option<TmuxOp> {
    let TmuxOp::Type { pane, text, token } = op else { return None };
    let (mut pane, mut text) = (*pane, text.clone());
    if Slip::StripsSemicolon.is_planted() {
        text = text.trim_end_matches(';').to_owned();
    } else if Slip::WrongPane.is_planted() {
        pane.0 += 1;
    } else {
        return None;
    }
    Some(TmuxOp::Type { pane, text, token: token.clone() })
}

/// What a planted bug does a second time.
fn again(op: &TmuxOp) -> Option<TmuxOp> {
    let TmuxOp::Type { pane, text, token } = op else { return None };
    let token = Token(format!("{} again", token.0));
    Slip::SendsTwice.is_planted().then(|| TmuxOp::Type { pane: *pane, text: text.clone(), token })
}
