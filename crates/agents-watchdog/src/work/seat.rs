//! What does the fleet say of a task's session?

use std::path::Path;
use std::time::Duration;

use agents_config::{Agent, Fleet, Timing};
use agents_decide::limit::reset::{self, Reset};
use agents_decide::{Account, Ending, ExitSeen, FleetState, Life, Member, Now, Observation};
use agents_names::AgentName;
use agents_tasks::progress::Exit;
use agents_tasks::step::{Ended, Judged, Seat};

use super::tail::{Tail, speaks};

/// So many rows of a program's last words are kept.
const ROWS: usize = 20;

/// What the last tick saw and remembers of the task; `log_from`: where the log of the attempt begins.
pub(super) fn seat(
    fleet: &Fleet,
    (state, seen, now): (&FleetState, &Observation, Now),
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
            let tail = Tail::of(log.0, log.1);
            let agent = fleet.agent(name);
            let speaks = agent.is_some_and(|agent| prints_events(fleet, agent));
            let judged = tail.judged(speaks);
            let untold = tail.untold(speaks, judged.as_ref());
            let rows = tail.rows(ROWS);
            let limited_until =
                agent.and_then(|agent| limited(fleet, agent, (&rows, judged.as_ref()), now));
            let ended = ended(member, (since.0, how), exit);
            Seat::Ended(Ended { limited_until, rows, judged, untold, ..ended })
        }
        Life::Parked { since, reason, .. } => {
            Seat::Failed { since: since.0, reason: reason.clone() }
        }
        Life::Due { .. } | Life::Starting { .. } | Life::Missing { .. } => Seat::Busy,
        // It comes up again, unless somebody says otherwise.
        Life::Stopping { then: Some(_), .. } => Seat::Busy,
        Life::Stopping { then: None, .. } => Seat::Going,
        Life::Up { since, .. } if is_strangers(seen, name) => {
            let session = fleet.session_prefix.session_of(name);
            let end = fleet.command_that_ends(session.as_str());
            let reason = format!(
                "a session `{session}` runs that was not started by `agents`, and is left as it is: `{end}` ends it"
            );
            Seat::Failed { since: since.0, reason }
        }
        Life::Up { since, .. } => {
            Seat::Up { since: since.0, held: held(fleet, (state, now), name, member) }
        }
    }
}

/// Whether somebody else's program runs under the name of its session.
fn is_strangers(seen: &Observation, name: &AgentName) -> bool {
    let pane = seen.members.get(name).and_then(|seen| seen.pane.known());
    pane.is_some_and(|pane| !pane.ours)
}

/// Whether the command of its backend asks its program for events.
fn prints_events(fleet: &Fleet, agent: &Agent) -> bool {
    let backend = fleet.backend_of(agent);
    speaks(&backend.bin) || backend.flags.as_deref().is_some_and(speaks)
}

/// How it ended, but for what its program said.
fn ended(member: &Member, (since, how): (u64, &str), exit: Option<&ExitSeen>) -> Ended {
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
        rows: Vec::new(),
        judged: None,
        untold: None,
        limited_until: None,
        conversation: member.conversations.own().map(|own| own.id.clone()),
    }
}

/// Until when the provider refuses work, by the words of its program: to the announced reset, or a usual pause.
fn limited(
    fleet: &Fleet,
    agent: &Agent,
    (rows, judged): (&[String], Option<&Judged>),
    now: Now,
) -> Option<u64> {
    let pattern = fleet.backend_of(agent).limit_re.as_ref()?;
    let said = judged.map(|judged| judged.message.clone()).unwrap_or_default();
    let banner = rows.iter().map(String::as_str).chain(said.lines());
    let banner = banner.rev().find(|row| pattern.is_match(row))?;
    let at = rows.iter().position(|row| row == banner);
    let below = at.map_or_else(|| said.clone(), |at| rows[at..].join(" "));
    let timing = &fleet.timing;
    let reset = reset::parse(banner, now).or_else(|| reset::parse(&below, now));
    Some(now.at.after(pause(reset, timing, now)).0)
}

/// How long it is waited out, as of any agent: no text holds it for longer than `limit_hold_cap`, and a time of day that
/// comes only after that is not believed.
fn pause(reset: Option<Reset>, timing: &Timing, now: Now) -> Duration {
    let announced = reset.and_then(|reset| {
        let ahead = (reset.at - now.wall).to_std().ok()?;
        let is_believed = reset.dated || ahead <= timing.limit_hold_cap;
        is_believed.then(|| ahead + timing.limit_reset_slack)
    });
    announced.unwrap_or(timing.limit_probe_fallback).min(timing.limit_hold_cap)
}

/// Whether nobody of the account goes on now; one that opens lets its agents go on one by one.
pub(super) fn is_closed(account: &Account, now: Now) -> bool {
    match account {
        Account::Closed(_) => true,
        Account::Opening(opening) => now.at < opening.next_at,
    }
}

/// What a session that runs waits for, if not for its own work.
fn held(
    fleet: &Fleet,
    (state, now): (&FleetState, Now),
    name: &AgentName,
    member: &Member,
) -> Option<String> {
    if member.limit.silences() {
        return Some("its program is inside a usage window".to_owned());
    }
    if member.login.is_some() {
        return Some("the provider refuses its login".to_owned());
    }
    let account = fleet.agent(name).and_then(|agent| fleet.account_of(agent))?;
    let is_held = state.accounts.get(account).is_some_and(|it| is_closed(it, now));
    is_held.then(|| format!("the account `{account}` is inside a usage window"))
}

#[cfg(test)]
mod tests {
    use agents_decide::{Moment, Zone};
    use chrono::{DateTime, Utc};

    use super::*;

    #[test]
    fn what_a_program_prints_of_a_limit_holds_no_longer_than_an_agents_screen_does() {
        let timing = Timing::default();
        let wall: DateTime<Utc> = "2026-11-23T13:00:00Z".parse().unwrap();
        let now = Now { at: Moment(5), wall, zone: Zone::Fixed(0) };
        let paused = |row: &str| pause(reset::parse(row, now), &timing, now);
        let hour = Duration::from_secs(3600);
        assert_eq!(paused("usage limit, try again in 30 days"), timing.limit_hold_cap);
        assert_eq!(paused("usage limit, resets at 12am (UTC)"), timing.limit_probe_fallback);
        assert_eq!(paused("usage limit, resets at 3pm (UTC)"), hour * 2 + timing.limit_reset_slack);
        assert_eq!(paused("usage limit"), timing.limit_probe_fallback);
    }
}
