//! What should happen now? The order of the machines, and nothing else.

use agents_config::{Agent, Fleet, Watch};

use crate::activity::Known;
use crate::draft::{Decision, Declared, Draft};
use crate::life::Life;
use crate::stall::StallLook;
use crate::state::{Blind, FleetState, Wanted};
use crate::{
    Action, Activity, MemberSeen, Note, Now, Observation, Seen, Step, StopStage, Wish, account,
    activity, asks, conversation, delivery, handoff, health, intent, left, life, login, pilot,
    program, sequence, standing, suspended, wake,
};

/// After so long without a look that succeeds the operator hears of it.
const BLIND_FOR: std::time::Duration = std::time::Duration::from_secs(30);
/// Between two requests for a socket.
const ASK_AGAIN: std::time::Duration = std::time::Duration::from_secs(30);

/// Decides one tick. Pure: the same input gives the same decision, byte for byte.
///
/// The precedence is this order: requests, the server, phases, handoff, then for each member its life,
/// the usage limit (which silences all that follows it), stall, health, wake, pilot, delivery.
#[must_use]
pub fn decide(
    fleet: &Fleet,
    state: &FleetState,
    seen: &Observation,
    heavy: bool,
    now: Now,
) -> Decision {
    #[cfg(feature = "planted")]
    let (state, seen) = &crate::planted::before(fleet, state, seen, now);
    #[cfg(feature = "planted")]
    let (state, seen) = (&**state, &**seen);
    let mut draft = Draft::new(fleet, state, seen, heavy, now);
    server(&mut draft);
    doubt(&mut draft);
    left::come_back(&mut draft);
    newcomers(&mut draft);
    intent::take(&mut draft);
    let judged = program::judged(fleet, &draft.next);
    let decision = supervise(draft, &judged);
    #[cfg(feature = "planted")]
    let decision = crate::planted::after(fleet, seen, decision, now);
    decision
}

/// All that follows from what the members are and do, judged by the programs that run.
fn supervise<'a>(mut draft: Draft<'a>, judged: &'a Fleet) -> Decision {
    draft.fleet = judged;
    sequence::step(&mut draft);
    handoff::step(&mut draft);
    account::step(&mut draft);
    let mut stalls = Vec::new();
    for what in life::in_turn(&draft) {
        let Some(member) = draft.seen.members.get(what.name()) else { continue };
        life::step(&mut draft, what, member);
        if let Declared::Agent(agent) = what {
            one_agent(&mut draft, agent, member, &mut stalls);
        }
    }
    stalled(&mut draft, stalls);
    undeclared(&mut draft);
    intent::close(&mut draft);
    draft.finish()
}

/// Is the server the one that held the fleet?
fn server(draft: &mut Draft<'_>) {
    let before = draft.next.server;
    match (&draft.seen.server, before) {
        (Seen::Known(server), Some(before)) if *server != before => lost(draft, Some(*server)),
        (Seen::Known(server), _) => draft.next.server = Some(*server),
        (Seen::Absent, Some(_)) => lost(draft, None),
        (Seen::Absent, None) => {}
        (Seen::Unknown(cause), before) => return blind(draft, cause, before),
    }
    socket(draft);
    draft.next.blind = None;
    draft.calm(None, "blind");
}

/// Others, verbs and people among them, reach the server by its socket only.
fn socket(draft: &mut Draft<'_>) {
    let now = draft.now.at;
    let Some(server) = draft.next.server.filter(|_| draft.seen.socket_lost) else {
        draft.next.socket_asked_at = None;
        return;
    };
    if draft.next.socket_asked_at.is_none_or(|asked| now.since(asked) >= ASK_AGAIN) {
        draft.next.socket_asked_at = Some(now);
        draft.act(Action::RestoreSocket { server });
    }
}

/// The server cannot be seen: nothing is judged, and after a while the operator hears of it.
fn blind(draft: &mut Draft<'_>, cause: &str, before: Option<crate::ServerSeen>) {
    let now = draft.now.at;
    let unseen = |server| Note::TerminalsUnseen { cause: cause.to_owned(), server };
    draft.look_in(std::time::Duration::from_secs(1));
    let mut blind = draft.next.blind.unwrap_or(Blind { since: now, asked_at: None });
    if now.since(blind.since) >= BLIND_FOR {
        // By then somebody may have to help.
        let stuck = before.filter(|_| draft.seen.hangs);
        draft.alarm_of(None, "blind", unseen(stuck));
    } else {
        draft.note_fleet(unseen(None));
    }
    // Asking does no harm, and only a server that lost its socket answers by making it anew.
    let due = !draft.seen.hangs && blind.asked_at.is_none_or(|asked| now.since(asked) >= ASK_AGAIN);
    if let Some(server) = before.filter(|_| due) {
        blind.asked_at = Some(now);
        draft.act(Action::RestoreSocket { server });
    }
    draft.next.blind = Some(blind);
}

