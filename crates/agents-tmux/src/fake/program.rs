//! What does a program in a fake terminal show, in answer to text and time?

use std::sync::Arc;
use std::time::Duration;

/// A scripted program. Each start of a session runs it from its beginning; times count from that start.
#[derive(Debug, Clone, PartialEq)]
pub struct Program {
    pub(super) kind: Kind,
    /// Shown by the listing as the foreground process.
    pub(super) command: Arc<str>,
    pub(super) title: String,
    pub(super) ready_after: Duration,
    pub(super) swallowed_enters: u32,
    pub(super) exit: Option<(Duration, i32)>,
    pub(super) brackets_pastes: bool,
    /// No program runs: a launcher is still there, and is about to end.
    pub(super) is_launcher: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Echo,
    Silent,
    Chat(Chat),
    Screens(Vec<(Duration, String)>),
}

/// A terminal chat program: a transcript, an indicator while it works, a composer and a footer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chat {
    /// How long it works after each submit.
    pub works_for: Duration,
    /// Shown while it works, followed by the seconds it has worked.
    pub active: String,
    /// Shown under the composer while it does not.
    pub idle: String,
    /// Stands before the draft in the composer, and before each message in the transcript.
    pub prompt: String,
    /// Shown in the transcript after each finished turn.
    pub answer: String,
    /// A usage limit: until that time the submits it answers bring this banner instead of work.
    pub limit: Option<Limit>,
}

/// A usage limit that ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    pub banner: String,
    /// From when it refuses, counted from the program's start.
    pub from: Duration,
    /// Until when it refuses, counted from the program's start.
    pub until: Duration,
}

impl Default for Chat {
    fn default() -> Self {
        Self {
            works_for: Duration::from_secs(20),
            active: "* Working (esc to interrupt)".to_owned(),
            idle: "? for shortcuts".to_owned(),
            prompt: "> ".to_owned(),
            answer: "done.".to_owned(),
            limit: None,
        }
    }
}

impl Program {
    fn of(kind: Kind, command: &str) -> Self {
        Self {
            kind,
            command: command.into(),
            title: String::new(),
            ready_after: Duration::ZERO,
            swallowed_enters: 0,
            exit: None,
            brackets_pastes: false,
            is_launcher: false,
        }
    }

    /// Shows what is typed, as `cat` does.
    #[must_use]
    pub fn echo() -> Self {
        Self::of(Kind::Echo, "cat")
    }

    /// Shows nothing, whatever is typed.
    #[must_use]
    pub fn silent() -> Self {
        Self::of(Kind::Silent, "sleep")
    }

    /// A launcher that says why it starts no program.
    pub(super) fn launcher(said: String) -> Self {
        let screens = vec![(Duration::ZERO, said)];
        Self { is_launcher: true, ..Self::of(Kind::Screens(screens), "agents") }
    }

    /// A chat program.
    #[must_use]
    pub fn chat(chat: Chat) -> Self {
        Self { brackets_pastes: true, ..Self::of(Kind::Chat(chat), "chat") }
    }

    /// Shows each text from its time on; input changes nothing.
    #[must_use]
    pub fn screens<S: Into<String>>(screens: impl IntoIterator<Item = (Duration, S)>) -> Self {
        let screens = screens.into_iter().map(|(at, text)| (at, text.into())).collect();
        Self::of(Kind::Screens(screens), "script")
    }

    /// Shows one text.
    #[must_use]
    pub fn shows(text: impl Into<String>) -> Self {
        Self::screens([(Duration::ZERO, text.into())])
    }

    /// Ends that long after its start, with that exit code.
    #[must_use]
    pub fn exits(self, after: Duration, code: i32) -> Self {
        Self { exit: Some((after, code)), ..self }
    }

    /// Shows nothing and loses all input until then.
    #[must_use]
    pub fn ready_after(self, after: Duration) -> Self {
        Self { ready_after: after, ..self }
    }

    /// Loses the first submits: the draft stays in the composer.
    #[must_use]
    pub fn swallows_enters(self, count: u32) -> Self {
        Self { swallowed_enters: count, ..self }
    }

    /// Is listed under that process name.
    #[must_use]
    pub fn named(self, command: impl Into<String>) -> Self {
        Self { command: command.into().into(), ..self }
    }

    /// Sets that terminal title.
    #[must_use]
    pub fn titled(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// Asks the terminal to mark what is pasted.
    #[must_use]
    pub fn brackets_pastes(self) -> Self {
        Self { brackets_pastes: true, ..self }
    }
}
