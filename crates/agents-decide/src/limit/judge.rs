//! What follows for the fleet from what one agent's usage window does?

#[cfg(test)]
mod tests;

use agents_config::Agent;
use chrono::TimeDelta;

use super::{GoesOn, LASTS, LASTS_DAYS, Limit, LimitLook, ProbeState};
use crate::draft::Draft;
use crate::{MemberSeen, Now, Seen, Wish, account, delivery};

/// A program waits so long by itself before it tries again, where no allowance is used up.
const MOMENT: TimeDelta = TimeDelta::minutes(5);

/// Judges one agent's window, and tells its account of what became of it.
pub(crate) fn step(draft: &mut Draft<'_>, agent: &Agent, seen: &MemberSeen) {
    if matches!(seen.pane, Seen::Unknown(_)) {
        return;
    }
    let name = &agent.name;
    // What it prints may be about limits, and nothing can be asked of it: one that is refused ends, and tells by that.
    if crate::messages::is_one_shot(draft.fleet, agent) {
        if draft.member(name).limit.silences() {
            draft.member(name).limit = Limit::default();
            account::lifted(draft, agent, false);
        }
        return;
    }
    let waits = account::is_probed_later(draft, agent);
    // Nothing of the member is copied: that takes longer than all that is judged here.
    let member = &*draft.next.members.of(name);
    let own_texts: Vec<&str> = member.mailbox.own_texts().collect();
    let probe = delivery::probe_state(&member.mailbox);
    let look = LimitLook {
        agent,
        backend: draft.fleet.backend_of(agent),
        timing: &draft.fleet.timing,
        pane: &seen.pane,
        screen: &seen.screen,
        shown: seen.shown.as_ref(),
        told: member.standing.as_ref().and_then(|standing| standing.counted(seen)),
        pattern_active: member.activity.pattern_active(draft.now),
        own_texts: &own_texts,
        probe,
        waits,
    };
    let works = look.pattern_active;
    let before = member.limit.clone();
    let step = before.clone().step(&look, draft.now);
    for note in step.notes {
        draft.note(name, note);
    }
    for wish in step.wishes {
        match wish {
            Wish::Probe { text } => {
                delivery::owe(draft, name, delivery::MessageKind::Probe, text);
            }
            // One account, one alarm: the agent that is probed speaks for the others.
            Wish::Alarm { key, text } if !account::is_spoken_for(draft, agent) => {
                draft.alarm(Some(name), key, format!("{name}: {text}"));
            }
            Wish::Alarm { .. } | Wish::Restart(_) => {}
        }
    }
    // What is overdue and waits for somebody else is no reason to look more often.
    if let Limit::Held { probe_at, .. } = &step.next
        && *probe_at > draft.now.at
    {
        draft.look_in(probe_at.since(draft.now.at));
    }
    draft.member(name).limit = step.next.clone();
    match (before.silences(), step.next.silences()) {
        (false, true) if is_of_account(&step.next, draft.now) => account::limited(draft, agent),
        // Only what was said after the probe was taken tells that the window still holds.
        (true, true) if is_refused_again(&before, &step.next, probe) => {
            account::limited(draft, agent);
        }
        (true, false) => {
            draft.calm(Some(name), LASTS);
            draft.calm(Some(name), LASTS_DAYS);
            delivery::forget_untyped(draft.member(name), &delivery::MessageKind::Probe);
            account::lifted(draft, agent, works);
        }
        (true | false, true) | (false, false) => {}
    }
}

/// Whether the others of the account would be refused likewise: a program that tries again in a moment says only that
/// the provider is busy.
fn is_of_account(limit: &Limit, now: Now) -> bool {
    match limit {
        Limit::Held { goes_on: GoesOn::No, .. } => true,
        Limit::Held { until, .. } => until.is_some_and(|until| until - now.wall > MOMENT),
        Limit::Clear { .. } | Limit::Probing { .. } => false,
    }
}

fn is_refused_again(before: &Limit, next: &Limit, probe: ProbeState) -> bool {
    let was_probed = matches!(before, Limit::Probing { .. });
    let is_taken = matches!(probe, ProbeState::Seen | ProbeState::NotOwed);
    was_probed && is_taken && matches!(next, Limit::Held { .. })
}
