//! May a dialog be answered in a person's place, and which key brings it there?
//!
//! Only where the config gives the answer, by the label of a row. One key at a time: what it did is seen before the next
//! is decided, and Enter is pressed only while the row that reads so is the chosen one. In doubt a person answers.

use std::cmp::Ordering;
use std::time::Duration;

use agents_config::Agent;
use agents_screens::Menu;

use crate::delivery::Stage;
use crate::draft::Draft;
use crate::life::Life;
use crate::{Action, MemberSeen, Moment};

#[cfg(test)]
mod tests;

/// How long a pressed arrow may take to move the mark; then it was swallowed, as keys are while a program starts.
const MOVES_WITHIN: Duration = Duration::from_secs(3);
/// How long a dialog may stand on after Enter.
const CLOSES_WITHIN: Duration = Duration::from_secs(10);
/// How long tmux may take to be heard to press a key.
const PRESSED_WITHIN: Duration = Duration::from_secs(20);
/// Between two looks at a dialog that is being answered.
const LOOKS_AFTER: Duration = Duration::from_millis(150);

/// How far a dialog is answered.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Answering {
    /// A key was decided. The token, once the session has it, proves that it was pressed.
    Pressed {
        dialog: String,
        key: MenuKey,
        /// Which row was chosen before.
        chosen: usize,
        token: String,
        at: Moment,
        /// How many keys this dialog has got.
        keys: u32,
    },
    /// A person is to answer.
    Left { dialog: String, why: String },
}

/// A key that moves in a menu or takes what is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum MenuKey {
    Up,
    Down,
    Enter,
}

impl MenuKey {
    /// Its name in tmux.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Up => "Up",
            Self::Down => "Down",
            Self::Enter => "Enter",
        }
    }
}

/// What the machine says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum AnswerNote {
    /// The dialog is being answered as the config says.
    Answers { dialog: String, choose: String },
    /// It was to be answered, and a person has to; why.
    Left { dialog: String, why: String },
}

/// What follows from one look.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Next {
    Press(MenuKey),
    /// The same key under the same token: tmux presses it once.
    Again,
    Wait,
    /// A person has to answer, for that reason.
    Leave(String),
}

/// Answers the dialog that is open; false when a person has to.
pub(crate) fn step(draft: &mut Draft<'_>, agent: &Agent, seen: &MemberSeen) -> bool {
    let name = &agent.name;
    let menu = seen.shown.as_ref().and_then(|shown| shown.dialog.as_ref());
    let answers = &draft.fleet.backend_of(agent).answers;
    let found = menu.and_then(|menu| {
        Some((menu, &answers.iter().find(|answer| answer.dialog == menu.dialog)?.choose))
    });
    let pane = seen.pane.known().filter(|pane| pane.dead.is_none() && !pane.deaf);
    let (Some((menu, choose)), Some(pane)) = (found, pane) else { return false };
    let supervised = draft.seen.supervised;
    if !supervised {
        // The watchdog does it.
        return true;
    }
    let member = draft.member(name);
    if !matches!(member.life, Life::Up { .. }) {
        // The start is not known to have gone well yet.
        draft.look_in(LOOKS_AFTER);
        return true;
    }
    // What is on its way into the composer is settled first, by a person.
    if member.mailbox.stage != Stage::Owed {
        return false;
    }
    let before = member.answering.clone();
    let now = draft.now.at;
    let next = next(before.as_ref(), menu, choose, pane.submitted.as_deref(), now);
    let dialog = menu.dialog.clone();
    match next {
        Next::Press(key) => {
            let keys = match &before {
                Some(Answering::Pressed { dialog: same, keys, .. }) if *same == dialog => {
                    keys.saturating_add(1)
                }
                Some(Answering::Pressed { .. } | Answering::Left { .. }) | None => 1,
            };
            let token = format!("d{}", draft.new_message());
            press(draft, agent, (pane.pane, key, &token), (&dialog, choose));
            let chosen = menu.chosen;
            draft.member(name).answering =
                Some(Answering::Pressed { dialog, key, chosen, token, at: now, keys });
        }
        Next::Again => {
            if let Some(Answering::Pressed { key, token, .. }) = before {
                press(draft, agent, (pane.pane, key, &token), (&dialog, choose));
            }
        }
        Next::Wait => {
            let choose = choose.clone();
            draft.note(name, AnswerNote::Answers { dialog, choose });
        }
        Next::Leave(why) => {
            let note = AnswerNote::Left { dialog: dialog.clone(), why: why.clone() };
            draft.note(name, note);
            draft.member(name).answering = Some(Answering::Left { dialog, why });
            return false;
        }
    }
    draft.look_in(LOOKS_AFTER);
    true
}

/// No dialog is open, or none that could be answered.
pub(crate) fn forget(draft: &mut Draft<'_>, agent: &Agent) {
    draft.member(&agent.name).answering = None;
}

fn press(
    draft: &mut Draft<'_>,
    agent: &Agent,
    (pane, key, token): (u32, MenuKey, &str),
    (dialog, choose): (&str, &str),
) {
    let (dialog, choose) = (dialog.to_owned(), choose.to_owned());
    draft.note(&agent.name, AnswerNote::Answers { dialog: dialog.clone(), choose: choose.clone() });
    let (name, token) = (agent.name.clone(), token.to_owned());
    draft.act(Action::Choose { name, pane, key, token, dialog, choose });
}

/// `submitted`: the token of the last key that tmux pressed for us.
fn next(
    before: Option<&Answering>,
    menu: &Menu,
    choose: &str,
    submitted: Option<&str>,
    now: Moment,
) -> Next {
    match before {
        Some(Answering::Left { dialog, why }) if *dialog == menu.dialog => Next::Leave(why.clone()),
        Some(Answering::Pressed { dialog, key, chosen, token, at, keys })
            if *dialog == menu.dialog =>
        {
            let waited = now.since(*at);
            let has_moved = *chosen != menu.chosen;
            let is_pressed = submitted == Some(token.as_str());
            match key {
                MenuKey::Up | MenuKey::Down if has_moved => towards(menu, choose, *keys),
                MenuKey::Up | MenuKey::Down | MenuKey::Enter if !is_pressed => {
                    if waited < PRESSED_WITHIN {
                        Next::Again
                    } else {
                        Next::Leave("tmux was not heard to press a key".to_owned())
                    }
                }
                MenuKey::Up | MenuKey::Down if waited < MOVES_WITHIN => Next::Wait,
                MenuKey::Up | MenuKey::Down => towards(menu, choose, *keys),
                MenuKey::Enter if waited < CLOSES_WITHIN => Next::Wait,
                MenuKey::Enter => Next::Leave("it stands there still after Enter".to_owned()),
            }
        }
        Some(Answering::Left { .. } | Answering::Pressed { .. }) | None => towards(menu, choose, 0),
    }
}

/// The key that brings the mark nearer to the row, or takes it.
fn towards(menu: &Menu, choose: &str, keys: u32) -> Next {
    let Some(wanted) = menu.place_of(choose) else {
        let rows = menu.rows.join("\", \"");
        return Next::Leave(format!("not exactly one of its rows reads \"{choose}\": \"{rows}\""));
    };
    // Twice around, and a few that were swallowed.
    if keys as usize > 2 * menu.rows.len() + 4 {
        return Next::Leave(format!("{keys} keys did not bring the mark to \"{choose}\""));
    }
    Next::Press(match wanted.cmp(&menu.chosen) {
        Ordering::Equal => MenuKey::Enter,
        Ordering::Greater => MenuKey::Down,
        Ordering::Less => MenuKey::Up,
    })
}
