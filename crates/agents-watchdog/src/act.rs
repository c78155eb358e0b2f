//! Carry a decision out. Too dull to hold a bug: one translation from action to effect, and a record of how it went.

use agents_config::Fleet;
use agents_decide::{Action, Decision, Now, RunId, Sequence};
use agents_names::AgentName;
use agents_tmux::{Done, Driver, PaneId, ServerId, SocketRepair, TmuxError, TmuxOp, Token};

use crate::ledger::{Entry, Ledger, Record};
use crate::observe::{session_of, tag};
use crate::outcome::{Failure, Outcome, is_unheard, tell};
use crate::place::{Place, Question, Start};
use crate::tick::Engine;

impl<D: Driver, P: Place, L: Ledger> Engine<D, P, L> {
    /// Carries the actions out in their order, neighbours of one kind together. Once tmux has let a request of this
    /// tick wait through its time limit, nothing more is asked of it: the rest stays owed, and the next tick decides.
    pub(crate) async fn act(&mut self, fleet: &Fleet, decision: &Decision, now: Now) {
        self.has_started = false;
        let effects: Vec<&Action> =
            decision.actions.iter().filter(|action| kind_of(action) != Kind::Recorded).collect();
        let mut unsent: Vec<&Action> = Vec::new();
        let mut failed: Vec<Entry> = Vec::new();
        for group in effects.chunk_by(|one, next| joins(one, next)) {
            if self.tmux_hangs && !matches!(kind_of(group[0]), Kind::File | Kind::Beside) {
                unsent.extend(group);
                continue;
            }
            let outcomes = match kind_of(group[0]) {
                Kind::Start => self.start_all(fleet, group).await,
                Kind::Stop => self.stop_all(fleet, group).await,
                Kind::Single | Kind::File | Kind::Beside | Kind::Recorded => {
                    vec![self.act_on(fleet, group[0]).await]
                }
            };
            tell(group, &outcomes, now);
            let of = (decision.next.tick, now);
            failed.extend(self.failures.news(group, &outcomes, of));
            let (sent, others) = group.split_at(outcomes.len());
            let unheard = sent.iter().zip(&outcomes).filter(|(_, outcome)| is_unheard(outcome));
            self.unheard.extend(unheard.filter_map(|(action, _)| action.about().cloned()));
            unsent.extend(others);
        }
        failed.extend(self.leave_owed(&unsent, (decision.next.tick, now)));
        if failed.is_empty() {
            return;
        }
        // What is owed is in the state; this is for people.
        if let Err(error) = self.ledger.commit(&Record { entries: failed, ..Record::default() }) {
            tracing::warn!("what came of the actions could not be recorded: {error}");
        }
    }

    fn leave_owed(&mut self, unsent: &[&Action], (tick, now): (u64, Now)) -> Option<Entry> {
        if unsent.is_empty() {
            self.failures.heard();
            return None;
        }
        self.unheard.extend(unsent.iter().filter_map(|action| action.about().cloned()));
        let text = format!(
            "tmux did not answer in time, so {} of this tick stay owed and are decided again: {}",
            if unsent.len() == 1 {
                "1 action".to_owned()
            } else {
                format!("{} actions", unsent.len())
            },
            some_of(unsent, now)
        );
        tracing::warn!("{text}");
        self.failures.unheard(text, tick, now)
    }

