//! Whose turn is it? Starts have a pace, so their order decides who comes at all.

use super::{Ending, Life};
use crate::draft::{Declared, Draft};
use crate::{Moment, Why};

/// All members: services first, then agents, each in the order of the file, but for those that are due to start. Of
/// these, those that somebody waits for come first, then whoever has been due for longest: where the first of the file
/// are due again all the time, the last would never be started in its order.
pub(crate) fn in_turn<'a>(draft: &Draft<'a>) -> Vec<Declared<'a>> {
    let mut members = draft.declared();
    let is_due = |what: &Declared<'_>| due(draft, *what).is_some();
    let places: Vec<usize> = (0..members.len()).filter(|at| is_due(&members[*at])).collect();
    let mut waiting: Vec<Declared<'a>> = places.iter().map(|at| members[*at]).collect();
    waiting.sort_by_key(|what| (matches!(what, Declared::Agent(_)), due(draft, *what)));
    for (place, what) in places.into_iter().zip(waiting) {
        members[place] = what;
    }
    members
}

/// Whether its start is nobody's wish, and since when that is due; `None` for one that waits for no start.
fn due(draft: &Draft<'_>, what: Declared<'_>) -> Option<(bool, Moment)> {
    match draft.next.members.get(what.name()).map(|member| &member.life) {
        Some(Life::Due { at, why }) => Some((is_on_its_own(why), *at)),
        // It is due from this very look on, if it is to run at all.
        None | Some(Life::Stopped { how: Ending::NeverStarted, .. }) => Some((true, draft.now.at)),
        Some(
            Life::Stopped { how: Ending::Asked | Ending::Ended(_) | Ending::Failed(_), .. }
            | Life::Starting { .. }
            | Life::Up { .. }
            | Life::Missing { .. }
            | Life::Stopping { .. }
            | Life::Parked { .. },
        ) => None,
    }
}

/// Whether nobody asked for that start, so that the fleet's pace and the windows of its account hold it.
pub(super) fn is_on_its_own(why: &Why) -> bool {
    !matches!(why, Why::Asked | Why::Phase { .. } | Why::SequenceComplete)
}
