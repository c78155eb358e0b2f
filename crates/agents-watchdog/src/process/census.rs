//! Which processes must be read at each tick, and which can belong to no agent?

use std::collections::BTreeSet;

use super::{ProcessError, StartMark, Table};

#[cfg(test)]
mod tests;

/// A whole table is read again after so many short ones, so that an id which changed hands unseen is noticed.
const SHORT_TABLES: u32 = 10;

/// Remembers strangers: who is older than the tmux server is no child of anything that runs in it, and who is in the
/// server's own process group is one of its pipes, since each pane begins a session and with it a group.
///
/// Most processes of a machine are strangers, and reading one costs about as much as all that is done with it.
#[derive(Debug, Default)]
pub struct Census {
    strangers: BTreeSet<u32>,
    short_tables: u32,
}

impl Census {
    /// A table with every process that may belong to a program in a pane, but not with all launchers of programs.
    ///
    /// `launcher`: one of the launchers and its start, by which the server is found; `launchers`: those whose
    /// programs run, so that they have no other children.
    ///
    /// # Errors
    /// As [`Table::take`].
    pub fn take(
        &mut self,
        (launcher, mark): (u32, Option<&StartMark>),
        launchers: impl Iterator<Item = u32>,
    ) -> Result<Table, ProcessError> {
        if !self.strangers.is_empty() && self.short_tables < SHORT_TABLES {
            self.short_tables += 1;
            return Table::take_without(&mut self.strangers);
        }
        let table = Table::take()?;
        self.short_tables = 0;
        self.strangers = strangers(&table, launcher, mark).unwrap_or_default();
        if !self.strangers.is_empty() {
            self.strangers.extend(launchers);
        }
        Ok(table)
    }
}

/// The processes that are older than the parent of the launcher or in its group; `None` where that cannot be told.
fn strangers(table: &Table, launcher: u32, mark: Option<&StartMark>) -> Option<BTreeSet<u32>> {
    // Another process with the launcher's id has another parent, which may be younger than the agents.
    let mark = mark?;
    let launcher = table.process(launcher).filter(|row| row.start.is_same(mark) == Some(true))?;
    let server = table.process(launcher.parent)?;
    let is_elder = |start: &StartMark| match (start, &server.start) {
        (StartMark::Ticks(start), StartMark::Ticks(server)) => start < server,
        // To the second, which does not tell who came first.
        (StartMark::Ticks(_) | StartMark::Date(_), _) => false,
    };
    // A launcher in the group of its parent is in no pane, and that parent is no tmux server.
    let is_server = launcher.group != server.group;
    let strangers = table.rows().filter(|row| row.group == server.group || is_elder(&row.start));
    is_server.then(|| strangers.map(|row| row.pid).collect())
}
