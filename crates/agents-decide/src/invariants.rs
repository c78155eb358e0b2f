//! What may never be decided, whatever was seen? Checked on every decision: in tests and simulation a
//! failure, in the watchdog a refused action.

mod over_time;

use agents_config::Fleet;

use crate::draft::Decision;
use crate::life::Life;
use crate::state::{FleetState, Wanted};
use crate::{Action, MenuKey, Now, Observation, Opening, Seen, Why};

/// A broken invariant, and the action that breaks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Its number in the list of safety invariants, `I2` for example.
    pub invariant: &'static str,
    /// The place of the action in the decision.
    pub action: usize,
    pub text: String,
}

/// Checks one decision against what it was decided on.
#[must_use]
pub fn check(
    fleet: &Fleet,
    before: &FleetState,
    seen: &Observation,
    decision: &Decision,
    now: Now,
) -> Vec<Violation> {
    let mut found = Vec::new();
    for (place, action) in decision.actions.iter().enumerate() {
        for (invariant, text) in broken(fleet, before, seen, decision, action, now) {
            found.push(Violation { invariant, action: place, text });
        }
    }
    found
}

fn broken(
    fleet: &Fleet,
    before: &FleetState,
    seen: &Observation,
    decision: &Decision,
    action: &Action,
    now: Now,
) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    match action {
        Action::Start { name, why, opening, .. } => {
            let Some(member) = seen.members.get(name) else {
                found.push(("I10", format!("{name} is started without being declared")));
                return found;
            };
            if member.pane.known().is_some() {
                found.push(("I1", format!("{name} is started while its session exists")));
            }
            if let Seen::Unknown(_) = member.pane {
                found.push(("I12", format!("{name} is started though it cannot be seen")));
            }
            if let Opening::Resumed(id) = opening
                && decision.next.members.iter().any(|(other, member)| {
                    other != name && member.conversations.current.as_ref() == Some(id)
                })
            {
                found.push(("C1", format!("{name} is started in another's conversation, {id}")));
            }
            found.extend(over_time::start(fleet, before, decision, action, now));
            if decision.next.members.get(name).is_some_and(|member| member.wanted == Wanted::Down)
                && *why != Why::SequenceComplete
            {
                found.push(("I17", format!("{name} is started though it was asked down")));
            }
        }
        Action::Stop { name, why, .. } => {
            if !seen.members.contains_key(name) {
                found.push(("I10", format!("{name} is stopped without being declared")));
            }
            found.extend(wrong_stop(before, seen, name, why, now));
            // One that is being stopped already was judged when that began. For one that is due for the phase that is on, what
            // is left in its place is cleared.
            let is_judged = match before.members.get(name).map(|member| &member.life) {
                Some(Life::Stopping { .. }) => true,
                Some(Life::Due { why: due, .. }) => due == why,
                _ => false,
            };
            if !is_judged {
                found.extend(over_time::phase(fleet, before, seen, why));
            }
        }
        Action::Choose { name, pane, key, .. } => {
            found.extend(wrong_choice(fleet, seen, name, (*pane, *key)));
        }
        Action::Type { name, pane, .. } | Action::Submit { name, pane, .. } => {
            let right = seen.members.get(name).and_then(|member| member.pane.known());
            let fits = right.is_some_and(|it| it.pane == *pane && it.dead.is_none() && !it.deaf);
            if !fits {
                found.push(("I11", format!("{name} is typed at though its pane cannot take it")));
            }
            if decision.next.members.get(name).is_some_and(|member| member.asks.is_some()) {
                found.push(("I18", format!("{name} is typed at though it asks something")));
            }
            if fleet.agent(name).is_none() {
                found.push(("I11", format!("{name} is no agent, and is typed at")));
            }
        }
        Action::WritePosition { phase } => {
            let position = decision.next.sequence.as_ref().map(crate::Sequence::phase);
            if position != Some(phase) {
                found.push(("I4", format!("{phase} is recorded, which is not the phase")));
            }
        }
        Action::StopUndeclared { name, .. } => {
            let mut asked = decision.next.open.iter().chain(&before.open);
            if !asked.any(|open| open.verb == crate::Verb::DownUndeclared) {
                found.push(("I10", format!("{name} is undeclared, and ended unasked")));
            }
        }
        Action::Analyze { name, .. } => {
            let agent = fleet.agent(name);
            if agent.is_none_or(|agent| agent.pilot.is_none()) {
                found
                    .push(("I20", format!("{name} is analyzed though the config does not say so")));
            }
        }
        Action::Reply { request, .. } => {
            found.extend(over_time::reply(before, seen, decision, *request));
        }
        Action::EndAnalysis { .. }
        | Action::RestoreSocket { .. }
        | Action::LookAgain
        | Action::MarkComplete { .. }
        | Action::ClearComplete
        | Action::Alarm { .. }
        | Action::Exit => {}
    }
    found
}

/// A key in a dialog needs the config's word, and Enter a look that shows the named row as the chosen one.
fn wrong_choice(
    fleet: &Fleet,
    seen: &Observation,
    name: &agents_names::AgentName,
    (pane, key): (u32, MenuKey),
) -> Option<(&'static str, String)> {
    let member = seen.members.get(name)?;
    let menu = member.shown.as_ref().and_then(|shown| shown.dialog.as_ref());
    let backend = fleet.agent(name).map(|agent| fleet.backend_of(agent));
    let answers = backend.iter().flat_map(|backend| &backend.answers);
    let answer = menu.and_then(|menu| {
        let mut of_it = answers.filter(|answer| answer.dialog == menu.dialog);
        Some((menu, menu.place_of(&of_it.next()?.choose)?))
    });
    let fits =
        member.pane.known().is_some_and(|it| it.pane == pane && it.dead.is_none() && !it.deaf);
    match answer {
        Some((menu, place)) if fits && (key != MenuKey::Enter || menu.chosen == place) => None,
        Some(_) | None => {
            Some(("I19", format!("{name} is answered though the config does not say so")))
        }
    }
}

fn wrong_stop(
    before: &FleetState,
    seen: &Observation,
    name: &agents_names::AgentName,
    why: &Why,
    now: Now,
) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let by_itself = matches!(why, Why::Stall { .. } | Why::Fatal { .. } | Why::Mismatch { .. });
    let Some(member) = before.members.get(name) else { return found };
    let fresh_stop = !matches!(member.life, Life::Stopping { .. });
    if !by_itself || !fresh_stop {
        return found;
    }
    if member.limit.silences() {
        found.push(("I3", format!("{name} is stopped inside its usage window")));
    }
    if member.activity.active_at == Some(now.at) {
        found.push(("I2", format!("{name} is stopped while it is active")));
    }
    let sight = seen.members.get(name);
    if sight.is_none_or(|member| matches!(member.pane, Seen::Unknown(_))) {
        found.push(("I12", format!("{name} is stopped though it cannot be seen")));
    }
    found
}

#[cfg(test)]
mod tests;
