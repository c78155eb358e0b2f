//! Where do the programs keep their records?

use std::ffi::OsString;
use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Datelike as _, Duration, NaiveDate, Utc};

use crate::conversation::Conversation;
use crate::error::RecordError;
use crate::event::{Cli, What};
use crate::parser::{Line, Parser};
use crate::tail;

/// How much of a record is read to learn whose it is, in bytes. codex's first line has 22 kB of instructions.
const HEAD_LIMIT: u64 = 1 << 20;

/// How many days of codex's folders are looked at, at most.
const DAYS_LIMIT: usize = 40;

/// The folders in which the programs keep what they know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Homes {
    pub codex: PathBuf,
    pub claude: PathBuf,
    pub pi: PathBuf,
}

impl Homes {
    /// From the environment that the agent's program has: `HOME`, and `CODEX_HOME`, `CLAUDE_CONFIG_DIR` and `PI_CODING_AGENT_DIR` that
    /// move one of them. `None` without `HOME`. A folder given to pi for its sessions alone (`--session-dir`) is not known here.
    pub fn of_environment(variable: impl Fn(&str) -> Option<OsString>) -> Option<Self> {
        let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let home = set("HOME")?;
        let of = |name, below: &str| set(name).unwrap_or_else(|| home.join(below));
        Some(Self {
            codex: of("CODEX_HOME", ".codex"),
            claude: of("CLAUDE_CONFIG_DIR", ".claude"),
            pi: of("PI_CODING_AGENT_DIR", ".pi/agent"),
        })
    }
}

/// A record and whose it says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub path: PathBuf,
    pub conversation: Conversation,
}

/// The records of codex that began between two instants, sub-agents' threads included; [`crate::choose`] tells them apart. The hidden
/// thread that makes a title leaves no record (measured). A record whose first line cannot be read yet is left out.
///
/// # Errors
/// [`RecordError::List`] when a folder is there and cannot be listed.
pub fn codex_between(
    home: &Path,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Found>, RecordError> {
    let mut found = Vec::new();
    // The folders are named by the local date, which is at most a day off.
    let first = (from - Duration::days(1)).date_naive();
    let last = (until + Duration::days(1)).date_naive();
    for day in first.iter_days().take_while(|day| *day <= last).take(DAYS_LIMIT) {
        for path in files_in(&codex_day(home, day))? {
            let named = path.file_name().is_some_and(|name| {
                let name = name.to_string_lossy();
                name.starts_with("rollout-") && name.ends_with(".jsonl")
            });
            let Some(conversation) = named.then(|| head(Cli::Codex, &path)).flatten() else {
                continue;
            };
            if conversation.began.is_some_and(|began| from <= began && began < until) {
                found.push(Found { path, conversation });
            }
        }
    }
    Ok(found)
}

/// The record of a codex conversation whose id and day are known: the id is in the file's name and in its first line.
///
/// # Errors
/// [`RecordError::List`] when a folder is there and cannot be listed.
pub fn codex_record(
    home: &Path,
    id: &str,
    began: DateTime<Utc>,
) -> Result<Option<PathBuf>, RecordError> {
    let around = codex_between(home, began - Duration::hours(1), began + Duration::hours(1))?;
    Ok(around.into_iter().find(|found| found.conversation.id == id).map(|found| found.path))
}

fn codex_day(home: &Path, day: NaiveDate) -> PathBuf {
    let (year, month, day) = (day.year(), day.month(), day.day());
    home.join("sessions").join(format!("{year:04}/{month:02}/{day:02}"))
}

/// The transcripts of claude with an id: `projects/<directory>/<id>.jsonl`. claude makes the folder's name from the working directory
/// in a way that is cut for long paths, so all folders are searched; [`crate::is_launched`] tells whose it is. Sub-agents'
/// transcripts lie deeper. A transcript without a message is left out.
///
/// # Errors
/// [`RecordError::List`] when a folder is there and cannot be listed.
pub fn claude_records(home: &Path, id: &str) -> Result<Vec<Found>, RecordError> {
    if !is_plain(id) {
        return Ok(Vec::new());
    }
    let folders = entries_of(&home.join("projects"))?.into_iter();
    let found = folders.filter_map(|folder| {
        let path = folder.join(format!("{id}.jsonl"));
        let conversation = head(Cli::Claude, &path).filter(|conversation| conversation.id == id)?;
        Some(Found { path, conversation })
    });
    Ok(found.collect())
}

/// The sessions of pi with an id: `sessions/<directory>/<time>_<id>.jsonl`. The same id in another working directory is another
/// conversation; [`crate::is_launched`] tells.
///
/// # Errors
/// [`RecordError::List`] when a folder is there and cannot be listed.
pub fn pi_records(home: &Path, id: &str) -> Result<Vec<Found>, RecordError> {
    let mut found = Vec::new();
    if !is_plain(id) {
        return Ok(found);
    }
    let end = format!("_{id}.jsonl");
    for folder in entries_of(&home.join("sessions"))? {
        for path in files_in(&folder)? {
            let named = path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(&end));
            if let Some(conversation) = named.then(|| head(Cli::Pi, &path)).flatten() {
                found.push(Found { path, conversation });
            }
        }
    }
    found.retain(|found| found.conversation.id == id);
    Ok(found)
}

/// Whose record the file says it is; `None` when it cannot be read or does not say so in its first lines.
#[must_use]
pub fn head(cli: Cli, path: &Path) -> Option<Conversation> {
    let file = tail::open(path).ok()??;
    let mut reader = BufReader::new(file.take(HEAD_LIMIT));
    let mut parser = Parser::new(cli);
    loop {
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line).ok()?;
        // A line without an end is torn, or cut by the limit.
        if line.pop() != Some(b'\n') {
            return None;
        }
        let events = parser.line(&Line::Text(line)).map(|entry| entry.events).unwrap_or_default();
        let opened = events.into_iter().find_map(|event| match event.what {
            What::Opened(conversation) => Some(conversation),
            _ => None,
        });
        if opened.is_some() {
            return opened;
        }
    }
}

/// An id is put into a file's name, so it must not lead elsewhere.
fn is_plain(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= 200
        && id != "."
        && id != ".."
        && !id.contains(|c: char| c == '/' || c.is_control())
}

pub(crate) fn files_in(folder: &Path) -> Result<Vec<PathBuf>, RecordError> {
    Ok(entries_of(folder)?.into_iter().filter(|path| path.is_file()).collect())
}

/// What lies in a folder, by name; nothing when there is no folder.
pub(crate) fn entries_of(folder: &Path) -> Result<Vec<PathBuf>, RecordError> {
    let failed = |source| RecordError::List { path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if gone(&error) => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = paths.collect::<Result<Vec<_>, _>>().map_err(failed)?;
    paths.sort();
    Ok(paths)
}

fn gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests;
