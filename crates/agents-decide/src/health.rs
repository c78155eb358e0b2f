//! Does the session hold what it should: the right program, and no error that it cannot leave?

mod fatal;

use std::time::Duration;

use agents_config::{Agent, Backend};

use crate::delivery::{self, MessageKind, Stage};
use crate::draft::{Declared, Draft};
use crate::foreground::has_left;
use crate::limit::ProbeState;
use crate::sentence::Telling;
use crate::state::{Member, Suspicion, Trial};
use crate::{
    Activity, MemberSeen, Moment, PaneSeen, ScreenSeen, Told, ToldState, Why, life, messages,
};

/// Two looks, this far apart, must agree before a session is condemned; so long must its output have stopped.
const CONFIRM_AFTER: Duration = Duration::from_secs(5);
/// A screen that still changes after so long has a clock on it.
const LONGEST_CONFIRM: Duration = Duration::from_secs(60);
/// What was seen before the watchdog was away for so long, or could not record what it saw, is no first look.
const AWAY: Duration = Duration::from_secs(30);

/// What the machine says. `what`: what is wrong, in words.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum FatalNote {
    /// Once is not enough; the look at `decided_at` or after it decides.
    Once { what: String, decided_at: Moment },
    /// The program takes input all the same: what it answers to a message tells whether the row is a quote.
    Asked { what: String },
    /// It answered with something else.
    Quoted { what: String },
}

/// What is wrong with a session, and how sure that is.
struct Found {
    why: Why,
    /// The program shows that it takes input, so the row may be quoted text: a message tells.
    can_answer: bool,
    /// When its last turn failed, where the program itself tells that: milliseconds of the wall clock since 1970.
    told_at: Option<i64>,
}

/// Judges an idle session. A row alone condemns nobody: the program must have lost its composer or the foreground, or
/// have gone silent where nothing shows its composer, or have answered a message with nothing but the error.
pub(crate) fn step(draft: &mut Draft<'_>, agent: &Agent, seen: &MemberSeen, activity: Activity) {
    if draft.away >= AWAY {
        forget_first_look(draft.member(&agent.name));
    }
    let suspicion = draft.member(&agent.name).suspicion.clone();
    let trial = suspicion.as_ref().map_or(Trial::Open, |suspicion| suspicion.trial);
    if activity != Activity::Idle && trial == Trial::Open {
        draft.member(&agent.name).suspicion = None;
        return;
    }
    if activity != Activity::Idle || is_typed_at(draft, agent) {
        // What it answers to the message is judged when it rests again.
        if let Some(Suspicion { trial: Trial::Asked { .. }, what, .. }) = suspicion {
            draft.note(&agent.name, FatalNote::Asked { what });
        }
        return;
    }
    let Some(found) = condemnation(draft, agent, seen) else {
        draft.member(&agent.name).suspicion = None;
        return;
    };
    let what = found.what(draft, agent);
    match suspicion.filter(|earlier| earlier.trial != Trial::Open || earlier.what == what) {
        None => suspect(draft, agent, what),
        Some(Suspicion { trial: Trial::Open, since, .. }) => {
            confirm(draft, agent, seen, found, since);
        }
        Some(Suspicion { trial: Trial::Asked { taken_at }, since, .. }) => {
            let asked = Asked { since, taken_at };
            asked.judge(draft, agent, seen, found);
        }
        Some(Suspicion { trial: Trial::Passed, .. }) => {
            let newer =
                seen.screen.known().is_some_and(|screen| stands_below(draft, agent, screen));
            if newer {
                suspect(draft, agent, what);
            } else {
                draft.note(&agent.name, FatalNote::Quoted { what });
            }
        }
    }
}

/// What one look found, and no second one agreed to.
pub(crate) fn forget_first_look(member: &mut Member) {
    member.suspicion = member.suspicion.take().filter(|it| it.trial != Trial::Open);
}

impl Found {
    /// What is wrong, in words that stay the same as long as the same is seen.
    fn what(&self, draft: &Draft<'_>, agent: &Agent) -> String {
        self.why.told(&Telling::decided(Some(&agent.name), draft.now))
    }
}

/// Whether a message of ours is in the composer, which hides for a moment that the program takes input.
fn is_typed_at(draft: &mut Draft<'_>, agent: &Agent) -> bool {
    match draft.member(&agent.name).mailbox.stage {
        Stage::Typing { .. } | Stage::Typed { .. } | Stage::Submitted { .. } => true,
        Stage::Owed | Stage::Stuck { .. } => false,
    }
}

fn suspect(draft: &mut Draft<'_>, agent: &Agent, what: String) {
    let since = draft.now.at;
    let suspicion = Suspicion { since, what: what.clone(), trial: Trial::Open };
    draft.member(&agent.name).suspicion = Some(suspicion);
    draft.look_in(CONFIRM_AFTER);
    let decided_at = since.after(CONFIRM_AFTER);
    draft.note(&agent.name, FatalNote::Once { what, decided_at });
}

/// A second look agrees with the first.
fn confirm(draft: &mut Draft<'_>, agent: &Agent, seen: &MemberSeen, found: Found, since: Moment) {
    let (now, what) = (draft.now.at, found.what(draft, agent));
    let lasted = now.since(since);
    let printed_at = draft.member(&agent.name).activity.evidence_at;
    let is_silent = printed_at.is_none_or(|at| now.since(at) >= CONFIRM_AFTER);
    if lasted < CONFIRM_AFTER || !(is_silent || lasted >= LONGEST_CONFIRM) {
        draft.look_in(CONFIRM_AFTER.saturating_sub(lasted).max(Duration::from_secs(1)));
        let silent_at = printed_at.unwrap_or(since).after(CONFIRM_AFTER);
        let decided_at =
            silent_at.min(since.after(LONGEST_CONFIRM)).max(since.after(CONFIRM_AFTER));
        draft.note(&agent.name, FatalNote::Once { what, decided_at });
    } else if found.can_answer {
        let text = messages::LOOK_AND_GO_ON.to_owned();
        delivery::owe(draft, &agent.name, MessageKind::Probe, text);
        Asked { since, taken_at: None }.wait(draft, agent, what);
    } else {
        restart(draft, agent, seen, found.why);
    }
}

