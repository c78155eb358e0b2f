//! What is remembered and owed: one SQLite file and one lock file in the fleet's state folder.
//!
//! The store knows no decision type: states, journal bodies, requests and replies are JSON text handed in.
//!
//! - [`FleetLock`]: one writer at a time, enforced by the kernel; it dies with its process.
//! - [`Store`]: reads and writes. A write carries the epoch of its writer and fails when a later one has claimed the store.
//! - [`Reader`]: reads only, and leaves no trace in the folder.
//!
//! A missing store is fresh. One that is empty, short, damaged or newer than this program is an error,
//! never an empty store: a phase must not fall back to the first because a file was lost.

mod aside;
mod commit;
mod error;
mod folder;
mod furthest;
mod identity;
mod in_process;
mod journal;
mod lock;
mod read;
mod reader;
mod request;
mod schema;
mod store;
mod withdrawn;

#[cfg(test)]
mod crash_tests;
#[cfg(test)]
mod displaced_tests;
#[cfg(test)]
mod model_tests;

pub use aside::{companions, damage, is_set_aside, path, set_aside};
pub use commit::{Commit, Reply, StateDocument, Word};
pub use error::{LockError, StoreError};
pub use folder::{make_private, private_file, private_folder};
pub use identity::Identity;
pub use journal::{EntryKind, JournalEntry, Keep, Recorded};
pub use lock::{FleetLock, Holder};
pub use reader::{Contents, Reader};
pub use request::Request;
pub use store::Store;
