//! Does this very process have the store open for writing?
//!
//! All connections of a process share one mapping of the log's index. One that was opened for reading only would make
//! the writer's writes fail, and a reader that shares a writer's mapping marks its place in it. So readers ask here first.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

static WRITERS: RwLock<BTreeMap<PathBuf, u32>> = RwLock::new(BTreeMap::new());

/// Counts one open [`crate::Store`] for as long as it lives.
#[derive(Debug)]
pub(crate) struct Writing(PathBuf);

impl Writing {
    /// Waits for the questions that are being answered in this process: they take milliseconds.
    pub(crate) fn announce(store: &Path) -> Self {
        let path = one_name(store);
        let mut writers = WRITERS.write().unwrap_or_else(PoisonError::into_inner);
        *writers.entry(path.clone()).or_default() += 1;
        Self(path)
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        let mut writers = WRITERS.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = writers.get_mut(&self.0) {
            *count -= 1;
            if *count == 0 {
                writers.remove(&self.0);
            }
        }
    }
}

/// Keeps writers of this process from opening while a question is answered.
pub(crate) struct Reading(RwLockReadGuard<'static, BTreeMap<PathBuf, u32>>);

impl Reading {
    pub(crate) fn begin() -> Self {
        Self(WRITERS.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn beside_a_writer(&self, store: &Path) -> bool {
        self.0.contains_key(&one_name(store))
    }
}

/// The same file under whatever name it was opened.
fn one_name(store: &Path) -> PathBuf {
    store.canonicalize().unwrap_or_else(|_| store.to_owned())
}
