//! Why did a config file not load?

use std::io;
use std::path::{Path, PathBuf};

use crate::diagnostics::Report;
use crate::digest::Digest;
use crate::problem::{Problem, Severity};

/// A config file that did not load. Every variant can show all that is wrong.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is no such file.
    #[error("there is no config file at {}", .0.file().display())]
    Missing(Box<Report>),
    /// The file is there and cannot be read as a text of sensible size.
    #[error("{}", summary(report))]
    Unreadable { report: Box<Report>, source: Option<io::Error> },
    /// The text is wrong; `digest` tells whether it is the same wrong text as before.
    #[error("{}", summary(report))]
    Invalid { report: Box<Report>, digest: Digest },
}

impl LoadError {
    /// All problems as text for a terminal; `color` adds ANSI colours.
    #[must_use]
    pub fn report(&self, color: bool) -> String {
        self.whole().render(color)
    }

    /// All problems, in the order of the file; at least one is an error.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        self.whole().problems()
    }

    /// What identifies the wrong text; `None` when there is no text.
    #[must_use]
    pub fn digest(&self) -> Option<&Digest> {
        match self {
            Self::Invalid { digest, .. } => Some(digest),
            Self::Missing(_) | Self::Unreadable { .. } => None,
        }
    }

    pub(crate) fn missing(path: &Path) -> Self {
        let message = format!("there is no config file at {}", path.display());
        let help = match above(path) {
            Some(found) => format!(
                "one lies in a folder above: `--config {}`; a verb looks for it here alone",
                found.display()
            ),
            None => "name one with `--config PATH`, or make one with `agents init`".to_owned(),
        };
        Self::Missing(without_text(path, message, help))
    }

    pub(crate) fn unreadable(path: &Path, why: &str, help: &str) -> Self {
        let message = format!("{} {why}", path.display());
        Self::Unreadable { report: without_text(path, message, help.to_owned()), source: None }
    }

    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::NotFound {
            return Self::missing(path);
        }
        let message = format!("cannot read the config file {}: {source}", path.display());
        let help = "make it readable for this user".to_owned();
        Self::Unreadable { report: without_text(path, message, help), source: Some(source) }
    }

    fn whole(&self) -> &Report {
        match self {
            Self::Missing(report)
            | Self::Unreadable { report, .. }
            | Self::Invalid { report, .. } => report,
        }
    }
}

/// The file of that plain name in the nearest folder above this one, as seen from here.
fn above(path: &Path) -> Option<PathBuf> {
    if path.components().count() != 1 || path.is_absolute() {
        return None;
    }
    let here = std::env::current_dir().ok()?;
    let mut ups = PathBuf::new();
    here.ancestors().skip(1).find_map(|folder| {
        ups.push("..");
        folder.join(path).is_file().then(|| ups.join(path))
    })
}

fn without_text(path: &Path, message: String, help: String) -> Box<Report> {
    Box::new(Report::new(path, "", vec![Problem::of_file(path, message, Some(help))]))
}

/// The first error in one line, with the number of others.
fn summary(report: &Report) -> String {
    let errors = || report.problems().iter().filter(|problem| problem.severity == Severity::Error);
    let Some(first) = errors().next() else {
        return format!("{} did not load", report.file().display());
    };
    match errors().count() - 1 {
        0 => first.to_string(),
        1 => format!("{first}; and 1 more problem"),
        more => format!("{first}; and {more} more problems"),
    }
}
