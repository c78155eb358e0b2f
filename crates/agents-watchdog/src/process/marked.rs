//! Which processes were begun by a run, as their environment tells, whatever they did to leave it?
//!
//! A program that forks twice and leads a session of its own is nobody's child, and in nobody's group. It still has the
//! environment that the launcher gave its ancestor. Only Linux lets us read that; elsewhere nothing is found this way.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::{StartMark, Table};
use crate::report::STATE_VARIABLE;

#[cfg(test)]
mod tests;

/// The variable in a program's environment that names its member.
pub const NAME_VARIABLE: &str = "AGENTS_NAME";
/// The one that names its run.
pub const RUN_VARIABLE: &str = "AGENTS_RUN";

/// A process that carries the mark of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    pub pid: u32,
    pub start: StartMark,
    pub name: String,
    /// As the launcher wrote it, `r5` for example.
    pub run: String,
}

impl Table {
    /// Those of the table that live and carry the mark of a run below that state folder.
    ///
    /// Never this process, what it began or what began it: a watchdog that an agent started is no part of the agent.
    #[must_use]
    pub fn marked(&self, state_dir: &Path) -> Vec<Marked> {
        let own = self.kin(std::process::id());
        let strangers = self.rows().filter(|row| !row.ended && !own.contains(&row.pid));
        strangers
            .filter_map(|row| {
                let (name, run) = mark_of(&environment(row.pid)?, state_dir)?;
                Some(Marked { pid: row.pid, start: row.start.clone(), name, run })
            })
            .collect()
    }

    /// Those of some processes whose parent is one of them, too.
    #[must_use]
    pub fn children_among(&self, some: &[(u32, StartMark)]) -> BTreeSet<u32> {
        let all: BTreeSet<u32> = some.iter().map(|(pid, _)| *pid).collect();
        let has_parent =
            |pid: &u32| self.process(*pid).is_some_and(|row| all.contains(&row.parent));
        all.iter().copied().filter(has_parent).collect()
    }

    /// A process, all that it began, and all that began it.
    fn kin(&self, pid: u32) -> BTreeSet<u32> {
        let mut kin: BTreeSet<u32> =
            self.tree(&[pid]).processes.iter().map(|(it, _)| *it).collect();
        let mut next = Some(pid);
        while let Some(row) = next.and_then(|pid| self.process(pid)) {
            kin.insert(row.pid);
            next = Some(row.parent).filter(|parent| !kin.contains(parent));
        }
        kin
    }
}

fn environment(pid: u32) -> Option<Vec<u8>> {
    #[cfg(target_os = "linux")]
    return super::linux::environment(pid);
    #[cfg(not(target_os = "linux"))]
    return super::portable::environment(pid);
}

/// Name and run, if the environment is of a run below that state folder.
fn mark_of(environment: &[u8], state_dir: &Path) -> Option<(String, String)> {
    let value = |name: &str| {
        let mut entries = environment.split(|byte| *byte == 0);
        entries.find_map(|entry| entry.strip_prefix(name.as_bytes())?.strip_prefix(b"="))
    };
    let of_ours = value(STATE_VARIABLE)? == state_dir.as_os_str().as_bytes();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    of_ours.then_some(())?;
    Some((text(value(NAME_VARIABLE)?)?, text(value(RUN_VARIABLE)?)?))
}
