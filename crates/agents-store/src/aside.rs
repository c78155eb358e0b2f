//! How is a damaged store put out of the way without being lost?

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::furthest::Furthest;
use crate::schema::{beside, store_path};
use crate::{Identity, Reader, StoreError};

/// What SQLite keeps beside a store, and must stay beside it for a repair.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];
/// What follows the store's name in that of one that was set aside.
const ASIDE: &str = ".damaged-";

/// Why a store cannot be used by anybody, ever; `None` for one that is whole, and where there is none.
///
/// # Errors
/// When that cannot be told: the file cannot be read, stays busy or was written by a newer program.
pub fn damage(state_dir: &Path) -> Result<Option<StoreError>, StoreError> {
    match Reader::open(state_dir) {
        Ok(_) => Ok(None),
        Err(error) if error.is_damage() => Ok(Some(error)),
        Err(error) => Err(error),
    }
}

/// Where the store of a state folder is, or would be.
#[must_use]
pub fn path(state_dir: &Path) -> PathBuf {
    store_path(state_dir)
}

/// What SQLite keeps beside a store while somebody has it open.
#[must_use]
pub fn companions(store: &Path) -> [PathBuf; 2] {
    COMPANIONS.map(|name| beside(store, name))
}

/// Whether that store was set aside in its folder.
#[must_use]
pub fn is_set_aside(state_dir: &Path, store: Identity) -> bool {
    let aside = beside(&store_path(state_dir), ASIDE);
    let is_it = |path: &Path| {
        let name = path.as_os_str().as_encoded_bytes();
        name.starts_with(aside.as_os_str().as_encoded_bytes())
            && Identity::of(path).is_ok_and(|found| found == store)
    };
    let entries = fs::read_dir(state_dir).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| is_it(&entry.path()))
}

/// Gives the store of that folder, and what belongs to it, a telling name, so that the next one to open the
/// store finds none; returns the new path. `stamp` tells this time from others.
///
/// Whoever has the old file open notices that it has left its place, and writes no more.
///
/// # Errors
/// Those of the file system.
pub fn set_aside(state_dir: &Path, stamp: &str) -> Result<PathBuf, StoreError> {
    let store = store_path(state_dir);
    let aside = beside(&store, &format!("{ASIDE}{stamp}"));
    // The store goes first: what is left without it is never taken for a fresh one.
    let names = [""].into_iter().chain(COMPANIONS);
    for name in names {
        let (from, to) = (beside(&store, name), beside(&aside, name));
        match fs::rename(&from, &to) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(StoreError::unwritable(&from, &error));
            }
            Ok(()) | Err(_) => {}
        }
    }
    // The fresh one has lost nothing: what it lacks is here.
    Furthest::forget(state_dir);
    Ok(aside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("state");
        (root, folder)
    }

    #[test]
    fn only_what_nobody_can_use_is_damage() {
        let (_root, folder) = folder();
        assert!(damage(&folder).unwrap().is_none(), "no store is no damage");
        drop(Store::open(&folder).unwrap());
        assert!(damage(&folder).unwrap().is_none());
        let path = store_path(&folder);
        let whole = fs::read(&path).unwrap();
        for bad in [Vec::new(), vec![7; whole.len()], whole[..whole.len() / 2].to_vec()] {
            fs::write(&path, &bad).unwrap();
            let found = damage(&folder).unwrap().unwrap();
            assert!(found.to_string().contains("agents down"), "{found}");
        }
    }

    #[test]
    fn a_store_set_aside_keeps_its_bytes_and_makes_room_for_a_fresh_one() {
        let (_root, folder) = folder();
        let mut old = Store::open(&folder).unwrap();
        old.submit_request("{}").unwrap();
        fs::write(folder.join("furthest"), 9_u64.to_le_bytes()).unwrap();
        let path = store_path(&folder);
        fs::write(&path, [9; 5000]).unwrap();
        let wal = fs::read(beside(&path, "-wal")).unwrap();
        let identity = old.identity();
        assert!(!is_set_aside(&folder, identity));
        let aside = set_aside(&folder, "20261121-160000").unwrap();
        assert!(is_set_aside(&folder, identity));
        assert_eq!(aside, folder.join("store.db.damaged-20261121-160000"));
        assert_eq!(fs::read(&aside).unwrap(), [9; 5000]);
        assert_eq!(fs::read(beside(&aside, "-wal")).unwrap(), wal);
        assert!(!old.is_in_place());
        assert!(old.submit_request("{}").is_err(), "the old handle must not write any more");
        let fresh = Store::open(&folder).unwrap();
        assert_eq!(fresh.open_requests().unwrap(), []);
        assert!(!folder.join("furthest").exists(), "a fresh store has lost nothing");
        // Cut short after the store itself: the rest alone is still no fresh store.
        fs::remove_file(&path).unwrap();
        fs::write(beside(&path, "-wal"), [1; 10]).unwrap();
        assert!(damage(&folder).unwrap().is_some());
        set_aside(&folder, "again").unwrap();
        assert!(damage(&folder).unwrap().is_none());
    }
}
