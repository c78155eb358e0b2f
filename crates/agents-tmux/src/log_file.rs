//! Where does the pane's output go, and who may read it?

use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags, fchmod, fstat, open, unlink};

use crate::TmuxError;

/// Makes sure that the log is a plain file with no other name, readable by its owner only; tmux's pipe then appends to it.
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
    let mode = Mode::RUSR | Mode::WUSR;
    let mut file = open(log, flags, mode).map_err(|error| refused(error.to_string()))?;
    let mut stat = fstat(&file).map_err(|error| refused(error.to_string()))?;
    if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile && stat.st_nlink > 1 {
        // Somebody's file, or a copy that somebody keeps: it stays as it is, under its other name.
        unlink(log).map_err(|error| refused(error.to_string()))?;
        file = open(log, flags | OFlags::EXCL, mode).map_err(|error| refused(error.to_string()))?;
        stat = fstat(&file).map_err(|error| refused(error.to_string()))?;
    }
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
        let (other, second) = (folder.path().join("other"), folder.path().join("second.log"));
        std::fs::write(&other, "somebody's").unwrap();
        std::fs::set_permissions(&other, std::os::unix::fs::PermissionsExt::from_mode(0o644))
            .unwrap();
        std::fs::hard_link(&other, &second).unwrap();
        create_log(&second).unwrap();
        assert_eq!(second.metadata().unwrap().len(), 0);
        assert_eq!(std::fs::read_to_string(&other).unwrap(), "somebody's");
        assert_eq!(other.metadata().unwrap().mode() & 0o777, 0o644);
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
