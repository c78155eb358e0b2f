//! What is wrong with the file, and where?

use std::ops::Range;
use std::path::{Path, PathBuf};

use agents_names::AgentName;

/// Bytes of the config text.
pub(crate) type Span = Range<usize>;

/// One thing that is wrong, or doubtful, in a config file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    pub severity: Severity,
    pub file: PathBuf,
    /// Counted from 1; `None` when the problem has no place in the text.
    pub line: Option<usize>,
    /// In characters, counted from 1.
    pub column: Option<usize>,
    /// What is wrong, in one line.
    pub message: String,
    /// What stands under the marked text.
    pub label: Option<String>,
    /// The way out.
    pub help: Option<String>,
    /// The agent or service that it concerns; the rest of the fleet runs without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentName>,
    /// What was looked for on disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    #[serde(skip)]
    pub(crate) span: Option<Span>,
    /// A second place that explains the first.
    #[serde(skip)]
    pub(crate) context: Option<(Span, String)>,
}

/// Whether a problem keeps the file from loading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    /// The file loads; a part of it likely does not do what was meant.
    Warning,
}

impl Problem {
    /// A problem of the file as a whole.
    pub(crate) fn of_file(file: &Path, message: String, help: Option<String>) -> Self {
        Self {
            severity: Severity::Error,
            file: file.to_owned(),
            line: None,
            column: None,
            message,
            label: None,
            help,
            agent: None,
            path: None,
            span: None,
            context: None,
        }
    }

    pub(crate) fn label(&mut self, label: impl Into<String>) -> &mut Self {
        self.label = Some(label.into());
        self
    }

    pub(crate) fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn context(&mut self, span: Span, label: impl Into<String>) -> &mut Self {
        self.context = Some((span, label.into()));
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let (Some(line), Some(column)) = (self.line, self.column) {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)?;
        self.help.iter().try_for_each(|help| write!(f, " ({help})"))
    }
}

/// Collects problems while the file is read, so that one load shows all of them.
#[derive(Debug)]
pub(crate) struct Problems<'t> {
    file: &'t Path,
    text: &'t str,
    /// Where each line begins, so that finding a line does not read the text again.
    line_starts: Vec<usize>,
    found: Vec<Problem>,
}

impl<'t> Problems<'t> {
    pub(crate) fn new(file: &'t Path, text: &'t str) -> Self {
        let newlines = text.match_indices('\n').map(|(newline, _)| newline + 1);
        Self {
            file,
            text,
            line_starts: [0].into_iter().chain(newlines).collect(),
            found: Vec::new(),
        }
    }

    /// Adds an error at `span`; the answer takes label and help.
    pub(crate) fn error(&mut self, span: Span, message: impl Into<String>) -> &mut Problem {
        self.add(Severity::Error, Some(span), message.into())
    }

    /// Adds an error of a loaded file, at `span` where there is one.
    pub(crate) fn error_at(&mut self, span: Option<Span>, message: String) -> &mut Problem {
        self.add(Severity::Error, span, message)
    }

    pub(crate) fn warning_at(&mut self, span: Option<Span>, message: String) -> &mut Problem {
        self.add(Severity::Warning, span, message)
    }

    pub(crate) fn warning(&mut self, span: Span, message: impl Into<String>) -> &mut Problem {
        self.add(Severity::Warning, Some(span), message.into())
    }

    /// Adds an error that comes from outside the text.
    pub(crate) fn error_outside(&mut self, message: impl Into<String>) -> &mut Problem {
        self.add(Severity::Error, None, message.into())
    }

    /// The text from where the span begins to the end of that line.
    pub(crate) fn rest_of_line(&self, span: &Span) -> &'t str {
        self.text.get(span.start..).and_then(|rest| rest.lines().next()).unwrap_or_default()
    }

    /// The line of a span, counted from 1.
    pub(crate) fn line(&self, span: &Span) -> usize {
        self.line_starts.partition_point(|start| *start <= span.start)
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.found.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// All problems, in the order of the file.
    pub(crate) fn into_sorted(mut self) -> Vec<Problem> {
        self.found.sort_by_key(|problem| problem.span.as_ref().map_or(0, |span| span.start));
        self.found.dedup();
        self.found
    }

    /// The place where `span` starts, both counted from 1, the column in characters.
    fn line_and_column(&self, span: &Span) -> (usize, usize) {
        let line = self.line(span);
        let line_start = line.checked_sub(1).map_or(0, |at| self.line_starts[at]);
        (line, self.text[line_start..span.start].chars().count() + 1)
    }

    fn add(&mut self, severity: Severity, span: Option<Span>, message: String) -> &mut Problem {
        let span = span.map(|span| first_line_of(self.text, &span));
        let place = span.as_ref().map(|span| self.line_and_column(span));
        let at = self.found.len();
        self.found.push(Problem {
            severity,
            line: place.map(|place| place.0),
            column: place.map(|place| place.1),
            span,
            ..Problem::of_file(self.file, message, None)
        });
        &mut self.found[at]
    }
}

/// The part of `span` on its first line, on character boundaries: a mark over a whole table hides the text it marks.
fn first_line_of(text: &str, span: &Span) -> Span {
    let start = char_boundary(text, span.start);
    let end = char_boundary(text, span.end.max(start));
    let marked = &text[start..end];
    let length = marked.find(['\n', '\r']).unwrap_or(marked.len());
    start..start + length
}

fn char_boundary(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}
