//! What may one value of the file be, and what is said when it is something else?

mod duration;
mod name;
mod pattern;
mod plain;
mod secret;
mod word;

pub(crate) use duration::{Interval, Seconds};
pub(crate) use plain::{CommandWords, Count, FileName, Filled, GitName, Whole};
pub(crate) use secret::Hidden;

use serde_json::Value as Json;
use toml::de::DeValue;

use crate::problem::Span;

/// A type that a key of the config file can have.
pub(crate) trait Value: Sized {
    /// Checks and converts what the file holds.
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong>;
    /// The JSON Schema of the texts that `read` takes.
    fn schema() -> Json;
    /// The value as `config show` prints it.
    fn show(&self) -> Json;
}

/// Why a value was refused; the reader adds key and place.
#[derive(Debug, PartialEq)]
pub(crate) struct Wrong {
    pub message: String,
    /// What stands under the marked value.
    pub label: String,
    pub help: Option<String>,
    /// Which part of the value is wrong, when not the whole.
    pub part: Option<Span>,
}

impl Wrong {
    pub(crate) fn new(message: impl Into<String>, label: impl Into<String>) -> Self {
        Self { message: message.into(), label: label.into(), help: None, part: None }
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Only this part of the value is wrong.
    pub(crate) fn at(self, part: Span) -> Self {
        Self { part: self.part.or(Some(part)), ..self }
    }

    /// The value has another type than the key.
    pub(crate) fn kind(expected: &str, value: &DeValue<'_>) -> Self {
        let found = found(value);
        Self::new(format!("expected {expected}, found {found}"), format!("expected {expected}"))
    }
}

/// What a value is, in words.
pub(crate) fn found(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("the string {}", quoted(text)),
        DeValue::Integer(number) => format!("the number `{number}`"),
        DeValue::Float(number) => format!("the number `{}`", number.as_str()),
        DeValue::Boolean(truth) => format!("`{truth}`"),
        DeValue::Datetime(date) => format!("the date `{date}`"),
        DeValue::Array(_) => "an array".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// The text in quotes, shortened to what fits in a message.
fn quoted(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("`{short:?}`")
}

/// The candidate that `text` was likely meant to be.
pub(crate) fn nearest<'a>(text: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let text = text.to_lowercase();
    candidates
        .iter()
        .map(|near| (strsim::damerau_levenshtein(&text, &near.to_lowercase()), *near))
        .filter(|(distance, candidate)| *distance * 3 <= candidate.len().max(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests;
