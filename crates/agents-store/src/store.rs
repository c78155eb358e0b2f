//! How are state, journal and requests written?

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, TransactionBehavior};

use crate::error::During;
use crate::furthest::Furthest;
use crate::identity::Files;
use crate::in_process::Writing;
use crate::read::{self, Query};
use crate::withdrawn::{self, Withdrawn};
use crate::{Commit, Holder, Identity, Keep, Reader, StoreError, journal, request, schema};

#[cfg(test)]
mod tests;

/// The store, opened for reading and writing.
///
/// Requests may be written by any process. Everything else needs the fleet lock and an epoch.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    pub(crate) path: PathBuf,
    files: Files,
    epoch: Option<u64>,
    /// The highest revision that this handle has written or read.
    newest: u64,
    /// Since this handle is the writer; `None` also where the file of it cannot be used.
    furthest: Option<Furthest>,
    went_back: u64,
    // After the connection, because fields are dropped in order: no reader may come between.
    writing: Writing,
}

impl Store {
    /// Opens the store in the fleet's state folder; makes folder and file when they are missing.
    ///
    /// # Errors
    /// When the file is empty, damaged, of a newer program, or cannot be written.
    pub fn open(state_dir: &Path) -> Result<Self, StoreError> {
        let path = schema::store_path(state_dir);
        schema::make_if_missing(state_dir)?;
        let unreadable =
            |error| StoreError::Unreadable { path: path.clone(), cause: format!("{error}") };
        let writing = Writing::announce(&path).map_err(unreadable)?;
        let connection = schema::open_for_writing(&path, writing.file())?;
        let newest = read::revision(&connection)
            .map_err(|error| StoreError::from_sqlite(&path, During::Reading, &error))?;
        // Whoever opens it sees all three files; one that is missing was taken away meanwhile.
        let files = Files::at(&path).map_err(|_| StoreError::Displaced { path: path.clone() })?;
        let (epoch, furthest, went_back) = (None, None, 0);
        let store = Self { connection, path, files, epoch, newest, furthest, went_back, writing };
        if !store.is_in_place() {
            return Err(StoreError::Displaced { path: store.path.clone() });
        }
        schema::tidy_up(&store.connection, true)
            .map_err(|error| StoreError::from_sqlite(&store.path, During::Writing, &error))?;
        Ok(store)
    }

    /// Makes this handle the writer: every earlier one fails from now on with [`StoreError::Superseded`].
    ///
    /// # Errors
    /// When the claim cannot be recorded.
    pub fn claim_epoch(&mut self, holder: &Holder) -> Result<u64, StoreError> {
        let holder = serde_json::to_string(holder)
            .map_err(|error| StoreError::Refused { detail: error.to_string() })?;
        let furthest = Furthest::make(self.folder()).ok();
        // In this order: an earlier holder that commits between the two looks has lost nothing.
        let was = furthest.as_ref().map_or(0, Furthest::revision);
        let before = self.query(read::revision)?;
        let claimed = self.write(|connection| {
            let epoch = read::epoch(connection)? + 1;
            connection.execute(
                "UPDATE writer SET epoch = ?1, holder = ?2",
                rusqlite::params![epoch.cast_signed(), holder],
            )?;
            Ok(epoch)
        })?;
        self.epoch = Some(claimed);
        self.went_back = was.saturating_sub(before);
        if let Some(furthest) = &furthest {
            furthest.set(self.newest);
        }
        self.furthest = furthest;
        // Before the disk is full.
        drop(self.withdrawn());
        Ok(claimed)
    }

