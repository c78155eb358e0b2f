//! What do other processes ask of the writer, and what did it answer?

use std::fmt;

use rusqlite::{Connection, OptionalExtension, params};

/// Answered requests are kept for those who still want to read the reply, up to this many.
const ANSWERED_KEPT: u32 = 1000;

/// The number of a request; never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub i64);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Something asked of the writer and not answered yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub id: RequestId,
    /// JSON.
    pub body: String,
    /// Wall clock, milliseconds since 1970.
    pub submitted_wall_ms: i64,
}

pub(crate) fn submit(
    connection: &Connection,
    body: &str,
    at_wall_ms: i64,
) -> rusqlite::Result<RequestId> {
    connection.execute(
        "INSERT INTO request (submitted_wall_ms, body) VALUES (?1, ?2)",
        params![at_wall_ms, body],
    )?;
    Ok(RequestId(connection.last_insert_rowid()))
}

/// Removes a request that was not answered; false when it was, or never existed.
pub(crate) fn withdraw(connection: &Connection, id: RequestId) -> rusqlite::Result<bool> {
    let gone = connection.execute("DELETE FROM request WHERE id = ?1 AND reply IS NULL", [id.0])?;
    Ok(gone > 0)
}

/// The first reply stands; one to a request that was withdrawn is dropped.
pub(crate) fn answer(connection: &Connection, id: RequestId, reply: &str) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE request SET reply = ?2 WHERE id = ?1 AND reply IS NULL",
        params![id.0, reply],
    )?;
    Ok(())
}

pub(crate) fn open_ones(connection: &Connection) -> rusqlite::Result<Vec<Request>> {
    let mut select = connection.prepare_cached(
        "SELECT id, body, submitted_wall_ms FROM request WHERE reply IS NULL ORDER BY id",
    )?;
    let rows = select.query_map([], |row| {
        Ok(Request {
            id: RequestId(row.get(0)?),
            body: row.get(1)?,
            submitted_wall_ms: row.get(2)?,
        })
    })?;
    rows.collect()
}

pub(crate) fn reply_of(connection: &Connection, id: RequestId) -> rusqlite::Result<Option<String>> {
    let row: Option<Option<String>> = connection
        .query_row("SELECT reply FROM request WHERE id = ?1", [id.0], |row| row.get(0))
        .optional()?;
    Ok(row.flatten())
}

/// Removes answered requests that nobody waits for any more.
pub(crate) fn prune(connection: &Connection) -> rusqlite::Result<usize> {
    connection.execute(
        "DELETE FROM request WHERE reply IS NOT NULL AND id NOT IN
         (SELECT id FROM request WHERE reply IS NOT NULL ORDER BY id DESC LIMIT ?1)",
        [ANSWERED_KEPT],
    )
}