    async fn act_on(&mut self, fleet: &Fleet, action: &Action) -> Outcome {
        match action {
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
            Action::Choose { pane, key, token, .. } => {
                let op = TmuxOp::Submit {
                    pane: PaneId(*pane),
                    key: key.as_str().to_owned(),
                    token: Token(token.clone()),
                };
                self.apply(&op).await
            }
            Action::RestoreSocket { server } => {
                let server = ServerId { pid: server.pid, start_time: server.start_time };
                match self.driver.restore_socket(server).await {
                    Ok(SocketRepair::Back | SocketRepair::ServerGone) => Ok(()),
                    Ok(SocketRepair::NotBack) => {
                        Err(Failure::Told("it lives, and nothing answers on its socket".to_owned()))
                    }
                    Err(error) => Err(Failure::of(error)),
                }
            }
            Action::WritePosition { phase } => {
                let written = self.place.write_position(fleet, phase);
                self.mirrored(written).map_err(Failure::Told)
            }
            Action::MarkComplete { phase } => {
                let written = self.place.mark_complete(fleet, Some(phase));
                self.mirrored(written).map_err(Failure::Told)
            }
            Action::ClearComplete => {
                let written = self.place.mark_complete(fleet, None);
                self.mirrored(written).map_err(Failure::Told)
            }
            Action::Analyze { name, job, pane, resume } => {
                let asked = Question { name, job: *job, pane: *pane, resume: resume.as_deref() };
                self.place.analyze(fleet, &asked).map_err(Failure::Told)
            }
            Action::EndAnalysis { name } => {
                self.place.end_analysis(name);
                Ok(())
            }
            // Carried out with their neighbours, or written with the decision.
            Action::Start { .. }
            | Action::Stop { .. }
            | Action::StopUndeclared { .. }
            | Action::LookAgain
            | Action::Reply { .. }
            | Action::Alarm { .. }
            | Action::Exit => Ok(()),
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
            Sequence::Running { phase }
            | Sequence::Finishing { phase, .. }
            | Sequence::Completing { phase } => (phase, None),
            Sequence::Moving { from, .. } => (from, None),
            Sequence::Complete { phase } => (phase, Some(phase)),
        };
        let position = self.place.write_position(fleet, phase);
        let mark = self.place.mark_complete(fleet, complete);
        self.mirror_owed = position.and(mark).is_err();
    }

    async fn apply(&mut self, op: &TmuxOp) -> Outcome {
        let outcome = self.driver.apply(op).await;
        self.heed(&outcome);
        outcome.map(drop).map_err(Failure::of)
    }

    /// Remembers when tmux says that this process is no longer the writer, and when it does not say anything.
    fn heed(&mut self, outcome: &Result<Done, TmuxError>) {
        self.superseded |= outcome.as_ref().is_err_and(TmuxError::is_superseded);
        self.tmux_hangs |= outcome.as_ref().is_err_and(TmuxError::is_time_out);
    }

    /// Starts neighbours together; the outcomes end where tmux stopped answering.
    async fn start_all(&mut self, fleet: &Fleet, actions: &[&Action]) -> Vec<Outcome> {
        let mut prepared = Vec::with_capacity(actions.len());
        for action in actions {
            let Action::Start { name, run, phase, opening, one_off, .. } = action else { continue };
            let start = Start {
                name,
                run: *run,
                phase: phase.as_ref(),
                opening,
                one_off,
                server: self.state.server.map(|server| server.pid),
                beside: prepared.len() as u64,
            };
            prepared.push((name, *run, self.place.prepare(fleet, &start)));
        }
        let sessions = prepared.iter().filter_map(|(_, _, session)| session.as_ref().ok());
        let ops: Vec<TmuxOp> = sessions.cloned().map(TmuxOp::Start).collect();
        let mut answers = self.driver.apply_all(&ops).await.into_iter();
        let mut outcomes = Vec::with_capacity(actions.len());
        for (name, run, session) in prepared {
            outcomes.push(match session {
                Ok(_) => {
                    let Some(answer) = answers.next() else { break };
                    self.started(name, run, answer)
                }
                Err(reason) => self.not_started(name, run, reason),
            });
        }
        outcomes
    }

    fn started(
        &mut self,
        name: &AgentName,
        run: RunId,
        answer: Result<Done, TmuxError>,
    ) -> Outcome {
        self.heed(&answer);
        match answer {
            Ok(Done::Changed | Done::Already) => {
                self.has_started = true;
                Ok(())
            }
            Err(TmuxError::Refused { reason }) => self.not_started(name, run, reason),
            Err(error @ (TmuxError::NoServer { .. } | TmuxError::Missing { .. })) => {
                self.not_started(name, run, error.to_string())
            }
            // It may still take effect: the next look tells.
            Err(error @ TmuxError::Unknown { .. }) => Err(Failure::of(error)),
        }
    }

