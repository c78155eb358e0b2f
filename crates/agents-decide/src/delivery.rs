//! How does a message get into an agent, exactly once and for certain?
//!
//! Owed → typing → typed → submitted → seen. Each step carries a token that tmux stores together with the
//! step itself, so that after any crash the next look tells whether the step was done.

use std::time::Duration;

use crate::draft::{Declared, Draft};
use crate::foreground::has_left;
use crate::{Action, Activity, MemberSeen, Moment, PaneSeen, Rows, Seen};

mod evidence;
mod halted;
mod hint;
mod mailbox;
mod menu;
mod note;
mod outcome;
mod ready;
#[cfg(test)]
mod tests;
mod unsent;

pub use evidence::Went;
pub use mailbox::{Again, Mailbox, Message, MessageKind, Stage};
pub(crate) use mailbox::{
    Progress, begin_run, end_run, forget_untyped, give_up, is_owed, keep_for_next_phase,
    keep_for_next_start, owe, owe_now, probe_state, progress,
};
pub use note::MessageNote;
pub(crate) use outcome::lose;
use outcome::{Halt, delivered, stuck};
pub(crate) use ready::closed;
pub use unsent::ComposerSeen;

/// A step that has not shown in the session's token by then was lost, and is sent again under the same token.
const LOST_AFTER: Duration = Duration::from_secs(3);
/// A screen that never showed a text changes so soon because of its key, or for another reason.
const CHANGED_WITHIN: Duration = Duration::from_secs(10);
/// How long a program may take to draw what was typed, where a preset reads its composer. A key that comes before is a
/// key that nothing can be compared with.
const DRAWN_WITHIN: Duration = Duration::from_secs(10);
/// How long one submit may take to show.
const SEEN_WITHIN: Duration = Duration::from_millis(2500);
const SUBMITS: u8 = 3;
const QUICK_LOOK: Duration = Duration::from_millis(150);

/// One tick of a member's mailbox.
pub(crate) fn step(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    activity: Activity,
) {
    let name = what.name();
    let pane = seen.pane.known().filter(|pane| pane.dead.is_none());
    let has_left = pane.is_some_and(|pane| has_left(draft, what, pane));
    if let Some(pane) = pane.filter(|_| !has_left) {
        unsent::remember(draft, what, seen, (pane, activity));
    }
    let message = first(draft, what, seen);
    let Some(message) = message.filter(|it| !halted::holds(draft, what, seen, it)) else { return };
    let Some(pane) = pane else { return wait(draft, what, &message, "it is not running") };
    if has_left {
        // The text would go to whatever took its place, a shell for example.
        return wait(draft, what, &message, "another program is in the foreground of its pane");
    }
    let stage = draft.member(name).mailbox.stage.clone();
    if stage.run().is_some_and(|run| run != pane.run) {
        // Typed into a run that is over: owed again.
        lose(draft, name);
        draft.member(name).mailbox.stage = Stage::Owed;
        draft.look_in(QUICK_LOOK);
        return;
    }
    match stage {
        Stage::Owed => owed(draft, what, seen, (pane, activity), &message),
        Stage::Typing { at, tries, .. } => {
            typing(draft, what, seen, (pane, activity), (at, tries), &message);
        }
        Stage::Typed { at, .. } => typed(draft, what, seen, (pane, at), &message),
        Stage::Submitted { at, tries, before, first, drafted, .. } => {
            let first = first.unwrap_or(at);
            let sent = Submit { pane, at, tries, before: Before { rows: before, first, drafted } };
            submitted(draft, what, seen, sent, &message);
        }
        Stage::Stuck { since, before, first, drafted, unsubmitted, .. } => {
            let first = first.unwrap_or(since);
            let before = Before { rows: before, first, drafted };
            stuck(draft, what, seen, Halt { since, before: &before, unsubmitted }, &message);
        }
    }
}

