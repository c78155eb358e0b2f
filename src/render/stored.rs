//! What does the store say, read without leaving a trace?

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use agents_decide::FleetState;
use agents_store::Reader;
use agents_watchdog::in_force::{PROBLEM_WORD, SOCKET_WORD};
use agents_watchdog::ledger::LedgerError;
use agents_watchdog::notify::OUTBOX_WORD;
use agents_watchdog::recorder::Word;
use agents_watchdog::store_ledger::{Document, parse_state};
use agents_watchdog::work::Board;

use crate::error::Error;

/// The store of a fleet; `None` when nothing of it was ever started.
///
/// # Errors
/// When there is one that cannot be read.
pub fn reader(state_dir: &Path) -> Result<Option<Reader>, Error> {
    Ok(Reader::open(state_dir)?)
}

/// The state of the last tick.
///
/// # Errors
/// When there is one that cannot be read.
pub fn state(state_dir: &Path) -> Result<Option<FleetState>, Error> {
    Ok(document(state_dir)?.map(|document| document.state))
}

/// The state of the last tick, with the clock it was written under.
///
/// # Errors
/// When there is one that cannot be read.
pub fn document(state_dir: &Path) -> Result<Option<Document>, Error> {
    let Some(reader) = reader(state_dir)? else { return Ok(None) };
    let Some(document) = reader.load_state()? else { return Ok(None) };
    parse_state(&document).map(Some).map_err(|error| Error::Unavailable(error.to_string()))
}

/// What a watchdog found wrong with the config file.
pub struct FileProblem {
    /// In one line.
    pub summary: String,
    /// The process that found it.
    pub finder: u64,
    /// The digest of the text that it is wrong with; `null` where there was none to read, and nothing of an earlier version.
    pub digest: Option<serde_json::Value>,
    /// Nothing was wrong but that nobody had trusted it.
    pub is_untrusted: bool,
}

/// What the store remembers; where it is damaged, nothing but that.
#[derive(Default)]
pub struct Remembered {
    pub document: Option<Document>,
    /// The last words, by what they are about; one of another shape is left out.
    pub words: BTreeMap<String, Word>,
    /// What a watchdog found wrong with the config file when it read it last.
    pub config_problem: Option<FileProblem>,
    /// What is wrong with the store, and the way out.
    pub damage: Option<String>,
    /// Where the socket of the fleet's tmux server was when it was last taken over.
    pub socket: Option<PathBuf>,
    /// What those are owed who are told when something needs a person.
    pub outbox: Option<String>,
    /// All manifests; none where they cannot be read, which whoever needs them says.
    pub board: Board,
}

impl Remembered {
    /// Reads the store of a fleet; nothing is remembered of one that was never started.
    ///
    /// # Errors
    /// When it cannot be read, for a reason that is not its own.
    pub fn of(state_dir: &Path) -> Result<Self, Error> {
        let contents = match Reader::contents(state_dir) {
            Ok(Some(contents)) => contents,
            Ok(None) => return Ok(Self::default()),
            Err(error) if error.is_damage() => return Ok(Self::damaged(error.to_string())),
            Err(error) => return Err(error.into()),
        };
        let document = match contents.state.as_ref().map(parse_state).transpose() {
            Ok(document) => document,
            Err(LedgerError::Damaged(damage)) => return Ok(Self::damaged(damage)),
            Err(error) => return Err(Error::Unavailable(error.to_string())),
        };
        let of = |subject: &str| {
            let word = contents.words.iter().find(|word| word.subject == subject)?;
            Some(word.body.as_str())
        };
        let problem: Option<serde_json::Value> =
            of(PROBLEM_WORD).and_then(|word| serde_json::from_str(word).ok());
        let config_problem = problem.and_then(|it| {
            Some(FileProblem {
                summary: it["broken"].as_str()?.to_owned(),
                finder: it["finder"].as_u64().unwrap_or_default(),
                digest: it.get("digest").cloned(),
                is_untrusted: it["untrusted"].as_bool().unwrap_or_default(),
            })
        });
        let socket = of(SOCKET_WORD).and_then(|word| serde_json::from_str(word).ok());
        let outbox = of(OUTBOX_WORD).map(str::to_owned);
        let board = Board::of_words(&contents.words).unwrap_or_default();
        let words = contents.words.into_iter();
        let words =
            words.filter_map(|word| Some((word.subject, serde_json::from_str(&word.body).ok()?)));
        let words = words.collect();
        Ok(Self { document, words, config_problem, damage: None, socket, outbox, board })
    }

    fn damaged(damage: String) -> Self {
        Self { damage: Some(damage), ..Self::default() }
    }
}

/// Why nobody will ever be able to use the store as it is, and the way out; `None` for one that is whole, or was never there.
///
/// # Errors
/// When that cannot be told.
pub fn damage(state_dir: &Path) -> Result<Option<String>, Error> {
    if let Some(damage) = agents_store::damage(state_dir)? {
        return Ok(Some(damage.to_string()));
    }
    let Some(reader) = reader(state_dir)? else { return Ok(None) };
    let Some(document) = reader.load_state()? else { return Ok(None) };
    match parse_state(&document) {
        Err(LedgerError::Damaged(damage)) => Ok(Some(damage)),
        Ok(_)
        | Err(
            LedgerError::Unusable(_)
            | LedgerError::Superseded
            | LedgerError::Withdrawn
            | LedgerError::Displaced,
        ) => Ok(None),
    }
}
