//! Does it run, is it to run, and what comes next? The one machine that starts and stops.

mod end;
mod note;
mod start;
mod stop;
mod turn;

use std::time::Duration;

use crate::draft::{Declared, Draft};
use crate::state::Wanted;
use crate::{MemberSeen, Moment, Note, PaneSeen, RunId, Seen, StopStage, Why};

pub(crate) use end::exit_of;
use end::{describe, ended};
use start::{Sent, due, may_run, starting};
use stop::{Stop, stopping};

pub use note::{Bar, Hold, LifeNote, StaysDown};
pub(crate) use stop::{begin_stop, may_restart, restart, taken};
pub(crate) use turn::in_turn;

/// A member's life.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Life {
    /// Does not run, and nothing is to be done.
    Stopped {
        since: Moment,
        how: Ending,
    },
    /// A start is owed, not before `at`.
    Due {
        at: Moment,
        why: Why,
    },
    /// The start was sent; the session is not seen yet.
    Starting {
        since: Moment,
        sent_at: Moment,
        run: RunId,
        why: Why,
    },
    Up {
        since: Moment,
        run: Option<RunId>,
    },
    /// One look did not find it.
    Missing {
        since: Moment,
        up_since: Moment,
        run: Option<RunId>,
    },
    /// A stop was sent; `then`: why it is started again afterwards.
    Stopping {
        since: Moment,
        sent_at: Moment,
        run: Option<RunId>,
        stage: StopStage,
        why: Why,
        then: Option<Why>,
    },
    /// Too many starts; one more try at `retry_at`.
    Parked {
        since: Moment,
        retry_at: Moment,
        reason: String,
    },
}

/// Why a stopped member is stopped.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Ending {
    NeverStarted,
    Asked,
    /// It ended by itself; how, in words.
    Ended(String),
    /// It could not be started; why.
    Failed(String),
}

impl Default for Life {
    fn default() -> Self {
        Self::Stopped { since: Moment::default(), how: Ending::NeverStarted }
    }
}

/// How soon after a look a second one may confirm an absence.
const CONFIRM_AFTER: Duration = Duration::from_millis(300);
/// A sent start or stop that shows no effect is sent again; both are harmless when repeated.
const SEND_AGAIN: Duration = Duration::from_secs(2);
/// A start or stop that was sent, or a session that was missed so long ago was looked at by nobody since: the watchdog was
/// gone, or blind, or could not record what it saw.
const UNWATCHED: Duration = Duration::from_secs(10);

/// One tick of a member's life.
pub(crate) fn step(draft: &mut Draft<'_>, what: Declared<'_>, seen: &MemberSeen) {
    if let Some(roots) = &seen.roots {
        draft.member(what.name()).roots = Some(roots.clone());
    }
    let absent_but_doubted = draft.doubted && seen.pane.is_absent();
    if let Seen::Unknown(cause) = &seen.pane {
        if let Life::Missing { up_since: since, run, .. } = draft.member(what.name()).life {
            // Only two looks in a row prove anything.
            set(draft, what, Life::Up { since, run });
        }
        draft.note(what.name(), Note::CannotSee { cause: cause.clone() });
        return;
    }
    let pane = seen.pane.known();
    let life = draft.member(what.name()).life.clone();
    match life {
        Life::Stopped { how, .. } => stopped(draft, what, pane, &how),
        Life::Due { at, why } => due(draft, what, seen, at, why),
        Life::Starting { since, sent_at, run, why } => {
            starting(draft, what, seen, Sent { since, sent_at, run, why });
        }
        Life::Up { since, run } if absent_but_doubted => {
            // The other connection confirms what this look says, and nothing else.
            let now = draft.now.at;
            set(draft, what, Life::Missing { since: now, up_since: since, run });
            draft.note(what.name(), Note::Doubted);
        }
        Life::Missing { .. } if absent_but_doubted => draft.note(what.name(), Note::Doubted),
        Life::Up { since, run } => up(draft, what, seen, since, run),
        Life::Missing { since, up_since, run } => {
            missing(draft, what, seen, (since, up_since, run));
        }
        Life::Stopping { since, sent_at, run, stage, why, then } => {
            let stop = Stop { since, sent_at, run, stage, why, then };
            stopping(draft, what, seen, stop);
        }
        Life::Parked { retry_at, reason, .. } => parked(draft, what, seen, (retry_at, reason)),
    }
}

