//! Does it run, is it to run, and what comes next? The one machine that starts and stops.

use std::time::Duration;

use crate::budget::{Verdict, jitter};
use crate::draft::{Declared, Draft};
use crate::{Action, ExitSeen, MemberSeen, Moment, Note, PaneSeen, RunId, Seen, StopStage, Why};

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

/// How long a session may take to appear, and a second look to confirm an absence.
const APPEARS_WITHIN: Duration = Duration::from_secs(10);
const CONFIRM_AFTER: Duration = Duration::from_millis(300);
/// A sent start or stop that shows no effect is sent again; both are harmless when repeated.
const SEND_AGAIN: Duration = Duration::from_secs(2);
/// A start or stop that was sent so long ago was looked at by nobody since: the watchdog was gone, or blind.
const UNWATCHED: Duration = Duration::from_secs(10);
/// At most this many automatic starts of the fleet in this span.
const FLEET_STARTS: usize = 3;
const FLEET_SPAN: Duration = Duration::from_secs(10);

/// One tick of a member's life.
pub(crate) fn step(draft: &mut Draft<'_>, what: Declared<'_>, seen: &MemberSeen) {
    let absent_but_doubted = draft.doubted && seen.pane.is_absent();
    if let Seen::Unknown(cause) = &seen.pane {
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
        Life::Up { .. } | Life::Missing { .. } if absent_but_doubted => {
            let cause = "many sessions look gone at once; a look by another way must confirm it";
            draft.note(what.name(), Note::CannotSee { cause: cause.to_owned() });
        }
        Life::Up { since, run } => up(draft, what, seen, since, run),
        Life::Missing { since, up_since, run } => {
            missing(draft, what, seen, (since, up_since, run));
        }
        Life::Stopping { since, sent_at, run, stage, why, then } => {
            let stop = Stop { since, sent_at, run, stage, why, then };
            stopping(draft, what, seen, stop);
        }
        Life::Parked { retry_at, reason, .. } => parked(draft, what, pane, retry_at, reason),
    }
}

struct Sent {
    since: Moment,
    sent_at: Moment,
    run: RunId,
    why: Why,
}

struct Stop {
    since: Moment,
    sent_at: Moment,
    run: Option<RunId>,
    stage: StopStage,
    why: Why,
    then: Option<Why>,
}

fn stopped(draft: &mut Draft<'_>, what: Declared<'_>, pane: Option<&PaneSeen>, how: &Ending) {
    let name = what.name();
    let wanted = what.wanted_up(draft.member(name));
    if let Some(pane) = pane {
        let asked_down = draft.member(name).wanted == crate::state::Wanted::Down;
        if pane.dead.is_some() || (pane.ours && asked_down) {
            // A start that timed out may take effect after the stop that followed it.
            begin_stop(draft, what, pane.run, Why::Asked, None);
        } else {
            adopt(draft, what, pane);
        }
        return;
    }
    match how {
        Ending::NeverStarted if wanted && may_run(draft, what) && is_its_turn(draft, what) => {
            let now = draft.now.at;
            set(draft, what, Life::Due { at: now, why: Why::New });
            let life = draft.member(name).life.clone();
            if let Life::Due { at, why } = life {
                let seen = draft.seen.members[name].clone();
                due(draft, what, &seen, at, why);
            }
        }
        Ending::Ended(how) if what.is_task() => {
            draft.note(name, Note::TaskEnded { how: how.clone() });
        }
        Ending::Failed(reason) => draft.note(name, Note::Unstartable { reason: reason.clone() }),
        Ending::NeverStarted | Ending::Asked | Ending::Ended(_) => {
            let note = if !what.enabled() {
                Note::Disabled
            } else if wanted || what.watched() {
                Note::DownOnPurpose
            } else {
                Note::NotWatched
            };
            draft.note(name, note);
        }
    }
}

/// While a request is under way, only what was asked for begins: a verb that carries its request out by itself
/// watches nobody, and must not start those whom only a watchdog would.
fn is_its_turn(draft: &mut Draft<'_>, what: Declared<'_>) -> bool {
    draft.next.open.is_empty() || draft.member(what.name()).wanted == crate::state::Wanted::Up
}

/// Loop agents rest once the sequence is complete, and while the phase changes.
fn may_run(draft: &Draft<'_>, what: Declared<'_>) -> bool {
    !what.is_loop() || draft.next.sequence.as_ref().is_none_or(crate::sequence::Sequence::runs)
}

