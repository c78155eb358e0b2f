//! Which phase is the build in, and does it move on?

use agents_config::LoopPlan;
use agents_names::{AgentName, PhaseId};

use crate::draft::{Declared, Draft};
use crate::life::{Ending, Life, begin_stop, set, taken};
use crate::state::Wanted;
use crate::{Action, MessageNote, Moment, OpenRequest, Seen, Verb, Why};

mod finishing;

/// The position in the phases, and a move under way.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Sequence {
    Running {
        phase: PhaseId,
    },
    /// The phase is done, and who still works may finish first.
    Finishing {
        phase: PhaseId,
        since: Moment,
    },
    /// The loops are being stopped; those of `restart` start again with the new phase.
    Moving {
        from: PhaseId,
        to: PhaseId,
        restart: Vec<AgentName>,
    },
    /// The last phase is done, and the loops are being stopped.
    Completing {
        phase: PhaseId,
    },
    Complete {
        phase: PhaseId,
    },
}

impl Sequence {
    /// The phase whose kickoff a loop agent gets now.
    #[must_use]
    pub fn phase(&self) -> &PhaseId {
        match self {
            Self::Running { phase }
            | Self::Finishing { phase, .. }
            | Self::Completing { phase }
            | Self::Complete { phase } => phase,
            Self::Moving { to, .. } => to,
        }
    }

    /// Whether loop agents may run.
    #[must_use]
    pub fn runs(&self) -> bool {
        matches!(self, Self::Running { .. } | Self::Finishing { .. })
    }

    /// Whether the phase changes, and the member starts with the new one.
    #[must_use]
    pub fn awaits(&self, name: &AgentName) -> bool {
        match self {
            Self::Moving { restart, .. } => restart.contains(name),
            Self::Running { .. }
            | Self::Finishing { .. }
            | Self::Completing { .. }
            | Self::Complete { .. } => false,
        }
    }

    /// Whether the last phase is done.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        matches!(self, Self::Completing { .. } | Self::Complete { .. })
    }
}

/// What the machine says, of the phases or of the fleet.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum PhaseNote {
    /// `reason`: what says that it is not done.
    InProgress {
        phase: PhaseId,
        reason: String,
    },
    /// It is done, and the next heavy tick moves on; `within`: the time between two of them.
    Done {
        phase: PhaseId,
        #[serde(default)]
        within: std::time::Duration,
    },
    /// It is done, and these still work.
    Finishing {
        phase: PhaseId,
        agents: Vec<AgentName>,
        until: Moment,
    },
    Advancing {
        from: PhaseId,
        to: PhaseId,
    },
    NoAutoAdvance {
        phase: PhaseId,
    },
    Complete,
    /// The phase is no longer in the config.
    Unknown {
        phase: PhaseId,
    },
}

pub(crate) fn step(draft: &mut Draft<'_>) {
    let Some(plan) = &draft.fleet.loop_plan else { return };
    let Some(sequence) = draft.next.sequence.clone() else { return begin(draft, plan) };
    // What the end of a phase starts would be left behind by the watchdog, which ends with its fleet.
    if goes_down(draft) && !matches!(sequence, Sequence::Moving { .. }) {
        return;
    }
    match sequence {
        Sequence::Running { phase } => running(draft, plan, phase, None),
        Sequence::Finishing { phase, since } => running(draft, plan, phase, Some(since)),
        Sequence::Moving { from, to, restart } => moving(draft, &from, to, &restart),
        Sequence::Completing { phase } => completing(draft, plan, phase),
        Sequence::Complete { phase } => complete(draft, plan, phase),
    }
}

/// Whether the whole fleet was asked down, and is not yet.
fn goes_down(draft: &Draft<'_>) -> bool {
    let is_asked = |open: &OpenRequest| matches!(open.verb, Verb::Down { whole: true, .. });
    draft.next.wanted == Wanted::Down && draft.next.open.iter().any(is_asked)
}

/// Whether the fleet is down as the operator asked, and nobody of it was asked up since.
fn is_down(draft: &Draft<'_>) -> bool {
    let is_up = |wanted: Wanted| wanted == Wanted::Up;
    draft.next.wanted == Wanted::Down
        && !draft.next.members.values().any(|member| is_up(member.wanted))
}

/// The first tick: where the original program was, else the first phase.
fn begin(draft: &mut Draft<'_>, plan: &LoopPlan) {
    let index = draft.seen.legacy_position.unwrap_or(0);
    let phase = match plan.phases.get(index) {
        Some(phase) => phase.id.clone(),
        None => {
            let text = format!(
                "the recorded position {index} is beyond the {} phases; staying at the last",
                plan.phases.len()
            );
            draft.alarm(None, "position", text);
            let Some(last) = plan.phases.last() else { return };
            last.id.clone()
        }
    };
    draft.act(Action::WritePosition { phase: phase.clone() });
    draft.next.sequence = Some(Sequence::Running { phase });
}

