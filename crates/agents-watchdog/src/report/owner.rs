//! Does nobody else hear the reports? Their folder and their socket are ours, or they are not used.

use std::fs::DirBuilder;
use std::io::{Error, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, MetadataExt as _};
use std::path::Path;

/// Makes a folder of this user alone, unless there is one of that name.
pub(super) fn make_folder(dir: &Path) -> std::io::Result<()> {
    match DirBuilder::new().mode(0o700).create(dir) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Sees that a folder in a place where everybody may write is this user's alone, and no link.
pub(super) fn own_folder(dir: &Path) -> std::io::Result<()> {
    let it = std::fs::symlink_metadata(dir)?;
    if it.is_dir() && is_ours(it.uid()) && it.mode() & 0o077 == 0 {
        Ok(())
    } else {
        Err(refused(dir, "is not a folder of this user alone"))
    }
}

/// Sees that a socket is one that this user made: nobody can make one in another's name.
pub(super) fn own_socket(socket: &Path) -> std::io::Result<()> {
    let it = std::fs::symlink_metadata(socket)?;
    if it.file_type().is_socket() && is_ours(it.uid()) {
        Ok(())
    } else {
        Err(refused(socket, "is no socket of this user"))
    }
}

fn is_ours(user: u32) -> bool {
    user == rustix::process::geteuid().as_raw()
}

fn refused(path: &Path, why: &str) -> Error {
    Error::new(ErrorKind::PermissionDenied, format!("{} {why}", path.display()))
}
