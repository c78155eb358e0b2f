//! How does a delivery end: delivered, not submitted, or unproven?

use std::time::Duration;

use agents_names::AgentName;

use super::evidence::{self, Went};
use super::mailbox::Again;
use super::{
    Before, Message, MessageKind, MessageNote, SUBMITS, Stage, Submit, hint, unsent, went,
};
use crate::draft::{Declared, Draft};
use crate::{MemberSeen, Moment, PaneSeen, ScreenSeen};

/// How long evidence may be late of a message that an empty composer holds no longer.
const UNPROVEN_AFTER: Duration = Duration::from_secs(30);
const UNSEEN: &str = "it was typed and submitted, nothing of it stands in the composer, and nothing shows that it went";
const ENDED: &str = "it was typed and submitted, and its program ended before anything showed that it went; it is not typed again";
/// How soon a message of ours of which nothing shows that it went is typed anew: so soon for the first time, then
/// twice as late each time.
const AGAIN_FIRST: Duration = Duration::from_secs(60);
/// An agent that shows nothing of what it takes gets the same text no more often than that.
const AGAIN_LATEST: Duration = Duration::from_secs(1800);

pub(super) fn delivered(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    message: &Message,
    (evidence, submits): (Went, u8),
) {
    let name = what.name();
    let mailbox = &mut draft.member(name).mailbox;
    mailbox.submitted = match mailbox.stage {
        Stage::Submitted { at, .. } => Some(at),
        Stage::Stuck { since, .. } => Some(since),
        Stage::Owed | Stage::Typing { .. } | Stage::Typed { .. } => None,
    };
    take_out(draft, what.name(), message);
    draft.member(name).mailbox.doubtful = None;
    if draft.member(name).mailbox.queue.iter().all(|owed| owed.again.is_none()) {
        draft.calm(Some(name), "stuck");
    }
    let (kind, request) = (message.kind.to_string(), message.kind.request());
    draft.note(name, MessageNote::Seen { message: kind, evidence, submits, request });
    if let Some(request) = request {
        crate::intent::delivered(draft, name, request, evidence);
        draft.member(name).pilot.begin_anew();
    }
    if message.kind == MessageKind::Pilot {
        crate::pilot::went(draft, name);
    }
}

/// It is under way no longer.
fn take_out(draft: &mut Draft<'_>, name: &AgentName, message: &Message) {
    let mailbox = &mut draft.member(name).mailbox;
    mailbox.queue.retain(|owed| owed.id != message.id);
    mailbox.stage = Stage::Owed;
    mailbox.recent.push_back(message.text.clone());
    if mailbox.recent.len() > 4 {
        mailbox.recent.pop_front();
    }
    draft.look_in(Duration::from_millis(500));
}

/// A text of somebody's came into the composer before it, in the moment between the look and the paste. The key would send
/// both as one, so a person decides.
pub(super) fn behind(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    pane: &PaneSeen,
    before: Before,
    message: &Message,
) {
    let (name, since, run) = (what.name(), draft.now.at, pane.run);
    draft.alarm_of(Some(name), "stuck", MessageNote::Behind { message: message.kind.to_string() });
    let Before { rows: before, first, drafted } = before;
    let first = Some(first);
    draft.member(name).mailbox.stage =
        Stage::Stuck { since, run, before, first, drafted, unsubmitted: true };
}

/// A message that stands in a composer, and nothing more is done for it.
pub(super) struct Halt<'a> {
    pub since: Moment,
    pub before: &'a Before,
    /// No key was pressed for it.
    pub unsubmitted: bool,
}

/// The key was pressed as often as is wise, or not at all, and nothing showed that the message went.
pub(super) fn stuck(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    Halt { since, before, unsubmitted }: Halt<'_>,
    message: &Message,
) {
    let name = what.name();
    // Somebody pressed the key, or the program took it late.
    let found = went(draft, what, seen, before, message);
    let is_unseen = is_unseen(seen, before, message);
    let is_doubtful = is_unseen && is_by_chance(seen, before, found, message);
    let mut evidence = found.filter(|_| !is_doubtful);
    if unsubmitted {
        evidence =
            evidence.and_then(|it| taken_by_itself(draft, what, seen, (before, it), message));
    }
    // An error that is shown in the place of the composer hides what stands there.
    let is_hidden = crate::health::shows_error(draft, what, seen);
    let evidence = evidence.filter(|it| *it != Went::TextLeft || !is_hidden);
    if let Some(evidence) = hint::agreed(draft, name, seen, evidence, hint::STUCK_AGREES_AFTER) {
        return delivered(draft, what, message, (evidence, SUBMITS));
    }
    let kind = message.kind.to_string();
    let is_empty = match &seen.shown {
        Some(shown) => shown.composer_empty && !shown.asks(),
        None => {
            let is_clear = || unsent::is_clear(draft, what, seen);
            let is_lost = || evidence::is_only_said(&before.rows, &message.text);
            is_doubtful || (unsubmitted || is_unseen) && is_clear() || is_unseen && is_lost()
        }
    };
    if !is_empty || draft.now.at.since(since) < UNPROVEN_AFTER {
        let note = if unsubmitted {
            MessageNote::Behind { message: kind }
        } else {
            MessageNote::Stuck { message: kind, tries: SUBMITS }
        };
        return draft.note(name, note);
    }
    // What comes behind it is not to wait for what will never show.
    take_out(draft, name, message);
    draft.member(name).mailbox.doubtful = Some(message.text.clone());
    match message.kind.request() {
        Some(request) => {
            draft.note(name, MessageNote::Unproven { message: kind, request: Some(request) });
            crate::intent::unproven(draft, name, request, UNSEEN);
        }
        // One that is still idle is prompted again in any case.
        None if message.kind == MessageKind::Pilot => {
            draft.note(name, MessageNote::Unproven { message: kind, request: None });
            crate::pilot::went(draft, name);
        }
        None => owe_anew(draft, what, before.first, message),
    }
}