fn stopped(draft: &mut Draft<'_>, what: Declared<'_>, pane: Option<&PaneSeen>, how: &Ending) {
    let name = what.name();
    let wanted = what.wanted_up(draft.member(name));
    if let Some(pane) = pane {
        let asked_down = draft.member(name).wanted == Wanted::Down;
        if let Some(reason) = taken(draft, what, &draft.seen.members[name])
            && (pane.dead.is_some() || asked_down)
        {
            draft.note(name, LifeNote::Unstartable { reason, by_itself: false });
        } else if pane.dead.is_some() || (pane.ours && asked_down) {
            // A start that timed out may take effect after the stop that followed it.
            begin_stop(draft, what, pane.run, Why::Asked, None);
        } else if is_over(&draft.seen.members[name], pane) {
            say_rest(draft, what);
        } else {
            adopt(draft, what, pane);
        }
        return;
    }
    match how {
        Ending::NeverStarted if wanted && draft.seen.supervised && may_run(draft, what) => {
            let now = draft.now.at;
            set(draft, what, Life::Due { at: now, why: Why::New });
            let life = draft.member(name).life.clone();
            if let Life::Due { at, why } = life {
                let seen = draft.seen.members[name].clone();
                due(draft, what, &seen, at, why);
            }
        }
        Ending::NeverStarted | Ending::Asked | Ending::Ended(_) | Ending::Failed(_) => {
            say_rest(draft, what);
        }
    }
}

/// Says of one that is stopped why it rests.
fn say_rest(draft: &mut Draft<'_>, what: Declared<'_>) {
    if let Life::Stopped { how, .. } = draft.member(what.name()).life.clone() {
        let note = resting(draft, what, &how);
        draft.note(what.name(), note);
    }
}

/// Why a member that could run does not.
fn resting(draft: &mut Draft<'_>, what: Declared<'_>, how: &Ending) -> LifeNote {
    let supervised = draft.seen.supervised;
    let sequence = draft.next.sequence.as_ref().filter(|_| what.is_loop());
    let (rests, waits) = (
        sequence.is_some_and(crate::sequence::Sequence::is_complete),
        sequence.is_some_and(|it| it.awaits(what.name())),
    );
    let member = draft.member(what.name());
    let (asked_down, wanted) = (member.wanted == Wanted::Down, what.wanted_up(member));
    match how {
        Ending::Failed(reason) => {
            LifeNote::Unstartable { reason: reason.clone(), by_itself: false }
        }
        Ending::Ended(how) if what.is_task() => {
            let again = !what.is_of_manifest(draft.fleet);
            LifeNote::TaskEnded { how: how.clone(), again }
        }
        _ if waits => LifeNote::WaitsForPhase,
        _ if rests => LifeNote::LoopComplete,
        Ending::Ended(how) => {
            let why = match (asked_down, wanted) {
                (true, _) => StaysDown::AskedDown,
                (false, _) if !what.enabled() => StaysDown::Disabled,
                (false, _) if !what.watched() => StaysDown::NotWatched,
                (false, false) => StaysDown::NeverAsked,
                (false, true) => StaysDown::NotThen,
            };
            LifeNote::StaysDown { how: how.clone(), why }
        }
        Ending::NeverStarted | Ending::Asked if !what.enabled() => LifeNote::Disabled,
        Ending::NeverStarted if wanted && !supervised => LifeNote::Unsupervised,
        Ending::NeverStarted if !asked_down => LifeNote::NeverStarted,
        Ending::Asked if !asked_down => LifeNote::Stopped,
        Ending::NeverStarted | Ending::Asked => LifeNote::DownOnPurpose,
    }
}

fn up(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    since: Moment,
    run: Option<RunId>,
) {
    let now = draft.now.at;
    match seen.pane.known() {
        Some(pane) if pane.dead.is_none() => {
            set(draft, what, Life::Up { since, run: pane.run });
            is_the_last_run(draft, what, pane);
            mark_beginning(draft, what.name(), seen, (since, pane.run));
            draft.note(what.name(), LifeNote::Running);
            if pane.ours {
                draft.calm(Some(what.name()), "stranger");
            }
            if now.since(since) >= draft.fleet.timing.healthy_after {
                draft.member(what.name()).budget.healthy();
                for key in ["start", "parked", "server"] {
                    draft.calm(Some(what.name()), key);
                }
            }
        }
        Some(pane) => {
            let how = describe(exit_of(seen, run), Some(pane), &seen.processes);
            ended(draft, what, seen, how, Some(since));
        }
        None if exit_of(seen, run).is_some() || draft.server_lost => {
            // Absence and the launcher's own record, or another server: two signals.
            let how = describe(exit_of(seen, run), None, &seen.processes);
            ended(draft, what, seen, how, Some(since));
        }
        None => lack(draft, what, (since, run)),
    }
}