/// `finishing`: since when the phase is known to be done and somebody of its loop still works.
fn running(draft: &mut Draft<'_>, plan: &LoopPlan, phase: PhaseId, finishing: Option<Moment>) {
    if plan.phase(&phase).is_none() {
        let text =
            format!("the phase {phase} is no longer in the config; `agents phase set` chooses one");
        draft.alarm(None, "position", text);
        draft.note_fleet(PhaseNote::Unknown { phase });
        return;
    }
    draft.calm(None, "position");
    if let Err(reason) = is_done(draft, plan, &phase) {
        if !matches!(draft.seen.status, Seen::Unknown(_)) {
            draft.next.sequence = Some(Sequence::Running { phase: phase.clone() });
        }
        draft.note_fleet(PhaseNote::InProgress { phase, reason });
        return;
    }
    if !plan.auto_advance {
        draft.next.sequence = Some(Sequence::Running { phase: phase.clone() });
        draft.note_fleet(PhaseNote::NoAutoAdvance { phase });
        return;
    }
    // That a phase is done is judged on heavy ticks only, as configured.
    let is_due = draft.heavy || finishing.is_some();
    if !is_due || !draft.seen.supervised {
        let within = draft.fleet.timing.heavy_interval;
        draft.note_fleet(PhaseNote::Done { phase, within });
        return;
    }
    if finishing::waits(draft, plan, &phase, finishing.unwrap_or(draft.now.at)) {
        return;
    }
    match plan.after(&phase) {
        Some(next) => begin_move(draft, phase, next.id.clone(), true),
        None => {
            stop_loops(draft, &Why::SequenceComplete);
            draft.note_fleet(PhaseNote::Complete);
            draft.next.sequence = Some(Sequence::Completing { phase });
        }
    }
}

/// Whether the status file says so; else what it says, or why it says nothing.
fn is_done(draft: &Draft<'_>, plan: &LoopPlan, phase: &PhaseId) -> Result<(), String> {
    let file = plan.phase(phase).map_or("", |phase| phase.status.as_str());
    match &draft.seen.status {
        Seen::Known(status) if status.phase != *phase => {
            Err(format!("its status file {file} is read at the next look"))
        }
        Seen::Known(status) if crate::phase::is_done(&status.text, &plan.done_marker) => Ok(()),
        Seen::Known(_) => {
            Err(format!("its status file {file} has no line `{}` yet", plan.done_marker))
        }
        Seen::Absent => Err(format!("its status file {file} is not there yet")),
        Seen::Unknown(cause) => Err(format!("whether it is done cannot be read: {cause}")),
    }
}

/// Leaves `from` for `to`; the loops are stopped first.
pub(crate) fn begin_move(draft: &mut Draft<'_>, from: PhaseId, to: PhaseId, by_itself: bool) {
    let restart = loops(draft).into_iter().filter(|what| {
        let member = draft.next.members.get(what.name());
        let wanted = member.map_or(Wanted::Unsaid, |member| member.wanted);
        let runs = member.is_some_and(|member| !matches!(member.life, Life::Stopped { .. }));
        let fleet_is_up = draft.next.wanted != Wanted::Down;
        wanted != Wanted::Down && (runs || wanted == Wanted::Up || (by_itself && fleet_is_up))
    });
    let restart = restart.map(|what| what.name().clone()).collect();
    draft.note_fleet(PhaseNote::Advancing { from: from.clone(), to: to.clone() });
    stop_loops(draft, &Why::Phase { phase: to.clone() });
    draft.next.sequence = Some(Sequence::Moving { from, to, restart });
}

fn loops<'a>(draft: &Draft<'a>) -> Vec<Declared<'a>> {
    draft.declared().into_iter().filter(|what| what.is_loop() && what.enabled()).collect()
}

fn stop_loops(draft: &mut Draft<'_>, why: &Why) {
    for what in loops(draft) {
        let now = draft.now.at;
        crate::delivery::settle(draft, what);
        let overtaken = crate::delivery::keep_for_next_phase(draft.member(what.name()));
        if overtaken > 0 {
            draft.note(what.name(), MessageNote::Overtaken { count: overtaken });
        }
        let member = draft.member(what.name());
        match &mut member.life {
            Life::Stopping { then, .. } => *then = None,
            Life::Up { run, .. } | Life::Missing { run, .. } => {
                let run = *run;
                begin_stop(draft, what, run, why.clone(), None);
            }
            Life::Starting { run, .. } => {
                let run = Some(*run);
                begin_stop(draft, what, run, why.clone(), None);
            }
            Life::Due { .. } | Life::Parked { .. } | Life::Stopped { .. } => {
                set(draft, what, Life::Stopped { since: now, how: Ending::Asked });
            }
        }
    }
    draft.look_in(std::time::Duration::from_millis(50));
}

