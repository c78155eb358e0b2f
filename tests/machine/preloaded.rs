//! How is a machine broken for one process, and mended again? With a library in C between it and the system.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use crate::support::{Bed, text};

/// A machine that the processes that see [`Preloaded::variables`] take for theirs.
pub struct Preloaded {
    folder: tempfile::TempDir,
}

impl Preloaded {
    /// One with nothing wrong.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/machine/preloaded.c");
        let library = folder.path().join("machine.so");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .args([&library, &source])
            .arg("-ldl")
            .output()
            .unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        Self { folder }
    }

    /// The environment of a process that is to see this machine.
    pub fn variables(&self) -> [(&'static str, String); 2] {
        let library = self.folder.path().join("machine.so");
        [
            ("LD_PRELOAD", text(&library).to_owned()),
            ("AGENTS_MACHINE", text(self.folder.path()).to_owned()),
        ]
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// From now on no process and no thread can be started.
    pub fn fill(&self) {
        std::fs::write(self.file("full"), "").unwrap();
    }

    /// There is room again; returns what was refused, `process` or `thread` in each line.
    pub fn empty(&self) -> String {
        let refused = self.refused();
        std::fs::remove_file(self.file("full")).unwrap();
        refused
    }

    /// What was refused since it is full.
    pub fn refused(&self) -> String {
        std::fs::read_to_string(self.file("full")).unwrap()
    }

    /// Sets the wall clock so many seconds ahead of the true one, or behind.
    pub fn set_clock(&self, ahead: i64) {
        let new = self.file("clock.new");
        std::fs::write(&new, ahead.to_string()).unwrap();
        std::fs::rename(new, self.file("clock")).unwrap();
    }

    /// Starts a watchdog that lives on this machine, in no session, and waits until it holds the fleet.
    pub fn watch(&self, bed: &Bed) -> Child {
        let mut command = bed.command(env!("CARGO_BIN_EXE_agents"));
        let said = std::process::Stdio::null;
        command.arg("watchdog").envs(self.variables()).stdout(said()).stderr(said());
        let watchdog = command.spawn().unwrap();
        bed.until("it is connected", || bed.has("t-watchdog-control"));
        watchdog
    }

    /// Runs `agents` on this machine.
    pub fn agents(&self, bed: &Bed, words: &[&str]) -> crate::support::Ran {
        let variables = self.variables();
        let variables: Vec<_> = variables.iter().map(|(name, it)| (*name, it.as_str())).collect();
        bed.agents_with(&variables, words)
    }
}
