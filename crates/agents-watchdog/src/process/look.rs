//! Which processes are there, whose children are they, and how much have they computed?

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{ProcessError, portable};

#[cfg(test)]
mod tests;

/// When a process began; it tells the process from a later one with the same id.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum StartMark {
    /// Clock ticks since the machine started, from `/proc/<pid>/stat`.
    Ticks(u64),
    /// To the second, in the words of `ps -o lstart=`.
    Date(String),
}

impl StartMark {
    /// Whether two marks are of one start; `None` when they were taken in different ways.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Ticks(one), Self::Ticks(two)) => Some(one == two),
            (Self::Date(one), Self::Date(two)) => Some(one == two),
            (Self::Ticks(_), Self::Date(_)) | (Self::Date(_), Self::Ticks(_)) => None,
        }
    }
}

/// One row of the process table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    pub pid: u32,
    pub parent: u32,
    /// Its process group.
    pub group: u32,
    /// The process that leads its session; `None` where the system does not tell.
    pub session: Option<u32>,
    pub start: StartMark,
    /// User and system time; on Linux with that of ended children it has waited for.
    pub cpu: Duration,
    /// It has ended and its parent has not noticed: a zombie.
    pub ended: bool,
}

/// Processes that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    /// Those that live, in the order of their ids.
    pub processes: Vec<(u32, StartMark)>,
    /// What all of them have computed, zombies included.
    pub cpu: Duration,
}

/// The process table at one instant (or nearly: it is read row by row).
#[derive(Debug, Clone)]
pub struct Table {
    rows: BTreeMap<u32, Process>,
    /// Pairs of a parent and its child, in order: each tree is found without a pass over all rows.
    children: Vec<(u32, u32)>,
    /// Pairs of a group and its member, in order.
    groups: Vec<(u32, u32)>,
    /// Pairs of a session and its member, in order.
    sessions: Vec<(u32, u32)>,
}

impl Table {
    /// Reads the table: from `/proc` on Linux, from `ps` elsewhere or where `/proc` cannot be read. Blocks for milliseconds.
    ///
    /// # Errors
    /// When neither gives an answer: then nothing is known of any process.
    pub fn take() -> Result<Self, ProcessError> {
        Ok(Self::of(rows(&mut BTreeSet::new())?))
    }

    /// The table without some processes. Those of them that have ended are struck off.
    ///
    /// # Errors
    /// As [`Table::take`].
    pub(super) fn take_without(skipped: &mut BTreeSet<u32>) -> Result<Self, ProcessError> {
        Ok(Self::of(rows(skipped)?))
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &Process> {
        self.rows.values()
    }

    pub(super) fn of(rows: Vec<Process>) -> Self {
        let pairs = |key: fn(&Process) -> u32| {
            let mut pairs: Vec<_> = rows.iter().map(|row| (key(row), row.pid)).collect();
            pairs.sort_unstable();
            pairs
        };
        let (children, groups) = (pairs(|row| row.parent), pairs(|row| row.group));
        // 0 leads no session, and is nobody's root.
        let sessions = pairs(|row| row.session.unwrap_or(0));
        let rows = rows.into_iter().map(|process| (process.pid, process)).collect();
        Self { rows, children, groups, sessions }
    }

    /// The row of one process.
    #[must_use]
    pub fn process(&self, pid: u32) -> Option<&Process> {
        self.rows.get(&pid)
    }

    /// The processes that a process has begun itself, and that live.
    pub fn children(&self, pid: u32) -> impl Iterator<Item = u32> {
        let lives = |child: &u32| self.rows.get(child).is_some_and(|row| !row.ended);
        second_of(&self.children, pid).filter(lives)
    }

    /// The named processes, the members of the groups and sessions they lead or led, and all descendants of these.
    ///
    /// A child whose parent has ended is somebody else's child from then on; its group still tells where it came from.
    #[must_use]
    pub fn tree(&self, roots: &[u32]) -> Tree {
        // 0 and 1 are the kernel's and init's: nobody's tree, and everybody's.
        let roots = roots.iter().filter(|id| **id > 1);
        let mut found: BTreeSet<u32> = roots
            .flat_map(|id| {
                let own = self.rows.contains_key(id).then_some(*id);
                let theirs = second_of(&self.groups, *id).chain(second_of(&self.sessions, *id));
                own.into_iter().chain(theirs)
            })
            .collect();
        let mut waiting: Vec<u32> = found.iter().copied().collect();
        while let Some(pid) = waiting.pop() {
            for child in second_of(&self.children, pid) {
                if found.insert(child) {
                    waiting.push(child);
                }
            }
        }
        let rows = || found.iter().filter_map(|pid| self.rows.get(pid));
        Tree {
            processes: rows()
                .filter(|row| !row.ended)
                .map(|row| (row.pid, row.start.clone()))
                .collect(),
            cpu: rows().map(|row| row.cpu).sum(),
        }
    }

    /// Those of some processes seen earlier that still live.
    ///
    /// # Errors
    /// [`ProcessError::Incomparable`] when the earlier look named starts in another way.
    pub fn survivors(
        &self,
        earlier: &[(u32, StartMark)],
    ) -> Result<Vec<(u32, StartMark)>, ProcessError> {
        let mut living = Vec::new();
        for (pid, start) in earlier {
            if lives(self.process(*pid), start)? {
                living.push((*pid, start.clone()));
            }
        }
        Ok(living)
    }
}

/// What is paired with `first` in pairs that are in order.
fn second_of(pairs: &[(u32, u32)], first: u32) -> impl Iterator<Item = u32> {
    let from = pairs.partition_point(|(it, _)| *it < first);
    pairs[from..].iter().take_while(move |(it, _)| *it == first).map(|(_, second)| *second)
}

/// The tree below some processes, from a table read for it alone.
///
/// # Errors
/// As [`Table::take`].
pub fn tree(roots: &[u32]) -> Result<Tree, ProcessError> {
    Ok(Table::take()?.tree(roots))
}

/// The row of one process, read alone; `None` when there is no such process.
///
/// # Errors
/// When nothing can be known of it.
pub fn find(pid: u32) -> Result<Option<Process>, ProcessError> {
    #[cfg(target_os = "linux")]
    if let Ok(found) = super::linux::row(pid) {
        return Ok(found);
    }
    portable::row(pid)
}

/// Whether the process that began at `start` is stopped by a signal or held by a debugger. `None` where that is not known:
/// it is gone or hidden, or the system does not tell it by one file.
#[must_use]
pub fn is_suspended(pid: u32, start: &StartMark) -> Option<bool> {
    #[cfg(target_os = "linux")]
    return super::linux::is_suspended(pid, start);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (pid, start);
        None
    }
}

/// Whether a row is of the process that began at `start`, and that process lives.
pub(super) fn lives(row: Option<&Process>, start: &StartMark) -> Result<bool, ProcessError> {
    let Some(row) = row else { return Ok(false) };
    let same = row.start.is_same(start).ok_or(ProcessError::Incomparable { pid: row.pid })?;
    Ok(same && !row.ended)
}

fn rows(skipped: &mut BTreeSet<u32>) -> Result<Vec<Process>, ProcessError> {
    #[cfg(target_os = "linux")]
    if let Ok(rows) = super::linux::rows(skipped) {
        return Ok(rows);
    }
    // `ps` names them all at once, so nothing would be saved.
    skipped.clear();
    portable::rows()
}
