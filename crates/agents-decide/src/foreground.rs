//! Is the agent's own program in the foreground of its pane, or has another taken its place?

#[cfg(test)]
mod tests;

use crate::PaneSeen;
use crate::draft::{Declared, Draft};

/// Whether another program is where the agent's own was seen, in this run or one before: what the screen shows is then
/// the last frame of a program that ended, and what is typed goes to whatever took its place.
///
/// A name that the config has wrong is never seen, and keeps nothing from the agent. Where programs need not be told
/// apart, the name is not looked at. What the agent is wrapped in may stay in the foreground in its place.
pub(crate) fn has_left(draft: &mut Draft<'_>, what: Declared<'_>, pane: &PaneSeen) -> bool {
    let expected = what.backend(draft.fleet).and_then(|backend| backend.process_name.as_ref());
    let Some(expected) = expected else { return false };
    if *expected == pane.command {
        draft.member(what.name()).in_front = pane.run;
        return false;
    }
    let was_seen = draft.member(what.name()).in_front.is_some();
    was_seen && !pane.command.is_empty() && wrap(draft, what) != Some(pane.command.as_str())
}

/// The name of the program that the agent is wrapped in.
fn wrap<'a>(draft: &Draft<'a>, what: Declared<'a>) -> Option<&'a str> {
    match what {
        Declared::Agent(agent) => {
            draft.fleet.wrap_of(agent).program().and_then(|program| program.rsplit('/').next())
        }
        Declared::Service(_) => None,
    }
}
