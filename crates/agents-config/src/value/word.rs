//! Words of a fixed list.

use serde_json::{Value as Json, json};
use toml::Spanned;
use toml::de::DeValue;

use agents_tasks::{Forge, NoChange, TaskState};

use super::{Value, Wrong, nearest};
use crate::{ChannelKind, Kind, NotifyEvent, PilotMode, PromptDelivery, Watch};

/// A type whose values each have one word in the file.
trait Word: Copy + 'static {
    const ALL: &'static [Self];

    fn word(self) -> &'static str;
}

impl Word for Kind {
    const ALL: &'static [Self] = &[Self::Loop, Self::Persistent, Self::Orchestrator, Self::Task];

    fn word(self) -> &'static str {
        self.as_str()
    }
}

impl Word for Watch {
    const ALL: &'static [Self] = &[Self::None, Self::Heal, Self::HealStall];

    fn word(self) -> &'static str {
        self.as_str()
    }
}

impl Word for PilotMode {
    const ALL: &'static [Self] = &[Self::Rule, Self::Analyzer];

    fn word(self) -> &'static str {
        self.as_str()
    }
}

impl Word for PromptDelivery {
    const ALL: &'static [Self] = &[Self::Arg, Self::Ping, Self::Exec];

    fn word(self) -> &'static str {
        match self {
            Self::Arg => "arg",
            Self::Ping => "ping",
            Self::Exec => "exec",
        }
    }
}

impl Word for ChannelKind {
    const ALL: &'static [Self] = &Self::ALL;

    fn word(self) -> &'static str {
        self.as_str()
    }
}

impl Word for NotifyEvent {
    const ALL: &'static [Self] = &Self::ALL;

    fn word(self) -> &'static str {
        self.as_str()
    }
}

impl Word for Forge {
    const ALL: &'static [Self] = &Self::ALL;

    fn word(self) -> &'static str {
        Self::word(self)
    }
}

impl Word for NoChange {
    const ALL: &'static [Self] = &[Self::Error, Self::Complete];

    fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Complete => "complete",
        }
    }
}

impl Word for TaskState {
    const ALL: &'static [Self] = &Self::ALL;

    fn word(self) -> &'static str {
        Self::word(self)
    }
}

impl Word for agents_screens::State {
    const ALL: &'static [Self] = &[
        Self::Active,
        Self::Idle,
        Self::WaitingInput,
        Self::Limited,
        Self::Fatal,
        Self::Exited,
        Self::Unknown,
    ];

    fn word(self) -> &'static str {
        self.as_str()
    }
}

impl<T: Word> Value for Vec<T> {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        let items = value.as_array().ok_or_else(|| Wrong::kind("an array of words", value))?;
        let word = |item: &Spanned<DeValue<'_>>| {
            T::read(item.get_ref()).map_err(|wrong| wrong.at(item.span()))
        };
        items.iter().map(word).collect()
    }

    fn schema() -> Json {
        json!({ "type": "array", "items": T::schema() })
    }

    fn show(&self) -> Json {
        self.iter().map(Value::show).collect()
    }
}

impl<T: Word> Value for T {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        let words: Vec<&'static str> = T::ALL.iter().map(|known| known.word()).collect();
        let expected = format!("one of `{}`", words.join("`, `"));
        let text = value.as_str().ok_or_else(|| Wrong::kind(&expected, value))?;
        let known = T::ALL.iter().find(|known| known.word() == text);
        known.copied().ok_or_else(|| {
            let wrong = Wrong::kind(&expected, value);
            match nearest(text, &words) {
                Some(word) => wrong.help(format!("did you mean `{word}`?")),
                None => wrong,
            }
        })
    }

    fn schema() -> Json {
        let words: Vec<&str> = T::ALL.iter().map(|known| known.word()).collect();
        json!({ "type": "string", "enum": words })
    }

    fn show(&self) -> Json {
        json!(self.word())
    }
}