    /// There is certainly no session; the decision hears why.
    fn not_started(&mut self, name: &AgentName, run: RunId, reason: String) -> Outcome {
        self.failed.insert(name.clone(), (run, reason.clone()));
        Err(Failure::Told(reason))
    }

    /// Ends neighbours together; the outcomes end where tmux stopped answering.
    async fn stop_all(&mut self, fleet: &Fleet, actions: &[&Action]) -> Vec<Outcome> {
        let stops: Vec<Result<TmuxOp, String>> =
            actions.iter().map(|action| self.stop_of(fleet, action)).collect();
        let ops: Vec<TmuxOp> = stops.iter().flatten().cloned().collect();
        let mut answers = self.driver.apply_all(&ops).await.into_iter();
        let mut outcomes = Vec::with_capacity(actions.len());
        for stop in stops {
            let outcome = match stop {
                Ok(_) => {
                    let Some(answer) = answers.next() else { break };
                    self.heed(&answer);
                    match answer {
                        Ok(_) | Err(TmuxError::Missing { .. } | TmuxError::NoServer { .. }) => {
                            Ok(())
                        }
                        Err(error) => Err(Failure::of(error)),
                    }
                }
                Err(reason) => Err(Failure::Told(reason)),
            };
            outcomes.push(outcome);
        }
        outcomes
    }

    /// Signals what belongs to the session, and says how the session itself is ended.
    fn stop_of(&mut self, fleet: &Fleet, action: &Action) -> Result<TmuxOp, String> {
        let (name, session, pane, run, stage) = match action {
            Action::Stop { name, pane, run, stage, .. } => {
                let session = session_of(fleet, name)
                    .ok_or_else(|| format!("the config no longer declares {name}"))?;
                (name, session.clone(), *pane, run, stage)
            }
            Action::StopUndeclared { name, pane, run, stage, .. } => {
                (name, fleet.session_prefix.session_of(name), Some(*pane), run, stage)
            }
            other => return Err(format!("`{other:?}` is no stop")),
        };
        // Signalled before the terminal closes: afterwards nothing ties its processes together any more.
        if let Some(run) = run {
            let roots = self.state.members.get(name).and_then(|member| member.roots.as_ref());
            let roots = roots.filter(|roots| roots.run == *run);
            self.place.end_processes(name, *run, roots, *stage);
        }
        // Whose a pane without a tag is was proved when it was seen; a name proves nothing.
        let untagged_too = pane.is_some();
        let pane = pane.map(PaneId);
        Ok(TmuxOp::Kill { session, pane, agent_id: tag(fleet, name), untagged_too })
    }
}

/// How an action is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Start,
    Stop,
    /// A request of its own to tmux.
    Single,
    File,
    /// Begun or ended beside the ticks.
    Beside,
    /// Written with the decision; nothing else is to be done.
    Recorded,
}

fn kind_of(action: &Action) -> Kind {
    match action {
        Action::Start { .. } => Kind::Start,
        Action::Stop { .. } | Action::StopUndeclared { .. } => Kind::Stop,
        Action::Type { .. }
        | Action::Submit { .. }
        | Action::Choose { .. }
        | Action::RestoreSocket { .. } => Kind::Single,
        Action::WritePosition { .. } | Action::MarkComplete { .. } | Action::ClearComplete => {
            Kind::File
        }
        Action::Analyze { .. } | Action::EndAnalysis { .. } => Kind::Beside,
        Action::LookAgain | Action::Reply { .. } | Action::Alarm { .. } | Action::Exit => {
            Kind::Recorded
        }
    }
}

fn joins(one: &Action, next: &Action) -> bool {
    let kind = kind_of(one);
    kind == kind_of(next) && matches!(kind, Kind::Start | Kind::Stop)
}

/// The first of them, and how many more.
pub(crate) fn some_of(actions: &[&Action], now: Now) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = actions.iter().take(SHOWN).map(|action| action.told(now)).collect();
    let shown = shown.join("; ");
    match actions.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown}; and {more} more"),
    }
}
