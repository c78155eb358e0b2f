//! Is one look enough to believe that a message went?
//!
//! A screen that lacks the text, or that changed somehow, may be half drawn. Where nothing reads an empty composer,
//! later looks have to say the same.

use std::time::Duration;

use agents_names::AgentName;

use super::evidence::{is_shown, may_be_unsent};
use super::{Message, QUICK_LOOK, Stage, Went};
use crate::draft::{Declared, Draft};
use crate::{MemberSeen, Rows, Seen};

/// A program draws a screen in less.
pub(super) const AGREES_AFTER: Duration = Duration::from_millis(100);
/// What looks like work while the text is nowhere on the screen may be all that is drawn of it, for some looks in a row.
const WORK_AGREES_AFTER: Duration = Duration::from_secs(1);
/// Where the key did nothing again and again, the text stands there for minutes or hours: more looks are worth their time, since
/// a program that draws slowly may show half of its screen in two of them.
pub(super) const STUCK_AGREES_AFTER: Duration = Duration::from_secs(2);

/// The evidence, when it is strong, or all looks in such a span had some too.
pub(super) fn agreed(
    draft: &mut Draft<'_>,
    name: &AgentName,
    seen: &MemberSeen,
    evidence: Option<Went>,
    span: Duration,
) -> Option<Went> {
    let now = draft.now.at;
    let Some(evidence) = evidence else {
        draft.member(name).mailbox.hinted = None;
        return None;
    };
    let is_read = seen.shown.as_ref().is_some_and(|shown| shown.composer_empty);
    let is_bare = is_work_without_the_text(draft, name, seen, evidence);
    if is_read || is_strong(evidence) && !is_bare {
        return Some(evidence);
    }
    let span = if is_bare { span.max(WORK_AGREES_AFTER) } else { span };
    let hinted = &mut draft.member(name).mailbox.hinted;
    let since = *hinted.get_or_insert(now);
    if now.since(since) >= span {
        return Some(evidence);
    }
    draft.look_in(QUICK_LOOK);
    None
}

/// The screen was half drawn as the key was pressed: without the text. Now it stands in the composer, so that is what later
/// looks are compared with.
pub(super) fn redraw(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    before: &mut Rows,
    message: &Message,
) {
    let (None, Seen::Known(screen)) = (&seen.shown, &seen.screen) else { return };
    if is_shown(before, &message.text) || !may_be_unsent(&screen.rows, &message.text) {
        return;
    }
    *before = screen.rows.clone();
    if let Stage::Submitted { before, .. } = &mut draft.member(what.name()).mailbox.stage {
        *before = screen.rows.clone();
    }
}

/// Whether the screen shows none of the text, but something that looks like work: the half with the composer may not be
/// drawn, and words of work may stand in what the program said.
fn is_work_without_the_text(
    draft: &mut Draft<'_>,
    name: &AgentName,
    seen: &MemberSeen,
    evidence: Went,
) -> bool {
    let message = draft.member(name).mailbox.queue.front();
    let (Some(message), Seen::Known(screen)) = (message, &seen.screen) else { return false };
    let is_shown = is_shown(&screen.rows, &message.text);
    evidence == Went::WorkBegan && seen.told.is_none() && !is_shown
}

/// Whether it says what is there, and not only what is missing or different.
fn is_strong(evidence: Went) -> bool {
    match evidence {
        Went::Told | Went::WorkBegan | Went::TextRepeated => true,
        Went::TextLeft | Went::NewBelow | Went::ScreenChanged => false,
    }
}
