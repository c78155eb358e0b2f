//! How is a session ended, and when is it certain to be gone?

use std::time::Duration;

use super::end::again;
use super::{Bar, Ending, Life, LifeNote, SEND_AGAIN, UNWATCHED, set};
use crate::draft::{Declared, Draft};
use crate::{Action, MemberSeen, Moment, PaneSeen, RunId, StopStage, Why};

/// A stop that was sent.
pub(super) struct Stop {
    pub since: Moment,
    pub sent_at: Moment,
    pub run: Option<RunId>,
    pub stage: StopStage,
    pub why: Why,
    pub then: Option<Why>,
}

pub(super) fn stopping(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    mut stop: Stop,
) {
    let name = what.name();
    let now = draft.now.at;
    let grace = draft.fleet.timing.stop_grace;
    let is_closed = seen.pane.known().map_or(seen.pane.is_absent(), |pane| !pane.ours);
    // Nothing was launched for a start that failed before tmux was asked, so nothing tells of its processes.
    let failed = seen.start_failed.as_ref().map(|(failed, _)| *failed);
    let failed = failed.filter(|failed| Some(*failed) == stop.run);
    let never_launched = failed.is_some_and(|run| draft.member(name).is_sent_once(run));
    if is_closed && (seen.processes.is_absent() || never_launched) {
        let life = match stop.then {
            Some(why @ (Why::Gone { .. } | Why::ServerLost)) => return again(draft, what, why),
            Some(why) => Life::Due { at: now, why },
            None => Life::Stopped { since: now, how: ending(stop.why) },
        };
        draft.look_in(Duration::from_millis(1));
        draft.calm(Some(name), "survives");
        if seen.strays > 0 {
            draft.note(name, LifeNote::StraysEnded { count: seen.strays });
        }
        set(draft, what, life);
        super::say_rest(draft, what);
        return;
    }
    if is_stale(draft, seen, &stop) {
        return go_on(draft, what, &stop);
    }
    if now.since(stop.sent_at) >= UNWATCHED || seen.unheard {
        // Nobody has looked meanwhile, or tmux has not taken it, so the patience with it begins anew.
        stop.since = now;
    }
    let waited = now.since(stop.since);
    if stop.stage == StopStage::Terminate && waited >= grace {
        stop.stage = StopStage::Kill;
        stop.sent_at = Moment::default();
    }
    if stop.stage == StopStage::Kill && waited >= grace * 2 + Duration::from_secs(5) {
        draft.alarm(Some(name), "survives", format!("{name} does not end, not even by SIGKILL"));
    }
    if now.since(stop.sent_at) >= SEND_AGAIN || seen.unheard {
        stop.sent_at = now;
        send_stop(draft, what, stop.run, stop.stage, stop.why.clone());
    }
    draft.note(name, LifeNote::Stopping { since: stop.since, why: stop.why.clone() });
    draft.look_in(Duration::from_millis(100));
    let Stop { since, sent_at, run, stage, why, then } = stop;
    set(draft, what, Life::Stopping { since, sent_at, run, stage, why, then });
}

/// Whether nobody has looked since the stop was decided, and the program lives: what it was condemned for may be over.
fn is_stale(draft: &Draft<'_>, seen: &MemberSeen, stop: &Stop) -> bool {
    let is_verdict = match stop.why {
        Why::Stall { .. } | Why::Fatal { .. } | Why::Mismatch { .. } => true,
        Why::Asked
        | Why::New
        | Why::Gone { .. }
        | Why::ServerLost
        | Why::Phase { .. }
        | Why::SequenceComplete
        | Why::ParkedRetry
        | Why::Refused { .. }
        | Why::Retry { .. } => false,
    };
    let lives = own_pane(seen).is_some_and(|pane| pane.dead.is_none() && pane.run == stop.run);
    let unwatched = draft.now.at.since(stop.sent_at) >= UNWATCHED;
    is_verdict && stop.then.is_some() && stop.stage == StopStage::Terminate && lives && unwatched
}

/// It is up, and judged anew.
fn go_on(draft: &mut Draft<'_>, what: Declared<'_>, stop: &Stop) {
    let member = draft.member(what.name());
    crate::conversation::goes_on(member, stop.run);
    member.stall = crate::Stall::default();
    member.suspicion = None;
    set(draft, what, Life::Up { since: stop.since, run: stop.run });
    draft.note(what.name(), LifeNote::Running);
}

/// What is remembered of a stop: one that only cleared away what was left of a run says how that ended.
fn ending(why: Why) -> Ending {
    match why {
        Why::Gone { how } => Ending::Ended(how),
        Why::Refused { id } => Ending::Ended(format!("it refused to resume conversation {id}")),
        Why::ServerLost => Ending::Ended("the tmux server was lost".to_owned()),
        Why::Asked
        | Why::New
        | Why::Mismatch { .. }
        | Why::Fatal { .. }
        | Why::Stall { .. }
        | Why::Phase { .. }
        | Why::SequenceComplete
        | Why::ParkedRetry
        | Why::Retry { .. } => Ending::Asked,
    }
}