fn due(draft: &mut Draft<'_>, what: Declared<'_>, seen: &MemberSeen, at: Moment, why: Why) {
    let name = what.name();
    if let Some(pane) = seen.pane.known() {
        if pane.dead.is_some() {
            begin_stop(draft, what, pane.run, why.clone(), Some(why));
        } else {
            adopt(draft, what, pane);
        }
        return;
    }
    let on_its_own = !matches!(why, Why::Asked | Why::Phase { .. } | Why::SequenceComplete);
    if on_its_own && (!what.wanted_up(draft.member(name)) || !may_run(draft, what)) {
        let since = draft.now.at;
        set(draft, what, Life::Stopped { since, how: Ending::Asked });
        return;
    }
    if on_its_own && draft.member(name).limit.silences() {
        draft.note(name, Note::Limit(crate::LimitNote::GoneInside));
        return;
    }
    if let Some(reason) = &seen.unstartable {
        refuse(draft, what, reason.clone(), &why);
        return;
    }
    if draft.now.at < at {
        let seconds = at.since(draft.now.at).as_secs();
        draft.look_in(at.since(draft.now.at));
        draft.note(name, Note::RestartIn { seconds, why });
        return;
    }
    if !has_turn(draft, what, on_its_own) || waits_for_services(draft, what, &why) {
        draft.look_in(Duration::from_millis(250));
        draft.note(name, Note::WaitsForTurn);
        return;
    }
    start(draft, what, seen, why, on_its_own);
}

fn refuse(draft: &mut Draft<'_>, what: Declared<'_>, reason: String, why: &Why) {
    let name = what.name();
    draft.note(name, Note::Unstartable { reason: reason.clone() });
    draft.alarm(Some(name), "unstartable", format!("{name} cannot be started: {reason}"));
    // What the operator asked for fails at once; what heals by itself waits until the cause is mended.
    if *why == Why::Asked || !what.watched() {
        let since = draft.now.at;
        set(draft, what, Life::Stopped { since, how: Ending::Failed(reason) });
    }
}

/// After the loss of a server the services come first: agents may need them from their first moment on.
fn waits_for_services(draft: &Draft<'_>, what: Declared<'_>, why: &Why) -> bool {
    let is_coming = |life: &Life| match life {
        Life::Due { .. } | Life::Starting { .. } | Life::Missing { .. } => true,
        Life::Stopping { then, .. } => then.is_some(),
        Life::Stopped { .. } | Life::Up { .. } | Life::Parked { .. } => false,
    };
    let mut services = draft.fleet.services.iter();
    *why == Why::ServerLost
        && matches!(what, Declared::Agent(_))
        && services.any(|it| draft.next.members.get(&it.name).is_some_and(|it| is_coming(&it.life)))
}

fn has_turn(draft: &mut Draft<'_>, what: Declared<'_>, on_its_own: bool) -> bool {
    let now = draft.now.at;
    draft.next.recent_starts.retain(|start| now.since(*start) < FLEET_SPAN);
    if on_its_own && draft.next.recent_starts.len() >= FLEET_STARTS {
        return false;
    }
    let timing = &draft.fleet.timing;
    let in_flight = draft.next.members.values().filter(|member| is_starting(&member.life)).count();
    if in_flight >= timing.max_starts_in_flight as usize {
        return false;
    }
    let Some(account) = what.account() else { return true };
    let same_account =
        draft.fleet.agents.iter().filter(|other| other.account.as_deref() == Some(account));
    let last =
        same_account.filter_map(|other| started_at(draft.next.members.get(&other.name)?)).max();
    last.is_none_or(|last| now.since(last) >= timing.account_gap)
}

fn is_starting(life: &Life) -> bool {
    matches!(life, Life::Starting { .. })
}

fn started_at(member: &crate::state::Member) -> Option<Moment> {
    match &member.life {
        Life::Starting { since, .. } | Life::Up { since, .. } => Some(*since),
        Life::Missing { up_since, .. } => Some(*up_since),
        Life::Stopped { .. } | Life::Due { .. } | Life::Stopping { .. } | Life::Parked { .. } => {
            None
        }
    }
}

fn start(draft: &mut Draft<'_>, what: Declared<'_>, seen: &MemberSeen, why: Why, on_its_own: bool) {
    let name = what.name();
    let run = draft.new_run();
    let now = draft.now.at;
    draft.calm(Some(name), "unstartable");
    if on_its_own {
        draft.next.recent_starts.push(now);
        draft.member(name).budget.spend(now);
    }
    let member = draft.member(name);
    member.starts += 1;
    member.last_run = Some(run);
    member.activity = crate::ActivityState::default();
    member.limit = crate::Limit::default();
    member.stall = crate::Stall::default();
    member.suspicion = None;
    crate::delivery::begin_run(draft, what);
    set(draft, what, Life::Starting { since: now, sent_at: now, run, why: why.clone() });
    draft.act(start_action(draft, what, seen, run, why));
    draft.look_in(Duration::from_millis(150));
}

