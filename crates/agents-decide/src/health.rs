//! Does the session hold what it should: the right program, and no error that it cannot leave?

use std::time::Duration;

use agents_config::{Agent, Backend};

use crate::draft::{Declared, Draft};
use crate::sentence::Telling;
use crate::state::Suspicion;
use crate::{Activity, MemberSeen, Note, PaneSeen, ScreenSeen, Why, life};

/// Two looks, this far apart, must agree before a session is condemned.
const CONFIRM_AFTER: Duration = Duration::from_secs(5);
/// The non-blank rows at the screen's end in which an error is the current state.
const TAIL: usize = 15;

pub(crate) fn step(draft: &mut Draft<'_>, agent: &Agent, seen: &MemberSeen, activity: Activity) {
    let what = Declared::Agent(agent);
    let found = if activity == Activity::Idle { condemnation(draft, agent, seen) } else { None };
    let (now, telling) = (draft.now.at, Telling::decided(Some(&agent.name), draft.now));
    let member = draft.member(&agent.name);
    let Some(why) = found else {
        member.suspicion = None;
        return;
    };
    let what_is_seen = why.told(&telling);
    match &member.suspicion {
        Some(earlier) if earlier.what == what_is_seen => {
            let decided_at = earlier.since.after(CONFIRM_AFTER);
            if now >= decided_at {
                // One that may not be restarted stays suspected, so that the same is not found anew every few seconds.
                if life::restart(draft, what, seen, why) {
                    draft.member(&agent.name).suspicion = None;
                }
            } else {
                draft.look_in(decided_at.since(now));
                draft.note(&agent.name, Note::FatalOnce { what: what_is_seen, decided_at });
            }
        }
        Some(_) | None => {
            member.suspicion = Some(Suspicion { since: now, what: what_is_seen.clone() });
            draft.look_in(CONFIRM_AFTER);
            let decided_at = now.after(CONFIRM_AFTER);
            draft.note(&agent.name, Note::FatalOnce { what: what_is_seen, decided_at });
        }
    }
}

fn condemnation(draft: &mut Draft<'_>, agent: &Agent, seen: &MemberSeen) -> Option<Why> {
    let backend = draft.fleet.backend_of(agent);
    let pane = seen.pane.known()?;
    if let Some(why) = mismatch(draft, backend, pane) {
        return Some(why);
    }
    let mailbox = draft.member(&agent.name).mailbox.clone();
    fatal(backend, seen.screen.known()?, mailbox.own_texts())
}

/// Only the program of another declared backend is a mismatch; a shell that starts up is not.
fn mismatch(draft: &Draft<'_>, backend: &Backend, pane: &PaneSeen) -> Option<Why> {
    let expected = backend.process_name.as_ref()?;
    let mut others = draft.fleet.backends.values().filter_map(|other| other.process_name.as_ref());
    let is_other = *expected != pane.command && others.any(|name| *name == pane.command);
    is_other.then(|| Why::Mismatch { found: pane.command.clone(), expected: expected.clone() })
}

fn fatal<'t>(
    backend: &Backend,
    screen: &ScreenSeen,
    own: impl Iterator<Item = &'t str> + Clone,
) -> Option<Why> {
    let pattern = backend.fatal_re.as_ref()?;
    let filled = screen.rows.iter().rev().filter(|row| !row.trim().is_empty());
    let mut tail = filled.take(TAIL);
    // A row that quotes what we typed is our own words, not the program's.
    let row = tail
        .find(|row| pattern.is_match(row) && !own.clone().any(|text| text.contains(row.trim())))?;
    Some(Why::Fatal { row: row.trim().to_owned() })
}
