//! How did a run end, and what follows from it?

use std::time::Duration;

use super::start::may_run;
use super::stop::{begin_stop, own_pane};
use super::{Ending, Life, LifeNote, set};
use crate::budget::{Verdict, jitter};
use crate::draft::{Declared, Draft};
use crate::sentence::{Telling, count, span};
use crate::{ExitSeen, MemberSeen, Moment, PaneSeen, ProcessesSeen, RunId, Seen, Why};

pub(crate) fn exit_of(seen: &MemberSeen, run: Option<RunId>) -> Option<&ExitSeen> {
    seen.exit.as_ref().filter(|exit| Some(exit.run) == run)
}

/// How a run ended, in words.
pub(super) fn describe(
    exit: Option<&ExitSeen>,
    pane: Option<&PaneSeen>,
    left: &Seen<ProcessesSeen>,
) -> String {
    let dead = pane.and_then(|pane| pane.dead);
    let code = exit.and_then(|exit| exit.code).or(dead.and_then(|dead| dead.status));
    let signal = exit.and_then(|exit| exit.signal).or(dead.and_then(|dead| dead.signal));
    let after = exit.map_or_else(String::new, |exit| format!(" after {}", lifetime(exit.alive)));
    if exit.is_some_and(|exit| exit.session_closed) {
        // What the program made of it says nothing: a well-behaved one ends with code 0.
        return format!("its session was ended from outside{after}");
    }
    let ended = match (signal, code) {
        (Some(signal), _) => format!("ended by {}{after}", signal_name(signal)),
        (None, Some(code)) => format!("exit code {code}{after}"),
        // A program that does not listen to its terminal lives on when that is closed.
        (None, None) if left.known().is_some() => {
            return "its session was ended from outside, and its processes outlived it".to_owned();
        }
        (None, None) => {
            return "its session vanished, and nothing tells how its program ended".to_owned();
        }
    };
    let failed = signal.is_some() || code != Some(0);
    let last = exit.filter(|_| failed).and_then(|exit| last_words(&exit.last_output));
    last.map_or_else(|| ended.clone(), |last| format!("{ended}, last output: {last}"))
}

/// The last row that says something: a prompt or the fragment of a frame does not.
fn last_words(rows: &[String]) -> Option<&str> {
    let is_word = |word: &str| word.chars().filter(|c| c.is_alphabetic()).count() >= 3;
    let says = |row: &&String| {
        let (letters, signs) = row
            .chars()
            .filter(|c| !c.is_whitespace())
            .fold((0, 0), |(letters, all), c| (letters + usize::from(c.is_alphabetic()), all + 1));
        row.split_whitespace().any(is_word) && letters * 2 >= signs
    };
    rows.iter().rev().find(says).map(|row| row.trim())
}

fn lifetime(alive: Duration) -> String {
    match alive.as_secs() {
        0..=119 => format!("{:.1} s", alive.as_secs_f64()),
        longer => span(longer),
    }
}

fn signal_name(signal: i32) -> String {
    let name = match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        6 => "SIGABRT",
        // The system sends it when memory runs out, and tells nobody.
        9 => "SIGKILL: killed, or out of memory",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        15 => "SIGTERM",
        _ => return format!("signal {signal}"),
    };
    format!("signal {signal} ({name})")
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
    crate::delivery::lose(draft, name);
    crate::delivery::end_run(draft.member(name));
    let refused = crate::conversation::close(draft, what, seen, &how);
    let heals = what.watched()
        && what.wanted_up(draft.member(name))
        && may_run(draft, what)
        && !what.is_task();
    let survivors = own_pane(seen).is_some() || seen.processes.known().is_some();
    // A start that was sent again may have begun with the first request.
    let begun = up_since.map(|since| draft.member(name).begun_by(since));
    let asked = begun.is_some_and(|since| crate::intent::is_asked_up_after(draft, name, since));
    let why = match refused {
        _ if draft.server_lost && asked => Why::Asked,
        _ if draft.server_lost => Why::ServerLost,
        Some(refused) => refused,
        None if asked => Why::Asked,
        None => Why::Gone { how: how.clone() },
    };
    let comes_back = heals || why == Why::Asked;
    if survivors {
        let run = draft.member(name).last_run;
        begin_stop(draft, what, run, why.clone(), comes_back.then_some(why));
        return;
    }
    if comes_back && matches!(why, Why::Asked | Why::Refused { .. }) {
        set(draft, what, Life::Due { at: now, why });
        draft.look_in(Duration::from_millis(50));
    } else if heals {
        again(draft, what, why);
    } else {
        set(draft, what, Life::Stopped { since: now, how: Ending::Ended(how) });
        super::say_rest(draft, what);
    }
}

/// Owes a start, as the budget allows.
pub(super) fn again(draft: &mut Draft<'_>, what: Declared<'_>, why: Why) {
    let name = what.name();
    let now = draft.now.at;
    if crate::login::is_refused(draft.member(name)) {
        // No crash, and no start mends it: it costs no budget, and waits.
        set(draft, what, Life::Due { at: now, why });
        draft.look_in(Duration::from_millis(50));
        return;
    }
    if why == Why::ServerLost {
        // One event, not a death of each: no delay of its own, only the fleet's pace. A server that is lost again and
        // again brings nobody back more often than deaths would.
        let timing = draft.fleet.timing.clone();
        let budget = &mut draft.member(name).budget;
        let is_allowed = budget.allows(&timing, now);
        let at = budget.allows_at(&timing).filter(|_| !is_allowed).unwrap_or(now);
        set(draft, what, Life::Due { at, why });
        draft.look_in(at.since(now).max(Duration::from_millis(50)));
        return;
    }
    let timing = draft.fleet.timing.clone();
    let member = draft.member(name);
    let spread = jitter(name.as_str(), member.budget.failures);
    match member.budget.after_death(&timing, spread, now) {
        Verdict::After(delay) => {
            draft.look_in(delay);
            let at = now.after(delay);
            if !draft.member(name).limit.silences() {
                draft.note(name, LifeNote::StartAt { at, why: why.clone() });
            }
            set(draft, what, Life::Due { at, why });
        }
        Verdict::Exhausted => park(draft, what, &why),
    }
}

fn park(draft: &mut Draft<'_>, what: Declared<'_>, why: &Why) {
    let name = what.name();
    let timing = &draft.fleet.timing;
    let starts = draft.next.members.get(name).map_or(0, |member| member.budget.starts.len());
    let why = why.told(&Telling::decided(Some(name), draft.now));
    let reason = if starts >= timing.restart_limit as usize {
        let starts = count(starts as u64, "automatic start");
        let window = span(timing.restart_window.as_secs());
        format!("{starts} within {window}; after the last one, {why}")
    } else {
        format!("one more try failed too; {why}")
    };
    let since = draft.now.at;
    let retry_at = since.after(timing.parked_retry);
    let note = LifeNote::Parked { reason: reason.clone(), retry_at };
    draft.alarm_of(Some(name), "parked", note);
    set(draft, what, Life::Parked { since, retry_at, reason });
}

#[cfg(test)]
mod tests;