/// One look lacks the session of a run that may live; the next one tells.
fn lack(draft: &mut Draft<'_>, what: Declared<'_>, (up_since, run): (Moment, Option<RunId>)) {
    set(draft, what, Life::Missing { since: draft.now.at, up_since, run });
    draft.note(what.name(), LifeNote::MissingOnce);
    draft.look_in(CONFIRM_AFTER + Duration::from_millis(50));
}

/// Remembers since when the program itself is known to run: its session comes before it.
fn mark_beginning(
    draft: &mut Draft<'_>,
    name: &agents_names::AgentName,
    seen: &MemberSeen,
    (since, run): (Moment, Option<RunId>),
) {
    let now = draft.now.at;
    let Some(seen) = seen.began.filter(|seen| Some(seen.run) == run) else { return };
    let began = &mut draft.member(name).began;
    if began.is_none_or(|(of, _)| of != seen.run) {
        // A wall clock that is set just now does not make it older than its session.
        let age = seen.age.min(now.since(since));
        *began = Some((seen.run, now.before(age)));
    }
}

fn missing(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    (since, up_since, run): (Moment, Moment, Option<RunId>),
) {
    match seen.pane.known() {
        Some(_) => {
            draft.note(what.name(), LifeNote::FoundAgain);
            up(draft, what, seen, up_since, run);
        }
        // Whatever was seen in between is not remembered: these are not two looks in a row.
        None if draft.now.at.since(since) >= UNWATCHED && is_the_only_sign(draft, seen, run) => {
            lack(draft, what, (up_since, run));
        }
        // Another way of looking is a second signal at once.
        None if draft.now.at.since(since) < CONFIRM_AFTER && !draft.seen.independent => {
            draft.note(what.name(), LifeNote::MissingOnce);
            draft.look_in(CONFIRM_AFTER);
        }
        None => {
            let how = describe(exit_of(seen, run), None, &seen.processes);
            ended(draft, what, seen, how, Some(up_since));
        }
    }
}

/// Whether nothing but this look says that the run is over.
fn is_the_only_sign(draft: &Draft<'_>, seen: &MemberSeen, run: Option<RunId>) -> bool {
    !draft.seen.independent && !draft.server_lost && exit_of(seen, run).is_none()
}

fn parked(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    (retry_at, reason): (Moment, String),
) {
    let now = draft.now.at;
    let lives = |pane: &&PaneSeen| pane.dead.is_none() && !is_over(seen, pane);
    if let Some(pane) = seen.pane.known().filter(lives) {
        adopt(draft, what, pane);
    } else if now >= retry_at {
        set(draft, what, Life::Due { at: now, why: Why::ParkedRetry });
        draft.look_in(Duration::from_millis(50));
    } else {
        draft.note(what.name(), LifeNote::Parked { reason, retry_at });
        draft.look_in(retry_at.since(now));
    }
}

/// Whether the end of that run is recorded: its session is about to close, or holds the launcher of a start that tmux
/// carried out twice, which ends at once, since the run was claimed. Nothing runs there to be adopted, nor to be typed at.
fn is_over(seen: &MemberSeen, pane: &PaneSeen) -> bool {
    pane.ours && pane.run.is_some() && exit_of(seen, pane.run).is_some()
}

fn adopt(draft: &mut Draft<'_>, what: Declared<'_>, pane: &PaneSeen) {
    let since = draft.now.at;
    set(draft, what, Life::Up { since, run: pane.run });
    is_the_last_run(draft, what, pane);
    draft.note(what.name(), if pane.ours { LifeNote::Running } else { LifeNote::Adopted });
}

/// The tag of the session knows better: a state that was put back from a copy remembers an earlier run, whose records are
/// gone, and what is left of the one that ends would be looked for by them for ever. One that the file had lost for a
/// while is known by nothing else.
fn is_the_last_run(draft: &mut Draft<'_>, what: Declared<'_>, pane: &PaneSeen) {
    if let Some(run) = pane.run.filter(|_| pane.ours) {
        draft.member(what.name()).last_run = Some(run);
    }
}

pub(crate) fn set(draft: &mut Draft<'_>, what: Declared<'_>, life: Life) {
    draft.member(what.name()).life = life;
}

#[cfg(test)]
mod tests;
