//! What has a run left behind: that it started, and how it ended?

use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use agents_decide::RunId;
use agents_names::AgentName;
use agents_records::opencode::Server;

use super::spec::write_private;
use crate::process::StartMark;

/// So long a record of an end has room on a disk that is full by then; a block of most file systems.
const END_ROOM: usize = 4096;

/// In the place of a launcher, where a run was taken back before one had claimed it.
const NOBODY: u32 = 0;

/// Where the files of the runs lie: `<state>/runs/<name>.<run>.{spec,start,end}`.
#[derive(Debug, Clone)]
pub struct RunFiles {
    dir: PathBuf,
}

/// Written by the launcher before the program runs; its creation claims the run.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StartRecord {
    /// The launcher.
    pub launcher: u32,
    /// The program, which leads its own process group; 0 until it runs.
    pub program: u32,
    /// When each of them began, which tells it from a later process with the same number.
    pub launcher_mark: Option<StartMark>,
    pub program_mark: Option<StartMark>,
}

/// Written by the launcher when the program has ended, or could not be started.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct EndRecord {
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub alive_ms: u64,
    /// Why the program could not be started.
    pub failure: Option<String>,
    /// The terminal was gone when the program ended: somebody closed the session under it.
    #[serde(default)]
    pub session_closed: bool,
}

impl RunFiles {
    /// The run files below a state folder.
    #[must_use]
    pub fn new(state_dir: &Path) -> Self {
        Self { dir: state_dir.join("runs") }
    }

