//! What do other processes ask of the writer, and what did it answer?

use rusqlite::{Connection, OptionalExtension, params};

/// Answered requests are kept for those who still want to read the reply, up to this many.
const ANSWERED_KEPT: u32 = 1000;

/// Something asked of the writer and not answered yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Never used again; later ones are larger.
    pub id: u64,
    /// JSON.
    pub body: String,
    /// Wall clock, milliseconds since 1970.
    pub submitted_wall_ms: i64,
}

pub(crate) fn submit(
    connection: &Connection,
    body: &str,
    at_wall_ms: i64,
) -> rusqlite::Result<u64> {
    connection.execute(
        "INSERT INTO request (submitted_wall_ms, body) VALUES (?1, ?2)",
        params![at_wall_ms, body],
    )?;
    Ok(connection.last_insert_rowid().cast_unsigned())
}

/// Removes a request that was not answered; false when it was, or never existed.
pub(crate) fn withdraw(connection: &Connection, id: u64) -> rusqlite::Result<bool> {
    let gone = connection
        .execute("DELETE FROM request WHERE id = ?1 AND reply IS NULL", [id.cast_signed()])?;
    Ok(gone > 0)
}

/// Whether all of these wait for an answer, and none was withdrawn.
pub(crate) fn are_open(connection: &Connection, ids: &[u64]) -> rusqlite::Result<bool> {
    let mut select =
        connection.prepare_cached("SELECT 1 FROM request WHERE id = ?1 AND reply IS NULL")?;
    for id in ids {
        if !select.exists([id.cast_signed()])? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The first reply stands; one to a request that was withdrawn is dropped.
pub(crate) fn answer(connection: &Connection, id: u64, reply: &str) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE request SET reply = ?2 WHERE id = ?1 AND reply IS NULL",
        params![id.cast_signed(), reply],
    )?;
    Ok(())
}

pub(crate) fn open_ones(connection: &Connection) -> rusqlite::Result<Vec<Request>> {
    let mut select = connection.prepare_cached(
        "SELECT id, body, submitted_wall_ms FROM request WHERE reply IS NULL ORDER BY id",
    )?;
    let rows = select.query_map([], |row| {
        Ok(Request {
            id: row.get::<_, i64>(0)?.cast_unsigned(),
            body: row.get(1)?,
            submitted_wall_ms: row.get(2)?,
        })
    })?;
    rows.collect()
}

pub(crate) fn reply_of(connection: &Connection, id: u64) -> rusqlite::Result<Option<String>> {
    let row: Option<Option<String>> = connection
        .query_row("SELECT reply FROM request WHERE id = ?1", [id.cast_signed()], |row| row.get(0))
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