fn lost(draft: &mut Draft<'_>, next: Option<crate::ServerSeen>) {
    draft.server_lost = true;
    draft.next.server = next;
    let had = draft
        .next
        .members
        .values()
        .any(|member| matches!(member.life, Life::Up { .. } | Life::Missing { .. }));
    if had {
        // Each loss is told, also a second one.
        draft.calm(None, "lost");
        draft.alarm_of(None, "lost", Note::ServerLost);
    }
}

/// Many that look gone in one look are evidence against the look.
fn doubt(draft: &mut Draft<'_>) {
    if draft.server_lost || draft.seen.independent {
        draft.next.doubted_since = None;
        return;
    }
    let running = |name: &agents_names::AgentName| {
        let member = draft.next.members.get(name);
        member.is_some_and(|member| matches!(member.life, Life::Up { .. } | Life::Missing { .. }))
    };
    let members = draft.seen.members.iter().filter(|(name, _)| running(name));
    let of = members.clone().count();
    let count = members.filter(|(_, member)| looks_gone(member)).count();
    if is_mass(count, of) {
        let now = draft.now.at;
        draft.next.doubted_since.get_or_insert(now);
        draft.doubted = true;
        draft.note_fleet(Note::MassVerdict { count, of });
        draft.act(Action::LookAgain);
        draft.look_in(std::time::Duration::from_millis(50));
    } else {
        draft.next.doubted_since = None;
    }
}

fn looks_gone(member: &MemberSeen) -> bool {
    member.pane.known().map_or(member.pane.is_absent(), |pane| pane.dead.is_some())
}

/// Half of them or more, and at least three.
fn is_mass(count: usize, of: usize) -> bool {
    count >= 3 && count * 2 >= of
}

/// A member that the file gained while the fleet is up is started as `up` would have.
fn newcomers(draft: &mut Draft<'_>) {
    if draft.next.wanted != Wanted::Up {
        return;
    }
    for what in draft.declared() {
        if what.enabled() && !draft.next.members.contains_key(what.name()) {
            draft.member(what.name()).wanted = Wanted::Up;
        }
    }
}

fn one_agent<'a>(
    draft: &mut Draft<'a>,
    agent: &'a Agent,
    seen: &'a MemberSeen,
    stalls: &mut Vec<(&'a Agent, crate::Why)>,
) {
    let name = &agent.name;
    suspended::step(draft, agent, seen);
    if matches!(draft.member(name).life, Life::Stopped { .. } | Life::Parked { .. }) {
        return pilot::call_off(draft, name);
    }
    let backend = draft.fleet.backend_of(agent);
    let timing = &draft.fleet.timing;
    let alive = seen.pane.known().is_some_and(|pane| pane.dead.is_none());
    let activity = if alive {
        let member = draft.member(name);
        let (before, stood) = (member.activity.clone(), member.standing.take());
        let is_accused = member.is_accused();
        let standing = activity::stand(&before, stood.as_ref(), seen, timing, draft.now);
        let known = Known { seen, standing: standing.as_ref(), is_accused };
        let (next, activity, notes) = activity::judge(&before, backend, known, timing, draft.now);
        standing::look_again(draft, standing.as_ref());
        let member = draft.member(name);
        (member.activity, member.standing) = (next, standing);
        for note in notes {
            draft.note(name, note);
        }
        if activity == Activity::Active {
            draft.calm(Some(name), "restart");
        }
        activity
    } else {
        draft.member(name).standing = None;
        if matches!(seen.pane, Seen::Unknown(_)) {
            let is_accused = draft.member(name).is_accused();
            activity::overhear(draft, agent, seen, is_accused);
        }
        Activity::Unknown
    };
    // Nothing is held against one that was stopped by a signal, and it is not woken.
    let alive = alive && seen.suspended().is_none();
    conversation::hear(draft, agent, seen);
    asks::step(draft, agent, seen);
    if draft.seen.supervised {
        login::step(draft, agent, seen, activity);
    }
    if draft.seen.supervised {
        if agent.watch != Watch::None && agent.enabled {
            stalls.extend(watch(draft, agent, seen, activity, alive));
        } else {
            unwatched(draft, agent, seen, activity, alive);
        }
    }
    if draft.seen.supervised {
        pilot::step(draft, agent, seen, activity);
    }
    delivery::step(draft, Declared::Agent(agent), seen, activity);
}

/// Judges an agent that is watched; why it is to be restarted, when it stalls.
fn watch<'a>(
    draft: &mut Draft<'a>,
    agent: &'a Agent,
    seen: &'a MemberSeen,
    activity: Activity,
    alive: bool,
) -> Option<(&'a Agent, crate::Why)> {
    let was_silenced = draft.member(&agent.name).limit.silences();
    crate::limit::step(draft, agent, seen);
    let member = draft.member(&agent.name);
    let is_refused = login::is_refused(member);
    let silenced = member.limit.silences();
    let held = account::hold(draft, Declared::Agent(agent));
    if let Some(held) = held.clone().filter(|_| !silenced) {
        draft.note(&agent.name, held);
    }
    // What was seen before and inside the window condemns nobody after it.
    let silenced = silenced || was_silenced || is_refused || held.is_some();
    let member = draft.member(&agent.name);
    if !alive || silenced || !matches!(member.life, Life::Up { .. }) {
        member.stall = crate::Stall::default();
        health::forget_first_look(member);
        return None;
    }
    let others_turn = handoff::awaits(draft, &agent.name).filter(|_| activity != Activity::Active);
    let why = match (agent.watch, others_turn) {
        (Watch::HealStall, Some(awaits)) => {
            draft.member(&agent.name).stall = crate::Stall::default();
            draft.note(&agent.name, crate::StallNote::OthersTurn { awaits: awaits.to_owned() });
            None
        }
        (Watch::HealStall, None) => stall(draft, agent, seen, activity),
        (Watch::Heal | Watch::None, _) => None,
    };
    health::step(draft, agent, seen, activity);
    wake::step(draft, agent, seen, activity);
    why.map(|why| (agent, why))
}

