//! What becomes of a session whose agent's pane is gone while somebody else's is still in it?

use crate::StartSession;
use crate::argv::{self, Words};
use crate::target::Target;

/// Gives up a session of ours in which the agent's pane is no more, but somebody else's is: that goes on under another name, and
/// is nobody's of ours. Does nothing where there is no such session.
pub(super) fn set_aside(start: &StartSession) -> Words {
    let (name, run) = (start.session.as_str(), plain(&start.run));
    let target = Target::pane_of(&start.session);
    let id = argv::format_operand(&start.agent_id);
    // Formats look at all panes of the session, and their own tags only.
    let is_left = format!(
        "#{{&&:#{{==:#{{session_name}},{name}}},#{{&&:#{{==:#{{@agents_id}},{id}}},#{{==:#{{W:#{{P:#{{@agents_run}}}}}},}}}}}}"
    );
    let forget = Words::new(["set-option", "-u", "-t", target.as_str(), "@agents_id"]);
    let other = format!("{name}-left-{run}");
    let rename = Words::new(["rename-session", "-t", target.as_str(), &other]);
    let steps = argv::line(&[forget, rename]);
    Words::new(["if-shell", "-F", "-t", target.as_str(), &is_left, &steps])
}

/// What may stand in the name of a session.
fn plain(word: &str) -> String {
    word.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
}
