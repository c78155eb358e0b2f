//! Which of the candidates for a setting counts, and where does it come from?

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::entry::Field;
use crate::origin::{Origin, Origins};
use crate::paths::{self, PathFault};
use crate::problem::{Problems, Span};
use crate::value::Value;

/// Picks settings and records their origins. A wrong value counts as absent: its problem is noted already.
pub(crate) struct Picker<'p, 't> {
    pub problems: &'p mut Problems<'t>,
    pub origins: Origins,
    home: Option<&'p Path>,
    /// What relative paths start from.
    pub root: PathBuf,
}

/// Where a setting may be written: the table itself, and `[defaults]` when it is inherited.
pub(crate) struct Layers<'f, T> {
    own: &'f Field<T>,
    defaults: Option<&'f Field<T>>,
}

/// A setting that only its own table has.
pub(crate) fn own<T>(own: &Field<T>) -> Layers<'_, T> {
    Layers { own, defaults: None }
}

/// A setting that `[defaults]` hands down.
pub(crate) fn inherited<'f, T>(own: &'f Field<T>, defaults: &'f Field<T>) -> Layers<'f, T> {
    Layers { own, defaults: Some(defaults) }
}

impl<'p, 't> Picker<'p, 't> {
    pub(crate) fn new(
        problems: &'p mut Problems<'t>,
        home: Option<&'p Path>,
        root: PathBuf,
    ) -> Self {
        Self { problems, origins: Origins::default(), home, root }
    }

    /// The value, else `built_in`.
    pub(crate) fn pick_or<T: Value + Clone>(
        &mut self,
        key: String,
        layers: &Layers<'_, T>,
        built_in: T,
    ) -> T {
        match self.candidate(layers) {
            Some((value, span, origin)) => {
                self.origins.record(key, value.show(), origin, span);
                value
            }
            None => {
                self.origins.record(key, built_in.show(), Origin::BuiltIn, None);
                built_in
            }
        }
    }

    /// The value, else the one that the preset fills in.
    pub(crate) fn pick_or_preset<T: Value + Clone>(
        &mut self,
        key: String,
        layers: &Layers<'_, T>,
        (preset, filling): (&str, T),
    ) -> T {
        match self.candidate(layers) {
            Some((value, span, origin)) => {
                self.origins.record(key, value.show(), origin, span);
                value
            }
            None => {
                let origin = Origin::Preset { preset: preset.to_owned() };
                self.origins.record(key, filling.show(), origin, None);
                filling
            }
        }
    }

    /// The value, if any.
    pub(crate) fn pick<T: Value + Clone>(
        &mut self,
        key: String,
        layers: &Layers<'_, T>,
    ) -> Option<T> {
        let candidate = self.candidate(layers);
        let (shown, span, origin) = match &candidate {
            Some((value, span, origin)) => (value.show(), span.clone(), origin.clone()),
            None => (Json::Null, None, Origin::BuiltIn),
        };
        self.origins.record(key, shown, origin, span);
        candidate.map(|(value, ..)| value)
    }

    /// The text, where an empty one means none.
    pub(crate) fn pick_text(&mut self, key: String, layers: &Layers<'_, String>) -> Option<String> {
        self.pick(key, layers).filter(|text| !text.is_empty())
    }

    /// The path, absolute; an empty one means none.
    pub(crate) fn pick_path(
        &mut self,
        key: String,
        layers: &Layers<'_, String>,
    ) -> Option<PathBuf> {
        let span = self.candidate(layers).and_then(|(_, span, _)| span);
        let text = self.pick_text(key, layers)?;
        Some(self.absolute(&text, span))
    }

    /// The path, absolute, else `built_in` below the root.
    pub(crate) fn pick_path_or(
        &mut self,
        key: String,
        layers: &Layers<'_, String>,
        built_in: &str,
    ) -> PathBuf {
        let span = self.candidate(layers).and_then(|(_, span, _)| span);
        let text = self.pick_or(key, layers, built_in.to_owned());
        self.absolute(&text, span)
    }

    /// `text` as an absolute path; a fault is noted at `span`.
    pub(crate) fn absolute(&mut self, text: &str, span: Option<Span>) -> PathBuf {
        paths::resolve(text, &self.root, self.home).unwrap_or_else(|fault| {
            let message = match fault {
                PathFault::NoHome => format!("`{text}`: there is no home folder for `~`"),
                PathFault::OtherHome => format!("`{text}`: only your own home `~/` is expanded"),
            };
            let problem = match span {
                Some(span) => self.problems.error(span, message).label("cannot be expanded"),
                None => self.problems.error_outside(message),
            };
            problem.help("write the path in full");
            self.root.join(text)
        })
    }

    /// The line of a span, counted from 1.
    pub(crate) fn line(&self, span: &Span) -> usize {
        self.problems.line(span)
    }

    fn candidate<T: Clone>(&self, layers: &Layers<'_, T>) -> Option<(T, Option<Span>, Origin)> {
        let own = layers.own.value().map(|value| (value, layers.own.span()));
        if let Some((value, span)) = own {
            let line = span.as_ref().map_or(0, |span| self.line(span));
            return Some((value.clone(), span, Origin::Own { line }));
        }
        let defaults = layers.defaults?;
        let span = defaults.span();
        let line = span.as_ref().map_or(0, |span| self.line(span));
        Some((defaults.value()?.clone(), span, Origin::Defaults { line }))
    }
}