/// The message that is under way, or else the first that may be typed.
fn first(draft: &mut Draft<'_>, what: Declared<'_>, seen: &MemberSeen) -> Option<Message> {
    let (name, now) = (what.name(), draft.now.at);
    if draft.member(name).mailbox.queue.is_empty() {
        draft.member(name).mailbox.stage = Stage::Owed;
    }
    if draft.member(name).mailbox.stage == Stage::Owed {
        outcome::take_out_told(draft, what, seen);
        let queue = &mut draft.member(name).mailbox.queue;
        let due = queue.iter().position(|owed| owed.is_due(now));
        if let Some(message) = due.and_then(|due| queue.remove(due)) {
            queue.push_front(message);
        } else if let Some((message, at)) = queue.front().and_then(Message::anew) {
            draft.look_in(at.since(now));
            draft.note(name, MessageNote::OwedAnew { message, at });
            return None;
        }
    }
    draft.member(name).mailbox.queue.front().cloned()
}

fn wait(draft: &mut Draft<'_>, what: Declared<'_>, message: &Message, reason: &str) {
    let (message, reason) = (message.kind.to_string(), reason.to_owned());
    draft.note(what.name(), MessageNote::Waits { message, reason });
}

fn owed(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    (pane, activity): (&PaneSeen, Activity),
    message: &Message,
) {
    if let Some(reason) = ready::obstacle(draft, what, seen, pane, activity, message) {
        wait(draft, what, message, reason);
        return;
    }
    let (at, run) = (draft.now.at, pane.run);
    draft.member(what.name()).mailbox.hinted = None;
    type_it(draft, what, pane, message);
    draft.member(what.name()).mailbox.stage = Stage::Typing { at, run, tries: 1 };
}

fn token(message: &Message) -> String {
    format!("m{}", message.id)
}

fn submit_token(message: &Message, tries: u8) -> String {
    format!("m{}/{tries}", message.id)
}

fn type_it(draft: &mut Draft<'_>, what: Declared<'_>, pane: &PaneSeen, message: &Message) {
    let name = what.name().clone();
    let (text, token) = (message.text.clone(), token(message));
    draft.act(Action::Type { name, pane: pane.pane, text, token });
    draft.look_in(QUICK_LOOK);
}

fn typing(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    (pane, activity): (&PaneSeen, Activity),
    (at, tries): (Moment, u32),
    message: &Message,
) {
    let (now, run) = (draft.now.at, pane.run);
    if pane.typed.as_deref() == Some(token(message).as_str()) {
        let message = message.kind.to_string();
        draft.note(what.name(), MessageNote::Typed { message });
        draft.look_in(QUICK_LOOK);
        draft.member(what.name()).mailbox.stage = Stage::Typed { at, run };
        return;
    }
    wait(draft, what, message, "the paste does not show yet");
    draft.look_in(QUICK_LOOK);
    let is_lost = now.since(at) >= LOST_AFTER;
    if is_lost || seen.unheard {
        // The token proves that it was not pasted. tmux has answered a listing since, and takes requests in the order
        // in which they came, so the first paste does not come late either.
        if let Some(reason) = ready::obstacle(draft, what, seen, pane, activity, message) {
            // Somebody may have begun a line since, or a turn.
            if is_lost {
                draft.member(what.name()).mailbox.stage = Stage::Owed;
            }
            return wait(draft, what, message, reason);
        }
        type_it(draft, what, pane, message);
        let tries = tries.saturating_add(1);
        draft.member(what.name()).mailbox.stage = Stage::Typing { at: now, run, tries };
    }
}

