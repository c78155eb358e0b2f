//! May it be started now, and has the start come to something?

use std::time::Duration;

use super::end::{again, describe, ended};
use super::stop::{begin_stop, taken};
use super::turn::is_on_its_own;
use super::{
    Ending, Hold, Life, LifeNote, SEND_AGAIN, UNWATCHED, adopt, is_over, lack, mark_beginning, set,
};
use crate::conversation::{self, Start};
use crate::draft::{Declared, Draft};
use crate::sentence::Telling;
use crate::{Action, MemberSeen, Moment, Program, RunId, SentStart, Why, account, login};

/// How long a session may take to appear.
const APPEARS_WITHIN: Duration = Duration::from_secs(10);
/// At most this many automatic starts of the fleet in this span.
const FLEET_STARTS: usize = 3;
const FLEET_SPAN: Duration = Duration::from_secs(10);

/// A start that was sent.
pub(super) struct Sent {
    pub since: Moment,
    pub sent_at: Moment,
    pub run: RunId,
    pub why: Why,
}

/// Loop agents rest once the sequence is complete, and while the phase changes.
pub(super) fn may_run(draft: &Draft<'_>, what: Declared<'_>) -> bool {
    !what.is_loop() || draft.next.sequence.as_ref().is_none_or(crate::sequence::Sequence::runs)
}

pub(super) fn due(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    at: Moment,
    why: Why,
) {
    let name = what.name();
    if let Some(pane) = seen.pane.known() {
        let is_over = is_over(seen, pane);
        if is_over && draft.now.at < at {
            draft.look_in(at.since(draft.now.at));
            draft.note(name, LifeNote::StartAt { at, why });
        } else if pane.dead.is_some() || is_over {
            match taken(draft, what, seen) {
                Some(reason) => refuse(draft, what, reason, &why),
                None => begin_stop(draft, what, pane.run, why.clone(), Some(why)),
            }
        } else {
            adopt(draft, what, pane);
        }
        return;
    }
    let on_its_own = is_on_its_own(&why);
    if on_its_own && (!what.wanted_up(draft.member(name)) || !may_run(draft, what)) {
        let since = draft.now.at;
        set(draft, what, Life::Stopped { since, how: Ending::Asked });
        super::say_rest(draft, what);
        return;
    }
    if on_its_own && !draft.seen.supervised {
        draft.note(name, LifeNote::Unsupervised);
        return;
    }
    if on_its_own && draft.member(name).limit.silences() {
        // The machine of usage limits says so, and when it ends.
        return;
    }
    if on_its_own && let Some(held) = account::hold(draft, what) {
        draft.note(name, held);
        return;
    }
    if on_its_own && let Some(refused) = login::bar(draft, what) {
        draft.note(name, refused);
        return;
    }
    if !on_its_own && let Some(refused) = login::stops_sweep(draft, what) {
        let how = Ending::Failed(
            crate::Note::Login(refused).told(&Telling::decided(Some(name), draft.now)),
        );
        set(draft, what, Life::Stopped { since: draft.now.at, how });
        return;
    }
    if let Some(reason) = &seen.unstartable {
        refuse(draft, what, reason.clone(), &why);
        return;
    }
    if draft.now.at < at {
        draft.look_in(at.since(draft.now.at));
        draft.note(name, LifeNote::StartAt { at, why });
        return;
    }
    if let Some(hold) = hold(draft, what, &why, on_its_own) {
        draft.look_in(Duration::from_millis(250));
        draft.note(name, LifeNote::WaitsForTurn { hold });
        return;
    }
    start(draft, what, seen, why, on_its_own);
}

