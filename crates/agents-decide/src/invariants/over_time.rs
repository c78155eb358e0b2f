//! What may not be decided because of what came before: too many starts, a start inside a usage window, a phase that
//! nothing says is done.

use std::time::Duration;

use agents_config::Fleet;

use crate::draft::Decision;
use crate::state::FleetState;
use crate::{Action, Life, Limit, Now, Observation, RequestId, Seen, Sequence, Verb, Why};

/// Over the whole fleet, at most so many automatic starts in the span.
const FLEET_STARTS: usize = 3;
const FLEET_SPAN: Duration = Duration::from_secs(10);

type Broken = Option<(&'static str, String)>;

/// What speaks against a start that nobody asked for.
pub(super) fn start(
    fleet: &Fleet,
    before: &FleetState,
    decision: &Decision,
    action: &Action,
    now: Now,
) -> Vec<(&'static str, String)> {
    let Action::Start { name, run, why, .. } = action else { return Vec::new() };
    let known = before.members.get(name);
    let is_sent_again = known
        .is_some_and(|member| matches!(&member.life, Life::Starting { run: of, .. } if of == run));
    if is_sent_again || matches!(why, Why::Asked | Why::Phase { .. } | Why::SequenceComplete) {
        return Vec::new();
    }
    let mut found = Vec::new();
    if let Some(Limit::Held { probe_at, until, .. }) = known.map(|member| &member.limit)
        && *probe_at > now.at
        && until.is_none_or(|until| until > now.wall)
    {
        found.push(("I3", format!("{name} is started inside its usage window")));
    }
    let recent = &decision.next.recent_starts;
    if recent.iter().filter(|start| now.at.since(**start) < FLEET_SPAN).count() > FLEET_STARTS {
        let text = format!("{name} is one automatic start too many within {FLEET_SPAN:?}");
        found.push(("I7", text));
    }
    let most = fleet.timing.restart_limit.max(1) as usize;
    let budget = decision.next.members.get(name).map(|member| &member.budget);
    let count = budget.map_or(0, |budget| budget.counted(&fleet.timing, now.at));
    if count > most {
        found.push(("I7", format!("{name} is started {count} times by itself, {most} may be")));
    }
    found
}

/// Nobody is ended for a phase that nothing says is done.
pub(super) fn phase(fleet: &Fleet, before: &FleetState, seen: &Observation, why: &Why) -> Broken {
    let to = match why {
        Why::Phase { phase } => Some(phase),
        Why::SequenceComplete => None,
        Why::Asked
        | Why::New
        | Why::Gone { .. }
        | Why::ServerLost
        | Why::Mismatch { .. }
        | Why::Fatal { .. }
        | Why::Stall { .. }
        | Why::ParkedRetry
        | Why::Refused { .. }
        | Why::Retry { .. } => return None,
    };
    let Some(Sequence::Running { phase: from } | Sequence::Finishing { phase: from, .. }) =
        &before.sequence
    else {
        return None;
    };
    let mut requests = seen.requests.iter();
    if requests.any(|request| matches!(request.verb, Verb::Phase { .. })) {
        return None;
    }
    let plan = fleet.loop_plan.as_ref()?;
    let is_done = match &seen.status {
        Seen::Known(status) => {
            status.phase == *from && crate::phase::is_done(&status.text, &plan.done_marker)
        }
        Seen::Absent | Seen::Unknown(_) => false,
    };
    if !is_done {
        return Some((
            "I4",
            format!("the loops are stopped, and nothing says that {from} is done"),
        ));
    }
    let next = plan.after(from).map(|phase| &phase.id);
    (next != to).then(|| ("I4", format!("{from} does not give way to {to:?}")))
}

/// A request is answered once, whatever its answer: while it is open or new, and never again.
pub(super) fn reply(
    before: &FleetState,
    seen: &Observation,
    decision: &Decision,
    request: RequestId,
) -> Broken {
    let was_open = before.open.iter().any(|open| open.id == request);
    let is_new = request > before.last_request && seen.requests.iter().any(|it| it.id == request);
    let replies = decision.actions.iter();
    let count = replies
        .filter(|action| matches!(action, Action::Reply { request: of, .. } if *of == request))
        .count();
    let is_closed = decision.next.last_request >= request
        && decision.next.open.iter().all(|open| open.id != request);
    let fits = (was_open || is_new) && is_closed && count == 1;
    (!fits).then(|| ("I21", format!("request {} is answered more than once", request.0)))
}
