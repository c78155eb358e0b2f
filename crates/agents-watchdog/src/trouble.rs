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
}

impl Trouble {
    /// What the watchdog of that state folder is in, if it is in any; of a watchdog that has ended it says nothing.
    #[must_use]
    pub fn of(state_dir: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(file(state_dir)).ok()?).ok()
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
    /// Nothing was done, for that reason.
    pub fn blocked(&mut self, state_dir: &Path, what: &str) {
        if self.current.as_ref().is_some_and(|current| current.what == what) {
            return;
        }
        tracing::error!("{what}; nothing is done until that is mended");
        // One cause may give way to another; the standstill is still the same.
        let since = self.current.take().map_or_else(Utc::now, |before| before.since);
        let trouble = Trouble { what: what.to_owned(), since };
        // A disk that is full may not take the file either; the log has said it.
        drop(
            serde_json::to_vec(&trouble).map(|text| write_private(&file(state_dir), &text).is_ok()),
        );
        self.current = Some(trouble);
        self.is_settled = false;
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
        let mut account = Account::default();
        account.works(folder.path());
        assert_eq!(Trouble::of(folder.path()), None);
        account.blocked(folder.path(), "the disk is full");
        let first = Trouble::of(folder.path()).unwrap();
        assert_eq!(first.what, "the disk is full");
        account.blocked(folder.path(), "the store is damaged");
        let second = Trouble::of(folder.path()).unwrap();
        assert_eq!((second.what.as_str(), second.since), ("the store is damaged", first.since));
        account.works(folder.path());
        assert_eq!(Trouble::of(folder.path()), None);
        // What a killed predecessor left is over too.
        account.blocked(folder.path(), "again");
        Account::default().works(folder.path());
        assert_eq!(Trouble::of(folder.path()), None);
    }
}