/// An agent that nobody watches is woken all the same, and what it was suspected of is forgotten.
fn unwatched(
    draft: &mut Draft<'_>,
    agent: &Agent,
    seen: &MemberSeen,
    activity: Activity,
    alive: bool,
) {
    let member = draft.member(&agent.name);
    member.limit = crate::Limit::default();
    member.stall = crate::Stall::default();
    member.suspicion = None;
    if alive && matches!(member.life, Life::Up { .. }) {
        wake::step(draft, agent, seen, activity);
    }
}

fn stall(
    draft: &mut Draft<'_>,
    agent: &Agent,
    seen: &MemberSeen,
    activity: Activity,
) -> Option<crate::Why> {
    let member = draft.member(&agent.name);
    let (before, state) = (std::mem::take(&mut member.stall), member.activity.clone());
    let unsettled = member.mailbox.stage != delivery::Stage::Owed;
    let look = StallLook {
        agent,
        backend: draft.fleet.backend_of(agent),
        timing: &draft.fleet.timing,
        screen: &seen.screen,
        activity,
        state: &state,
        processes: &seen.processes,
        log_age: crate::activity::log_age(&state, seen, draft.now),
        unsettled,
    };
    let step = before.step(&look, draft.now);
    if !step.notes.is_empty() {
        // It says more of the same.
        draft.unsay(&agent.name, |note| {
            matches!(note, Note::Activity(crate::ActivityNote::Idle { .. }))
        });
    }
    let why = step.wishes.iter().find_map(|wish| match wish {
        Wish::Restart(why) => Some(why.clone()),
        Wish::Probe { .. } | Wish::Alarm { .. } => None,
    });
    let next = take(draft, agent, step);
    if let Some(ahead) = next.told_at().map(|at| at.since(draft.now.at)).filter(|it| !it.is_zero())
    {
        draft.look_in(ahead);
    }
    draft.member(&agent.name).stall = next;
    why
}

/// Takes over what the machine of stalls said.
fn take<S>(draft: &mut Draft<'_>, agent: &Agent, step: Step<S>) -> S {
    for note in step.notes {
        draft.note(&agent.name, note);
    }
    for wish in step.wishes {
        match wish {
            Wish::Alarm { key, text } => {
                draft.alarm(Some(&agent.name), key, format!("{}: {text}", agent.name));
            }
            // Restarts are collected, since many at once are doubted; a stall probes nobody.
            Wish::Restart(_) | Wish::Probe { .. } => {}
        }
    }
    step.next
}

/// Restarts what stalled, unless so many stalled at once that the detector is the likelier culprit.
fn stalled(draft: &mut Draft<'_>, stalls: Vec<(&Agent, crate::Why)>) {
    let watched =
        draft.fleet.agents.iter().filter(|agent| agent.enabled && agent.watch == Watch::HealStall);
    let of = watched.count();
    let stalls: Vec<_> = stalls
        .into_iter()
        .filter(|(agent, why)| {
            let seen = &draft.seen.members[&agent.name];
            life::may_restart(draft, Declared::Agent(agent), seen, why)
        })
        .collect();
    if is_mass(stalls.len(), of) && !draft.seen.independent {
        draft.note_fleet(Note::MassVerdict { count: stalls.len(), of });
        draft.act(Action::LookAgain);
        draft.look_in(std::time::Duration::from_millis(50));
        return;
    }
    for (agent, why) in stalls {
        let seen = &draft.seen.members[&agent.name];
        life::restart(draft, Declared::Agent(agent), seen, why);
    }
}

fn undeclared(draft: &mut Draft<'_>) {
    let asked =
        draft.next.open.iter().find(|open| open.verb == crate::Verb::DownUndeclared).cloned();
    for stray in draft.seen.undeclared.clone() {
        let Some(open) = &asked else {
            let session = stray.session.clone();
            draft.note(&stray.name, Note::Undeclared { session });
            continue;
        };
        let late = draft.now.at.since(open.since) >= draft.fleet.timing.stop_grace;
        let stage = if late { StopStage::Kill } else { StopStage::Terminate };
        let crate::Undeclared { name, session, pane, run } = stray;
        draft.act(Action::StopUndeclared { name, session, pane, run, stage });
        draft.look_in(std::time::Duration::from_millis(200));
    }
    left::put_aside(draft);
}

#[cfg(test)]
mod tests;
