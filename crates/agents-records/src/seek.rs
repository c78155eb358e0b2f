//! Which records of a program can be meant, when only a time or an id is known?

use std::path::Path;
use std::time::SystemTime;

use chrono::{DateTime, Duration, Utc};

use crate::error::RecordError;
use crate::event::Cli;
use crate::find::{
    Found, Homes, claude_records, codex_between, codex_record, entries_of, files_in, head,
    pi_records,
};

/// The conversations that began between two instants. [`crate::choose`] tells whose they are.
///
/// # Errors
/// [`RecordError::List`] when a folder is there and cannot be listed.
pub fn began_between(
    cli: Cli,
    homes: &Homes,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Found>, RecordError> {
    match cli {
        Cli::Codex => codex_between(&homes.codex, from, until),
        Cli::Claude => in_folders(cli, &homes.claude.join("projects"), from, until),
        Cli::Pi => in_folders(cli, &homes.pi.join("sessions"), from, until),
    }
}

/// The records of the conversation with that id; several, when the program kept copies of it.
///
/// # Errors
/// [`RecordError::List`] when a folder is there and cannot be listed.
pub fn with_id(cli: Cli, homes: &Homes, id: &str) -> Result<Vec<Found>, RecordError> {
    match cli {
        Cli::Claude => claude_records(&homes.claude, id),
        Cli::Pi => pi_records(&homes.pi, id),
        Cli::Codex => {
            let Some(began) = begun(id) else { return Ok(Vec::new()) };
            let path = codex_record(&homes.codex, id, began)?;
            let found = path.and_then(|path| {
                let conversation = head(cli, &path)?;
                Some(Found { path, conversation })
            });
            Ok(found.into_iter().collect())
        }
    }
}

/// Claude and pi keep a folder per working directory, with a file per conversation.
fn in_folders(
    cli: Cli,
    top: &Path,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Found>, RecordError> {
    let mut found = Vec::new();
    for folder in entries_of(top)? {
        for path in files_in(&folder)? {
            let is_record = path.extension().is_some_and(|extension| extension == "jsonl");
            // What was not written since cannot have begun since; its head need not be read.
            if !is_record || !is_written_since(&path, from) {
                continue;
            }
            let Some(conversation) = head(cli, &path) else { continue };
            if conversation.began.is_some_and(|began| from <= began && began < until) {
                found.push(Found { path, conversation });
            }
        }
    }
    Ok(found)
}

fn is_written_since(path: &Path, from: DateTime<Utc>) -> bool {
    let written = path.metadata().and_then(|metadata| metadata.modified());
    // A file system keeps times as coarse as two seconds.
    written.is_ok_and(|written| written >= SystemTime::from(from - Duration::seconds(2)))
}

/// When a conversation of codex began: its id is a UUID of version 7, which begins with the milliseconds since 1970.
fn begun(id: &str) -> Option<DateTime<Utc>> {
    let digits: String = id.chars().filter(|c| *c != '-').collect();
    if digits.len() != 32 || digits.as_bytes()[12] != b'7' {
        return None;
    }
    let millis = i64::from_str_radix(digits.get(..12)?, 16).ok()?;
    DateTime::from_timestamp_millis(millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_codex_tells_when_it_began() {
        // The first line of `fixtures/codex/ok.jsonl` says both.
        let began = begun("01a1fee1-a3cc-7970-a044-e76670dfa726").unwrap();
        assert_eq!(began.to_rfc3339(), "2026-11-21T16:12:42.828+00:00");
        for none in ["", "x", "01a1fee1-a3cc-4970-a044-e76670dfa726", "01a1fee1", "../../etc"] {
            assert_eq!(begun(none), None, "{none}");
        }
    }
}
