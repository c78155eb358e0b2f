//! Does this very process have the store open for writing?
//!
//! All connections of a process share one mapping of the log's index. One that was opened for reading only would make
//! the writer's writes fail, and a reader that shares a writer's mapping marks its place in it. So readers ask here first.
//!
//! A process also loses all its locks on a file when it closes any one descriptor of it. A writer without them is not
//! seen by others: the next program to close the store takes itself for the last, and removes the log under the writer.
//! So whoever wants to look into the file itself does it through the descriptor that is kept here.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use crate::identity::Identity;

static WRITERS: RwLock<BTreeMap<Identity, Open>> = RwLock::new(BTreeMap::new());

struct Open {
    writers: u32,
    file: Arc<File>,
}

/// Counts one open [`crate::Store`] for as long as it lives.
#[derive(Debug)]
pub(crate) struct Writing {
    identity: Identity,
    file: Arc<File>,
}

impl Writing {
    /// Waits for the questions that are being answered in this process: they take milliseconds.
    ///
    /// # Errors
    /// When there is no such file, or it cannot be opened.
    pub(crate) fn announce(store: &Path) -> io::Result<Self> {
        let mut writers = WRITERS.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = writers.get_mut(&Identity::of(store)?) {
            open.writers += 1;
            return Ok(Self { identity: Identity::of_file(&open.file)?, file: open.file.clone() });
        }
        let file = Arc::new(crate::folder::private_file().read(true).open(store)?);
        // It may have been replaced since by one that is open already: then that one is lost to us, and nothing else.
        let identity = Identity::of_file(&file)?;
        let open = writers.entry(identity).or_insert_with(|| Open { writers: 0, file });
        open.writers += 1;
        Ok(Self { identity, file: open.file.clone() })
    }

    /// Which file that is.
    pub(crate) fn identity(&self) -> Identity {
        self.identity
    }

    /// The file, for who looks into it past SQLite.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        let mut writers = WRITERS.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = writers.get_mut(&self.identity) {
            open.writers -= 1;
            if open.writers == 0 {
                writers.remove(&self.identity);
            }
        }
    }
}

/// Keeps writers of this process from opening while a question is answered.
pub(crate) struct Reading(RwLockReadGuard<'static, BTreeMap<Identity, Open>>);

impl Reading {
    pub(crate) fn begin() -> Self {
        Self(WRITERS.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The same file under whatever name it was opened.
    pub(crate) fn beside_a_writer(&self, store: &Path) -> bool {
        Identity::of(store).is_ok_and(|identity| self.0.contains_key(&identity))
    }
}
