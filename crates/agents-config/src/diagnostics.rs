//! How are problems shown to a person? With the line of the file, the text marked, and the way out.

use std::path::{Path, PathBuf};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::problem::{Problem, Severity};

/// More problems than this are only counted: they share a cause, and a person stops reading.
const MOST_SHOWN: usize = 50;

/// The problems of one text, with the text they point into.
#[derive(Debug, Clone)]
pub struct Report {
    file: PathBuf,
    text: String,
    problems: Vec<Problem>,
}

impl Report {
    pub(crate) fn new(file: &Path, text: &str, problems: Vec<Problem>) -> Self {
        let problems: Vec<Problem> = problems.into_iter().map(printable).collect();
        // What stands beside a problem may be the line of a secret. Mostly there is none, and masking takes long.
        let quoted = || quotable(&crate::secret::masked(text));
        let text = if problems.is_empty() { String::new() } else { quoted() };
        Self { file: file.to_owned(), text, problems }
    }

    /// The problems, in the order of the file.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The file that the problems are in.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Whether there is nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// All problems as text for a terminal, each with its line of the file; `color` adds ANSI colours.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let path = self.file.to_string_lossy();
        let mut shown: Vec<String> = self
            .problems
            .iter()
            .take(MOST_SHOWN)
            .map(|problem| renderer.render(&[self.group(problem, &path)]))
            .collect();
        let hidden = self.problems.len().saturating_sub(MOST_SHOWN);
        if hidden > 0 {
            shown.push(format!("and {hidden} more"));
        }
        shown.join("\n\n")
    }

    fn group<'a>(&'a self, problem: &'a Problem, path: &'a str) -> Group<'a> {
        let level = match problem.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut title = problem.message.clone();
        if problem.span.is_none() && !title.contains(path) {
            title = format!("{path}: {title}");
        }
        let mut group = Group::with_title(level.primary_title(title));
        if let Some(span) = problem.span.clone() {
            let mark = AnnotationKind::Primary.span(span).label(problem.label.as_deref());
            let mut snippet = Snippet::source(&self.text).path(path).annotation(mark);
            if let Some((span, label)) = &problem.context {
                let mark = AnnotationKind::Context.span(span.clone()).label(label.as_str());
                snippet = snippet.annotation(mark);
            }
            group = group.element(snippet);
        }
        match &problem.help {
            Some(help) => group.element(Level::HELP.message(help)),
            None => group,
        }
    }
}

/// The text at the same length without C1 controls and marks that turn text, which a terminal obeys; C0 is drawn by the renderer.
fn quotable(text: &str) -> String {
    let stand_in = |c: char| match c {
        '\u{7f}' => '?',
        '\u{80}'..='\u{9f}' | '\u{61c}' => '¿',
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c => c,
    };
    text.chars().map(stand_in).collect()
}

/// The problem with its control characters escaped: a quoted key of the file may hold any, and terminals obey them.
fn printable(problem: Problem) -> Problem {
    let escape = |text: String| -> String {
        if !text.contains(char::is_control) {
            return text;
        }
        let escaped = text.chars().map(|c| match c.is_control() {
            true => c.escape_default().to_string(),
            false => c.to_string(),
        });
        escaped.collect()
    };
    Problem {
        message: escape(problem.message),
        label: problem.label.map(escape),
        help: problem.help.map(escape),
        ..problem
    }
}
