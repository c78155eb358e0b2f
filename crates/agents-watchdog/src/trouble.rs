//! What keeps the watchdog from its work, and since when? Told in a file of its own, since it may be the store that is broken.

use std::os::unix::fs::FileExt as _;
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

/// The length of the file, in bytes: whatever is said, it takes the place that it has.
const LENGTH: usize = 2048;

/// Says it in the file as it stands: a disk that is full takes what needs no more room.
fn write(state_dir: &Path, trouble: Option<&Trouble>) -> std::io::Result<()> {
    let mut text = serde_json::to_vec(&trouble)?;
    if text.len() > LENGTH {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    }
    text.resize(LENGTH, b' ');
    let path = file(state_dir);
    match agents_store::private_file().write(true).open(&path) {
        Ok(file) => file.write_all_at(&text, 0),
        Err(_) => write_private(&path, &text),
    }
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
        if let Err(error) = write(state_dir, Some(&trouble)) {
            tracing::debug!("the trouble cannot be told in its file: {error}");
        }
        self.current = Some(trouble);
        self.is_settled = false;
        true
    }

    /// What keeps it from its work now.
    pub fn trouble(&self) -> Option<&str> {
        self.current.as_ref().map(|current| current.what.as_str())
    }

    /// A tick was recorded and carried out.
    pub fn works(&mut self, state_dir: &Path) {
        if std::mem::replace(&mut self.is_settled, true) {
            return;
        }
        // A watchdog before this one may have left its own; and the file has to have its place before the disk is full.
        if let Err(error) = write(state_dir, None) {
            tracing::debug!("the file of troubles cannot be written: {error}");
        }
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
    fn a_trouble_takes_no_room_that_it_did_not_have() {
        use std::os::unix::fs::MetadataExt as _;
        let folder = tempfile::tempdir().unwrap();
        let mut account = Account::default();
        account.works(folder.path());
        let place = || {
            let meta = std::fs::metadata(file(folder.path())).unwrap();
            (meta.ino(), meta.len(), meta.mode() & 0o777)
        };
        let before = place();
        assert_eq!((before.1, before.2), (2048, 0o600));
        account.blocked(folder.path(), "the disk is full");
        assert_eq!(place(), before);
        account.works(folder.path());
        assert_eq!(place(), before);
        // One that is too long to be told there leaves what it finds.
        account.blocked(folder.path(), &"x".repeat(3000));
        assert_eq!(place(), before);
    }

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