    /// The folder itself.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    fn path(&self, name: &AgentName, run: RunId, what: &str) -> PathBuf {
        self.dir.join(format!("{name}.{run}.{what}"))
    }

    /// The spec of a run.
    #[must_use]
    pub fn spec(&self, name: &AgentName, run: RunId) -> PathBuf {
        self.path(name, run, "spec")
    }

    /// What the program of a run last said about itself.
    #[must_use]
    pub fn told(&self, name: &AgentName, run: RunId) -> PathBuf {
        self.path(name, run, "told")
    }

    /// Where the program of a run answers questions about itself, and with which password.
    #[must_use]
    pub fn server(&self, name: &AgentName, run: RunId) -> Option<Server> {
        read(&self.path(name, run, "server"))
    }

    /// Remembers where the program of a run is going to answer.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write_server(
        &self,
        name: &AgentName,
        run: RunId,
        server: &Server,
    ) -> std::io::Result<()> {
        write_private(&self.path(name, run, "server"), &serde_json::to_vec(server)?)
    }

    /// How a run began, if it did.
    #[must_use]
    pub fn start(&self, name: &AgentName, run: RunId) -> Option<StartRecord> {
        read(&self.path(name, run, "start")).filter(|start: &StartRecord| start.launcher != NOBODY)
    }

    /// Since when a run's program runs, by the wall clock: its start record is completed when it has begun.
    #[must_use]
    pub fn age(&self, name: &AgentName, run: RunId) -> Option<Duration> {
        let completed = std::fs::metadata(self.path(name, run, "start")).ok()?.modified().ok()?;
        // One from the future was written just now, by a clock that was set since.
        Some(completed.elapsed().unwrap_or_default())
    }

    /// How a run ended, if it did.
    #[must_use]
    pub fn end(&self, name: &AgentName, run: RunId) -> Option<EndRecord> {
        read(&self.path(name, run, "end"))
    }

    /// Claims a run: only the first launcher of a run gets it.
    ///
    /// # Errors
    /// `AlreadyExists` when the run was taken before.
    pub fn claim(&self, name: &AgentName, run: RunId, record: &StartRecord) -> std::io::Result<()> {
        let path = self.path(name, run, "start");
        let mut file = agents_store::private_file().write(true).create_new(true).open(path)?;
        agents_store::make_private(&file)?;
        file.write_all(&serde_json::to_vec(record)?)
    }

    /// Takes a run back that no launcher has claimed: one that comes later, because tmux was slow, ends at once. One that
    /// was claimed stays as it is, and so does one that was never made ready.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn take_back(&self, name: &AgentName, run: RunId) -> std::io::Result<()> {
        if !self.spec(name, run).exists() {
            return Ok(());
        }
        let nobody =
            StartRecord { launcher: NOBODY, program: 0, launcher_mark: None, program_mark: None };
        match self.claim(name, run, &nobody) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Completes the start record.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn update_start(
        &self,
        name: &AgentName,
        run: RunId,
        record: &StartRecord,
    ) -> std::io::Result<()> {
        write_private(&self.path(name, run, "start"), &serde_json::to_vec(record)?)
    }

    /// Takes the room for the record of the end before there is one: blanks, which are read as no record.
    ///
    /// # Errors
    /// Those of the file system, such as that there is no room.
    pub fn reserve_end(&self, name: &AgentName, run: RunId) -> std::io::Result<()> {
        write_private(&self.path(name, run, "end"), &[b' '; END_ROOM])
    }

    /// Records the end; where there is no room for a new file, in the place that was reserved.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write_end(
        &self,
        name: &AgentName,
        run: RunId,
        record: &EndRecord,
    ) -> std::io::Result<()> {
        let path = self.path(name, run, "end");
        let record = serde_json::to_vec(record)?;
        write_private(&path, &record).or_else(|error| {
            if record.len() > END_ROOM {
                return Err(error);
            }
            // Whoever reads half of it reads no record, and looks again: the launcher still runs.
            let file = std::fs::OpenOptions::new().write(true).open(&path)?;
            file.write_all_at(&record, 0)
        })
    }

    /// The highest number of a run that left a file; 0 without any.
    #[must_use]
    pub fn highest(&self) -> u64 {
        let Ok(entries) = std::fs::read_dir(&self.dir) else { return 0 };
        let number = |file: &str| {
            let (of, _what) = file.rsplit_once('.')?;
            of.rsplit_once(".r")?.1.parse::<u64>().ok()
        };
        let files = entries.flatten().map(|entry| entry.file_name());
        files.filter_map(|file| number(&file.to_string_lossy())).max().unwrap_or(0)
    }

    /// Removes the files of all runs of a member but the one of `keep`.
    pub fn forget_others(&self, name: &AgentName, keep: RunId) {
        let Ok(entries) = std::fs::read_dir(&self.dir) else { return };
        let (own, kept) = (format!("{name}.r"), format!("{name}.{keep}."));
        for entry in entries.flatten() {
            let file = entry.file_name();
            let file = file.to_string_lossy();
            if file.starts_with(&own) && !file.starts_with(&kept) {
                // A file that cannot be removed costs a few bytes and nothing else.
                drop(std::fs::remove_file(entry.path()));
            }
        }
    }
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_recorded_in_the_place_that_was_reserved_where_no_file_can_be_made() {
        let root = tempfile::tempdir().unwrap();
        let files = RunFiles::new(root.path());
        std::fs::create_dir(files.dir()).unwrap();
        let (name, run) = (AgentName::new("ann").unwrap(), RunId(3));
        let end = EndRecord {
            code: Some(0),
            signal: None,
            alive_ms: 5,
            failure: None,
            session_closed: false,
        };
        files.reserve_end(&name, run).unwrap();
        assert_eq!(files.end(&name, run), None, "room is no record");
        // The name that a new file would have first is taken by what nobody can take away.
        let fresh = files.dir().join(format!("ann.{run}.end.{}.new", std::process::id()));
        std::fs::create_dir(&fresh).unwrap();
        files.write_end(&name, run, &end).unwrap();
        assert_eq!(files.end(&name, run), Some(end.clone()));
        assert_eq!(std::fs::metadata(files.path(&name, run, "end")).unwrap().len(), 4096);
        // With room for it, it is a file of its own again.
        std::fs::remove_dir(&fresh).unwrap();
        files.write_end(&name, run, &end).unwrap();
        assert_eq!(files.end(&name, run), Some(end));
        assert!(files.write_end(&name, RunId(4), &files.end(&name, run).unwrap()).is_ok());
    }

    #[test]
    fn the_highest_run_is_found_among_all_files() {
        let root = tempfile::tempdir().unwrap();
        let files = RunFiles::new(root.path());
        assert_eq!(files.highest(), 0);
        std::fs::create_dir(files.dir()).unwrap();
        for file in ["ann.r2.spec", "bob.r11.end", "cat.r9.start", "r.r7.spec", "no-tmux", "x.spec"]
        {
            std::fs::write(files.dir().join(file), "").unwrap();
        }
        assert_eq!(files.highest(), 11);
    }
}
