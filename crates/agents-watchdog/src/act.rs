//! Carry a decision out. Too dull to hold a bug: one translation from action to effect, and a record of how it went.

use agents_config::Fleet;
use agents_decide::{Action, Decision, RunId, Sequence, StopStage};
use agents_names::AgentName;
use agents_tmux::{Done, Driver, PaneId, ServerId, TmuxError, TmuxOp, Token};

use crate::ledger::Ledger;
use crate::observe::{session_of, tag};
use crate::place::{Place, Start};
use crate::tick::Engine;

impl<D: Driver, P: Place, L: Ledger> Engine<D, P, L> {
    pub(crate) async fn act(&mut self, fleet: &Fleet, decision: &Decision) {
        for action in &decision.actions {
            if let Err(reason) = self.act_on(fleet, action).await {
                // The next tick sees what is and decides again; the reason is for people.
                let now = self.place.now();
                tracing::warn!("could not {}: {reason}", action.told(now));
            }
        }
    }

    async fn act_on(&mut self, fleet: &Fleet, action: &Action) -> Result<(), String> {
        match action {
            Action::Start { name, run, phase, resume, .. } => {
                let start =
                    Start { name, run: *run, phase: phase.as_ref(), resume: resume.as_deref() };
                self.start(fleet, &start).await
            }
            Action::Stop { name, run, stage, .. } => self.stop(fleet, name, *run, *stage).await,
            Action::Type { pane, text, token, .. } => {
                let op = TmuxOp::Type {
                    pane: PaneId(*pane),
                    text: text.clone(),
                    token: Token(token.clone()),
                };
                self.apply(&op).await
            }
            Action::Submit { pane, key, token, .. } => {
                let op = TmuxOp::Submit {
                    pane: PaneId(*pane),
                    key: key.clone(),
                    token: Token(token.clone()),
                };
                self.apply(&op).await
            }
            Action::RestoreSocket { server } => {
                let server = ServerId { pid: server.pid, start_time: server.start_time };
                self.driver
                    .restore_socket(server)
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string())
            }
            Action::WritePosition { phase } => {
                let written = self.place.write_position(fleet, phase);
                self.mirrored(written)
            }
            Action::MarkComplete { phase } => {
                let written = self.place.mark_complete(fleet, Some(phase));
                self.mirrored(written)
            }
            Action::ClearComplete => {
                let written = self.place.mark_complete(fleet, None);
                self.mirrored(written)
            }
            Action::StopUndeclared { name, session, run, stage } => {
                self.stop_undeclared(fleet, name, session, (*run, *stage)).await
            }
            // Written with the decision; nothing else is to be done.
            Action::LookAgain | Action::Reply { .. } | Action::Alarm { .. } | Action::Exit => {
                Ok(())
            }
        }
    }

    fn mirrored(&mut self, written: Result<(), String>) -> Result<(), String> {
        self.mirror_owed |= written.is_err();
        written
    }

    /// Brings the files that other programs read in line with the state, when a write failed or may have been lost.
    pub(crate) fn mirror(&mut self, fleet: &Fleet) {
        let Some(sequence) = self.state.sequence.clone().filter(|_| self.mirror_owed) else {
            return;
        };
        let (phase, complete) = match &sequence {
            Sequence::Running { phase } | Sequence::Completing { phase } => (phase, None),
            Sequence::Moving { from, .. } => (from, None),
            Sequence::Complete { phase } => (phase, Some(phase)),
        };
        let position = self.place.write_position(fleet, phase);
        let mark = self.place.mark_complete(fleet, complete);
        self.mirror_owed = position.and(mark).is_err();
    }

    /// One change of the terminals; remembers when tmux says that this process is no longer the writer.
    async fn change(&mut self, op: &TmuxOp) -> Result<Done, TmuxError> {
        let outcome = self.driver.apply(op).await;
        self.superseded |= outcome.as_ref().is_err_and(TmuxError::is_superseded);
        outcome
    }

    async fn apply(&mut self, op: &TmuxOp) -> Result<(), String> {
        self.change(op).await.map(drop).map_err(|error| error.to_string())
    }

    async fn start(&mut self, fleet: &Fleet, start: &Start<'_>) -> Result<(), String> {
        let failed = |engine: &mut Self, reason: String| {
            engine.failed.insert(start.name.clone(), (start.run, reason.clone()));
            Err(reason)
        };
        let session = match self.place.prepare(fleet, start) {
            Ok(session) => session,
            Err(reason) => return failed(self, reason),
        };
        match self.change(&TmuxOp::Start(session)).await {
            Ok(Done::Changed | Done::Already) => Ok(()),
            Err(TmuxError::Refused { reason }) => failed(self, reason),
            Err(error @ (TmuxError::NoServer { .. } | TmuxError::Missing { .. })) => {
                failed(self, error.to_string())
            }
            // It may still take effect: the next look tells.
            Err(TmuxError::Unknown { cause }) => Err(cause),
        }
    }

    async fn stop(
        &mut self,
        fleet: &Fleet,
        name: &AgentName,
        run: Option<RunId>,
        stage: StopStage,
    ) -> Result<(), String> {
        let Some(session) = session_of(fleet, name) else { return Ok(()) };
        let op = TmuxOp::Kill {
            session: session.clone(),
            agent_id: tag(fleet, name),
            untagged_too: session.as_str().starts_with(fleet.session_prefix.as_str()),
        };
        // Signalled before the terminal closes: afterwards nothing ties its processes together any more.
        if let Some(run) = run {
            self.place.end_processes(name, run, stage);
        }
        match self.change(&op).await {
            Ok(_) | Err(TmuxError::Missing { .. } | TmuxError::NoServer { .. }) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }

    async fn stop_undeclared(
        &mut self,
        fleet: &Fleet,
        name: &AgentName,
        session: &str,
        (run, stage): (Option<RunId>, StopStage),
    ) -> Result<(), String> {
        let session = agents_names::SessionName::new(session).map_err(|error| error.to_string())?;
        let op = TmuxOp::Kill { session, agent_id: tag(fleet, name), untagged_too: false };
        if let Some(run) = run {
            self.place.end_processes(name, run, stage);
        }
        self.apply(&op).await
    }
}
