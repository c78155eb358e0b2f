//! Did each change of the terminals reach who was meant, once, and from the right writer?

use agents_tmux::fake::{Applied, Truth};
use agents_tmux::{PaneId, TmuxOp};

use super::{Judge, Judged};
use crate::swarm::KEY;

impl Judge {
    /// What the tick did, and what happened late.
    pub(super) fn effects(&mut self, tick: &Judged<'_>, found: &mut Vec<String>) {
        for applied in tick.machine.terminals.applied_since(tick.before.applied) {
            self.namespace(tick, &applied, found);
            if shows_key(&applied.op) {
                found.push(
                    "I16: a key is in a request to tmux, which everybody can read".to_owned(),
                );
            }
            if applied.took_effect && applied.epoch.is_none() {
                found.push(format!("I9: nobody knows who asked for {:?}", applied.op));
            }
            if let Some(epoch) = applied.epoch.filter(|_| applied.took_effect) {
                if epoch < self.epoch {
                    let latest = self.epoch;
                    found.push(format!("I9: writer {epoch} changed something after {latest}"));
                }
                self.epoch = self.epoch.max(epoch);
            }
            match &applied.op {
                TmuxOp::Type { pane, text, token } => {
                    let Some(truth) = truth_of(tick, *pane) else { continue };
                    let texts = self.texts.entry(truth.session.to_string()).or_default();
                    texts.insert(text.clone());
                    self.receiver(tick, truth, &applied, found);
                    let run = truth.run.clone().unwrap_or_default();
                    let key = (format!("{} {run}", truth.session), token.0.clone());
                    if applied.took_effect && !run.is_empty() && !self.typed.insert(key) {
                        let session = &truth.session;
                        found.push(format!("I13: {token:?} was typed twice at {session} {run}"));
                    }
                }
                TmuxOp::Submit { pane, .. } => {
                    let Some(truth) = truth_of(tick, *pane) else { continue };
                    self.receiver(tick, truth, &applied, found);
                }
                TmuxOp::Start(_) | TmuxOp::Kill { .. } | TmuxOp::AttachLog { .. } => {}
            }
        }
    }

    /// Bytes go to a program that is there, is the agent's, and takes them.
    fn receiver(
        &self,
        tick: &Judged<'_>,
        truth: &Truth,
        applied: &Applied,
        found: &mut Vec<String>,
    ) {
        // Who gets what tmux carries out long afterwards, only tmux could check.
        if !applied.took_effect || applied.is_late || applied.at != tick.before.at {
            return;
        }
        let agent = tick.fleet.agents.iter().find(|agent| {
            *agent.session.as_str() == *truth.session
                || truth.agent_id.as_deref()
                    == Some(&agents_watchdog::observe::tag(tick.fleet, &agent.name))
        });
        let Some(agent) = agent else { return };
        let backend = tick.fleet.backend_of(agent);
        let session = &truth.session;
        if truth.is_dead {
            found.push(format!("I11: something was typed into the dead pane of {session}"));
        } else if !truth.has_program {
            found.push(format!("I11: {session} was typed at, and only a launcher is there"));
        }
        // A name that no look saw in this run may be wrong, and then tells nothing.
        let run = truth.run.clone().unwrap_or_default();
        let is_of = |id: &agents_decide::RunId| id.to_string() == *run;
        let is_known = self.in_front.get(&**session).is_some_and(|runs| runs.iter().any(is_of));
        if is_known && backend.process_name.as_ref().is_some_and(|name| **name != *truth.command) {
            found.push(format!("I11: {session} was typed at while `{}` runs there", truth.command));
        }
        if backend.ready_re.is_some() && !truth.is_ready {
            found.push(format!("I11: {session} was typed at before its program takes input"));
        }
    }

    fn namespace(&self, tick: &Judged<'_>, applied: &Applied, found: &mut Vec<String>) {
        let session = match &applied.op {
            TmuxOp::Start(start) => start.session.to_string(),
            TmuxOp::Kill { session, pane, .. } => match pane {
                Some(pane) => {
                    let truth = truth_of(tick, *pane);
                    let Some(truth) = truth.filter(|truth| truth.agent_id.is_none()) else {
                        return;
                    };
                    truth.session.to_string()
                }
                None => session.to_string(),
            },
            TmuxOp::Type { pane, .. }
            | TmuxOp::Submit { pane, .. }
            | TmuxOp::AttachLog { pane, .. } => {
                let Some(truth) = truth_of(tick, *pane) else { return };
                if truth.agent_id.is_some() && !self.foreign.contains(&*truth.session) {
                    return;
                }
                truth.session.to_string()
            }
        };
        if !session.starts_with(tick.fleet.session_prefix.as_str()) {
            found.push(format!("I6: {session} is not of this fleet: {:?}", applied.op));
        }
    }
}

/// Whether a key stands in what tmux is asked.
fn shows_key(op: &TmuxOp) -> bool {
    match op {
        TmuxOp::Start(start) => start.argv.iter().any(|word| word.contains(KEY)),
        TmuxOp::Type { text, .. } => text.contains(KEY),
        TmuxOp::Submit { .. } | TmuxOp::Kill { .. } | TmuxOp::AttachLog { .. } => false,
    }
}

fn truth_of<'t>(tick: &'t Judged<'_>, pane: PaneId) -> Option<&'t Truth> {
    tick.before.truths.iter().find(|truth| truth.pane == pane)
}
