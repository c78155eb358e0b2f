//! How did a run end, and what follows from it?

use std::time::Duration;

use super::start::may_run;
use super::stop::begin_stop;
use super::{Ending, Life, set};
use crate::budget::{Verdict, jitter};
use crate::draft::{Declared, Draft};
use crate::{ExitSeen, MemberSeen, Moment, Note, PaneSeen, RunId, Why};

pub(super) fn exit_of(seen: &MemberSeen, run: Option<RunId>) -> Option<&ExitSeen> {
    seen.exit.as_ref().filter(|exit| Some(exit.run) == run)
}

/// How a run ended, in words.
pub(super) fn describe(exit: Option<&ExitSeen>, pane: Option<&PaneSeen>) -> String {
    let dead = pane.and_then(|pane| pane.dead);
    let code = exit.and_then(|exit| exit.code).or(dead.and_then(|dead| dead.status));
    let signal = exit.and_then(|exit| exit.signal).or(dead.and_then(|dead| dead.signal));
    let ended = match (signal, code) {
        (Some(signal), _) => format!("ended by signal {signal}"),
        (None, Some(code)) => format!("exit code {code}"),
        (None, None) => return "its session vanished".to_owned(),
    };
    let Some(exit) = exit else { return ended };
    let alive = exit.alive.as_secs_f64();
    match exit.last_output.last() {
        Some(last) => format!("{ended} after {alive:.1} s, last output: {last}"),
        None => format!("{ended} after {alive:.1} s"),
    }
}

/// It ran and runs no more.
pub(super) fn ended(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    how: String,
    up_since: Option<Moment>,
) {
    let name = what.name();
    let now = draft.now.at;
    let healthy = draft.fleet.timing.healthy_after;
    if up_since.is_some_and(|since| now.since(since) >= healthy) {
        draft.member(name).budget.healthy();
    }
    crate::delivery::end_run(draft.member(name));
    let heals = what.watched()
        && what.wanted_up(draft.member(name))
        && may_run(draft, what)
        && !what.is_task();
    let survivors = seen.pane.known().is_some() || seen.processes.known().is_some();
    let why = if draft.server_lost { Why::ServerLost } else { Why::Gone { how: how.clone() } };
    if survivors {
        let run = draft.member(name).last_run;
        begin_stop(draft, what, run, why.clone(), heals.then_some(why));
        return;
    }
    if heals {
        again(draft, what, why);
    } else {
        set(draft, what, Life::Stopped { since: now, how: Ending::Ended(how) });
    }
}

/// Owes a start, as the budget allows.
pub(super) fn again(draft: &mut Draft<'_>, what: Declared<'_>, why: Why) {
    let name = what.name();
    let now = draft.now.at;
    if why == Why::ServerLost {
        // One event, not a death of each: no delay of its own, only the fleet's pace.
        set(draft, what, Life::Due { at: now, why });
        draft.look_in(Duration::from_millis(50));
        return;
    }
    let timing = draft.fleet.timing.clone();
    let member = draft.member(name);
    let spread = jitter(name.as_str(), member.budget.failures);
    match member.budget.after_death(&timing, spread, now) {
        Verdict::After(delay) => {
            draft.look_in(delay);
            let seconds = delay.as_secs();
            if !draft.member(name).limit.silences() {
                draft.note(name, Note::RestartIn { seconds, why: why.clone() });
            }
            set(draft, what, Life::Due { at: now.after(delay), why });
        }
        Verdict::Exhausted => park(draft, what, &why),
    }
}

fn park(draft: &mut Draft<'_>, what: Declared<'_>, why: &Why) {
    let name = what.name();
    let timing = &draft.fleet.timing;
    let starts = draft.next.members.get(name).map_or(0, |member| member.budget.starts.len());
    let reason = if starts >= timing.restart_limit as usize {
        let minutes = timing.restart_window.as_secs() / 60;
        format!("{starts} starts in {minutes} min, the last because {why}")
    } else {
        format!("one more try failed too: {why}")
    };
    let retry = timing.parked_retry;
    let since = draft.now.at;
    draft.alarm(Some(name), "parked", format!("{name} is parked: {reason}"));
    draft.note(name, Note::Parked { reason: reason.clone(), retry_in: retry.as_secs() });
    set(draft, what, Life::Parked { since, retry_at: since.after(retry), reason });
}
