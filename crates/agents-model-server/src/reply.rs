//! What does the server send back, before any protocol gives it a form?

use std::time::Duration;

use crate::refusal::Refusal;
use crate::tool::Call;

/// One answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reply {
    Say(Speech),
    Call(Call),
    Refuse(Refusal),
    /// A failure reported inside a stream that began well.
    FailInStream,
    /// The first event, then nothing.
    Hang(Duration),
    /// Nothing at all for that time, then a gateway's refusal.
    Mute(Duration),
    /// A page that is no answer at all.
    Page(&'static str),
}

/// A reply in words.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Speech {
    /// How long the model reasons first.
    pub(crate) think: Duration,
    /// How long words stream before the text.
    pub(crate) slow: Duration,
    pub(crate) text: String,
    /// Whether the connection closes in the middle.
    pub(crate) cut: bool,
}

impl Speech {
    pub(crate) fn of(text: impl Into<String>) -> Self {
        Self { think: Duration::ZERO, slow: Duration::ZERO, text: text.into(), cut: false }
    }
}

/// The time between two pieces of a slow stream.
pub(crate) const PIECE_EVERY: Duration = Duration::from_millis(250);

/// The pieces of a speech in a slow stream: how many fit into that time.
pub(crate) fn pieces(during: Duration) -> u32 {
    u32::try_from(during.as_millis() / PIECE_EVERY.as_millis()).unwrap_or(u32::MAX)
}
