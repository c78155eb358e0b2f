//! Who of the loop still works, now that the phase is done?
//!
//! The done marker counts as soon as it stands in the working copy: whoever wrote it may not have pushed it yet.

use std::time::Duration;

use agents_config::{Agent, LoopPlan};
use agents_names::PhaseId;

use super::{PhaseNote, Sequence, loops};
use crate::draft::{Declared, Draft};
use crate::life::Life;
use crate::{Activity, Moment, Seen, activity};

/// How long a program without a known sign of work must have shown and written nothing to count as finished.
const QUIET: Duration = Duration::from_secs(5);

/// Between two looks at who still works.
const PAUSE: Duration = Duration::from_secs(1);

/// Whether the way to the next phase is not free yet; the wait began at `since`.
pub(super) fn waits(
    draft: &mut Draft<'_>,
    plan: &LoopPlan,
    phase: &PhaseId,
    since: Moment,
) -> bool {
    let until = since.after(plan.advance_grace);
    if draft.now.at >= until {
        return false;
    }
    let at_work = loops(draft).into_iter().filter(|what| match what {
        Declared::Agent(agent) => is_at_work(draft, agent),
        Declared::Service(_) => false,
    });
    let agents: Vec<_> = at_work.map(|what| what.name().clone()).collect();
    if agents.is_empty() {
        return false;
    }
    draft.look_in(PAUSE.min(until.since(draft.now.at)));
    draft.next.sequence = Some(Sequence::Finishing { phase: phase.clone(), since });
    draft.note_fleet(PhaseNote::Finishing { phase: phase.clone(), agents, until });
    true
}

/// One that cannot be seen may be at work.
fn is_at_work(draft: &Draft<'_>, agent: &Agent) -> bool {
    let (Some(member), Some(seen)) =
        (draft.next.members.get(&agent.name), draft.seen.members.get(&agent.name))
    else {
        return false;
    };
    if !matches!(member.life, Life::Up { .. }) {
        return false;
    }
    match &seen.pane {
        Seen::Known(pane) if pane.dead.is_some() => return false,
        Seen::Known(_) => {}
        Seen::Absent => return false,
        Seen::Unknown(_) => return true,
    }
    if matches!(seen.screen, Seen::Unknown(_)) {
        return true;
    }
    let backend = draft.fleet.backend_of(agent);
    let timing = &draft.fleet.timing;
    let before = member.standing.as_ref();
    let standing = activity::stand(&member.activity, before, seen, timing, draft.now);
    let known = (seen, standing.as_ref()).into();
    let (next, verdict, _) = activity::judge(&member.activity, backend, known, timing, draft.now);
    let is_fresh = next.evidence_at.is_some_and(|at| draft.now.at.since(at) < QUIET);
    verdict == Activity::Active || (!next.ever_active && is_fresh)
}
