//! The store as the ledger of the tick.

use agents_decide::{FleetState, Request, RequestId, STATE_SCHEMA, Verb};
use agents_store::{Commit, JournalEntry, Keep, Reply, StateDocument, Store, StoreError, Word};

use crate::ledger::{Entry, EntryKind, Ledger, LedgerError, Record};
use crate::place::ClockMark;
use crate::redacted::redacted;

#[cfg(test)]
mod tests;

/// As the store itself says it of a damaged file.
const WAY_OUT: &str = "restore a copy, or let `agents down` set it aside and end the fleet";

/// The state document: what is remembered, and the clock it was written under.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Document {
    pub state: FleetState,
    pub clock: ClockMark,
}

/// A store whose lock this process holds.
pub struct StoreLedger {
    store: Store,
    asleep_until_change: Option<u64>,
}

impl StoreLedger {
    /// The caller holds the fleet lock and has claimed an epoch.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, asleep_until_change: None }
    }

    /// Looks whether others can still read the store: its beginning, or the `whole` of it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&mut self, whole: bool) -> Result<(), LedgerError> {
        self.store.check(whole).map_err(failed)
    }

    /// Removes what of the journal need not stay; whether there may be more of it.
    ///
    /// # Errors
    /// As a commit.
    pub fn prune(&mut self, keep: &Keep) -> Result<bool, LedgerError> {
        self.store.prune_journal(keep).map_err(failed)
    }

    /// The store itself.
    pub fn store(&mut self) -> &mut Store {
        &mut self.store
    }
}

fn failed(error: StoreError) -> LedgerError {
    match error {
        // Epochs only rise: an earlier one is that of a copy that was put back.
        StoreError::Superseded { ours, current } if current < ours => LedgerError::Displaced,
        StoreError::Displaced { .. } => LedgerError::Displaced,
        StoreError::Superseded { .. } => LedgerError::Superseded,
        StoreError::Withdrawn => LedgerError::Withdrawn,
        damage if damage.is_damage() => LedgerError::Damaged(damage.to_string()),
        // Files that were replaced in the midst of a look leave a connection that never reads again.
        unread @ StoreError::Unreadable { .. } => LedgerError::Damaged(unread.to_string()),
        other => LedgerError::Unusable(other.to_string()),
    }
}

/// Reads a state document.
///
/// # Errors
/// When it was written by a newer program, or is damaged: it is never taken for an empty one.
pub fn parse_state(document: &StateDocument) -> Result<Document, LedgerError> {
    if document.schema > STATE_SCHEMA {
        return Err(LedgerError::Unusable(format!(
            "its state has schema {}, and this program knows {STATE_SCHEMA}: a newer `agents` wrote it",
            document.schema
        )));
    }
    serde_json::from_str(&document.body)
        .map_err(|error| LedgerError::Damaged(format!("its state is damaged: {error}; {WAY_OUT}")))
}

/// Reads a stored request; one of another shape is skipped by its number.
#[must_use]
pub fn parse_request(id: u64, body: &str) -> Option<Request> {
    let verb: Verb = serde_json::from_str(body).ok()?;
    Some(Request { id: RequestId(id), verb })
}

impl Ledger for StoreLedger {
    fn load(&mut self) -> Result<Option<(FleetState, ClockMark)>, LedgerError> {
        let Some(document) = self.store.load_state().map_err(failed)? else { return Ok(None) };
        let Document { state, clock } = parse_state(&document)?;
        Ok(Some((state, clock)))
    }

    fn words(&mut self) -> Result<Vec<(String, String)>, LedgerError> {
        let words = self.store.words().map_err(failed)?.into_iter();
        Ok(words.map(|word| (word.subject, word.body)).collect())
    }

    fn requests(&mut self) -> Result<Vec<Request>, LedgerError> {
        // One cheap number tells whether anybody wrote since the last look found nothing.
        let revision = self.store.revision().map_err(failed)?;
        if self.asleep_until_change == Some(revision) {
            return Ok(Vec::new());
        }
        let open = self.store.open_requests().map_err(failed)?;
        let requests: Vec<Request> =
            open.into_iter().filter_map(|open| parse_request(open.id, &open.body)).collect();
        self.asleep_until_change = requests.is_empty().then_some(revision);
        Ok(requests)
    }

    fn commit(&mut self, record: &Record<'_>) -> Result<(), LedgerError> {
        let document = record.state.map(|(state, clock)| document((state, clock))).transpose()?;
        let entries: Vec<JournalEntry> = record.entries.iter().map(journal_entry).collect();
        let words: Vec<Word> = record
            .words
            .iter()
            .map(|(subject, body)| Word {
                subject: subject.clone(),
                body: redacted(body).into_owned(),
            })
            .collect();
        let replies: Vec<Reply> = record
            .replies
            .iter()
            .map(|(id, body)| Reply { request: id.0, body: body.clone() })
            .collect();
        let taken: Vec<u64> = record.taken.iter().map(|id| id.0).collect();
        let commit = Commit {
            state: document.as_ref(),
            entries: &entries,
            words: &words,
            replies: &replies,
            taken: &taken,
        };
        self.store.commit(&commit).map_err(failed)
    }
}

fn document((state, clock): (&FleetState, &ClockMark)) -> Result<StateDocument, LedgerError> {
    let document = Document { state: state.clone(), clock: clock.clone() };
    let body = serde_json::to_string(&document).map_err(|error| {
        LedgerError::Unusable(format!("the state cannot be written as JSON: {error}"))
    })?;
    Ok(StateDocument { schema: STATE_SCHEMA, body })
}

fn journal_entry(entry: &Entry) -> JournalEntry {
    let kind = match entry.kind {
        EntryKind::Action => agents_store::EntryKind::Action,
        EntryKind::Outcome => agents_store::EntryKind::Outcome,
        EntryKind::Note => agents_store::EntryKind::Note,
        EntryKind::Config => agents_store::EntryKind::Config,
        EntryKind::Alarm => agents_store::EntryKind::Alarm,
        EntryKind::Request => agents_store::EntryKind::Request,
    };
    let body = serde_json::json!({ "text": entry.text, "detail": entry.detail }).to_string();
    let body = redacted(&body).into_owned();
    JournalEntry {
        at_wall_ms: entry.at_wall_ms,
        tick: entry.tick,
        subject: entry.subject.clone(),
        kind,
        body,
    }
}
