//! The driver of a simulated watchdog: the fake's, cut off at the moment of its death.

use agents_tmux::fake::FakeDriver;
use agents_tmux::{
    Done, Driver, Fence, Listing, PaneId, Screen, ServerId, SocketRepair, TmuxError, TmuxOp,
};

use crate::gate::{Effect, Gate};

/// A fake driver behind a gate.
#[derive(Debug)]
pub(crate) struct Wire {
    inner: FakeDriver,
    gate: Gate,
}

impl Wire {
    pub fn new(inner: FakeDriver, gate: Gate) -> Self {
        Self { inner, gate }
    }

    fn effect(&self, op: &TmuxOp) -> Effect {
        let session = |pane: PaneId| {
            let panes = self.inner.world().panes();
            panes.into_iter().find(|it| it.id == pane).map(|it| it.session).unwrap_or_default()
        };
        match op {
            TmuxOp::Start(start) => Effect::Start(start.session.to_string()),
            TmuxOp::Kill { session, .. } => Effect::Stop(session.to_string()),
            TmuxOp::Type { pane, .. } => Effect::Type(session(*pane)),
            TmuxOp::Submit { pane, .. } => Effect::Submit(session(*pane)),
            TmuxOp::AttachLog { .. } => Effect::Any,
        }
    }
}

impl Driver for Wire {
    async fn list(&mut self) -> Result<Listing, TmuxError> {
        self.inner.list().await
    }

    async fn screens(&mut self, panes: &[PaneId]) -> Vec<Result<Screen, TmuxError>> {
        self.inner.screens(panes).await
    }

    async fn apply(&mut self, op: &TmuxOp) -> Result<Done, TmuxError> {
        let effect = self.effect(op);
        match self.gate.pass(&effect, || self.inner.apply(op)) {
            Some(applied) => applied.await,
            None => Err(TmuxError::Unknown { cause: "the watchdog is dead".to_owned() }),
        }
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
        self.inner.is_alive(server)
    }

    async fn restore_socket(&mut self, server: ServerId) -> Result<SocketRepair, TmuxError> {
        self.inner.restore_socket(server).await
    }
}
