//! A secret: what is wrong with one is said without quoting it.

use serde_json::{Value as Json, json};
use toml::de::DeValue;

use super::{Filled, Value, Wrong};
use crate::secret::shown;

/// The text of a secret, as the file has it.
#[derive(Clone, PartialEq)]
pub(crate) struct Hidden(pub String);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hidden")
    }
}

impl Value for Hidden {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        if value.as_str().is_none() {
            let message = "expected a string: a text, `env:NAME` or `file:PATH`";
            return Err(Wrong::new(message, "expected a string"));
        }
        Filled::read(value).map(|Filled(text)| Self(text))
    }

    fn schema() -> Json {
        json!({ "type": "string", "minLength": 1 })
    }

    fn show(&self) -> Json {
        let is_reference = self.0.starts_with("env:") || self.0.starts_with("file:");
        if is_reference { json!(self.0) } else { json!(shown(&self.0)) }
    }
}
