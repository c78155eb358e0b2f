//! Which options make a tmux server safe to keep a fleet on?

use crate::argv::Words;

/// Server-wide options of a private server. The user's own server gets none of them.
const PRIVATE: [(&str, &str); 8] = [
    // Without it the server ends with its last session, and a start just then fails.
    ("exit-empty", "off"),
    // A kept dead pane would keep the session, and tmux 3.3a crashes on a paste into one.
    ("remain-on-exit", "off"),
    ("destroy-unattached", "off"),
    // An agent's output must not reach the clipboard or the terminal of whoever looks on.
    ("set-clipboard", "off"),
    // Since tmux 3.3.
    ("allow-passthrough", "off"),
    ("allow-rename", "off"),
    ("default-size", "200x50"),
    ("history-limit", "5000"),
];

/// Starts the server, if need be, and sets its options; options that this tmux does not know are passed over.
pub(crate) fn harden() -> Vec<Words> {
    let mut commands = vec![Words::new(["start-server"])];
    commands
        .extend(PRIVATE.iter().map(|(name, value)| Words::new(["set-option", "-gq", name, value])));
    commands
}
