//! What was looked at?

/// One look at a pane. Empty text means that nothing is known of that part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen<'a> {
    /// The visible rows as `capture-pane -p` prints them, without escape sequences.
    pub rows: &'a str,
    /// The pane's title; empty when unknown, and better empty too where it is only tmux's default, the host's name.
    pub title: &'a str,
    /// The foreground process, `pane_current_command`; empty when unknown.
    pub command: &'a str,
    /// The pane's process has ended and the pane stayed (`pane_dead`).
    pub dead: bool,
    /// The pane's width in columns; 0 when unknown, then the widest row stands for it.
    pub columns: usize,
}
