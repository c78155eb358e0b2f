//! Which file stands under a name, and is it still the one that was opened?

use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use crate::schema;

/// A file, whatever it is called: device and inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    /// The file at that path, links followed.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn of(path: &Path) -> io::Result<Self> {
        Ok(Self::from(&fs::metadata(path)?))
    }

    /// An open file.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn of_file(file: &File) -> io::Result<Self> {
        Ok(Self::from(&file.metadata()?))
    }
}

impl From<&Metadata> for Identity {
    fn from(meta: &Metadata) -> Self {
        Self { device: meta.dev(), inode: meta.ino() }
    }
}

/// The three files that one open store writes: all of them must stay where they are, or others read something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Files {
    store: Identity,
    log: Identity,
    index: Identity,
}

impl Files {
    /// The files at the path of a store that somebody has open.
    pub(crate) fn at(store: &Path) -> io::Result<Self> {
        let index = fs::metadata(schema::beside(store, "-shm"))?;
        // It is mapped into memory: a look at what is not there any more would end the process.
        if index.len() == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the log's index is empty"));
        }
        Ok(Self {
            store: Identity::of(store)?,
            log: Identity::of(&schema::wal_path(store))?,
            index: Identity::from(&index),
        })
    }

    pub(crate) fn store(&self) -> Identity {
        self.store
    }
}
