//! What stands between the launcher and an agent's program?

/// What an agent's program is started through.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub enum Wrap {
    /// Nothing.
    None,
    /// `bwrap`: all is readable, and only the worktree, the program's own home and a fresh `/tmp` can be written. With further words for it.
    Bwrap(Vec<String>),
    /// `systemd-run --scope`: limits on memory and tasks. With further words for it.
    SystemdScope(Vec<String>),
    /// A program and its arguments.
    Own(Vec<String>),
}

impl Wrap {
    /// The word of the preset that stands first, and what follows it.
    #[must_use]
    pub fn of(words: Vec<String>) -> Self {
        let more = || words.iter().skip(1).cloned().collect();
        match words.first().map(String::as_str) {
            None | Some("none") => Self::None,
            Some("bwrap") => Self::Bwrap(more()),
            Some("systemd-scope") => Self::SystemdScope(more()),
            Some(_) => Self::Own(words),
        }
    }

    /// The program that is started first, where there is one.
    #[must_use]
    pub fn program(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::Bwrap(_) => Some("bwrap"),
            Self::SystemdScope(_) => Some("systemd-run"),
            Self::Own(words) => words.first().map(String::as_str),
        }
    }
}
