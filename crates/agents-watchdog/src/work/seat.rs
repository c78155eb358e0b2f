//! What does the fleet say of a task's session?

use std::path::Path;

use agents_config::Fleet;
use agents_decide::{Ending, ExitSeen, FleetState, Life, Member, Observation};
use agents_names::AgentName;
use agents_tasks::progress::Exit;
use agents_tasks::step::{Ended, Seat};

use super::tail::Tail;

/// What the last tick saw and remembers of the task; `log_from`: where the log of the attempt begins.
pub(super) fn seat(
    fleet: &Fleet,
    (state, seen): (&FleetState, &Observation),
    name: &AgentName,
    log: (&Path, u64),
) -> Seat {
    let member = state.members.get(name);
    let Some(member) = member.or_else(|| state.left.get(name).map(|left| &left.member)) else {
        return Seat::Free;
    };
    match &member.life {
        Life::Stopped { how: Ending::NeverStarted, .. } => Seat::Free,
        Life::Stopped { since, how: Ending::Asked } => Seat::Down { since: since.0 },
        Life::Stopped { since, how: Ending::Failed(reason) } => {
            Seat::Failed { since: since.0, reason: reason.clone() }
        }
        Life::Stopped { since, how: Ending::Ended(how) } => {
            let exit = seen.members.get(name).and_then(|seen| seen.exit.as_ref());
            let exit = exit.filter(|exit| Some(exit.run) == member.last_run);
            Seat::Ended(ended(member, (since.0, how), exit, log))
        }
        Life::Parked { since, reason, .. } => {
            Seat::Failed { since: since.0, reason: reason.clone() }
        }
        Life::Due { .. } | Life::Starting { .. } | Life::Missing { .. } | Life::Stopping { .. } => {
            Seat::Busy
        }
        Life::Up { since, .. } => {
            Seat::Up { since: since.0, held: held(fleet, state, name, member) }
        }
    }
}

fn ended(
    member: &Member,
    (since, how): (u64, &str),
    exit: Option<&ExitSeen>,
    (log, from): (&Path, u64),
) -> Ended {
    let tail = Tail::of(log, from);
    let told = exit.filter(|exit| !exit.session_closed);
    let told = told.filter(|exit| exit.code.is_some() || exit.signal.is_some());
    Ended {
        since,
        exit: told.map(|exit| Exit {
            code: exit.code,
            signal: exit.signal,
            alive_ms: u64::try_from(exit.alive.as_millis()).unwrap_or(u64::MAX),
        }),
        how: how.to_owned(),
        rows: tail.rows(20),
        judged: tail.judged(),
        conversation: member.conversations.own().map(|own| own.id.clone()),
    }
}

/// What a session that runs waits for, if not for its own work.
fn held(fleet: &Fleet, state: &FleetState, name: &AgentName, member: &Member) -> Option<String> {
    if member.limit.silences() {
        return Some("its program is inside a usage window".to_owned());
    }
    if member.login.is_some() {
        return Some("the provider refuses its login".to_owned());
    }
    let account = fleet.agent(name).and_then(|agent| fleet.account_of(agent))?;
    let is_held = state.accounts.contains_key(account);
    is_held.then(|| format!("the account `{account}` is inside a usage window"))
}