/// Ends the session; `then` says why it comes back, if it does.
pub(crate) fn begin_stop(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    run: Option<RunId>,
    why: Why,
    then: Option<Why>,
) {
    let now = draft.now.at;
    let run = run.or(draft.member(what.name()).last_run);
    crate::conversation::stopped(draft, what, run, &why);
    send_stop(draft, what, run, StopStage::Terminate, why.clone());
    draft.look_in(Duration::from_millis(50));
    let stage = StopStage::Terminate;
    set(draft, what, Life::Stopping { since: now, sent_at: now, run, stage, why, then });
}

fn send_stop(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    run: Option<RunId>,
    stage: StopStage,
    why: Why,
) {
    let name = what.name().clone();
    let seen = draft.seen.members.get(&name);
    // A session of somebody else is left as it is, and nothing of ours runs there to be ended.
    if seen.is_some_and(|seen| taken(draft, what, seen).is_some() && seen.processes.is_absent()) {
        return;
    }
    // By its pane, since a person may have renamed its session and made another one under the old name.
    let pane = draft.seen.members.get(&name).and_then(own_pane).map(|pane| pane.pane);
    draft.act(Action::Stop { name, pane, run, stage, why });
}

/// The pane that was seen, if it is ours to end.
pub(crate) fn own_pane(seen: &MemberSeen) -> Option<&PaneSeen> {
    seen.pane.known().filter(|pane| pane.ours)
}

/// Why a member whose name is taken by a session of somebody else is neither ended nor started, and the way out.
pub(crate) fn taken(draft: &Draft<'_>, what: Declared<'_>, seen: &MemberSeen) -> Option<String> {
    let _strange = seen.pane.known().filter(|pane| !pane.ours)?;
    let session = what.session();
    let end = draft.fleet.command_that_ends(session.as_str());
    Some(format!(
        "its session `{session}` was not started by `agents`, and is left as it is; `{end}` ends it"
    ))
}

/// Kills and starts a running member, as its budget allows; whether it did.
pub(crate) fn restart(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    why: Why,
) -> bool {
    let name = what.name();
    let Life::Up { run, .. } = draft.member(name).life.clone() else { return false };
    let may = may_restart(draft, what, seen, &why);
    if may {
        let member = draft.member(name);
        member.budget.in_vain = restarts_in_vain(member);
        begin_stop(draft, what, run, why.clone(), Some(why));
    }
    may
}

/// Whether a running member may be restarted on its own account; says why not.
pub(crate) fn may_restart(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    why: &Why,
) -> bool {
    let name = what.name();
    let Life::Up { since, .. } = draft.member(name).life.clone() else { return false };
    if let Some(reason) = seen.unstartable.clone().or_else(|| taken(draft, what, seen)) {
        // Killing first and finding out then would lose the session for nothing.
        let bar = Bar::Unstartable { reason };
        let note = LifeNote::NotRestarted { why: why.clone(), bar };
        draft.alarm_of(Some(name), "unstartable", note);
        return false;
    }
    let Some(bar) = bar(draft, what, since) else { return true };
    let note = LifeNote::NotRestarted { why: why.clone(), bar };
    draft.alarm_of(Some(name), "restart", note);
    false
}

/// What the budget has against one more restart of a member that is up since then.
fn bar(draft: &mut Draft<'_>, what: Declared<'_>, since: Moment) -> Option<Bar> {
    let now = draft.now.at;
    let timing = draft.fleet.timing.clone();
    let member = draft.member(what.name());
    let (in_vain, patience) = (restarts_in_vain(member), since.after(timing.parked_retry));
    if !member.budget.allows(&timing, now) {
        let again_at = member.budget.allows_at(&timing);
        // The other rule may hold it up for longer.
        let again_at =
            again_at.map(|at| if in_vain > timing.restart_limit { at.max(patience) } else { at });
        let window_seconds = timing.restart_window.as_secs();
        return Some(Bar::Budget { limit: timing.restart_limit, window_seconds, again_at });
    }
    let is_useless = in_vain > timing.restart_limit && now < patience;
    is_useless.then_some(Bar::InVain { restarts: member.budget.in_vain, again_at: patience })
}

/// How many restarts in a row will have been for nothing, if this run is restarted too.
fn restarts_in_vain(member: &crate::state::Member) -> u32 {
    let has_worked = member.activity.ever_active || member.activity.moved;
    if has_worked { 0 } else { member.budget.in_vain.saturating_add(1) }
}
