//! What does the status file of a phase say?

use std::fs::OpenOptions;
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

#[cfg(test)]
mod tests;

/// Longest status file that is read, in bytes. An agent writes it: one that is longer is no status file.
const LENGTH_LIMIT: u64 = 1 << 20;

/// The text of `<repo>/<subdir>/<name>`, else of `<repo>/<name>`; `None` when neither is there.
///
/// Bytes that are no UTF-8 are replaced. Never waits: a pipe or device under the name is an error.
///
/// # Errors
/// When the file cannot be read, is no regular file, or is longer than 1 MiB.
pub fn status_file(repo: &Path, subdir: &str, name: &str) -> io::Result<Option<String>> {
    let first = repo.join(subdir).join(name);
    let found = read_regular(&first)?;
    let second = repo.join(name);
    if found.is_some() || first == second {
        return Ok(found);
    }
    read_regular(&second)
}

/// The text of a file; `None` when there is none. Never waits, as the opening of a pipe would.
///
/// # Errors
/// Those of the file system; what is no regular file, or too long.
pub(crate) fn read_regular(path: &Path) -> io::Result<Option<String>> {
    // Without this flag the opening of a pipe would wait for somebody to write to it.
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Ok(file) => file,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(named(path, &error)),
    };
    let refusal = |reason: &str| {
        let text = format!("{}: {reason}", path.display());
        Err(io::Error::new(io::ErrorKind::InvalidInput, text))
    };
    if !file.metadata().map_err(|error| named(path, &error))?.is_file() {
        return refusal("is no regular file");
    }
    let mut bytes = Vec::new();
    // One more than allowed, because the file may grow while it is read.
    file.take(LENGTH_LIMIT + 1).read_to_end(&mut bytes).map_err(|error| named(path, &error))?;
    if bytes.len() as u64 > LENGTH_LIMIT {
        return refusal("is longer than 1 MiB");
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// True when the name leads to nothing, also because a folder on the way is missing or no folder.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
