//! Would the same be decided again: from the state as it is stored, and under another wall clock?

use agents_decide::stall::promise::MARKER;
use agents_decide::{Action, Decision, FleetState, Limit, Member, Now, decide};
use agents_watchdog::tick::Ticked;
use chrono::TimeDelta;

use super::{Judge, Judged};

/// Where nothing is to be done, one tick of so many is decided again.
const QUIET: u64 = 16;
/// The other wall clock: more than a year ahead, at another time of the day.
const AHEAD: TimeDelta = TimeDelta::minutes(400 * 24 * 60 + 7 * 60 + 37);

impl Judge {
    pub(super) fn again(&mut self, tick: &Judged<'_>, ticked: &Ticked, found: &mut Vec<String>) {
        self.decided += 1;
        if ticked.decision.actions.is_empty() && !self.decided.is_multiple_of(QUIET) {
            return;
        }
        let stored = serde_json::to_string(&tick.before.state).unwrap_or_default();
        let Ok(stored) = serde_json::from_str::<FleetState>(&stored) else {
            found.push("I8: the state cannot be read as it is stored".to_owned());
            return;
        };
        let decide = |now| decide(tick.fleet, &stored, &ticked.observation, ticked.heavy, now);
        let again = decide(ticked.now);
        let is_said = again.actions == ticked.decision.actions;
        if again.next != ticked.decision.next || !is_said && said(&ticked.decision) != said(&again)
        {
            let (one, other) = (said(&ticked.decision), said(&again));
            found.push(format!(
                "I8: after a restart the same look is decided otherwise: {one:?} {other:?}"
            ));
            return;
        }
        if is_timeless(tick, ticked) {
            let wall = ticked.now.wall.checked_add_signed(AHEAD).unwrap_or(ticked.now.wall);
            let other = decide(Now { wall, ..ticked.now });
            if let Some(difference) = difference(&again, &other) {
                found.push(format!("I14: the wall clock alone makes a difference: {difference}"));
            }
        }
    }
}

/// Whether nobody is in a usage window, and nobody promises anything: only such ends are read on the wall clock.
fn is_timeless(tick: &Judged<'_>, ticked: &Ticked) -> bool {
    let is_open = |member: &Member| matches!(member.limit, Limit::Clear { .. });
    let states = [&tick.before.state, &ticked.decision.next];
    let promises = ticked.observation.members.values().any(|seen| {
        seen.screen.known().is_some_and(|screen| screen.rows.iter().any(|row| row.contains(MARKER)))
    });
    !promises && states.iter().all(|state| state.members.values().all(is_open))
}

/// The first thing that is not the same, but for texts that tell the time.
fn difference(one: &Decision, other: &Decision) -> Option<String> {
    if one.actions != other.actions {
        let (first, second) = (said(one), said(other));
        if first != second {
            return Some(format!("{first:?} {second:?}"));
        }
    }
    for (name, member) in &one.next.members {
        let twin = other.next.members.get(name)?;
        if member == twin {
            continue;
        }
        let of = |it: &Member| {
            format!(
                "{:?} {:?} {:?} {:?} {:?} {} {:?}",
                it.wanted, it.life, it.budget, it.stall, it.mailbox, it.starts, it.wake_at
            )
        };
        if of(member) != of(twin) {
            return Some(format!("{name}: {} | {}", of(member), of(twin)));
        }
    }
    let rest = |it: &FleetState| {
        let alarms: Vec<_> = it.alarms.keys().collect();
        format!("{:?} {:?} {:?} {alarms:?}", it.sequence, it.recent_starts, it.doubted_since)
    };
    let (one, other) = (rest(&one.next), rest(&other.next));
    (one != other).then(|| format!("{one} | {other}"))
}

/// What is to be done, without the words for people.
fn said(decision: &Decision) -> Vec<String> {
    let said = decision.actions.iter().map(|action| match action {
        Action::Start { name, run, .. } => format!("start {name} {run}"),
        Action::Alarm { key, .. } => format!("alarm {key}"),
        Action::Reply { request, .. } => format!("reply {request:?}"),
        Action::Stop { .. }
        | Action::Type { .. }
        | Action::Submit { .. }
        | Action::Choose { .. }
        | Action::RestoreSocket { .. }
        | Action::LookAgain
        | Action::WritePosition { .. }
        | Action::MarkComplete { .. }
        | Action::ClearComplete
        | Action::Analyze { .. }
        | Action::EndAnalysis { .. }
        | Action::StopUndeclared { .. }
        | Action::Exit => format!("{action:?}"),
    });
    said.collect()
}
