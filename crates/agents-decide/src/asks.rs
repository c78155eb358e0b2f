//! Does an agent ask a person something? Nothing is typed at it then, and the operator hears of it once.

#[cfg(test)]
mod tests;

use agents_config::Agent;

use crate::draft::Draft;
use crate::standing::SETTLES_WITHIN;
use crate::{MemberSeen, Moment, Note, Now, Seen, Stand, Standing, answer};

/// A question that stands on an agent's screen.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Asks {
    pub since: Moment,
    /// The row that says so.
    pub row: String,
}

/// Notes what the agent asks: by the rules of a preset, or by its own word.
pub(crate) fn step(draft: &mut Draft<'_>, agent: &Agent, seen: &MemberSeen) {
    let name = &agent.name;
    // A look that failed answers no question, and a program that is stopped takes no answer.
    if seen.suspended().is_some() {
        return;
    }
    if matches!(seen.pane, Seen::Unknown(_)) || matches!(seen.screen, Seen::Unknown(_)) {
        return;
    }
    let by_screen = seen.shown.as_ref().filter(|shown| shown.asks());
    let stands = draft.member(name).standing.clone();
    let by_word = stands.filter(|it| it.stand == Stand::WaitingInput);
    let (row, is_sure) = match (by_screen, by_word) {
        (Some(shown), _) => (shown.proof.clone(), true),
        (None, Some(told)) => {
            let is_sure = has_lasted(draft.now, &told, draft.member(name).asks.as_ref());
            (format!("as the program itself says ({})", told.by), is_sure)
        }
        (None, None) => {
            draft.member(name).asks = None;
            answer::forget(draft, agent);
            draft.calm(Some(name), "asks");
            return;
        }
    };
    let now = draft.now.at;
    let asks = &mut draft.member(name).asks;
    let since = asks.as_ref().map_or(now, |before| before.since);
    *asks = Some(Asks { since, row: row.clone() });
    if answer::step(draft, agent, seen) {
        return;
    }
    if is_sure {
        draft.alarm_of(Some(name), "asks", Note::Asks { row });
    } else {
        draft.look_in(SETTLES_WITHIN);
    }
}

/// A program that answers its own question, by a rule of its user's, has done so by then.
///
/// What was told before the wall clock was set back lies ahead, perhaps for days: it lasts as long as it has been known.
fn has_lasted(now: Now, told: &Standing, known: Option<&Asks>) -> bool {
    let told_at = told.since_ms.map(|since| now.moment_of(since));
    let since = match told_at.zip(known) {
        Some((told_at, known)) => Some(told_at.min(known.since)),
        None => told_at,
    };
    since.is_none_or(|since| now.at.since(since) >= SETTLES_WITHIN)
}
