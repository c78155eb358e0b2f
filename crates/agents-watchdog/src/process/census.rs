//! Which processes must be read at each tick, and which can belong to no agent?

use std::collections::BTreeSet;

use super::{ProcessError, StartMark, Table};

#[cfg(test)]
mod tests;

/// A whole table is read again after so many short ones, so that an id which changed hands unseen is noticed.
const SHORT_TABLES: u32 = 10;

/// Remembers who is older than the terminals: such a process is no child of anything that runs in them.
///
/// Most processes of a machine are, and reading one costs about as much as all that is done with it.
#[derive(Debug, Default)]
pub struct Census {
    elders: BTreeSet<u32>,
    short_tables: u32,
}

impl Census {
    /// A table with every process that may descend from `launcher`, a child of the tmux server that began at `mark`,
    /// or from any other child of that server.
    ///
    /// # Errors
    /// As [`Table::take`].
    pub fn take(&mut self, launcher: u32, mark: Option<&StartMark>) -> Result<Table, ProcessError> {
        if !self.elders.is_empty() && self.short_tables < SHORT_TABLES {
            self.short_tables += 1;
            return Table::take_without(&mut self.elders);
        }
        let table = Table::take()?;
        self.short_tables = 0;
        self.elders = elders(&table, launcher, mark).unwrap_or_default();
        Ok(table)
    }
}

/// The processes that are older than the parent of the launcher; `None` where that cannot be told.
fn elders(table: &Table, launcher: u32, mark: Option<&StartMark>) -> Option<BTreeSet<u32>> {
    // Another process with the launcher's id has another parent, which may be younger than the agents.
    let mark = mark?;
    let launcher = table.process(launcher).filter(|row| row.start.is_same(mark) == Some(true))?;
    let server = &table.process(launcher.parent)?.start;
    let StartMark::Ticks(server) = server else { return None };
    let is_elder = |start: &StartMark| matches!(start, StartMark::Ticks(start) if start < server);
    Some(table.rows().filter(|row| is_elder(&row.start)).map(|row| row.pid).collect())
}
