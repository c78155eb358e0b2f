//! What was decided, done and seen, in order?

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Row, params};

/// What a journal entry records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    Action,
    Outcome,
    Note,
    Config,
    Alarm,
    Request,
}

impl EntryKind {
    pub const ALL: [Self; 6] =
        [Self::Action, Self::Outcome, Self::Note, Self::Config, Self::Alarm, Self::Request];

    /// The word in the file and in `--json` output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::Outcome => "outcome",
            Self::Note => "note",
            Self::Config => "config",
            Self::Alarm => "alarm",
            Self::Request => "request",
        }
    }
}

impl ToSql for EntryKind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.as_str()))
    }
}

impl FromSql for EntryKind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = value.as_str()?;
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or(FromSqlError::InvalidType)
    }
}

/// An entry to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// Wall clock, milliseconds since 1970.
    pub at_wall_ms: i64,
    pub tick: u64,
    /// The agent concerned; `None` for the fleet as a whole.
    pub subject: Option<String>,
    pub kind: EntryKind,
    /// JSON.
    pub body: String,
}

/// An entry as it stands in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Rises by at least one from entry to entry and is never used again.
    pub seq: u64,
    /// The epoch of its writer.
    pub epoch: u64,
    pub entry: JournalEntry,
}

pub(crate) fn append(
    connection: &Connection,
    epoch: u64,
    entries: &[JournalEntry],
) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO journal (at_wall_ms, epoch, tick, subject, kind, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for entry in entries {
        let row = params![
            entry.at_wall_ms,
            epoch.cast_signed(),
            entry.tick.cast_signed(),
            entry.subject,
            entry.kind,
            entry.body
        ];
        insert.execute(row)?;
    }
    Ok(())
}

/// The entries after `seq`, oldest first.
pub(crate) fn since(
    connection: &Connection,
    seq: u64,
    limit: u32,
) -> rusqlite::Result<Vec<Recorded>> {
    let mut select = connection.prepare_cached(
        "SELECT seq, epoch, at_wall_ms, tick, subject, kind, body FROM journal
         WHERE seq > ?1 ORDER BY seq LIMIT ?2",
    )?;
    select.query_map(params![seq.cast_signed(), limit], recorded)?.collect()
}

/// The newest entries of one agent, oldest first.
pub(crate) fn of_subject(
    connection: &Connection,
    subject: &str,
    limit: u32,
) -> rusqlite::Result<Vec<Recorded>> {
    let mut select = connection.prepare_cached(
        "SELECT seq, epoch, at_wall_ms, tick, subject, kind, body FROM journal
         WHERE subject = ?1 ORDER BY seq DESC LIMIT ?2",
    )?;
    let mut found: Vec<Recorded> =
        select.query_map(params![subject, limit], recorded)?.collect::<rusqlite::Result<_>>()?;
    found.reverse();
    Ok(found)
}

/// The number of the newest entry that was ever written; 0 before the first.
pub(crate) fn last_seq(connection: &Connection) -> rusqlite::Result<u64> {
    // The counter of AUTOINCREMENT outlives the rows: a pruned journal still knows where it was.
    connection
        .prepare_cached("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'journal'")?
        .query_row([], |row| row.get::<_, i64>(0))
        .map(i64::cast_unsigned)
}

/// Which entries stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// At most so many, the newest.
    pub entries: u64,
    /// None that is older: wall clock, milliseconds since 1970.
    pub since_wall_ms: i64,
}

/// So many stay in any case: a wall clock that was set wrong must not age all that is known.
pub(crate) const LEAST: u64 = 1000;
/// So many go at once, at most: a writer waits for that, and its ticks with it.
pub(crate) const AT_ONCE: u64 = 5000;

/// Removes the oldest entries that need not stay; returns how many went.
pub(crate) fn prune(connection: &Connection, keep: &Keep) -> rusqlite::Result<usize> {
    let last = last_seq(connection)?.cast_signed();
    let before = |entries: u64| last.saturating_sub(i64::try_from(entries).unwrap_or(i64::MAX));
    connection.execute(
        "DELETE FROM journal WHERE seq IN (SELECT seq FROM journal ORDER BY seq LIMIT ?1)
         AND seq <= ?2 AND (seq <= ?3 OR at_wall_ms < ?4)",
        params![AT_ONCE.cast_signed(), before(LEAST), before(keep.entries), keep.since_wall_ms],
    )
}

fn recorded(row: &Row<'_>) -> rusqlite::Result<Recorded> {
    Ok(Recorded {
        seq: row.get::<_, i64>(0)?.cast_unsigned(),
        epoch: row.get::<_, i64>(1)?.cast_unsigned(),
        entry: JournalEntry {
            at_wall_ms: row.get(2)?,
            tick: row.get::<_, i64>(3)?.cast_unsigned(),
            subject: row.get(4)?,
            kind: row.get(5)?,
            body: row.get(6)?,
        },
    })
}
