//! A remote, somebody who pushes to it, and our copy of it, all in one temporary folder.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use super::{GitError, GitSource, Pushed, Since, look};

pub(super) const LIMIT: Duration = Duration::from_secs(60);

pub(super) struct World {
    folder: tempfile::TempDir,
    /// What `git init` is told beyond the ordinary.
    format: Vec<String>,
}

impl World {
    /// A bare remote with nothing in it, a pusher's clone and ours.
    pub(super) fn new() -> Self {
        Self::with("ours", &[])
    }

    pub(super) fn with(ours: &str, format: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let format = format.iter().map(|word| (*word).to_owned()).collect();
        let world = Self { folder, format };
        world.init("remote.git", &["--bare"]);
        world.init("pusher", &[]);
        world.git("pusher", ["remote", "add", "origin", "../remote.git"]);
        world.init(ours, &[]);
        let url = world.path("remote.git");
        world.git(ours, ["remote".as_ref(), "add".as_ref(), "origin".as_ref(), url.as_os_str()]);
        world
    }

    fn init(&self, name: &str, more: &[&str]) {
        let mut words = vec!["init", "--quiet", "--initial-branch=main"];
        words.extend(more);
        words.extend(self.format.iter().map(String::as_str));
        words.push(name);
        self.git("", words);
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs git as somebody else than the code under test, and returns what it printed.
    pub(super) fn git<W: AsRef<OsStr>>(
        &self,
        place: &str,
        words: impl IntoIterator<Item = W>,
    ) -> String {
        let Output { status, stdout, stderr } = Command::new("git")
            .current_dir(self.path(place))
            .args(words)
            .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null")])
            .envs([("GIT_AUTHOR_NAME", "a"), ("GIT_AUTHOR_EMAIL", "a@example.invalid")])
            .envs([("GIT_COMMITTER_NAME", "a"), ("GIT_COMMITTER_EMAIL", "a@example.invalid")])
            .output()
            .unwrap();
        assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).unwrap().trim().to_owned()
    }

    /// Commits without pushing; returns the commit id.
    pub(super) fn commit(&self, message: &str) -> String {
        self.git("pusher", ["commit", "--quiet", "--allow-empty", "-m", message]);
        self.git("pusher", ["rev-parse", "HEAD"])
    }

    pub(super) fn commit_file(&self, file: &str, content: &str) {
        let path = self.path("pusher").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self.git("pusher", ["add", "--all"]);
        self.commit(&format!("write {file}"));
    }

    /// Makes a remote branch what the pusher has.
    pub(super) fn push(&self, branch: &str) {
        let refspec = format!("+HEAD:refs/heads/{branch}");
        self.git("pusher", ["push", "--quiet", "origin", &refspec]);
    }

    pub(super) fn source(&self, ours: &str) -> GitSource {
        GitSource {
            repo: self.path(ours),
            mirror: self.path("mirror.git"),
            remote: "origin".to_owned(),
            branch: None,
            state_subdir: "state".to_owned(),
            inboxes: Vec::new(),
        }
    }

    pub(super) async fn look(&self, base: Option<&str>) -> Result<Pushed, GitError> {
        let since = base.map_or(Since::Head, |base| Since::Commit(base.to_owned()));
        look(&self.source("ours"), &since, LIMIT).await
    }
}

/// Waits for a file with a whole line in it, and returns the line.
pub(super) async fn line_in(path: &Path) -> String {
    let reading = async {
        loop {
            let text = fs::read_to_string(path).unwrap_or_default();
            if let Some(line) = text.strip_suffix('\n') {
                return line.to_owned();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LIMIT, reading).await.unwrap()
}
