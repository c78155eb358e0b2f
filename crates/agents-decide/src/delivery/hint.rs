//! Is one look enough to believe that a message went?
//!
//! A screen that lacks the text, or that changed somehow, may be half drawn. Where nothing reads an empty composer,
//! later looks have to say the same.

use std::time::Duration;

use agents_names::AgentName;

use super::evidence::is_missing;
use super::{QUICK_LOOK, Stage, Went};
use crate::draft::Draft;
use crate::{MemberSeen, Seen};

/// A program draws a screen in less.
pub(super) const AGREES_AFTER: Duration = Duration::from_millis(100);
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
    if is_read || is_strong(evidence) && !is_work_without_the_text(draft, name, seen, evidence) {
        return Some(evidence);
    }
    let hinted = &mut draft.member(name).mailbox.hinted;
    let since = *hinted.get_or_insert(now);
    if now.since(since) >= span {
        return Some(evidence);
    }
    draft.look_in(QUICK_LOOK);
    None
}

/// Whether the screen showed the text when its key was pressed, and shows none of it now, but something that looks like
/// work: the half with the composer may not be drawn, and words of work may stand in what the program said.
fn is_work_without_the_text(
    draft: &mut Draft<'_>,
    name: &AgentName,
    seen: &MemberSeen,
    evidence: Went,
) -> bool {
    let mailbox = &draft.member(name).mailbox;
    let (Stage::Submitted { before, .. } | Stage::Stuck { before, .. }) = &mailbox.stage else {
        return false;
    };
    let (Some(message), Seen::Known(screen)) = (mailbox.queue.front(), &seen.screen) else {
        return false;
    };
    evidence == Went::WorkBegan
        && seen.told.is_none()
        && is_missing(before, &screen.rows, &message.text)
}

/// Whether it says what is there, and not only what is missing or different.
fn is_strong(evidence: Went) -> bool {
    match evidence {
        Went::Told | Went::WorkBegan | Went::TextRepeated => true,
        Went::TextLeft | Went::NewBelow | Went::ScreenChanged => false,
    }
}
