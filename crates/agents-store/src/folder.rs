//! How do the state folder and its files stay private, whatever the umask?

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use rustix::fs::OFlags;

const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

/// Makes the folder, and the parents that are missing, for this user alone, whatever the umask.
///
/// One that is there loses the right of others to write in it: who can put a link into it can have any file of the user's written.
///
/// # Errors
/// Those of the file system; `PermissionDenied` when it belongs to another user.
pub fn private_folder(folder: &Path) -> io::Result<()> {
    match fs::metadata(folder) {
        Ok(found) if found.is_dir() => return keep_others_out(folder, &found, 0o022),
        Ok(_) | Err(_) => {}
    }
    if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty())
        && !parent.is_dir()
    {
        private_folder(parent)?;
    }
    match DirBuilder::new().mode(FOLDER_MODE).create(folder) {
        // A umask may have taken away our own bits.
        Ok(()) => fs::set_permissions(folder, Permissions::from_mode(FOLDER_MODE)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Takes these rights of others to a folder away.
fn keep_others_out(folder: &Path, found: &fs::Metadata, rights: u32) -> io::Result<()> {
    let user = rustix::process::geteuid().as_raw();
    // Whoever is root here can be made to run what the owner likes in easier ways.
    if found.uid() != user && user != 0 {
        let why = format!("{} belongs to another user", folder.display());
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
    }
    let mode = found.mode() & 0o7777;
    if mode & rights == 0 {
        return Ok(());
    }
    fs::set_permissions(folder, Permissions::from_mode(mode & !rights))
}

/// Makes the state folder, or takes the access of others to it away.
pub(crate) fn make(folder: &Path) -> io::Result<()> {
    private_folder(folder)?;
    keep_others_out(folder, &fs::metadata(folder)?, 0o077)
}

/// How a file of the fleet's is opened: one that is made is for this user alone, a link is refused, and nobody waits for
/// the reader of a pipe that lies in its place.
#[must_use]
pub fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    options.mode(FILE_MODE).custom_flags(i32::from_ne_bytes(flags.to_ne_bytes()));
    options
}

/// Opens a file for reading and writing, made with mode 0600 if it was missing.
pub(crate) fn open_private(path: &Path) -> io::Result<File> {
    let file = private_file().read(true).write(true).create(true).truncate(false).open(path)?;
    make_private(&file)?;
    Ok(file)
}

/// Takes everybody else's access to an open file away.
///
/// # Errors
/// Those of the file system.
pub fn make_private(file: &File) -> io::Result<()> {
    if file.metadata()?.permissions().mode() & 0o777 == FILE_MODE {
        return Ok(());
    }
    file.set_permissions(Permissions::from_mode(FILE_MODE))
}

/// Makes the names in a folder durable.
pub(crate) fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
