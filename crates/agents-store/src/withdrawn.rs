//! Which requests did their askers take back where the store took no record of it?
//!
//! A disk that is full takes what needs no more room: the numbers stand in a file whose length never changes. They are
//! written under the store's own lock for writers, so a request is either taken up or withdrawn, and never both.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use crate::{StoreError, folder};

const FILE: &str = "withdrawn";
/// How many verbs can give up before one of them finds room.
const SLOTS: u64 = 256;
/// A number takes eight bytes, written at once; zero is no request's.
const SLOT: u64 = 8;

/// Why nothing is asked for or taken up: something else stands in the place of the file, or it cannot be read.
pub(crate) fn unusable(store: &Path, error: &io::Error) -> StoreError {
    StoreError::Unwritable {
        path: store.to_owned(),
        cause: format!(
            "the file `{FILE}` beside it cannot be used ({error}); delete what is there"
        ),
    }
}

/// The file in which they stand.
pub(crate) struct Withdrawn {
    file: File,
    path: PathBuf,
}

impl Withdrawn {
    /// Opens the file, and gives it its place as long as there is room for it.
    pub(crate) fn make(state_dir: &Path) -> io::Result<Self> {
        let path = state_dir.join(FILE);
        let file = folder::open_private(&path)?;
        let length = file.metadata()?.len();
        if length < SLOTS * SLOT {
            let missing = usize::try_from(SLOTS * SLOT - length).unwrap_or_default();
            file.write_all_at(&vec![0; missing], length)?;
        }
        Ok(Self { file, path })
    }

    /// The numbers that stand there; none where there is no such file.
    pub(crate) fn of(state_dir: &Path) -> io::Result<Vec<u64>> {
        let path = state_dir.join(FILE);
        match folder::private_file().read(true).open(&path) {
            Ok(file) => Self { file, path }.all(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn all(&self) -> io::Result<Vec<u64>> {
        let mut all = self.slots()?;
        all.retain(|id| *id != 0);
        Ok(all)
    }

    /// Adds one, in the place of one that is over if no other place is free.
    pub(crate) fn add(&self, id: u64, is_over: impl Fn(u64) -> bool) -> io::Result<()> {
        let slots = self.slots()?;
        if slots.contains(&id) {
            return Ok(());
        }
        let free = slots.iter().position(|slot| *slot == 0);
        match free.or_else(|| slots.iter().position(|slot| is_over(*slot))) {
            Some(place) => {
                self.write(place, id)?;
                self.file.sync_data()
            }
            None => {
                let why = format!("{} holds {SLOTS} requests already", self.path.display());
                Err(io::Error::new(io::ErrorKind::StorageFull, why))
            }
        }
    }

    /// Forgets these: their requests are gone, or their numbers are given out anew.
    pub(crate) fn forget(&self, ids: &[u64]) -> io::Result<()> {
        for (place, slot) in self.slots()?.into_iter().enumerate() {
            if slot != 0 && ids.contains(&slot) {
                self.write(place, 0)?;
            }
        }
        Ok(())
    }

    fn slots(&self) -> io::Result<Vec<u64>> {
        let mut bytes = vec![0; usize::try_from(SLOTS * SLOT).unwrap_or_default()];
        let mut read = 0;
        while let Some(rest) = bytes.get_mut(read..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, read as u64)? {
                0 => break,
                more => read += more,
            }
        }
        let (slots, _) = bytes.as_chunks();
        Ok(slots.iter().map(|slot| u64::from_le_bytes(*slot)).collect())
    }

    fn write(&self, place: usize, id: u64) -> io::Result<()> {
        self.file.write_all_at(&id.to_le_bytes(), place as u64 * SLOT)
    }
}

#[cfg(test)]
mod tests;
