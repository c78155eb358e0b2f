//! Did everything come back after the faults were over?

use std::collections::BTreeSet;
use std::time::Duration;

use agents_decide::{Life, Sequence, Stage, Wanted};
use agents_names::{AgentName, PhaseId};

use super::life::LifeOf;

/// A turn may take so long, and a message waits for its end.
const LATELY: Duration = Duration::from_secs(60);

impl LifeOf {
    /// What should hold an hour after the last fault; what does not is a violation like any other.
    pub(super) fn judge_liveness(&self, away: &BTreeSet<AgentName>) {
        let trace = self.simulation.trace();
        let say = |text: String| trace.violation(&text);
        if self.simulation.unanswered() > 0 {
            let open = self.simulation.state().map(|state| &state.open);
            say(format!("L1: {} requests are unanswered: {open:?}", self.simulation.unanswered()));
        }
        let Some(state) = self.simulation.state() else {
            return say("L1: no watchdog lives".to_owned());
        };
        if state.blind.is_some() {
            say("L6: the terminals are still unseen".to_owned());
        }
        let (size, most) = (self.simulation.disk.state_size(), state_bytes(state.members.len()));
        if size > most {
            say(format!("I15: the state takes {size} bytes, for {} members", state.members.len()));
        }
        let complete = state.sequence.as_ref().is_some_and(Sequence::is_complete);
        for name in &self.drawn.members {
            let runs = self.simulation.runs(name);
            let Some(member) = state.members.get(name) else {
                say(format!("L1: {name} is not remembered"));
                continue;
            };
            let is_up = self.is_up(name);
            if away.contains(name) {
                say(format!("L1: {name} runs: {runs}, and its life is {:?}", member.life));
            }
            if is_up && member.limit.silences() {
                say(format!("L4: {name} is still held: {:?}", member.limit));
            }
            let patience = self.simulation.fleet().timing.signal_interval * 3 + LATELY;
            let is_old = |since: agents_decide::Moment| state.at.since(since) > patience;
            let is_owed = member.mailbox.queue.iter().any(|message| is_old(message.owed_since));
            let is_stuck = matches!(member.mailbox.stage, Stage::Stuck { .. });
            if is_up && (is_stuck || is_owed) {
                let count = member.mailbox.queue.len();
                say(format!("L2: {name} is owed {count} messages: {:?}", member.mailbox.stage));
            }
        }
        self.judge_phases(complete);
        self.judge_claims(complete);
    }

    /// Whether it runs, and the watchdog knows that.
    pub(super) fn is_up(&self, name: &AgentName) -> bool {
        let member = self.simulation.state().and_then(|state| state.members.get(name));
        let is_up = member.is_some_and(|member| matches!(member.life, Life::Up { .. }));
        is_up && self.simulation.runs(name)
    }

    /// Whether nobody wants it up; after the last phase a loop agent rests.
    pub(super) fn rests(&self, name: &AgentName) -> bool {
        let Some(state) = self.simulation.state() else { return false };
        let complete = state.sequence.as_ref().is_some_and(Sequence::is_complete);
        let is_loop = matches!(name.as_str(), "builder" | "adversary");
        let is_down = state.members.get(name).is_some_and(|it| it.wanted == Wanted::Down);
        is_down || is_loop && complete
    }

    /// L3: a phase that is done is left.
    fn judge_phases(&self, complete: bool) {
        let Some(state) = self.simulation.state() else { return };
        let Some(sequence) = state.sequence.as_ref().filter(|_| !complete) else { return };
        let phase = sequence.phase();
        let marker = self.simulation.fleet().loop_plan.as_ref().map(|plan| &plan.done_marker);
        let status = self.simulation.machine.parts().status.get(phase).cloned().flatten();
        let is_done = status
            .zip(marker)
            .is_some_and(|(text, marker)| agents_decide::phase::is_done(&text, marker));
        if is_done || !matches!(sequence, Sequence::Running { .. }) {
            self.simulation.trace().violation(&format!("L3: {phase} is done, and {sequence:?}"));
        }
        let position = self.simulation.machine.parts().position.clone();
        if position.as_ref() != Some(phase) {
            let text = format!("L3: the position file says {position:?}, and it is {phase}");
            self.simulation.trace().violation(&text);
        }
    }

    /// L2: whoever was to hear of the last claim has heard of it.
    fn judge_claims(&self, complete: bool) {
        let Some((before, phase)) = self.claim_owed.clone().filter(|_| !complete) else { return };
        if phase != self.phase() {
            return;
        }
        let told = self.told_of_claims();
        if told <= before {
            let text = format!("L2: the last claim was never told ({told} pings)");
            self.simulation.trace().violation(&text);
        }
    }

    /// A claim is told in the phase in which it was pushed: with the next one its reviewer begins anew, also where the
    /// phase of then comes back.
    pub(super) fn forget_a_claim_of_another_phase(&mut self) {
        let owed_in = self.claim_owed.as_ref().and_then(|(_, phase)| phase.as_ref());
        let now_in = self.phase();
        if owed_in.is_some() && now_in.is_some() && owed_in != now_in.as_ref() {
            self.claim_owed = None;
        }
    }

    /// The phase that the watchdog that lives knows.
    pub(super) fn phase(&self) -> Option<PhaseId> {
        let state = self.simulation.state()?;
        Some(state.sequence.as_ref()?.phase().clone())
    }

    pub(super) fn told_of_claims(&self) -> usize {
        let Ok(reviewer) = AgentName::new("adversary") else { return 0 };
        self.simulation.submitted(&reviewer, "gate CLAIM")
            + self.simulation.submitted(&reviewer, "was rewritten")
    }

    /// Whether a look has seen the server that lives now.
    pub(super) fn server_is_known(&self) -> bool {
        use agents_tmux::{Driver as _, ServerId};
        let known = self.simulation.state().and_then(|state| state.server);
        known.is_some_and(|known| {
            let id = ServerId { pid: known.pid, start_time: known.start_time };
            self.simulation.terminals().driver().is_alive(id)
        })
    }
}

/// What a state may take, in bytes: a screen of each member and what is remembered of it.
fn state_bytes(members: usize) -> usize {
    20_000 + 30_000 * members
}