fn typed(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    (pane, at): (&PaneSeen, Moment),
    message: &Message,
) {
    let pause = what.backend(draft.fleet).map_or(Duration::ZERO, |backend| backend.submit_pause);
    let waited = draft.now.at.since(at);
    if waited < pause {
        draft.look_in(pause.saturating_sub(waited));
        let message = message.kind.to_string();
        draft.note(what.name(), MessageNote::Typed { message });
        return;
    }
    let Seen::Known(screen) = &seen.screen else {
        return wait(draft, what, message, "its screen cannot be seen");
    };
    if pane.deaf {
        return wait(draft, what, message, "its pane is in copy mode or takes no input");
    }
    if draft.member(what.name()).asks.is_some() {
        return wait(draft, what, message, "it asks something, and the key would be an answer");
    }
    if let Some(shown) = &seen.shown
        && waited < DRAWN_WITHIN
        && !evidence::is_drawn(shown, &screen.rows, &message.text)
    {
        draft.look_in(QUICK_LOOK);
        return wait(draft, what, message, "its composer does not show the text yet");
    }
    let drafted = seen.shown.as_ref().is_some_and(|shown| shown.draft.is_some());
    let before = Before { rows: screen.rows.clone(), first: draft.now.at, drafted };
    if unsent::precedes(draft, what, seen, &message.text) {
        return outcome::behind(draft, what, pane, before, message);
    }
    submit(draft, what, pane, message, Attempt { tries: 1, before });
}

/// What was there just before the key was sent for the first time.
struct Before {
    rows: Rows,
    first: Moment,
    drafted: bool,
}

struct Attempt {
    tries: u8,
    before: Before,
}

fn submit(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    pane: &PaneSeen,
    message: &Message,
    attempt: Attempt,
) {
    let Some(backend) = what.backend(draft.fleet) else { return };
    let token = submit_token(message, attempt.tries);
    let key = backend.submit_key.clone();
    draft.act(Action::Submit { name: what.name().clone(), pane: pane.pane, key, token });
    draft.look_in(QUICK_LOOK);
    let (at, run) = (draft.now.at, pane.run);
    let Attempt { tries, before: Before { rows: before, first, drafted } } = attempt;
    let first = Some(first);
    draft.member(what.name()).mailbox.stage =
        Stage::Submitted { at, run, tries, before, first, drafted };
}

struct Submit<'a> {
    pane: &'a PaneSeen,
    at: Moment,
    tries: u8,
    before: Before,
}

fn submitted(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    mut sent: Submit<'_>,
    message: &Message,
) {
    let name = what.name();
    let arrived = has_arrived(&sent, message);
    let evidence = gone(draft, what, seen, &sent, message);
    if evidence.is_none() {
        hint::redraw(draft, what, seen, &mut sent.before.rows, message);
    }
    // Nobody looked for a while, in which a screen changes in any case; it is compared with what stood before the first key.
    let is_late = draft.now.at.since(sent.before.first) >= CHANGED_WITHIN;
    let evidence = evidence.filter(|it| *it != Went::ScreenChanged || !is_late);
    if let Some(evidence) = hint::agreed(draft, name, seen, evidence, hint::AGREES_AFTER) {
        return delivered(draft, what, message, (evidence, sent.tries));
    }
    if draft.member(name).mailbox.hinted.is_some() {
        let (message, tries) = (message.kind.to_string(), sent.tries);
        return draft.note(name, MessageNote::Submitted { message, tries });
    }
    if draft.member(name).asks.is_some() {
        // The text may have gone and brought up the question, which another key would answer.
        return wait(draft, what, message, "it asks something, and the key would be an answer");
    }
    let waited = draft.now.at.since(sent.at);
    draft.look_in(Duration::from_millis(250));
    let (kind, tries) = (message.kind.to_string(), sent.tries);
    if arrived && waited >= SEEN_WITHIN && !sent.pane.deaf && tries >= SUBMITS {
        let (since, run) = (draft.now.at, sent.pane.run);
        draft.alarm_of(Some(name), "stuck", MessageNote::Stuck { message: kind, tries });
        let Before { rows: before, first, drafted } = sent.before;
        let first = Some(first);
        draft.member(name).mailbox.stage =
            Stage::Stuck { since, run, before, first, drafted, unsubmitted: false };
        return;
    }
    draft.note(name, MessageNote::Submitted { message: kind, tries });
    if !arrived && (waited >= LOST_AFTER || seen.unheard) && !sent.pane.deaf {
        // Lost on the way: the same try under the same token.
        submit(draft, what, sent.pane, message, Attempt { tries, before: sent.before });
    } else if arrived && waited >= SEEN_WITHIN && !sent.pane.deaf {
        let tries = tries.saturating_add(1);
        submit(draft, what, sent.pane, message, Attempt { tries, before: sent.before });
    }
}

