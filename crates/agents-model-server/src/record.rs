//! What was asked so far?

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::ServerError;

/// The requests so far: in memory, and line by line in a file when one is named.
#[derive(Debug)]
pub(crate) struct Record {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    entries: Vec<Value>,
    file: Option<File>,
}

impl Record {
    pub(crate) fn open(path: Option<&PathBuf>) -> Result<Self, ServerError> {
        let open = |path: &PathBuf| {
            File::options()
                .create(true)
                .append(true)
                .open(path)
                .map_err(|source| ServerError::Log { path: path.clone(), source })
        };
        let file = path.map(open).transpose()?;
        Ok(Self { inner: Mutex::new(Inner { entries: Vec::new(), file }) })
    }

    /// Adds an entry, which must be an object; it gets its number as `n`.
    pub(crate) fn add(&self, mut entry: Value) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        entry["n"] = Value::from(inner.entries.len() + 1);
        if let Some(file) = inner.file.as_mut()
            && let Err(error) = writeln!(file, "{entry}")
        {
            // The log in memory is the one that tests read, so the server goes on; it says once what is lost.
            eprintln!("agents-model-server: the request log ends here: {error}");
            inner.file = None;
        }
        inner.entries.push(entry);
    }

    /// All entries, oldest first.
    pub(crate) fn entries(&self) -> Vec<Value> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).entries.clone()
    }
}
