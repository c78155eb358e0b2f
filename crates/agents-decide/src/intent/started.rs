//! Has a start come to something, so that whoever asked for it can be answered?

use std::time::Duration;

use agents_names::AgentName;

use crate::draft::Draft;
use crate::life::{Ending, Life};
use crate::request::Answer;
use crate::sentence::Telling;
use crate::state::{Member, OpenRequest, Wanted};
use crate::{MemberSeen, Moment, RunId, Seen, Why};

/// How long a started program must live for the start to count: one that dies at once has failed.
const SETTLED: Duration = Duration::from_millis(400);
/// So long lives a session whose launcher recorded no beginning, for the start to count all the same.
const UNRECORDED: Duration = Duration::from_secs(10);

/// What came of a start that was asked for; `None` while that is open.
pub(super) fn started(
    draft: &Draft<'_>,
    name: &AgentName,
    member: &Member,
    asked: Moment,
) -> Option<Answer> {
    match &member.life {
        Life::Up { since, run } => {
            let seen = draft.seen.members.get(name);
            if let Some(pane) = seen.and_then(|seen| seen.pane.known()).filter(|pane| !pane.ours)
                && pane.dead.is_none()
                && *since >= asked
            {
                let own = draft.fleet.agent(name).map(|agent| agent.session.clone());
                let session = own.unwrap_or_else(|| draft.fleet.session_prefix.session_of(name));
                return Some(Answer::Failed(format!(
                    "a session `{session}` runs that was not started by `agents`; it is left as it is"
                )));
            }
            // What was up when it was seen last may have ended since, as in a reboot behind a terminal that nobody sees.
            let is_seen = !matches!(draft.seen.server, Seen::Unknown(_));
            let settled = is_seen && has_settled(seen, member.began, (*since, *run), draft.now.at);
            let fresh = *since >= asked;
            settled.then_some(if fresh { Answer::Started } else { Answer::AlreadyRunning })
        }
        Life::Starting { .. } | Life::Missing { .. } | Life::Stopping { .. } => None,
        Life::Due { why: Why::Asked | Why::Phase { .. }, .. } => None,
        Life::Due { why, .. } => {
            let telling = Telling::decided(Some(name), draft.now);
            Some(Answer::Failed(why.told(&telling)))
        }
        Life::Parked { reason, .. } => Some(Answer::Failed(reason.clone())),
        Life::Stopped { how: Ending::Failed(reason), .. } => Some(Answer::Failed(reason.clone())),
        Life::Stopped { how: Ending::Ended(how), .. } => {
            let task = draft.declared().iter().any(|what| what.name() == name && what.is_task());
            let well = task && how.starts_with("exit code 0");
            Some(if well { Answer::Started } else { Answer::Failed(how.clone()) })
        }
        Life::Stopped { how: Ending::NeverStarted | Ending::Asked, .. } => {
            let by = if member.wanted == Wanted::Down { "asked down" } else { "stopped" };
            Some(Answer::Failed(format!("it was {by} meanwhile")))
        }
    }
}

/// Asks for a look at the moment when the first of the starts that somebody waits for will count.
pub(super) fn look_when_settled(draft: &mut Draft<'_>, open: &[OpenRequest]) {
    let now = draft.now.at;
    let waited_for = open.iter().flat_map(|request| &request.answers);
    let names = waited_for.filter(|(_, answer)| answer.is_none()).map(|(name, _)| name);
    let begun = names.filter_map(|name| draft.next.members.get(name)?.began);
    let left = begun.filter_map(|(_, began)| SETTLED.checked_sub(now.since(began)));
    if let Some(first) = left.filter(|left| !left.is_zero()).min() {
        draft.look_in(first);
    }
}

/// Whether the program, not just its session, has lived for long enough.
fn has_settled(
    seen: Option<&MemberSeen>,
    began: Option<(RunId, Moment)>,
    (since, run): (Moment, Option<RunId>),
    now: Moment,
) -> bool {
    let exit = seen.and_then(|seen| seen.exit.as_ref());
    if exit.is_some_and(|exit| Some(exit.run) == run) {
        // It has ended, and its session is about to.
        return false;
    }
    match (run, began) {
        (Some(run), Some((of, began))) if of == run => now.since(began) >= SETTLED,
        (Some(_), Some(_) | None) => now.since(since) >= UNRECORDED,
        // Somebody else started it: its session is all there is to see.
        (None, _) => now.since(since) >= SETTLED,
    }
}

#[cfg(test)]
mod tests;