fn start_action(
    draft: &Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    run: RunId,
    why: Why,
) -> Action {
    let phase = if what.is_loop() {
        draft.next.sequence.as_ref().map(|sequence| sequence.phase().clone())
    } else {
        None
    };
    let resume = match what {
        Declared::Agent(agent) if agent.resume && draft.fleet.backend_of(agent).supports_resume => {
            seen.resume_id.clone()
        }
        Declared::Agent(_) | Declared::Service(_) => None,
    };
    Action::Start { name: what.name().clone(), run, phase, resume, why }
}

fn starting(draft: &mut Draft<'_>, what: Declared<'_>, seen: &MemberSeen, sent: Sent) {
    let name = what.name();
    let now = draft.now.at;
    if let Some((run, reason)) = &seen.start_failed
        && *run == sent.run
    {
        return failed(draft, what, reason.clone(), &sent.why);
    }
    let exit = seen.exit.as_ref().filter(|exit| exit.run == sent.run);
    if let Some(failure) = exit.and_then(|exit| exit.failure.clone()) {
        return failed(draft, what, failure, &sent.why);
    }
    match seen.pane.known() {
        Some(pane) if pane.dead.is_none() => {
            set(draft, what, Life::Up { since: sent.since, run: pane.run });
            draft.note(name, Note::Running);
            // Soon enough to tell a program that dies at once from one that runs.
            draft.look_in(Duration::from_millis(250));
        }
        Some(pane) => ended(draft, what, seen, describe(exit, Some(pane)), Some(sent.since)),
        None if exit.is_some() => ended(draft, what, seen, describe(exit, None), Some(sent.since)),
        None if now.since(sent.sent_at) >= UNWATCHED => {
            // Nobody has looked meanwhile, so the wait begins anew.
            send_start(draft, what, seen, Sent { since: now, ..sent });
        }
        None if now.since(sent.since) >= APPEARS_WITHIN => {
            let reason = format!("its session did not appear in {} s", APPEARS_WITHIN.as_secs());
            failed(draft, what, reason, &sent.why);
        }
        None if now.since(sent.sent_at) >= SEND_AGAIN => send_start(draft, what, seen, sent),
        None => await_session(draft, what, sent),
    }
}

/// Sends a start once more: the launcher takes each run once, so one that did happen is not repeated.
fn send_start(draft: &mut Draft<'_>, what: Declared<'_>, seen: &MemberSeen, sent: Sent) {
    let sent_at = draft.now.at;
    draft.act(start_action(draft, what, seen, sent.run, sent.why.clone()));
    await_session(draft, what, Sent { sent_at, ..sent });
}

fn await_session(draft: &mut Draft<'_>, what: Declared<'_>, sent: Sent) {
    let Sent { since, sent_at, run, why } = sent;
    set(draft, what, Life::Starting { since, sent_at, run, why });
    let seconds = draft.now.at.since(since).as_secs();
    draft.note(what.name(), Note::Starting { seconds });
    draft.look_in(Duration::from_millis(250));
}

fn failed(draft: &mut Draft<'_>, what: Declared<'_>, reason: String, why: &Why) {
    let name = what.name();
    let since = draft.now.at;
    draft.alarm(Some(name), "start", format!("{name} could not be started: {reason}"));
    if *why == Why::Asked || !what.watched() {
        set(draft, what, Life::Stopped { since, how: Ending::Failed(reason) });
    } else {
        again(draft, what, Why::Retry { reason });
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
            draft.note(what.name(), Note::Running);
            if now.since(since) >= draft.fleet.timing.healthy_after {
                draft.member(what.name()).budget.healthy();
                for key in ["start", "parked", "server"] {
                    draft.calm(Some(what.name()), key);
                }
            }
        }
        Some(pane) => {
            let how = describe(exit_of(seen, run), Some(pane));
            ended(draft, what, seen, how, Some(since));
        }
        None if exit_of(seen, run).is_some() || draft.server_lost || draft.seen.independent => {
            // Absence and the launcher's own record, or another server, or another way of looking: two signals.
            let how = describe(exit_of(seen, run), None);
            ended(draft, what, seen, how, Some(since));
        }
        None => {
            set(draft, what, Life::Missing { since: now, up_since: since, run });
            draft.note(what.name(), Note::MissingOnce);
            draft.look_in(CONFIRM_AFTER + Duration::from_millis(50));
        }
    }
}

fn missing(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    (since, up_since, run): (Moment, Moment, Option<RunId>),
) {
    match seen.pane.known() {
        Some(_) => up(draft, what, seen, up_since, run),
        None if draft.now.at.since(since) < CONFIRM_AFTER => {
            draft.note(what.name(), Note::MissingOnce);
            draft.look_in(CONFIRM_AFTER);
        }
        None => {
            let how = describe(exit_of(seen, run), None);
            ended(draft, what, seen, how, Some(up_since));
        }
    }
}