    /// How many records of an earlier writer the store lacked when this handle became the writer: its log was damaged, or
    /// it was put back from a copy.
    #[must_use]
    pub fn went_back(&self) -> Option<u64> {
        Some(self.went_back).filter(|records| *records > 0)
    }

    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or_else(|| Path::new("."))
    }

    /// Whether the files that are open still are those at the path, the log among them: others would write into others.
    #[must_use]
    pub fn is_in_place(&self) -> bool {
        let ours = self.writing.identity();
        self.files.store() == ours && Files::at(&self.path).is_ok_and(|files| files == self.files)
    }

    /// Which file this handle has opened.
    #[must_use]
    pub fn identity(&self) -> Identity {
        self.files.store()
    }

    /// Closes the files, and leaves what stands under their names alone; what is asked of this handle then fails.
    pub fn let_go(&mut self) {
        self.leave_the_log();
        self.epoch = None;
        // Without a table, and without a file, so every question to it is answered by an error.
        if let Ok(nothing) = Connection::open_in_memory() {
            self.connection = nothing;
        }
    }

    /// Into a store that was put back from a copy, the log of another would go.
    fn leave_the_log(&self) {
        if let Err(error) = schema::tidy_up(&self.connection, false) {
            debug_assert!(false, "{error}");
        }
    }

    /// Looks whether others could still read what this handle writes: the beginning of the file, or all of it; and
    /// whether it still is what this handle wrote.
    ///
    /// # Errors
    /// What is wrong with the file; [`StoreError::Displaced`] when it was replaced, also by an earlier content of its own.
    pub fn check(&mut self, whole: bool) -> Result<(), StoreError> {
        if !self.is_in_place() {
            return Err(StoreError::Displaced { path: self.path.clone() });
        }
        schema::check_beginning(&self.path, self.writing.file())?;
        let revision = self.query(read::revision)?;
        if revision < self.newest {
            return Err(StoreError::Displaced { path: self.path.clone() });
        }
        self.newest = revision;
        match self.path.parent().filter(|_| whole) {
            Some(folder) => Reader::open(folder).map(drop),
            None => Ok(()),
        }
    }

    /// Records a tick, all of it or nothing; an empty commit writes nothing.
    ///
    /// # Errors
    /// [`StoreError::Superseded`] when a later writer has claimed the store, [`StoreError::Unclaimed`] before a claim,
    /// [`StoreError::Withdrawn`] when a request is gone that it takes up, [`StoreError::Unwritable`] when the disk is full
    /// or failing: then nothing was recorded.
    pub fn commit(&mut self, commit: &Commit<'_>) -> Result<(), StoreError> {
        if commit.is_empty() {
            return Ok(());
        }
        let mut withdrawn = false;
        let mut untold = None;
        let path = self.path.clone();
        let written = self.write_as_holder(|connection, epoch| {
            // Read under the lock under which it is written.
            let elsewhere = match commit.taken {
                [] => Ok(Vec::new()),
                _ => read::withdrawn_at(&path),
            };
            let elsewhere = elsewhere.unwrap_or_else(|error| {
                untold = Some(error);
                Vec::new()
            });
            withdrawn = commit.taken.iter().any(|id| elsewhere.contains(id))
                || !request::are_open(connection, commit.taken)?;
            if withdrawn || untold.is_some() {
                // Whatever the error is, it rolls the transaction back.
                return Err(rusqlite::Error::QueryReturnedNoRows);
            }
            commit.write(connection, epoch)
        });
        match untold {
            Some(error) => Err(error),
            None if withdrawn => Err(StoreError::Withdrawn),
            None => written,
        }
    }

    /// Removes the oldest journal entries that need not stay, some thousands at most, and long answered requests; returns
    /// whether there may be more to remove.
    ///
    /// # Errors
    /// As [`Store::commit`].
    pub fn prune_journal(&mut self, keep: &Keep) -> Result<bool, StoreError> {
        let gone = self.write_as_holder(|connection, _epoch| {
            request::prune(connection)?;
            journal::prune(connection, keep)
        })?;
        Ok(gone as u64 >= journal::AT_ONCE)
    }

    /// Leaves a request for the writer; needs neither lock nor epoch.
    ///
    /// # Errors
    /// When it cannot be recorded.
    pub fn submit_request(&mut self, body: &str) -> Result<u64, StoreError> {
        let now = wall_ms();
        // Its place is taken while there is room; without it a request can be withdrawn only where that is recorded.
        let withdrawn = match self.withdrawn() {
            Ok(withdrawn) => Some(withdrawn),
            Err(error) if is_for_want_of_room(&error) => None,
            Err(error) => return Err(withdrawn::unusable(&self.path, &error)),
        };
        let mut over = Vec::new();
        let id = self.write(|connection| {
            let id = request::submit(connection, body, now)?;
            let Some(withdrawn) = &withdrawn else { return Ok(id) };
            // A store that was put back from a copy gives numbers out again.
            withdrawn.forget(&[id]).map_err(unforgotten)?;
            over = withdrawn.all().map_err(unforgotten)?;
            for id in &over {
                request::withdraw(connection, *id)?;
            }
            Ok(id)
        })?;
        if let Some(withdrawn) = withdrawn.filter(|_| !over.is_empty()) {
            self.forget(&withdrawn, &over);
        }
        Ok(id)
    }

    /// Under the lock for writers, as all that is written there: its place may be another's in the next moment. What stays
    /// is the number of a request that is gone.
    fn forget(&mut self, withdrawn: &Withdrawn, over: &[u64]) {
        let at_once = self.connection.transaction_with_behavior(TransactionBehavior::Immediate);
        if at_once.is_ok() {
            drop(withdrawn.forget(over));
        }
    }

    /// Takes a request back, also where there is no room to record it; false when it was answered already.
    ///
    /// From then on no commit takes it up. One that was taken up before stays so: the state tells.
    ///
    /// # Errors
    /// When neither the store nor the file beside it takes that.
    pub fn withdraw_request(&mut self, id: u64) -> Result<bool, StoreError> {
        match self.write(|connection| request::withdraw(connection, id)) {
            Err(full @ StoreError::Unwritable { .. }) => self.withdraw_beside(id).ok_or(full),
            other => other,
        }
    }

    /// The same in the file that needs no room; `None` where that fails too.
    fn withdraw_beside(&mut self, id: u64) -> Option<bool> {
        let withdrawn = self.withdrawn().ok()?;
        // It takes the lock for writers and writes nothing.
        let at_once = self.connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let at_once = at_once.ok()?;
        let is_open = |id| request::are_open(&at_once, &[id]);
        if !is_open(id).ok()? {
            return Some(false);
        }
        withdrawn.add(id, |id| is_open(id).is_ok_and(|is_open| !is_open)).ok()?;
        Some(true)
    }

    fn withdrawn(&self) -> std::io::Result<Withdrawn> {
        Withdrawn::make(self.folder())
    }

    fn write_as_holder<T>(
        &mut self,
        change: impl FnOnce(&Connection, u64) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let ours = self.epoch.ok_or(StoreError::Unclaimed)?;
        let mut current = ours;
        // The comparison stands in the transaction of the write: no claim can come between.
        let done = self.write_if(|connection| {
            current = read::epoch(connection)?;
            if current == ours { change(connection, ours).map(Some) } else { Ok(None) }
        })?;
        if let Some(furthest) = self.furthest.as_ref().filter(|_| done.is_some()) {
            furthest.set(self.newest);
        }
        done.ok_or(StoreError::Superseded { ours, current })
    }

    fn write<T>(
        &mut self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let written = self.write_if(|connection| change(connection).map(Some))?;
        written.ok_or_else(|| StoreError::damaged(&self.path, "a write was rolled back"))
    }

    /// One immediate transaction, which also raises the revision; rolled back when `change` answers `None`.
    fn write_if<T>(
        &mut self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<Option<T>>,
    ) -> Result<Option<T>, StoreError> {
        // SQLite would go on writing into a file that has no name any more, and nobody would find it.
        if !self.is_in_place() {
            return Err(StoreError::Displaced { path: self.path.clone() });
        }
        let written = immediate(&mut self.connection, change)
            .map_err(|error| StoreError::from_sqlite(&self.path, During::Writing, &error))?;
        let Some((done, revision)) = written else { return Ok(None) };
        self.newest = revision;
        Ok(Some(done))
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if !self.is_in_place() {
            self.leave_the_log();
        }
    }
}

impl Query for Store {
    fn query<T>(
        &self,
        question: impl Fn(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        question(&self.connection)
            .map_err(|error| StoreError::from_sqlite(&self.path, During::Reading, &error))
    }
}

fn immediate<T>(
    connection: &mut Connection,
    change: impl FnOnce(&Connection) -> rusqlite::Result<Option<T>>,
) -> rusqlite::Result<Option<(T, u64)>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let Some(done) = change(&transaction)? else {
        transaction.rollback()?;
        return Ok(None);
    };
    transaction.execute("UPDATE writer SET revision = revision + 1", [])?;
    let revision = read::revision(&transaction)?;
    transaction.commit()?;
    Ok(Some((done, revision)))
}

fn is_for_want_of_room(error: &std::io::Error) -> bool {
    use std::io::ErrorKind;
    matches!(
        error.kind(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge
    )
}

/// A number that cannot be forgotten would take the new request for one that was withdrawn.
fn unforgotten(error: std::io::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(error.into())
}

fn wall_ms() -> i64 {
    // A clock set before 1970 is as good as 1970: the time is shown, nothing is decided by it.
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
