//! What keeps the watchdog from its work, and since when? Told in a file of its own, since it may be the store that is broken.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::launch::write_private;

/// The reason why nothing is done.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Trouble {
    /// What is wrong, and the way out.
    pub what: String,
    pub since: DateTime<Utc>,
    /// The watchdog that is in it.
    pub pid: u32,
}

impl Trouble {
    /// What that watchdog is in, if it is in any.
    #[must_use]
    pub fn of(state_dir: &Path, pid: u32) -> Option<Self> {
        let told: Self = serde_json::from_slice(&std::fs::read(file(state_dir)).ok()?).ok()?;
        // One that ended in its trouble has left the file.
        (told.pid == pid).then_some(told)
    }
}

fn file(state_dir: &Path) -> PathBuf {
    state_dir.join("trouble")
}

/// The watchdog's own account of it: each trouble is told once in the log, and so is its end.
#[derive(Debug, Default)]
pub(crate) struct Account {
    current: Option<Trouble>,
    is_settled: bool,
}

impl Account {
    /// Nothing was done, for that reason; true when it is a new one.
    pub fn blocked(&mut self, state_dir: &Path, what: &str) -> bool {
        if self.current.as_ref().is_some_and(|current| current.what == what) {
            return false;
        }
        tracing::error!("{what}; nothing is done until that is mended");
        // One cause may give way to another; the standstill is still the same.
        let since = self.current.take().map_or_else(Utc::now, |before| before.since);
        let trouble = Trouble { what: what.to_owned(), since, pid: std::process::id() };
        // A disk that is full may not take the file either; the log has said it.
        drop(
            serde_json::to_vec(&trouble).map(|text| write_private(&file(state_dir), &text).is_ok()),
        );
        self.current = Some(trouble);
        self.is_settled = false;
        true
    }

    /// A tick was recorded and carried out.
    pub fn works(&mut self, state_dir: &Path) {
        if std::mem::replace(&mut self.is_settled, true) {
            return;
        }
        // A watchdog before this one may have left it.
        drop(std::fs::remove_file(file(state_dir)));
        if let Some(before) = self.current.take() {
            let seconds = (Utc::now() - before.since).num_seconds();
            tracing::info!("work goes on after {seconds} s of standstill");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standstill_is_told_with_its_beginning_until_it_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let own = std::process::id();
        let told = || Trouble::of(folder.path(), own);
        let mut account = Account::default();
        account.works(folder.path());
        assert_eq!(told(), None);
        account.blocked(folder.path(), "the disk is full");
        let first = told().unwrap();
        assert_eq!(first.what, "the disk is full");
        assert_eq!(Trouble::of(folder.path(), own + 1), None, "another one is not in it");
        account.blocked(folder.path(), "the store is damaged");
        let second = told().unwrap();
        assert_eq!((second.what.as_str(), second.since), ("the store is damaged", first.since));
        account.works(folder.path());
        assert_eq!(told(), None);
        // What a killed predecessor left is over too.
        account.blocked(folder.path(), "again");
        Account::default().works(folder.path());
        assert_eq!(told(), None);
    }
}