fn exit_of(seen: &MemberSeen, run: Option<RunId>) -> Option<&ExitSeen> {
    seen.exit.as_ref().filter(|exit| Some(exit.run) == run)
}

/// How a run ended, in words.
fn describe(exit: Option<&ExitSeen>, pane: Option<&PaneSeen>) -> String {
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
fn ended(
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
fn again(draft: &mut Draft<'_>, what: Declared<'_>, why: Why) {
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

fn parked(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    pane: Option<&PaneSeen>,
    retry_at: Moment,
    reason: String,
) {
    let now = draft.now.at;
    if let Some(pane) = pane.filter(|pane| pane.dead.is_none()) {
        adopt(draft, what, pane);
    } else if now >= retry_at {
        set(draft, what, Life::Due { at: now, why: Why::ParkedRetry });
        draft.look_in(Duration::from_millis(50));
    } else {
        let retry_in = retry_at.since(now).as_secs();
        draft.note(what.name(), Note::Parked { reason, retry_in });
        draft.look_in(retry_at.since(now));
    }
}

fn adopt(draft: &mut Draft<'_>, what: Declared<'_>, pane: &PaneSeen) {
    let since = draft.now.at;
    set(draft, what, Life::Up { since, run: pane.run });
    draft.note(what.name(), if pane.ours { Note::Running } else { Note::Adopted });
}

fn stopping(draft: &mut Draft<'_>, what: Declared<'_>, seen: &MemberSeen, mut stop: Stop) {
    let name = what.name();
    let now = draft.now.at;
    let grace = draft.fleet.timing.stop_grace;
    if seen.pane.is_absent() && seen.processes.is_absent() {
        let life = match stop.then {
            Some(why @ (Why::Gone { .. } | Why::ServerLost)) => return again(draft, what, why),
            Some(why) => Life::Due { at: now, why },
            None => Life::Stopped { since: now, how: Ending::Asked },
        };
        draft.look_in(Duration::from_millis(1));
        draft.calm(Some(name), "survives");
        set(draft, what, life);
        return;
    }
    if now.since(stop.sent_at) >= UNWATCHED {
        // Nobody has looked meanwhile, so the patience with it begins anew.
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
    if now.since(stop.sent_at) >= SEND_AGAIN {
        stop.sent_at = now;
        send_stop(draft, what, stop.run, stop.stage, stop.why.clone());
    }
    draft.note(name, Note::Stopping { seconds: waited.as_secs() });
    draft.look_in(Duration::from_millis(100));
    let Stop { since, sent_at, run, stage, why, then } = stop;
    set(draft, what, Life::Stopping { since, sent_at, run, stage, why, then });
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
    draft.act(Action::Stop { name: what.name().clone(), run, stage, why });
}

/// Kills and starts a running member, as its budget allows.
pub(crate) fn restart(draft: &mut Draft<'_>, what: Declared<'_>, seen: &MemberSeen, why: Why) {
    let name = what.name();
    let Life::Up { run, .. } = draft.member(name).life.clone() else { return };
    if may_restart(draft, what, seen, &why) {
        let member = draft.member(name);
        member.budget.in_vain = restarts_in_vain(member);
        begin_stop(draft, what, run, why.clone(), Some(why));
    }
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
    if let Some(reason) = &seen.unstartable {
        // Killing first and finding out then would lose the session for nothing.
        draft.note(name, Note::Unstartable { reason: reason.clone() });
        let text = format!("{name} needs a restart ({why}) but cannot be started: {reason}");
        draft.alarm(Some(name), "unstartable", text);
        return false;
    }
    let now = draft.now.at;
    let timing = draft.fleet.timing.clone();
    let member = draft.member(name);
    let is_useless =
        restarts_in_vain(member) > timing.restart_limit && now.since(since) < timing.parked_retry;
    if is_useless || !member.budget.allows(&timing, now) {
        let text = format!("{name} needs a restart ({why}), but its restart budget is used up");
        draft.note(name, Note::NotRestarted { why: why.clone() });
        draft.alarm(Some(name), "restart", text);
        return false;
    }
    true
}

/// How many restarts in a row will have been for nothing, if this run is restarted too.
fn restarts_in_vain(member: &crate::state::Member) -> u32 {
    let has_worked = member.activity.ever_active || member.activity.moved;
    if has_worked { 0 } else { member.budget.in_vain.saturating_add(1) }
}

pub(crate) fn set(draft: &mut Draft<'_>, what: Declared<'_>, life: Life) {
    draft.member(what.name()).life = life;
}
