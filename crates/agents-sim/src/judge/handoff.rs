//! Is whoever has to hear of a commit owed a message of it once the branch was read beyond it?

use agents_config::Pattern;
use agents_decide::{Base, FleetState, Life, MessageKind};
use agents_names::AgentName;
use agents_watchdog::tick::Ticked;

use super::{Judge, Judged};

impl Judge {
    pub(super) fn handoff(&mut self, tick: &Judged<'_>, ticked: &Ticked, found: &mut Vec<String>) {
        let (before, next) = (&tick.before.state, &ticked.decision.next);
        if **before == FleetState::default() {
            // What was read was lost with the whole state.
            self.head = None;
        }
        let Base::At(head) = &next.handoff.base else { return };
        let Some(last) = self.head.replace(head.clone()).filter(|last| last != head) else {
            return;
        };
        let plan = tick.fleet.loop_plan.as_ref();
        let Some(handoff) = plan.and_then(|plan| plan.handoff.as_ref()) else { return };
        // Another phase begins with a kickoff, and what was owed before is forgotten.
        if before.sequence != next.sequence {
            return;
        }
        let parts = tick.machine.parts();
        let subjects = parts.branch.subjects_between(&last, head);
        let is_news = |pattern: &Pattern| {
            let mut subjects = subjects.iter().flatten();
            subjects.any(|subject| pattern.is_match(subject))
        };
        for (pattern, kind, name) in [
            (&handoff.claim_pattern, MessageKind::Claim, &handoff.claim_pings),
            (&handoff.review_pattern, MessageKind::Review, &handoff.review_pings),
        ] {
            let is_rewritten = subjects.is_none();
            let kind = if is_rewritten { MessageKind::Rewritten } else { kind };
            if (is_rewritten || is_news(pattern))
                && is_up(before, name)
                && is_up(next, name)
                && !is_owed(next, name, &kind)
            {
                found.push(format!("I5: {name} is not told ({kind}) of what is up to {head}"));
            }
        }
    }
}

fn is_up(state: &FleetState, name: &AgentName) -> bool {
    let member = state.members.get(name);
    member.is_some_and(|member| matches!(member.life, Life::Up { .. }))
}

fn is_owed(state: &FleetState, name: &AgentName, kind: &MessageKind) -> bool {
    let member = state.members.get(name);
    member.is_some_and(|member| member.mailbox.queue.iter().any(|owed| owed.kind == *kind))
}