/// The run is over, or about to be. A person's message whose key was pressed may have been taken, and may be what ended it
/// (`/quit`): it is not typed into the next run.
pub(crate) fn lose(draft: &mut Draft<'_>, name: &AgentName) {
    let mailbox = &draft.member(name).mailbox;
    let text = mailbox.queue.front().map_or("", |message| message.text.as_str());
    let is_pressed = match &mailbox.stage {
        Stage::Submitted { .. } => true,
        // It was seen to stand in the composer, unless it never showed.
        Stage::Stuck { unsubmitted: false, before, .. } => !evidence::stood(before, text),
        Stage::Owed | Stage::Typing { .. } | Stage::Typed { .. } | Stage::Stuck { .. } => false,
    };
    let Some(message) = mailbox.queue.front().filter(|_| is_pressed).cloned() else { return };
    let Some(request) = message.kind.request() else { return };
    take_out(draft, name, &message);
    let kind = message.kind.to_string();
    draft.note(name, MessageNote::EndedUnproven { message: kind, request });
    crate::intent::unproven(draft, name, request, ENDED);
}

/// Whether the paste may have been lost: the text never showed where it was typed, and nothing else tells of it, neither a
/// preset that reads the composer nor the program itself.
fn is_unseen(seen: &MemberSeen, before: &Before, message: &Message) -> bool {
    let is_read = seen.shown.is_some() || seen.told.is_some() || seen.screen.known().is_none();
    !is_read && !evidence::stood(&before.rows, &message.text)
}

/// Whether that evidence says no more than that the program does something, so long after the key.
fn is_by_chance(
    seen: &MemberSeen,
    before: &Before,
    evidence: Option<Went>,
    message: &Message,
) -> bool {
    let is_said =
        |screen: &ScreenSeen| evidence::is_said_again(&before.rows, &screen.rows, &message.text);
    matches!(evidence, Some(Went::WorkBegan | Went::ScreenChanged))
        && !seen.screen.known().is_some_and(is_said)
}

/// The evidence, unless it is a turn of the program's own: a first key did nothing, and the text never showed. One of ours may
/// come twice, and must not be lost; one of a person must not be done twice.
pub(super) fn believed(
    seen: &MemberSeen,
    sent: &Submit<'_>,
    message: &Message,
    found: Option<Went>,
) -> Option<Went> {
    let is_by_chance = sent.tries > 1
        && message.kind.request().is_none()
        && is_unseen(seen, &sent.before, message)
        && is_by_chance(seen, &sent.before, found, message);
    found.filter(|_| !is_by_chance)
}

/// What shows that a message went whose key we did not press. Whoever cleared the composer took its text away as well, so
/// that a text which left proves nothing; a program that works on it does.
fn taken_by_itself(
    draft: &Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    (before, evidence): (&Before, Went),
    message: &Message,
) -> Option<Went> {
    match evidence {
        Went::Told | Went::WorkBegan | Went::TextRepeated => Some(evidence),
        Went::TextLeft | Went::NewBelow | Went::ScreenChanged => {
            let screen = seen.screen.known()?;
            let active = what.backend(draft.fleet)?.active_re.as_ref();
            let evidence = evidence::went(&before.rows, &screen.rows, &message.text, active)?;
            (evidence == Went::WorkBegan).then_some(evidence)
        }
    }
}

/// A person is told that it is unknown whether a message went, and decides. A message of ours has nobody who would: it
/// may come twice, and must not be lost.
fn owe_anew(draft: &mut Draft<'_>, what: Declared<'_>, first: Moment, message: &Message) {
    let times = message.again.map_or(0, |again| again.times);
    let doubled = AGAIN_FIRST * 2_u32.saturating_pow(times.min(16));
    let at = draft.now.at.after(doubled.min(AGAIN_LATEST));
    let again = Again { times: times + 1, at, first };
    let id = draft.new_message();
    let owed = Message { id, again: Some(again), ..message.clone() };
    draft.member(what.name()).mailbox.queue.push_back(owed);
    draft.look_in(at.since(draft.now.at));
    let message = message.kind.to_string();
    draft.note(what.name(), MessageNote::OwedAnew { message, at });
}

/// Takes out what was to be typed anew, and of which the program says by now that it took it.
pub(super) fn take_out_told(draft: &mut Draft<'_>, what: Declared<'_>, seen: &MemberSeen) {
    let now = draft.now;
    let queue = &draft.member(what.name()).mailbox.queue;
    let told = queue.iter().find(|owed| {
        let first = owed.again.map(|again| again.first);
        first.is_some_and(|first| evidence::took(seen, (first, now), &owed.text))
    });
    if let Some(message) = told.cloned() {
        delivered(draft, what, &message, (Went::Told, SUBMITS));
    }
}
