//! How does a TOML table become a raw table, with every wrong value, unknown key and missing key noted on the way?

use serde_json::Value as Json;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::entry::Entry;
use crate::problem::{Problems, Span};
use crate::raw::homes_of;
use crate::value::nearest;

/// One table of the file being read. Keys that nobody takes are unknown.
pub(crate) struct Reader<'p, 't> {
    place: Place,
    table: &'p DeTable<'p>,
    known: Vec<&'static str>,
    pub(crate) problems: &'p mut Problems<'t>,
}

/// Where a table stands in the file.
#[derive(Debug, Clone)]
struct Place {
    /// The table as messages name it: `[[agent]]`, in backticks.
    label: String,
    /// The dotted path; empty for the file itself.
    path: String,
    header: Span,
}

/// A raw table: it knows its keys, reads itself and describes itself.
pub(crate) trait Table: Sized {
    const KEYS: &'static [&'static str];

    fn read(reader: Reader<'_, '_>) -> Self;
    /// The JSON Schema of the table.
    fn schema() -> Json;
}

/// What the file holds at a key.
#[derive(Clone, Copy)]
pub(crate) struct Found<'p> {
    pub key: &'p Spanned<std::borrow::Cow<'p, str>>,
    pub value: &'p Spanned<DeValue<'p>>,
}

impl<'p, 't> Reader<'p, 't> {
    /// Reads the file's outermost table.
    pub(crate) fn of_file<T: Table>(table: &'p DeTable<'p>, problems: &'p mut Problems<'t>) -> T {
        let place = Place { label: "the file".to_owned(), path: String::new(), header: 0..0 };
        T::read(Reader { place, table, known: Vec::new(), problems })
    }

    pub(crate) fn header(&self) -> Span {
        self.place.header.clone()
    }

    /// The path of `key`, as a person would say it.
    pub(crate) fn path_of(&self, key: &str) -> String {
        if self.place.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.place.path)
        }
    }

    /// The entry at `key`.
    pub(crate) fn take<E: Entry>(&mut self, key: &'static str, required: bool) -> E {
        self.known.push(key);
        let table: &'p DeTable<'p> = self.table;
        let found = table.iter().find(|(name, _)| name.get_ref() == key);
        let entry = E::read(key, found.map(|(key, value)| Found { key, value }), self);
        if required && entry.is_absent() {
            self.missing(key);
        }
        entry
    }

    /// Reads a table that stands at `key`; `label` is the way to write it.
    pub(crate) fn table<T: Table>(
        &mut self,
        key: &str,
        label: &str,
        found: &Spanned<DeValue<'_>>,
    ) -> Option<T> {
        let place =
            Place { label: format!("`{label}`"), path: self.path_of(key), header: found.span() };
        let table = found.get_ref().as_table()?;
        Some(T::read(Reader { place, table, known: Vec::new(), problems: self.problems }))
    }

    /// Notes the keys that nobody took.
    pub(crate) fn finish(self) {
        for name in self.table.keys() {
            let key: &str = name.get_ref();
            if self.known.contains(&key) {
                continue;
            }
            let message = format!("unknown key `{key}` in {}", self.place.label);
            let problem = self.problems.error(name.span(), message).label("unknown key");
            problem.help(advice(&self.place.path, key, &self.known));
        }
    }

    fn missing(&mut self, key: &str) {
        let (message, label) = if self.place.path.is_empty() {
            (format!("the table `[{key}]` is missing"), format!("the file needs `[{key}]`"))
        } else {
            (format!("`{key}` is missing in {}", self.place.label), format!("needs `{key}`"))
        };
        let problem = self.problems.error(self.header(), message).label(label);
        if let Some(example) = example_of(key) {
            problem.help(format!("add `{example}`"));
        }
    }
}

/// What to do about a key that the table does not have.
fn advice(path: &str, key: &str, known: &[&'static str]) -> String {
    if path == "defaults" && ["name", "session", "kind"].contains(&key) {
        return format!("`{key}` is never inherited: set it in each `[[agent]]`");
    }
    if let Some(near) = nearest(key, known) {
        return format!("did you mean `{near}`?");
    }
    let homes = homes_of(key);
    if homes.is_empty() {
        format!("known keys: {}", known.join(", "))
    } else {
        format!("`{key}` belongs in {}", homes.join(" or "))
    }
}

fn example_of(key: &str) -> Option<&'static str> {
    let examples = [
        ("defaults", "[defaults]"),
        ("session_prefix", "session_prefix = \"myproj-\""),
        ("log_dir", "log_dir = \".agents\""),
        ("name", "name = \"builder\""),
        ("bin", "bin = \"claude\""),
        ("id", "id = \"1\""),
        ("status", "status = \"STATUS.md\""),
        ("command", "command = \"npm run dev\""),
        ("prompt_file", "prompt_file = \"prompts/wake.md\""),
    ];
    examples.iter().find(|(name, _)| *name == key).map(|(_, example)| *example)
}