/// The run of a member is about to be ended: what this look shows to have gone is delivered, and not typed again at the
/// next one.
pub(crate) fn settle(draft: &mut Draft<'_>, what: Declared<'_>) {
    let Some(seen) = draft.seen.members.get(what.name()) else { return };
    let mailbox = &draft.member(what.name()).mailbox;
    let (Some(message), stage) = (mailbox.queue.front().cloned(), mailbox.stage.clone()) else {
        return;
    };
    let is_stuck = matches!(stage, Stage::Stuck { .. });
    let (at, run, tries, before, first, drafted) = match stage {
        Stage::Submitted { at, run, tries, before, first, drafted } => {
            (at, run, tries, before, first, drafted)
        }
        // The program may have taken it late, and nobody has looked since.
        Stage::Stuck { since, run, before, first, drafted, unsubmitted: false } => {
            (since, run, SUBMITS, before, first, drafted)
        }
        Stage::Owed | Stage::Typing { .. } | Stage::Typed { .. } | Stage::Stuck { .. } => return,
    };
    let lasting = Stage::Submitted { at, run, tries, before: before.clone(), first, drafted };
    let Some(pane) = seen.pane.known().filter(|pane| pane.run == run) else { return };
    let before = Before { rows: before, first: first.unwrap_or(at), drafted };
    let sent = Submit { pane, at, tries, before };
    let evidence = gone(draft, what, seen, &sent, &message);
    if let Some(evidence) = hint::agreed(draft, what.name(), seen, evidence, hint::AGREES_AFTER) {
        delivered(draft, what, &message, (evidence, tries));
    } else if evidence.is_none() && evidence::stands(seen, &sent.before.rows, &message.text) {
        // The next run gets it: it is known not to have gone.
        draft.member(what.name()).mailbox.stage = Stage::Owed;
    } else if is_stuck {
        // It stands there no longer, so nobody knows.
        draft.member(what.name()).mailbox.stage = lasting;
    }
}

fn has_arrived(sent: &Submit<'_>, message: &Message) -> bool {
    sent.pane.submitted.as_deref() == Some(submit_token(message, sent.tries).as_str())
}

/// What shows that a submitted message went.
fn gone(
    draft: &Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    sent: &Submit<'_>,
    message: &Message,
) -> Option<Went> {
    // What arrived is told by a token; what became of it only by whole screens.
    if !has_arrived(sent, message) {
        return None;
    }
    let found = went(draft, what, seen, &sent.before, message);
    outcome::believed(seen, sent, message, found)
}

fn went(
    draft: &Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    before: &Before,
    message: &Message,
) -> Option<Went> {
    let mailbox = draft.next.members.get(what.name()).map(|member| &member.mailbox);
    let submitted = evidence::Submitted {
        text: &message.text,
        before: &before.rows,
        drafted: before.drafted,
        urgent: message.now_until.is_some(),
        repeated: mailbox.is_some_and(|mailbox| mailbox.recent.contains(&message.text)),
    };
    let told = evidence::told(seen, (before.first, draft.now), &submitted);
    told.or_else(|| {
        let (Seen::Known(screen), Some(backend)) = (&seen.screen, what.backend(draft.fleet)) else {
            return None;
        };
        let active = backend.active_re.as_ref();
        evidence::shown(seen.shown.as_ref(), &screen.rows, &submitted, active)
    })
}
