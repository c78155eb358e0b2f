//! Does the provider refuse the agent's login? No restart and no waiting mends that, so the operator hears of it once.

use agents_config::Agent;

use crate::draft::Draft;
use crate::{MemberSeen, Note, Seen, Stand, Told, ToldState};

/// Whether it does; then nothing else judges the agent.
pub(crate) fn step(draft: &mut Draft<'_>, agent: &Agent, seen: &MemberSeen) -> bool {
    let name = &agent.name;
    let standing = draft.member(name).standing.as_ref();
    let is_refused = standing.is_some_and(|standing| standing.stand == Stand::Unauthenticated);
    match &seen.told {
        Some(Told { state: ToldState::Unauthenticated { text }, .. }) if is_refused => {
            draft.alarm_of(Some(name), "login", Note::Unauthenticated { text: text.clone() });
        }
        // A look that failed does not say that it is mended.
        Some(_) | None if matches!(seen.pane, Seen::Unknown(_)) => {}
        Some(_) | None => draft.calm(Some(name), "login"),
    }
    is_refused
}