/// Whether the loops have stopped; one that came up since, as by a start that took effect late, is stopped again.
fn all_stopped(draft: &mut Draft<'_>, why: &Why) -> bool {
    let lives: Vec<Life> = loops(draft)
        .iter()
        .filter_map(|what| Some(draft.next.members.get(what.name())?.life.clone()))
        .collect();
    if lives.iter().all(|life| matches!(life, Life::Stopped { .. })) {
        return true;
    }
    if lives.iter().any(|life| !matches!(life, Life::Stopped { .. } | Life::Stopping { .. })) {
        stop_loops(draft, why);
    }
    draft.look_in(std::time::Duration::from_millis(100));
    false
}

fn moving(draft: &mut Draft<'_>, from: &PhaseId, to: PhaseId, restart: &[AgentName]) {
    if !all_stopped(draft, &Why::Phase { phase: to.clone() }) {
        draft.note_fleet(PhaseNote::Advancing { from: from.clone(), to });
        return;
    }
    draft.act(Action::WritePosition { phase: to.clone() });
    draft.act(Action::ClearComplete);
    for what in loops(draft) {
        // It may have been asked down since the change began.
        let wanted = draft.member(what.name()).wanted != Wanted::Down;
        draft.calm(Some(what.name()), "stranger");
        if wanted && restart.contains(what.name()) {
            let at = draft.now.at;
            say_left_behind(draft, what, &to);
            draft.member(what.name()).budget.reset();
            set(draft, what, Life::Due { at, why: Why::Phase { phase: to.clone() } });
        }
    }
    draft.look_in(std::time::Duration::from_millis(10));
    draft.next.sequence = Some(Sequence::Running { phase: to });
}

/// A session that somebody else started is not ended, so what runs in it hears nothing of the new phase.
fn say_left_behind(draft: &mut Draft<'_>, what: Declared<'_>, to: &PhaseId) {
    let Some(seen) = draft.seen.members.get(what.name()) else { return };
    let Some(reason) = taken(draft, what, seen) else { return };
    let name = what.name();
    let text = format!(
        "{name}: phase {to} begins without it: {reason}, and `agents up {name}` starts it on the phase then"
    );
    draft.alarm(Some(name), "stranger", text);
}

fn completing(draft: &mut Draft<'_>, plan: &LoopPlan, phase: PhaseId) {
    draft.note_fleet(PhaseNote::Complete);
    // What its end starts would run in a fleet that is down, and the watchdog ends with the last one.
    if !all_stopped(draft, &Why::SequenceComplete) || is_down(draft) {
        return;
    }
    draft.act(Action::MarkComplete { phase: phase.clone() });
    let run = plan.on_complete.as_ref().and_then(|on_complete| on_complete.run.as_ref());
    let task = draft.declared().into_iter().find(|what| Some(what.name()) == run);
    if let Some(task) = task {
        launch(draft, task);
    }
    draft.alarm(None, "complete", format!("the phase sequence is complete: {phase} was the last"));
    draft.next.sequence = Some(Sequence::Complete { phase });
}

fn launch(draft: &mut Draft<'_>, task: Declared<'_>) {
    let at = draft.now.at;
    let why = Why::SequenceComplete;
    let member = draft.member(task.name());
    if member.wanted == Wanted::Down {
        // The file asks for it, after the operator did: a `down` that is still open says so.
        member.wanted = Wanted::Unsaid;
    }
    match draft.member(task.name()).life.clone() {
        Life::Up { run, .. } | Life::Missing { run, .. } => {
            begin_stop(draft, task, run, why.clone(), Some(why));
        }
        Life::Stopped { .. }
        | Life::Due { .. }
        | Life::Starting { .. }
        | Life::Stopping { .. }
        | Life::Parked { .. } => set(draft, task, Life::Due { at, why }),
    }
    draft.look_in(std::time::Duration::from_millis(10));
}

fn complete(draft: &mut Draft<'_>, plan: &LoopPlan, phase: PhaseId) {
    draft.note_fleet(PhaseNote::Complete);
    // A phase was appended: the build goes on from there.
    if draft.seen.supervised
        && let Some(next) = plan.after(&phase)
        && plan.auto_advance
    {
        draft.calm(None, "complete");
        begin_move(draft, phase, next.id.clone(), true);
    }
}

#[cfg(test)]
mod tests;
