//! How does a path become a checked fleet?

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use toml::de::DeTable;

use crate::check::check;
use crate::diagnostics::Report;
use crate::digest::Digest;
use crate::environment::Environment;
use crate::error::LoadError;
use crate::files::{self, AgentProblem};
use crate::problem::Problems;
use crate::raw::RawFile;
use crate::reader::Reader;
use crate::resolve::resolve;
use crate::{Fleet, Origins};

/// A file longer than this, in bytes, was not meant to be a config file.
const LONGEST: u64 = 4 << 20;

/// A checked fleet and what is worth knowing about its file.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub fleet: Fleet,
    pub origins: Origins,
    /// What single agents and services lack on disk.
    pub problems_of_agents: Vec<AgentProblem>,
    /// The text itself.
    pub text: String,
    /// Equal for equal texts.
    pub digest: Digest,
    /// What the file says that likely does not do what was meant.
    pub warnings: Report,
}

/// Reads the file at `path` and checks all of it, and looks for the files that it names.
///
/// It never waits: a FIFO or a device is refused unopened. Symbolic links are followed, so relative paths start
/// from the folder of the file itself.
///
/// # Errors
/// [`LoadError`] with every problem that was found.
pub fn load(path: &Path, environment: &Environment) -> Result<Loaded, LoadError> {
    let real = path.canonicalize().map_err(|error| LoadError::io(path, error))?;
    if real.to_str().is_none() {
        let help = "rename that folder: JSON, the store and other programs' arguments are text";
        return Err(LoadError::unreadable(path, "lies in a folder whose name is not UTF-8", help));
    }
    let text = read(path, &real)?;
    let mut loaded = load_text(&text, &real, environment)?;
    loaded.problems_of_agents = files::problems_of(&loaded.fleet);
    Ok(loaded)
}

/// Checks `text` as the content of a config file at `path`, which should be absolute and need not exist. Looks at no file.
///
/// # Errors
/// [`LoadError::Invalid`] with every problem that was found.
pub fn load_text(text: &str, path: &Path, environment: &Environment) -> Result<Loaded, LoadError> {
    let mut problems = Problems::new(path, text);
    let resolved = fleet_of(text, path, environment, &mut problems);
    let failed = problems.has_errors();
    let report = Report::new(path, text, problems.into_sorted());
    let digest = Digest::of(text);
    match resolved {
        Some((fleet, origins)) if !failed => {
            let (text, problems_of_agents) = (text.to_owned(), Vec::new());
            Ok(Loaded { fleet, origins, problems_of_agents, text, digest, warnings: report })
        }
        Some(_) | None => Err(LoadError::Invalid { report: Box::new(report), digest }),
    }
}

fn fleet_of(
    text: &str,
    path: &Path,
    environment: &Environment,
    problems: &mut Problems<'_>,
) -> Option<(Fleet, Origins)> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        // What the parser recovered is a guess, so nothing else is said about it.
        note_syntax(&errors, problems);
        return None;
    }
    let raw: RawFile = Reader::of_file(table.get_ref(), problems);
    check(&raw, problems);
    let (fleet, origins) = resolve(&raw, path, environment, problems);
    Some((fleet?, origins))
}

/// Notes the first syntax error of each line: later ones on a line follow from it.
fn note_syntax(errors: &[toml::de::Error], problems: &mut Problems<'_>) {
    let mut last_line = None;
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        let line = problems.line(&span);
        if last_line.replace(line) != Some(line) {
            let message = error.message().replace('\n', ", ");
            let is_double = message == "duplicate key";
            let help = way_out(&message, problems.rest_of_line(&span));
            let problem = problems.error(span, message).label("not valid TOML");
            if is_double {
                problem.label("stands in this table already").help("keep one of them");
            } else if let Some(help) = help {
                problem.help(help);
            }
        }
    }
}

/// What the parser does not say: how the commonest slips are mended. `rest`: the line from the mistake on.
fn way_out(message: &str, rest: &str) -> Option<&'static str> {
    if rest.starts_with(['\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}']) {
        return Some(
            "these are typographic quotes, as word processors make them: write plain `\"`",
        );
    }
    if message.contains("unicode") || message.contains("escape") {
        return Some(
            "between `\"` a backslash begins an escape: put a path or a pattern between `'` instead",
        );
    }
    message.contains("invalid basic string").then_some(
        "close the text with `\"` on its line; one of several lines stands between `\"\"\"`",
    )
}

fn read(path: &Path, real: &Path) -> Result<String, LoadError> {
    let metadata = real.metadata().map_err(|error| LoadError::io(path, error))?;
    if metadata.is_dir() {
        let help = "name the file in it: `--config DIR/agents.toml`";
        return Err(LoadError::unreadable(path, "is a folder, not a config file", help));
    }
    if !metadata.is_file() {
        let help = "a FIFO, socket or device cannot be read again at every tick: use a file";
        return Err(LoadError::unreadable(path, "is not a regular file", help));
    }
    let mut bytes = Vec::new();
    let file = File::open(real).map_err(|error| LoadError::io(path, error))?;
    // The size can change after it was looked at, so the read has its own bound.
    let result = file.take(LONGEST + 1).read_to_end(&mut bytes);
    result.map_err(|error| LoadError::io(path, error))?;
    if bytes.len() as u64 > LONGEST {
        let help = "is it the right file? `agents init` shows what one looks like";
        return Err(LoadError::unreadable(path, "is longer than 4 MiB", help));
    }
    String::from_utf8(bytes).map_err(|error| {
        let error = error.utf8_error();
        let why = format!("is not UTF-8: byte {} cannot be read", error.valid_up_to());
        LoadError::unreadable(path, &why, "save it as UTF-8")
    })
}