fn refuse(draft: &mut Draft<'_>, what: Declared<'_>, reason: String, why: &Why) {
    let name = what.name();
    // What the operator asked for fails at once; what heals by itself waits until the cause is mended.
    let by_itself = *why != Why::Asked && what.watched();
    let note = LifeNote::Unstartable { reason: reason.clone(), by_itself };
    draft.alarm_of(Some(name), "unstartable", note);
    if !by_itself {
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

/// For whom a start that is due has to wait.
fn hold(draft: &mut Draft<'_>, what: Declared<'_>, why: &Why, on_its_own: bool) -> Option<Hold> {
    let now = draft.now.at;
    draft.next.recent_starts.retain(|start| now.since(*start) < FLEET_SPAN);
    let starts = draft.next.recent_starts.len();
    if on_its_own && starts >= FLEET_STARTS {
        return Some(Hold::Pace { starts, seconds: FLEET_SPAN.as_secs() });
    }
    let timing = &draft.fleet.timing;
    let starting = draft.next.members.values().filter(|member| is_starting(&member.life)).count();
    if starting >= timing.max_starts_in_flight as usize {
        return Some(Hold::InFlight { starting });
    }
    if let Some(account) = what.account(draft.fleet) {
        let fleet = draft.fleet;
        let others = fleet.agents.iter().filter(|it| fleet.account_of(it) == Some(account));
        let last = others.filter_map(|it| started_at(draft.next.members.get(&it.name)?)).max();
        // Logins of one account that are renewed at the same time can end each other.
        let stagger = if on_its_own { timing.account_stagger } else { Duration::ZERO };
        let gap = timing.account_gap.max(stagger);
        if let Some(free_at) = last.map(|last| last.after(gap))
            && now < free_at
        {
            return Some(Hold::Account { account: account.to_owned(), free_at });
        }
    }
    waits_for_services(draft, what, why).then_some(Hold::Services)
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
    member.starts = member.starts.saturating_add(1);
    let mends = u32::from(on_its_own && why != Why::New);
    member.restarts = member.restarts.saturating_add(mends);
    member.last_run = Some(run);
    member.sent = Some(SentStart { run, at: now, again: false });
    member.activity = crate::ActivityState::default();
    member.limit = crate::Limit::default();
    member.login = None;
    member.stall = crate::Stall::default();
    member.suspicion = None;
    draft.member(name).program = program(draft, what, seen, run, &why);
    crate::delivery::begin_run(draft, what);
    set(draft, what, Life::Starting { since: now, sent_at: now, run, why: why.clone() });
    draft.act(start_action(draft, what, run, why));
    draft.look_in(Duration::from_millis(150));
}

fn program(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    run: RunId,
    why: &Why,
) -> Option<Program> {
    let Declared::Agent(agent) = what else { return None };
    let mut one_off = draft.next.members.get(&agent.name)?.one_off.clone();
    // The file may have lost it since.
    one_off.backend = one_off.backend.filter(|name| draft.fleet.backends.contains_key(name));
    let backend = draft.fleet.backend_under(agent, &one_off).clone();
    let phase = draft.phase_of(what);
    let model = draft.fleet.model_under(agent, phase.as_ref(), &one_off);
    let model = model.map(str::to_owned);
    let begun_by = draft.fleet.backends.get(&backend)?;
    let start = Start { backend: begun_by, phase: phase.as_ref(), run, why };
    let opening = conversation::open(draft, agent, seen, &start);
    Some(Program { run, backend, model, one_off, opening })
}

fn start_action(draft: &Draft<'_>, what: Declared<'_>, run: RunId, why: Why) -> Action {
    let phase = draft.phase_of(what);
    let member = draft.next.members.get(what.name());
    let program = member.and_then(|member| member.program.as_ref());
    let mut one_off = program.map(|program| program.one_off.clone()).unwrap_or_default();
    if let Declared::Agent(agent) = what
        && draft.fleet.model_of_phase(agent, phase.as_ref()).is_some()
    {
        // The phase's model wins, so this start does not take it.
        one_off.model = None;
    }
    let opening = program.map(|program| program.opening.clone()).unwrap_or_default();
    Action::Start { name: what.name().clone(), run, phase, opening, one_off, why }
}

pub(super) fn starting(draft: &mut Draft<'_>, what: Declared<'_>, seen: &MemberSeen, sent: Sent) {
    let name = what.name();
    let now = draft.now.at;
    if let Some((run, reason)) = &seen.start_failed
        && *run == sent.run
        && (draft.member(name).is_sent_once(sent.run) || shows_nothing(seen, sent.run))
    {
        conversation::never_began(draft.member(name), sent.run);
        if draft.member(name).is_sent_once(sent.run) {
            // Nothing was launched for it, and the run before was seen to have ended: there are no processes to ask after.
            draft.member(name).last_run = None;
        }
        return failed(draft, what, reason.clone(), &sent.why);
    }
    let exit = seen.exit.as_ref().filter(|exit| exit.run == sent.run);
    if let Some(failure) = exit.and_then(|exit| exit.failure.clone()) {
        conversation::never_began(draft.member(name), sent.run);
        return failed(draft, what, failure, &sent.why);
    }
    match seen.pane.known() {
        Some(pane) if pane.dead.is_none() => {
            set(draft, what, Life::Up { since: sent.since, run: pane.run });
            mark_beginning(draft, name, seen, (sent.since, pane.run));
            draft.note(name, LifeNote::Running);
            // Soon enough to tell a program that dies at once from one that runs.
            draft.look_in(Duration::from_millis(250));
        }
        Some(pane) => {
            ended(draft, what, seen, describe(exit, Some(pane), &seen.processes), Some(sent.since))
        }
        None if exit.is_some() => {
            ended(draft, what, seen, describe(exit, None, &seen.processes), Some(sent.since))
        }
        // The wait for its session begins when tmux has taken the start.
        None if seen.unheard => send_start(draft, what, Sent { since: now, ..sent }),
        None if now.since(sent.sent_at) >= SEND_AGAIN && is_lost(seen, sent.run) => {
            ended(draft, what, seen, describe(None, None, &seen.processes), Some(sent.since));
        }
        None if now.since(sent.sent_at) >= UNWATCHED => {
            // Nobody has looked meanwhile, so the wait begins anew.
            send_start(draft, what, Sent { since: now, ..sent });
        }
        None if now.since(sent.since) >= APPEARS_WITHIN && seen.processes.known().is_some() => {
            // It did begin: a second one would work beside it. Whether its terminal is gone the next look tells.
            lack(draft, what, (sent.since, Some(sent.run)));
        }
        None if now.since(sent.since) >= APPEARS_WITHIN => {
            let reason = format!("its session did not appear in {} s", APPEARS_WITHIN.as_secs());
            failed(draft, what, reason, &sent.why);
        }
        None if now.since(sent.sent_at) >= SEND_AGAIN => send_start(draft, what, sent),
        None => await_session(draft, what, sent),
    }
}

/// Whether no trace of that run is seen, which one of several requests may have begun.
fn shows_nothing(seen: &MemberSeen, run: RunId) -> bool {
    let has_begun = seen.began.is_some_and(|began| began.run == run);
    let is_recorded = has_begun || seen.exit.as_ref().is_some_and(|exit| exit.run == run);
    seen.pane.is_absent() && seen.processes.is_absent() && !is_recorded
}

/// Whether a run without a session began, and nothing of it lives: its launcher lost its power, or was killed, before it could
/// record the end. It has taken the run, so that to send the start once more gives nothing.
fn is_lost(seen: &MemberSeen, run: RunId) -> bool {
    seen.began.is_some_and(|began| began.run == run) && seen.processes.is_absent()
}

/// Sends a start once more: the launcher takes each run once, so one that did happen is not repeated.
fn send_start(draft: &mut Draft<'_>, what: Declared<'_>, sent: Sent) {
    let sent_at = draft.now.at;
    if let Some(earlier) = &mut draft.member(what.name()).sent
        && earlier.run == sent.run
    {
        earlier.again = true;
    }
    draft.act(start_action(draft, what, sent.run, sent.why.clone()));
    await_session(draft, what, Sent { sent_at, ..sent });
}

fn await_session(draft: &mut Draft<'_>, what: Declared<'_>, sent: Sent) {
    let Sent { since, sent_at, run, why } = sent;
    set(draft, what, Life::Starting { since, sent_at, run, why });
    draft.note(what.name(), LifeNote::Starting { since });
    draft.look_in(Duration::from_millis(250));
}

pub(super) fn failed(draft: &mut Draft<'_>, what: Declared<'_>, reason: String, why: &Why) {
    let name = what.name();
    let since = draft.now.at;
    if *why == Why::Asked || !what.watched() {
        let note = LifeNote::Unstartable { reason: reason.clone(), by_itself: false };
        draft.alarm_of(Some(name), "start", note);
        set(draft, what, Life::Stopped { since, how: Ending::Failed(reason) });
        return;
    }
    again(draft, what, Why::Retry { reason });
    if let Life::Due { at, why } = draft.member(name).life.clone() {
        draft.alarm_of(Some(name), "start", LifeNote::StartAt { at, why });
    }
}
