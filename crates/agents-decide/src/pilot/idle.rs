//! Does an agent rest, so that it may be told to go on? Whatever is in doubt says no.

#[cfg(test)]
mod tests;

use agents_config::{Agent, Watch};

use super::Rest;
use crate::activity::tail;
use crate::delivery::{MessageKind, closed};
use crate::draft::{Declared, Draft};
use crate::foreground::has_left;
use crate::life::Life;
use crate::sequence::Sequence;
use crate::{Activity, MemberSeen, Seen, Stand, account, handoff, login};

/// The rows at the end of a screen in which a limit counts for an agent that nobody watches.
const LIMIT_ROWS: usize = 15;

pub(super) enum Verdict {
    /// Why not.
    No(&'static str),
    Rests(Rest),
}

pub(super) fn judge(
    draft: &mut Draft<'_>,
    agent: &Agent,
    seen: &MemberSeen,
    activity: Activity,
) -> Verdict {
    let name = &agent.name;
    let Life::Up { since, .. } = draft.member(name).life else {
        return Verdict::No("it is not running");
    };
    let Some(pane) = seen.pane.known().filter(|pane| pane.dead.is_none()) else {
        return Verdict::No("it is not running");
    };
    if let Some(reason) = silence(draft, agent).or_else(|| closed(seen)) {
        return Verdict::No(reason);
    }
    if has_left(draft, Declared::Agent(agent), pane) {
        return Verdict::No("another program is in the foreground of its pane");
    }
    let Seen::Known(screen) = &seen.screen else {
        return Verdict::No("its screen cannot be seen");
    };
    match activity {
        Activity::Active => return Verdict::No("it is at work"),
        Activity::Unknown => return Verdict::No("what it does is not known"),
        Activity::Idle => {}
    }
    let backend = draft.fleet.backend_of(agent);
    if agent.watch == Watch::None
        && let Some(limit) = &backend.limit_re
        && tail(&screen.rows, LIMIT_ROWS).iter().any(|row| limit.is_match(row))
    {
        return Verdict::No("its screen shows a usage limit");
    }
    let member = draft.member(name);
    match member.standing.as_ref().map(|standing| standing.stand) {
        None | Some(Stand::Idle | Stand::Failed) => {}
        Some(Stand::Active) => return Verdict::No("its program says that it works"),
        Some(Stand::Limited) => return Verdict::No("it is limited"),
        Some(Stand::WaitingInput) => return Verdict::No("it asks something"),
        Some(Stand::Unauthenticated) => return Verdict::No("its provider refuses its login"),
        Some(Stand::Suspended) => return Verdict::No(crate::suspended::REASON),
        Some(Stand::Exited) => return Verdict::No("its program has ended"),
        Some(Stand::Unknown) => return Verdict::No("what it does is not known"),
    }
    if member.mailbox.queue.iter().any(|owed| owed.kind != MessageKind::Pilot) {
        return Verdict::No("it is owed another message first");
    }
    let moved = member.activity.changed_at.max(member.activity.active_at);
    let since = moved.map_or(since, |moved| moved.max(since));
    Verdict::Rests(Rest { since, screen: screen.digest, pane: pane.pane })
}

/// Why it is not prompted whatever it shows: another machine has the word.
fn silence(draft: &mut Draft<'_>, agent: &Agent) -> Option<&'static str> {
    let what = Declared::Agent(agent);
    match &draft.next.sequence {
        Some(Sequence::Complete { .. }) => return Some("the phase sequence is complete"),
        Some(
            Sequence::Finishing { .. } | Sequence::Moving { .. } | Sequence::Completing { .. },
        ) if what.is_loop() => return Some("its phase is done"),
        Some(
            Sequence::Running { .. }
            | Sequence::Finishing { .. }
            | Sequence::Moving { .. }
            | Sequence::Completing { .. },
        )
        | None => {}
    }
    if draft.member(&agent.name).limit.silences() {
        return Some("it is inside a usage window");
    }
    if account::hold(draft, what).is_some() {
        return Some("its account is inside a usage window");
    }
    let member = draft.member(&agent.name);
    if login::is_refused(member) {
        return Some("its key or login is refused");
    }
    if member.asks.is_some() {
        return Some("it asks something");
    }
    handoff::awaits(draft, &agent.name).map(|_| "it waits for the turn of the other")
}
