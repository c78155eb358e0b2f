//! Texts, truth values, counts, lists and maps.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use toml::Spanned;
use toml::de::DeValue;

use super::{Value, Wrong};

/// A text that is not empty.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Filled(pub String);

/// The name of a git remote or branch.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GitName(pub String);

/// The name of a file in a folder of the fleet's.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FileName(pub String);

/// A whole number from 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Count(pub u32);

/// A program and its arguments, or a word for one that is known and further arguments.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CommandWords(pub Vec<String>);

/// A whole number from 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Whole(pub u32);

impl Value for String {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        let text = value.as_str().ok_or_else(|| Wrong::kind("a string", value))?;
        if text.contains('\0') {
            return Err(Wrong::new("a NUL character is in the text", "holds `\\u0000`")
                .help("no command line, path or tmux argument can hold it: remove it"));
        }
        Ok(text.to_owned())
    }

    fn schema() -> Json {
        json!({ "type": "string" })
    }

    fn show(&self) -> Json {
        json!(self)
    }
}

impl Value for Filled {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        let text = String::read(value)?;
        if text.trim().is_empty() {
            return Err(Wrong::new("the text is empty", "must not be empty"));
        }
        Ok(Self(text))
    }

    fn schema() -> Json {
        json!({ "type": "string", "minLength": 1 })
    }

    fn show(&self) -> Json {
        json!(self.0)
    }
}

impl Value for GitName {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        let Filled(name) = Filled::read(value)?;
        // What git refuses in names. A leading `-` would be read as an option, and some of those run commands.
        let is_odd = |c: char| c.is_whitespace() || c.is_control() || "~^:?*[\\".contains(c);
        if name.starts_with(['-', '/']) || name.contains("..") || name.contains(is_odd) {
            let message = format!("`{}` is no name of a git remote or branch", name.escape_debug());
            return Err(Wrong::new(message, "git would not take it as a name")
                .help("write the plain name, `origin` or `main` for example"));
        }
        Ok(Self(name))
    }

    fn schema() -> Json {
        json!({ "type": "string", "minLength": 1 })
    }

    fn show(&self) -> Json {
        json!(self.0)
    }
}

impl Value for FileName {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        let Filled(name) = Filled::read(value)?;
        // The file is written or deleted, so it must be one of the fleet's.
        if name.contains('/') || name == "." || name == ".." || name.chars().any(char::is_control) {
            let message = format!("`{}` is no name of a file", name.escape_debug());
            return Err(Wrong::new(message, "leads to another folder")
                .help("write the name alone: which folder it lies in is fixed"));
        }
        Ok(Self(name))
    }

    fn schema() -> Json {
        json!({ "type": "string", "minLength": 1 })
    }

    fn show(&self) -> Json {
        json!(self.0)
    }
}

impl Value for bool {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        value.as_bool().ok_or_else(|| {
            let wrong = Wrong::kind("a boolean, `true` or `false`", value);
            match value.as_str().map(str::to_lowercase).as_deref() {
                Some(text @ ("true" | "false")) => {
                    wrong.help(format!("write `{text}`, without quotes"))
                }
                Some(_) | None => wrong,
            }
        })
    }

    fn schema() -> Json {
        json!({ "type": "boolean" })
    }

    fn show(&self) -> Json {
        json!(self)
    }
}

impl Value for Count {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        let expected = "a whole number from 1";
        let number = integer(value).ok_or_else(|| Wrong::kind(expected, value))?;
        match u32::try_from(number) {
            Ok(count @ 1..) => Ok(Self(count)),
            Ok(0) | Err(_) => Err(Wrong::kind(expected, value)),
        }
    }

    fn schema() -> Json {
        json!({ "type": "integer", "minimum": 1, "maximum": u32::MAX })
    }

    fn show(&self) -> Json {
        json!(self.0)
    }
}

impl Value for Whole {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        let number = integer(value).and_then(|number| u32::try_from(number).ok());
        number.map(Self).ok_or_else(|| Wrong::kind("a whole number from 0", value))
    }

    fn schema() -> Json {
        json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX })
    }

    fn show(&self) -> Json {
        json!(self.0)
    }
}

impl Value for Vec<String> {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        let items = value.as_array().ok_or_else(|| Wrong::kind("an array of strings", value))?;
        let text = |item: &Spanned<DeValue<'_>>| {
            String::read(item.get_ref()).map_err(|wrong| wrong.at(item.span()))
        };
        items.iter().map(text).collect()
    }

    fn schema() -> Json {
        json!({ "type": "array", "items": { "type": "string" } })
    }

    fn show(&self) -> Json {
        json!(self)
    }
}

impl Value for CommandWords {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        let words = Vec::<String>::read(value)?;
        if words.first().is_none_or(|program| program.trim().is_empty()) {
            return Err(Wrong::new(
                "the list names no program",
                "needs a program as its first word",
            ));
        }
        Ok(Self(words))
    }

    fn schema() -> Json {
        json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 })
    }

    fn show(&self) -> Json {
        json!(self.0)
    }
}

impl<K: Value + Ord + std::fmt::Display> Value for BTreeMap<K, String> {
    fn read(value: &DeValue<'_>) -> Result<Self, Wrong> {
        let table = value.as_table().ok_or_else(|| Wrong::kind("a table of strings", value))?;
        table
            .iter()
            .map(|(key, value)| {
                let name = K::read(&DeValue::String(key.get_ref().clone()));
                let text = String::read(value.get_ref());
                Ok((
                    name.map_err(|wrong| wrong.at(key.span()))?,
                    text.map_err(|wrong| wrong.at(value.span()))?,
                ))
            })
            .collect()
    }

    fn schema() -> Json {
        json!({ "type": "object", "additionalProperties": { "type": "string" } })
    }

    fn show(&self) -> Json {
        self.iter().map(|(key, value)| (key.to_string(), json!(value))).collect()
    }
}

/// The whole number in the file; `None` for another type, or one that does not fit 64 bits.
pub(super) fn integer(value: &DeValue<'_>) -> Option<i64> {
    let number = value.as_integer()?;
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}
