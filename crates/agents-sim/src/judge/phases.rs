//! Do the phases move only forward, by one, and for a reason?

use agents_decide::{Seen, Sequence, Verb, phase};
use agents_watchdog::tick::Ticked;

use super::{Judge, Judged};

impl Judge {
    pub(super) fn phases(&mut self, tick: &Judged<'_>, ticked: &Ticked, found: &mut Vec<String>) {
        let next = ticked.decision.next.sequence.clone();
        let before = self.sequence.clone().or_else(|| tick.before.state.sequence.clone());
        self.sequence.clone_from(&next);
        let (Some(before), Some(next)) = (before, next) else { return };
        if self.is_asked(ticked) || before == next {
            return;
        }
        let (from, to) = (before.phase(), next.phase());
        let plan = tick.fleet.loop_plan.as_ref();
        if from != to {
            let after = plan.and_then(|plan| plan.after(from)).map(|phase| &phase.id);
            if after != Some(to) {
                found.push(format!("I4: the phase went from {from} to {to} by itself"));
            }
        }
        let leaves = match (&before, &next) {
            (
                Sequence::Running { .. } | Sequence::Finishing { .. },
                Sequence::Moving { .. } | Sequence::Completing { .. },
            ) => true,
            (Sequence::Running { .. } | Sequence::Finishing { .. }, _) => from != to,
            (
                Sequence::Moving { .. } | Sequence::Completing { .. } | Sequence::Complete { .. },
                _,
            ) => false,
        };
        let marker = plan.map_or("", |plan| plan.done_marker.as_str());
        let is_done = match &ticked.observation.status {
            Seen::Known(status) => status.phase == *from && phase::is_done(&status.text, marker),
            Seen::Absent | Seen::Unknown(_) => false,
        };
        if leaves && !is_done {
            found.push(format!("I4: the phase left {from}, which nothing says is done"));
        }
    }

    /// Whether the operator chose the phase in this very tick.
    fn is_asked(&self, ticked: &Ticked) -> bool {
        let mut requests = ticked.observation.requests.iter();
        requests.any(|request| matches!(request.verb, Verb::Phase { .. }))
    }
}
