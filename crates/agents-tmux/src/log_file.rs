//! Where does the pane's output go, and who may read it?

use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags, fchmod, fstat, open};

use crate::TmuxError;

/// Makes sure that the log is a plain file, readable by its owner only if it is new; tmux's pipe then appends to it.
///
/// # Errors
/// [`TmuxError::Refused`] when the path is relative (the server has another working folder), a link, no plain
/// file, or cannot be created.
pub(crate) fn create_log(log: &Path) -> Result<(), TmuxError> {
    let refused = |why: String| TmuxError::Refused {
        reason: format!("cannot log to {}: {why}", log.display()),
    };
    if !log.is_absolute() {
        return Err(refused("the path is not absolute".to_owned()));
    }
    // Non-blocking, because opening a named pipe would wait for its reader.
    let flags = OFlags::WRONLY
        | OFlags::APPEND
        | OFlags::CREATE
        | OFlags::NOFOLLOW
        | OFlags::NONBLOCK
        | OFlags::CLOEXEC;
    let file =
        open(log, flags, Mode::RUSR | Mode::WUSR).map_err(|error| refused(error.to_string()))?;
    let stat = fstat(&file).map_err(|error| refused(error.to_string()))?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(refused("it is no plain file".to_owned()));
    }
    // One of another program may be readable by all, and a umask may have taken our own bits away.
    if stat.st_mode & 0o777 != 0o600 {
        fchmod(&file, Mode::RUSR | Mode::WUSR).map_err(|error| refused(error.to_string()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt, symlink};

    use super::*;

    #[test]
    fn t_s14_a_new_log_is_private_and_links_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("a.log");
        create_log(&log).unwrap();
        assert_eq!(log.metadata().unwrap().mode() & 0o777, 0o600);
        let link = folder.path().join("link");
        symlink(&log, &link).unwrap();
        assert!(matches!(create_log(&link), Err(TmuxError::Refused { .. })));
        assert!(matches!(create_log(folder.path()), Err(TmuxError::Refused { .. })));
        assert!(matches!(create_log(Path::new("a.log")), Err(TmuxError::Refused { .. })));
        assert!(matches!(
            create_log(&folder.path().join("no/a.log")),
            Err(TmuxError::Refused { .. })
        ));
    }
}
