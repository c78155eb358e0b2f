//! What does an agent's program itself say that it is doing: by its hooks, its own record, or its HTTP answers?

/// What the program said last, as far as it is still true of the run that lives.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Told {
    pub state: ToldState,
    /// Since when, in milliseconds of the wall clock since 1970.
    pub since_ms: i64,
    /// Where it stands, in one line: "hook Stop", "record line 42".
    pub source: String,
}

/// What the hook stands for by which a program says that it has begun and waits for a prompt, in [`Told::source`].
const BEGAN: &str = "hook SessionStart";

impl Told {
    /// Whether it says no more than that the program, or another conversation in it, began: that is no end of a turn.
    #[must_use]
    pub fn is_of_beginning(&self) -> bool {
        self.source == BEGAN
    }
}

/// The state that a program tells. What it does not tell is no `Told` at all.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum ToldState {
    /// A turn runs. codex and claude do not record that a tool waits for an approval: a hook or the screen tells.
    Active,
    /// The last turn is over.
    Idle,
    /// It goes on when a person has answered.
    Waiting,
    /// The last turn ended, or waits, because an allowance is used up.
    Limited {
        /// The announced end, in milliseconds of the wall clock since 1970.
        reset_ms: Option<i64>,
        /// How long the used-up window is, in minutes: 300 for five hours, 10080 for a week.
        window_minutes: Option<u32>,
        /// The program goes on by itself then.
        goes_on: bool,
        text: String,
    },
    /// The provider does not accept the key or the login.
    Unauthenticated { text: String },
    /// The last turn ended in another error. It is over, or is `retried` by the program itself.
    Failed { text: String, retried: bool },
}

/// What was heard of the program of this run, whatever it said: how fresh [`Told`] is, and what it was asked last.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Heard {
    /// When it last said anything, or its record grew, in milliseconds of the wall clock since 1970.
    pub at_ms: i64,
    /// The last prompt that it said it took.
    pub prompt: Option<Prompted>,
}

/// A prompt that the program says it took.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Prompted {
    /// In milliseconds of the wall clock since 1970.
    pub at_ms: i64,
    /// Its beginning, as the program took it.
    pub text: String,
}
