//! Does an agent ask a person something? Nothing is typed at it then, and the operator hears of it once.

use agents_config::Agent;

use crate::draft::Draft;
use crate::{MemberSeen, Moment, Note, Seen};

/// A question that stands on an agent's screen.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Asks {
    pub since: Moment,
    /// The row that says so.
    pub row: String,
}

/// Notes what the agent asks. Only the rules of a preset tell a question from other text.
pub(crate) fn step(draft: &mut Draft<'_>, agent: &Agent, seen: &MemberSeen) {
    let name = &agent.name;
    // A look that failed answers no question.
    if matches!(seen.pane, Seen::Unknown(_)) || matches!(seen.screen, Seen::Unknown(_)) {
        return;
    }
    let Some(shown) = seen.shown.as_ref().filter(|shown| shown.asks()) else {
        draft.member(name).asks = None;
        draft.calm(Some(name), "asks");
        return;
    };
    let now = draft.now.at;
    let row = shown.proof.clone();
    let asks = &mut draft.member(name).asks;
    let since = asks.as_ref().map_or(now, |before| before.since);
    *asks = Some(Asks { since, row: row.clone() });
    draft.alarm_of(Some(name), "asks", Note::Asks { row });
}
