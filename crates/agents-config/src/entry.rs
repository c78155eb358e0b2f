//! What can stand at a key of the file: a value, a table, rows of tables, or tables by name?

use serde_json::{Value as Json, json};
use toml::de::DeValue;

use crate::problem::Span;
use crate::reader::{Found, Reader, Table};
use crate::value::{Value, found as in_words};

/// What a raw table reads at one of its keys.
pub(crate) trait Entry: Sized {
    fn read(key: &'static str, found: Option<Found<'_>>, reader: &mut Reader<'_, '_>) -> Self;
    fn schema() -> Json;
    fn is_absent(&self) -> bool;
}

/// A key with a value.
#[derive(Debug, Default)]
pub(crate) enum Field<T> {
    #[default]
    Absent,
    /// The value was refused; a problem says so.
    Wrong(Span),
    Set(T, Span),
}

/// A table that is written at most once.
#[derive(Debug)]
pub(crate) struct Section<T> {
    pub table: Option<T>,
    /// Something else stands there; a problem says so.
    wrong: bool,
}

/// An array of tables, in the order of the file.
#[derive(Debug)]
pub(crate) struct Rows<T>(pub Vec<T>);

/// Tables by name, each with the place of the name.
#[derive(Debug)]
pub(crate) struct Named<T>(pub Vec<(String, Span, T)>);

impl<T> Field<T> {
    pub(crate) fn value(&self) -> Option<&T> {
        match self {
            Self::Set(value, _) => Some(value),
            Self::Absent | Self::Wrong(_) => None,
        }
    }

    /// Where the value stands, be it right or wrong.
    pub(crate) fn span(&self) -> Option<Span> {
        match self {
            Self::Absent => None,
            Self::Set(_, span) | Self::Wrong(span) => Some(span.clone()),
        }
    }

    pub(crate) fn is_wrong(&self) -> bool {
        matches!(self, Self::Wrong(_))
    }
}

impl<T: Value> Entry for Field<T> {
    fn read(key: &'static str, found: Option<Found<'_>>, reader: &mut Reader<'_, '_>) -> Self {
        let Some(Found { value, .. }) = found else {
            return Self::Absent;
        };
        let span = value.span();
        match T::read(value.get_ref()) {
            Ok(value) => Self::Set(value, span),
            Err(wrong) => {
                let message = format!("`{key}`: {}", wrong.message);
                let part = wrong.part.unwrap_or(span.clone());
                let problem = reader.problems.error(part, message).label(wrong.label);
                problem.help = wrong.help;
                Self::Wrong(span)
            }
        }
    }

    fn schema() -> Json {
        T::schema()
    }

    fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

impl<T: Table> Entry for Section<T> {
    fn read(key: &'static str, found: Option<Found<'_>>, reader: &mut Reader<'_, '_>) -> Self {
        let Some(Found { value, .. }) = found else {
            return Self { table: None, wrong: false };
        };
        let label = format!("[{}]", reader.path_of(key));
        let table = reader.table(key, &label, value);
        if table.is_none() {
            let message = format!("`{key}`: expected a table, found {}", in_words(value.get_ref()));
            let problem = reader.problems.error(value.span(), message).label("expected a table");
            problem.help(format!("write it once, under the header `{label}`"));
        }
        Self { wrong: table.is_none(), table }
    }

    fn schema() -> Json {
        T::schema()
    }

    fn is_absent(&self) -> bool {
        self.table.is_none() && !self.wrong
    }
}

impl<T: Table> Entry for Rows<T> {
    fn read(key: &'static str, found: Option<Found<'_>>, reader: &mut Reader<'_, '_>) -> Self {
        let Some(Found { key: name, value }) = found else {
            return Self(Vec::new());
        };
        let path = reader.path_of(key);
        let label = format!("[[{path}]]");
        let DeValue::Array(items) = value.get_ref() else {
            let found = in_words(value.get_ref());
            let message = format!("`{key}`: expected an array of tables, found {found}");
            let problem = reader.problems.error(name.span(), message);
            problem.label("expected an array of tables");
            problem.help(format!("write `{label}` with double brackets, once for each"));
            return Self(Vec::new());
        };
        let mut rows = Vec::new();
        for item in items.iter() {
            match reader.table(key, &label, item) {
                Some(row) => rows.push(row),
                None => {
                    let found = in_words(item.get_ref());
                    let message = format!("`{key}`: expected a table, found {found}");
                    reader.problems.error(item.span(), message).label("expected a table");
                }
            }
        }
        Self(rows)
    }

    fn schema() -> Json {
        json!({ "type": "array", "items": T::schema() })
    }

    fn is_absent(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Table> Entry for Named<T> {
    fn read(key: &'static str, found: Option<Found<'_>>, reader: &mut Reader<'_, '_>) -> Self {
        let Some(Found { key: place, value }) = found else {
            return Self(Vec::new());
        };
        let path = reader.path_of(key);
        let Some(tables) = value.get_ref().as_table() else {
            let found = in_words(value.get_ref());
            let message = format!("`{key}`: expected tables by name, found {found}");
            let problem = reader.problems.error(place.span(), message).label("expected tables");
            problem.help(format!("write `[{path}.NAME]` for each"));
            return Self(Vec::new());
        };
        let mut named = Vec::new();
        for (name, item) in tables.iter() {
            let label = format!("[{path}.{}]", name.get_ref());
            match reader.table(&format!("{key}.{}", name.get_ref()), &label, item) {
                Some(table) => named.push((name.get_ref().to_string(), name.span(), table)),
                None => {
                    let found = in_words(item.get_ref());
                    let message = format!("`{}`: expected a table, found {found}", name.get_ref());
                    let problem = reader.problems.error(name.span(), message);
                    problem.label("expected a table");
                    problem.help(format!("give it a name: `[{path}.NAME]`, and keys below"));
                }
            }
        }
        Self(named)
    }

    fn schema() -> Json {
        json!({ "type": "object", "additionalProperties": T::schema() })
    }

    fn is_absent(&self) -> bool {
        self.0.is_empty()
    }
}
