//! What keeps the watchdog from its work, and since when? Told in a file of its own, since it may be the store that is broken.

use std::collections::VecDeque;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

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
    /// It tries anew at each look that it is asked for; else it waits for another store.
    #[serde(default)]
    pub retries: bool,
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

/// What comes and goes more often than this in [`TOLD_WITHIN`] is told no more: a disk with little room takes a short
/// record and refuses the next.
const TOLD_AT_MOST: usize = 3;
const TOLD_WITHIN: Duration = Duration::from_secs(600);

/// What lasts so long does not come and go.
const LASTS_FROM: Duration = Duration::from_secs(60);

const COMES_AND_GOES: &str =
    "; it comes and goes, so for ten minutes only `agents status` tells of it, unless it lasts";

/// What the loop does about a trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meanwhile {
    /// It tries anew at each look.
    Retries,
    /// It waits for another store.
    Waits,
}

/// The watchdog's own account of it: each trouble is told once in the log, and so is its end.
#[derive(Debug, Default)]
pub(crate) struct Account {
    current: Option<Trouble>,
    is_settled: bool,
    /// When the present standstill began.
    began: Option<Instant>,
    /// When standstills were told.
    told: VecDeque<Instant>,
    /// The present one was.
    is_told: bool,
}

impl Account {
    /// Nothing was done, for that reason; true when that is to be told.
    pub fn blocked(&mut self, state_dir: &Path, what: &str, meanwhile: Meanwhile) -> bool {
        self.blocked_at(state_dir, what, meanwhile, Instant::now())
    }

    fn blocked_at(
        &mut self,
        state_dir: &Path,
        what: &str,
        meanwhile: Meanwhile,
        now: Instant,
    ) -> bool {
        let retries = meanwhile == Meanwhile::Retries;
        if self.current.as_ref().is_some_and(|it| it.what == what && it.retries == retries) {
            return self.tells_that_it_lasts(what, now);
        }
        if self.current.is_none() {
            self.began = Some(now);
        }
        self.tell(what, retries, now);
        // One cause may give way to another; the standstill is still the same.
        let since = self.current.take().map_or_else(Utc::now, |before| before.since);
        let trouble = Trouble { what: what.to_owned(), since, pid: std::process::id(), retries };
        if let Err(error) = write(state_dir, Some(&trouble)) {
            tracing::debug!("the trouble cannot be told in its file: {error}");
        }
        self.current = Some(trouble);
        self.is_settled = false;
        self.is_told
    }

    /// One that was told no more, because such came and went, and now stays; true once.
    fn tells_that_it_lasts(&mut self, what: &str, now: Instant) -> bool {
        let lasts = self.began.is_some_and(|began| now.duration_since(began) >= LASTS_FROM);
        if self.is_told || !lasts {
            return false;
        }
        self.is_told = true;
        tracing::error!("{what}; nothing is done until that is mended, and it lasts");
        true
    }

    /// Tells it in the log, unless it has come and gone too often. A store that was lost or spoilt is always told:
    /// somebody did that.
    fn tell(&mut self, what: &str, retries: bool, now: Instant) {
        if !retries {
            self.is_told = true;
            tracing::error!("{what}; nothing is done until that is mended");
            return;
        }
        while self.told.front().is_some_and(|at| now.duration_since(*at) >= TOLD_WITHIN) {
            self.told.pop_front();
        }
        self.is_told = self.told.len() < TOLD_AT_MOST;
        if !self.is_told {
            tracing::debug!("again: {what}");
            return;
        }
        self.told.push_back(now);
        let rest = if self.told.len() == TOLD_AT_MOST { COMES_AND_GOES } else { "" };
        tracing::error!("{what}; nothing is done until that is mended{rest}");
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
            if std::mem::take(&mut self.is_told) {
                tracing::info!("work goes on after {seconds} s of standstill");
            }
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
        account.blocked(folder.path(), "the disk is full", Meanwhile::Retries);
        assert_eq!(place(), before);
        account.works(folder.path());
        assert_eq!(place(), before);
        // One that is too long to be told there leaves what it finds.
        account.blocked(folder.path(), &"x".repeat(3000), Meanwhile::Retries);
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
        account.blocked(folder.path(), "the disk is full", Meanwhile::Retries);
        let first = told().unwrap();
        assert_eq!(first.what, "the disk is full");
        assert_eq!(Trouble::of(folder.path(), own + 1), None, "another one is not in it");
        account.blocked(folder.path(), "the store is damaged", Meanwhile::Retries);
        let second = told().unwrap();
        assert_eq!((second.what.as_str(), second.since), ("the store is damaged", first.since));
        account.works(folder.path());
        assert_eq!(told(), None);
        // What a killed predecessor left is over too.
        account.blocked(folder.path(), "again", Meanwhile::Retries);
        Account::default().works(folder.path());
        assert_eq!(told(), None);
    }

    #[test]
    fn one_that_comes_and_goes_is_told_three_times_in_ten_minutes() {
        let folder = tempfile::tempdir().unwrap();
        let mut account = Account::default();
        let began = Instant::now();
        let mut blocked = |second: u64, what: &str, meanwhile| {
            let now = began + Duration::from_secs(second);
            let is_told = account.blocked_at(folder.path(), what, meanwhile, now);
            assert_eq!(account.trouble(), Some(what));
            account.works(folder.path());
            is_told
        };
        let told: Vec<bool> = [0, 1, 599, 599, 599, 600, 600, 601, 602, 1199]
            .map(|second| blocked(second, "full", Meanwhile::Retries))
            .to_vec();
        assert_eq!(
            told,
            [true, true, true, false, false, true, false, true, false, true],
            "those of the last ten minutes count"
        );
        for second in 1190..1200 {
            assert!(blocked(second, "lost", Meanwhile::Waits), "somebody took it away again");
        }
        assert!(!blocked(1199, "full", Meanwhile::Retries), "and that of the disk is what it was");
        let own = std::process::id();
        account.blocked(folder.path(), "full", Meanwhile::Retries);
        assert!(Trouble::of(folder.path(), own).unwrap().retries, "told or not, it is shown");
        account.blocked(folder.path(), "full", Meanwhile::Waits);
        assert!(!Trouble::of(folder.path(), own).unwrap().retries);
    }

    #[test]
    fn one_that_came_and_went_and_then_lasts_is_told_once_more() {
        let folder = tempfile::tempdir().unwrap();
        let mut account = Account::default();
        let began = Instant::now();
        let at = |second: u64| began + Duration::from_secs(second);
        for second in 0..3 {
            assert!(account.blocked_at(folder.path(), "full", Meanwhile::Retries, at(second)));
            account.works(folder.path());
        }
        let told: Vec<bool> = [10, 40, 69, 70, 75, 200]
            .map(|second| account.blocked_at(folder.path(), "full", Meanwhile::Retries, at(second)))
            .to_vec();
        assert_eq!(told, [false, false, false, true, false, false]);
    }
}
