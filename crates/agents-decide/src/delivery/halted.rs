//! What becomes of a message whose agent was stopped by a signal?

use super::{Message, Stage, wait};
use crate::MemberSeen;
use crate::draft::{Declared, Draft};
use crate::suspended::REASON;

/// Whether the message waits, as it is, for the program to go on.
///
/// What was typed or submitted lies in the terminal and is read then, so the program has as long for it from then on as
/// if it had just come: nothing is typed or pressed once more for the time in which nobody could read.
pub(super) fn holds(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    message: &Message,
) -> bool {
    if seen.suspended().is_none() {
        return false;
    }
    let now = draft.now.at;
    match &mut draft.member(what.name()).mailbox.stage {
        Stage::Typed { at, .. } | Stage::Submitted { at, .. } => *at = now,
        // Whether a paste is lost is told by its token, which tmux keeps.
        Stage::Owed | Stage::Typing { .. } | Stage::Stuck { .. } => {}
    }
    wait(draft, what, message, REASON);
    true
}
