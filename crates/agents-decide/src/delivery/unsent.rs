//! Does a text that is not ours stand in the composer of a program at work, as far as `ready_re` tells?
//!
//! Some programs show their composer while they work, and some do not, so that nothing matches then. What earlier looks
//! of the same run saw tells the two apart. Where a preset reads the composer, nothing of this is asked.

use crate::activity::active_on;
use crate::draft::{Declared, Draft};
use crate::{Activity, MemberSeen, PaneSeen, Seen};

use super::Stage;
use super::evidence::{before_placeholder, beginning_of, is_part, squeeze};

/// What `ready_re` told of the composer so far in this run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ComposerSeen {
    /// Whether it was empty when it was last looked at; `None`: it was not seen empty yet.
    pub empty: Option<bool>,
    /// It was seen empty while the program worked, so that this program shows it then.
    pub at_work: bool,
}

/// Remembers what this look tells. While a text of ours is under way it is ours that stands there.
pub(super) fn remember(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    (pane, activity): (&PaneSeen, Activity),
) {
    let Some(is_empty) = is_empty(draft, what, seen) else { return };
    let active = what.backend(draft.fleet).and_then(|backend| backend.active_re.as_ref());
    let works = match (active, &seen.screen) {
        (Some(active), Seen::Known(screen)) => active_on(active, &screen.rows).is_some(),
        (Some(_), Seen::Absent | Seen::Unknown(_)) => return,
        (None, _) => activity == Activity::Active,
    };
    let mailbox = &mut draft.member(what.name()).mailbox;
    if pane.deaf || mailbox.stage != Stage::Owed {
        return;
    }
    let composer = &mut mailbox.composer;
    if is_empty {
        composer.empty = Some(true);
        composer.at_work |= works;
    } else if !works || composer.at_work {
        composer.empty = composer.empty.map(|_| false);
    }
}

/// Whether somebody's text stands there now. What nothing tells is not said.
pub(super) fn stands(draft: &mut Draft<'_>, what: Declared<'_>, seen: &MemberSeen) -> bool {
    let is_empty = is_empty(draft, what, seen);
    let composer = draft.member(what.name()).mailbox.composer;
    is_empty == Some(false) && composer.empty == Some(false)
}

/// Whether a text of somebody's stands before ours in the composer: it came between the look and the paste. Only what a
/// preset reads, or a `ready_re` that matches the row as far as it goes without a text, tells that.
pub(super) fn precedes(
    draft: &Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    text: &str,
) -> bool {
    let Some(beginning) = beginning_of(text) else { return false };
    if let Some(shown) = &seen.shown {
        let Some(unsent) = &shown.draft else { return false };
        // A long paste is hidden; some programs show how it begins.
        if let Some(before) = before_placeholder(unsent) {
            return says(before) && !squeeze(text).starts_with(&squeeze(before));
        }
        let (whole, unsent) = (is_part(unsent, text), squeeze(unsent));
        return !whole && unsent.find(&beginning).is_some_and(|at| says(&unsent[..at]));
    }
    let ready = what.backend(draft.fleet).and_then(|backend| backend.ready_re.as_ref());
    let (Some(ready), Seen::Known(screen), Some(false)) =
        (ready, &seen.screen, is_empty(draft, what, seen))
    else {
        return false;
    };
    let matches = |part: &str| ready.is_match(part) || ready.is_match(part.trim_end());
    let before = screen.rows.iter().rev().find_map(|row| before(row, &beginning));
    before.filter(|before| !matches(before)).is_some_and(|before| {
        let mut places = before.char_indices().map(|(at, _)| before.split_at(at));
        places.any(|(prompt, rest)| says(rest) && matches(prompt))
    })
}

/// What stands before that beginning of a text in its row.
fn before<'r>(row: &'r str, beginning: &str) -> Option<&'r str> {
    if !squeeze(row).contains(beginning) {
        return None;
    }
    let mut places = row.char_indices().filter(|(_, c)| !c.is_whitespace());
    let is_there = |at: usize| squeeze(&row[at..]).starts_with(beginning);
    places.find(|(at, _)| is_there(*at)).map(|(at, _)| &row[..at])
}

/// Whether these are words, and no mere prompt or frame.
fn says(part: &str) -> bool {
    part.chars().any(char::is_alphanumeric)
}

/// Whether `ready_re` tells that no text stands there.
pub(super) fn is_clear(draft: &Draft<'_>, what: Declared<'_>, seen: &MemberSeen) -> bool {
    is_empty(draft, what, seen) == Some(true)
}

/// Whether this look shows an empty composer; `None` where `ready_re` is not what tells it.
fn is_empty(draft: &Draft<'_>, what: Declared<'_>, seen: &MemberSeen) -> Option<bool> {
    let ready = what.backend(draft.fleet)?.ready_re.as_ref()?;
    match &seen.screen {
        Seen::Known(screen) if seen.shown.is_none() => {
            let rows = &screen.rows;
            let is_ready = || rows.iter().any(|row| ready.is_match(row));
            Some(rows.kept().ready.get(ready.digest(), is_ready))
        }
        Seen::Known(_) | Seen::Absent | Seen::Unknown(_) => None,
    }
}
