//! What stands under the name of a log, and does anybody of the tmux server's write to it?

use std::path::Path;

use agents_store::Identity;

use crate::process::Table;

/// What stands under the name of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    File(Identity),
    Nothing,
    /// A link, a folder, a pipe: nobody writes through it.
    Other,
    /// The look failed, or the whole folder is not there.
    Unknown,
}

impl Named {
    pub(super) fn at(log: &Path) -> Self {
        match log.symlink_metadata() {
            Ok(found) if found.is_file() => Self::File(Identity::from(&found)),
            Ok(_) => Self::Other,
            Err(error)
                if error.kind() == std::io::ErrorKind::NotFound
                    && log.parent().is_some_and(Path::is_dir) =>
            {
                Self::Nothing
            }
            Err(_) => Self::Unknown,
        }
    }
}

/// The files to which the programs write that a tmux server has begun itself, the writers of logs among them.
pub(super) struct Written(Option<Vec<Identity>>);

impl Written {
    /// Reads the table of processes, which takes milliseconds. Only Linux tells; elsewhere nothing is known.
    pub(super) fn by_server(server: u32) -> Self {
        Self(Self::read(server))
    }

    fn read(server: u32) -> Option<Vec<Identity>> {
        let table = Table::take().ok()?;
        table.process(server)?;
        let mut files = Vec::new();
        for child in table.children(server) {
            match std::fs::metadata(format!("/proc/{child}/fd/1")) {
                Ok(file) => files.push(Identity::from(&file)),
                // It has ended since, or has closed it.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                    std::fs::metadata("/proc/self/stat").ok()?;
                }
                Err(_) => return None,
            }
        }
        Some(files)
    }

    /// Whether one of them writes to that file, as far as anybody can tell.
    pub(super) fn has(&self, file: Identity) -> Option<bool> {
        self.0.as_ref().map(|files| files.contains(&file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_there_is_told_from_what_cannot_be_seen() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("t-ann.log");
        assert_eq!(Named::at(&log), Named::Nothing);
        std::fs::write(&log, "").unwrap();
        assert_eq!(Named::at(&log), Named::File(Identity::of(&log).unwrap()));
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&log, &link).unwrap();
        assert_eq!([Named::at(&link), Named::at(folder.path())], [Named::Other; 2]);
        // A folder that is not there may be a disk that is not mounted.
        assert_eq!(Named::at(&folder.path().join("no/t-ann.log")), Named::Unknown);
        assert_eq!(Named::at(&log.join("t-ann.log")), Named::Unknown);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_lost_its_name_is_written_to_and_its_successor_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("t-ann.log");
        let file = std::fs::File::create(&log).unwrap();
        let mut writer = std::process::Command::new("cat");
        writer.stdin(std::process::Stdio::piped()).stdout(file);
        let mut writer = writer.spawn().unwrap();
        let first = Identity::of(&log).unwrap();
        let own = std::process::id();
        assert_eq!(Written::by_server(own).has(first), Some(true));
        std::fs::rename(&log, folder.path().join("moved")).unwrap();
        std::fs::write(&log, "").unwrap();
        let second = Identity::of(&log).unwrap();
        let written = Written::by_server(own);
        assert_eq!((written.has(first), written.has(second)), (Some(true), Some(false)));
        drop(writer.stdin.take());
        writer.wait().unwrap();
        assert_eq!(Written::by_server(u32::MAX).has(second), None, "there is no such server");
    }
}
