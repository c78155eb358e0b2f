//! Which program hears of the end of a task?

use crate::{Rules, TaskState};

/// A program that is to be told.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Hook {
    OnDone,
    OnError,
}

impl Hook {
    /// What a change of state owes, where the rules name a program for it. A task is done once: when it is merged later, nobody
    /// hears of it again.
    #[must_use]
    pub fn owed(rules: &Rules, before: TaskState, after: TaskState) -> Option<Self> {
        let hook = if after == TaskState::Error {
            Self::OnError
        } else if after.is_done() && !before.is_done() {
            Self::OnDone
        } else {
            return None;
        };
        (!hook.of(rules).is_empty()).then_some(hook)
    }

    /// The program and its arguments.
    #[must_use]
    pub fn of(self, rules: &Rules) -> &[String] {
        match self {
            Self::OnDone => &rules.on_done,
            Self::OnError => &rules.on_error,
        }
    }

    /// Its key.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::OnDone => "on_done",
            Self::OnError => "on_error",
        }
    }
}
