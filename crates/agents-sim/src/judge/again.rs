//! Would the same be decided again: from the state as it is stored, and under another wall clock?

use std::borrow::Cow;

use agents_decide::stall::promise::MARKER;
use agents_decide::{
    Action, ByName, Decision, FleetState, Limit, Member, Now, Observation, decide,
};
use agents_names::AgentName;
use agents_watchdog::tick::Ticked;
use chrono::TimeDelta;

use super::{Judge, Judged};

/// Where nothing is to be done, one tick of so many is decided again.
const QUIET: u64 = 16;
/// One of so many is decided again under the same clock, too, where nothing says that it could come out otherwise.
const SURE: u64 = 8 * QUIET;
/// The other wall clock: more than a year ahead, at another time of the day.
const AHEAD: TimeDelta = TimeDelta::minutes(400 * 24 * 60 + 7 * 60 + 37);

/// What is known to be stored and read again as it was.
#[derive(Debug, Default)]
pub(super) struct Stored {
    members: ByName<Member>,
}

impl Stored {
    /// The state as a watchdog reads it that goes on from here. A member that came back as it was does so again, so only
    /// those are written that have changed since: writing and reading took longer than all else that is judged.
    fn read_again(&mut self, state: &FleetState) -> serde_json::Result<FleetState> {
        let mut changed = state.clone();
        let known = |name: &AgentName, member: &Member| self.members.get(name) == Some(member);
        changed.members = state
            .members
            .iter()
            .filter(|(name, member)| !known(name, member))
            .map(|(name, member)| (name.clone(), member.clone()))
            .collect();
        let mut stored: FleetState = serde_json::from_str(&serde_json::to_string(&changed)?)?;
        for (name, member) in &state.members {
            match stored.members.get(name) {
                Some(read) if read == member => {
                    self.members.insert(name.clone(), member.clone());
                }
                Some(_) => {}
                None if changed.members.contains_key(name) => {}
                None => drop(stored.members.insert(name.clone(), member.clone())),
            }
        }
        Ok(stored)
    }
}

impl Judge {
    pub(super) fn again(&mut self, tick: &Judged<'_>, ticked: &Ticked, found: &mut Vec<String>) {
        self.decided += 1;
        if ticked.decision.actions.is_empty() && !self.decided.is_multiple_of(QUIET) {
            return;
        }
        let Ok(stored) = self.stored.read_again(&tick.before.state) else {
            found.push("I8: the state cannot be read as it is stored".to_owned());
            return;
        };
        let wall = ticked.now.wall.checked_add_signed(AHEAD).unwrap_or(ticked.now.wall);
        let difference = is_timeless(tick, ticked).then(|| {
            let stored = under(&stored, &ticked.observation);
            let now = Now { wall, ..ticked.now };
            let other = decide(tick.fleet, &stored, &ticked.observation, ticked.heavy, now);
            difference(&ticked.decision, &other)
        });
        // What comes back as it was, and is decided alike under another clock, is decided alike.
        let is_sure = difference == Some(None) && stored == *tick.before.state;
        if !is_sure || self.decided.is_multiple_of(SURE) {
            let again = decide(tick.fleet, &stored, &ticked.observation, ticked.heavy, ticked.now);
            let is_said = again.actions == ticked.decision.actions;
            if again.next != ticked.decision.next
                || !is_said && said(&ticked.decision) != said(&again)
            {
                let (one, other) = (said(&ticked.decision), said(&again));
                found.push(format!(
                    "I8: after a restart the same look is decided otherwise: {one:?} {other:?}"
                ));
                return;
            }
        }
        if let Some(difference) = difference.flatten() {
            found.push(format!("I14: the wall clock alone makes a difference: {difference}"));
        }
    }
}

/// The state as it would be had the other wall clock gone from the beginning: one that is set is noticed where a log has
/// grown.
fn under<'s>(state: &'s FleetState, seen: &Observation) -> Cow<'s, FleetState> {
    let mut state = Cow::Borrowed(state);
    for (name, seen) in &seen.members {
        let left = || state.left.get(name).map(|left| &left.member);
        let log = state.members.get(name).or_else(left).and_then(|member| member.activity.log);
        let (Some(dated), Some(log)) = (seen.log_dated, log) else { continue };
        if !log.is_of(dated) {
            let FleetState { members, left, .. } = state.to_mut();
            // One that is back in the file since is taken up as it was.
            let left = left.get_mut(name).map(|left| &mut left.member);
            if let Some(member) = members.get_mut(name).or(left) {
                member.activity.log = Some(log.under(AHEAD));
            }
        }
    }
    state
}

/// Whether nobody is in a usage window, and nobody promises anything: only such ends are read on the wall clock.
fn is_timeless(tick: &Judged<'_>, ticked: &Ticked) -> bool {
    let is_open = |member: &Member| matches!(member.limit, Limit::Clear { .. });
    let states = [&tick.before.state, &ticked.decision.next];
    let promises = || {
        ticked
            .observation
            .members
            .values()
            .filter_map(|seen| seen.screen.known())
            .any(|screen| screen.rows.iter().any(|row| row.contains(MARKER)))
    };
    states.iter().all(|state| state.members.values().all(is_open)) && !promises()
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
        if is_alike(member, twin) {
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
    let (before, after) = (&*one.next, &*other.next);
    let is_alike = before.sequence == after.sequence
        && before.recent_starts == after.recent_starts
        && before.doubted_since == after.doubted_since
        && before.alarms.keys().eq(after.alarms.keys());
    let rest = |it: &FleetState| {
        let alarms: Vec<_> = it.alarms.keys().collect();
        format!("{:?} {:?} {:?} {alarms:?}", it.sequence, it.recent_starts, it.doubted_since)
    };
    (!is_alike).then(|| format!("{} | {}", rest(before), rest(after)))
}

/// Whether nothing differs that [`difference`] compares.
fn is_alike(one: &Member, other: &Member) -> bool {
    let of = |it: &Member| (it.wanted, it.starts, it.wake_at);
    of(one) == of(other)
        && one.life == other.life
        && one.budget == other.budget
        && one.stall == other.stall
        && one.mailbox == other.mailbox
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