/// One that may not be restarted stays suspected, so that the same is not found anew every few seconds.
fn restart(draft: &mut Draft<'_>, agent: &Agent, seen: &MemberSeen, why: Why) {
    if life::restart(draft, Declared::Agent(agent), seen, why) {
        draft.member(&agent.name).suspicion = None;
    }
}

/// [`Trial::Asked`].
struct Asked {
    since: Moment,
    taken_at: Option<Moment>,
}

impl Asked {
    fn judge(mut self, draft: &mut Draft<'_>, agent: &Agent, seen: &MemberSeen, found: Found) {
        let what = found.what(draft, agent);
        match delivery::probe_state(&draft.member(&agent.name).mailbox) {
            ProbeState::Waiting | ProbeState::Typed => return self.wait(draft, agent, what),
            ProbeState::NotOwed | ProbeState::Seen => {}
        }
        let now = draft.now.at;
        let waited = now.since(*self.taken_at.get_or_insert(now));
        let backend = draft.fleet.backend_of(agent);
        let screen = seen.screen.known();
        let is_answer = match &found.told_at {
            // One of before the wall clock was set back lies ahead, and answers nothing.
            Some(failed_at) => {
                let asked_at = draft.now.wall_of(self.since).timestamp_millis();
                *failed_at > asked_at && !draft.now.is_ahead(*failed_at)
            }
            None => screen
                .is_some_and(|screen| fatal::answers(backend, screen, messages::LOOK_AND_GO_ON)),
        };
        if is_answer && waited >= CONFIRM_AFTER {
            restart(draft, agent, seen, found.why);
        } else if !is_answer && waited >= draft.fleet.timing.signal_interval {
            draft.note(&agent.name, FatalNote::Quoted { what: what.clone() });
            let suspicion = Suspicion { since: self.since, what, trial: Trial::Passed };
            draft.member(&agent.name).suspicion = Some(suspicion);
        } else {
            draft.look_in(CONFIRM_AFTER);
            self.wait(draft, agent, what);
        }
    }

    fn wait(self, draft: &mut Draft<'_>, agent: &Agent, what: String) {
        draft.note(&agent.name, FatalNote::Asked { what: what.clone() });
        let trial = Trial::Asked { taken_at: self.taken_at };
        draft.member(&agent.name).suspicion = Some(Suspicion { since: self.since, what, trial });
    }
}

fn condemnation(draft: &mut Draft<'_>, agent: &Agent, seen: &MemberSeen) -> Option<Found> {
    let backend = draft.fleet.backend_of(agent);
    let pane = seen.pane.known()?;
    if let Some(why) = mismatch(draft, backend, pane) {
        return Some(Found { why, can_answer: false, told_at: None });
    }
    if draft.member(&agent.name).standing.as_ref().is_some_and(|standing| standing.is_told) {
        // It knows better than a row that may be quoted.
        return told(seen);
    }
    let screen = seen.screen.known()?;
    let why = fatal::row(backend, screen, draft.member(&agent.name).mailbox.own_texts())?;
    let is_ready = backend
        .ready_re
        .as_ref()
        .is_some_and(|ready| screen.rows.iter().any(|row| ready.is_match(row)));
    let can_answer = is_ready && !has_left(draft, Declared::Agent(agent), pane);
    Some(Found { why, can_answer, told_at: None })
}

/// Whether the end of its screen shows an error that its backend calls fatal.
pub(crate) fn shows_error(draft: &Draft<'_>, what: Declared<'_>, seen: &MemberSeen) -> bool {
    let own = draft.next.members.get(what.name()).map(|member| member.mailbox.own_texts());
    let (Some(backend), Some(screen), Some(own)) =
        (what.backend(draft.fleet), seen.screen.known(), own)
    else {
        return false;
    };
    fatal::row(backend, screen, own).is_some()
}

/// The failure of which the program itself tells. It sits at its composer, so a message tries again.
fn told(seen: &MemberSeen) -> Option<Found> {
    let Told { state, since_ms, .. } = seen.told.as_ref()?;
    let ToldState::Failed { text, retried: false } = state else { return None };
    let row = if text.trim().is_empty() { "the turn failed" } else { text.trim() };
    let why = Why::Fatal { row: row.to_owned() };
    Some(Found { why, can_answer: true, told_at: Some(*since_ms) })
}

/// Only the program of another declared backend is a mismatch; a shell that starts up is not.
fn mismatch(draft: &Draft<'_>, backend: &Backend, pane: &PaneSeen) -> Option<Why> {
    let expected = backend.process_name.as_ref()?;
    let mut others = draft.fleet.backends.values().filter_map(|other| other.process_name.as_ref());
    let is_other = *expected != pane.command && others.any(|name| *name == pane.command);
    is_other.then(|| Why::Mismatch { found: pane.command.clone(), expected: expected.clone() })
}

/// Whether the error stands below the message that was answered otherwise before.
fn stands_below(draft: &Draft<'_>, agent: &Agent, screen: &ScreenSeen) -> bool {
    let backend = draft.fleet.backend_of(agent);
    fatal::stands_below(backend, screen, messages::LOOK_AND_GO_ON)
}
