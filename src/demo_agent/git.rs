//! How does the agent use git, when it and others may be killed at any moment?

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

/// What went wrong in a worktree.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    #[error("cannot run git: {source}")]
    Start { source: io::Error },
    #[error("git {arguments} failed: {complaint}")]
    Failed { arguments: String, complaint: String },
    #[error("cannot push after {tries} tries; the last complaint: {complaint}")]
    Push { tries: u32, complaint: String },
    #[error("another demo agent has worked in {folder} for longer than {} s", PATIENCE.as_secs())]
    Busy { folder: PathBuf },
    #[error("cannot use {path}: {source}")]
    File { path: PathBuf, source: io::Error },
}

/// The worktree that the agent works in.
pub struct Git {
    root: PathBuf,
    author: &'static str,
    /// One demo agent at a time works in a repository. Each git command gets this as its standard input, so a command
    /// that outlives its killed agent keeps the lock, and no successor looks before it has ended.
    turn: Option<File>,
}

/// How long to wait for that lock.
const PATIENCE: Duration = Duration::from_secs(30);

/// No git command of ours holds a lock for so long: an older one belongs to a process that was killed.
const STALE: Duration = Duration::from_secs(3);

const PUSH_TRIES: u32 = 8;

impl Git {
    /// The worktree around that folder, freed of what a killed predecessor left.
    pub fn open(folder: &Path, author: &'static str) -> Result<Self, GitError> {
        let mut git = Self { root: folder.to_owned(), author, turn: None };
        git.root = PathBuf::from(git.run(&["rev-parse", "--show-toplevel"])?);
        git.turn = Some(git.wait_for_turn()?);
        git.tidy()?;
        Ok(git)
    }

    /// The path of a file of the repository.
    pub fn path(&self, file: &Path) -> PathBuf {
        self.root.join(file)
    }

    /// Whether a commit here has exactly this subject.
    pub fn has_subject(&self, subject: &str) -> Result<bool, GitError> {
        Ok(self.has_commits()
            && self.run(&["log", "--format=%s"])?.lines().any(|line| line == subject))
    }

    /// Writes the file in one step and commits it alone, also when it is the same as before: the subject is what tells.
    pub fn commit_file(&self, file: &Path, text: &str, subject: &str) -> Result<(), GitError> {
        let path = self.path(file);
        let draft = path.with_extension("draft");
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&draft, text))
            .and_then(|()| fs::rename(&draft, &path))
            .map_err(|source| GitError::File { path: path.clone(), source })?;
        let file = file.to_string_lossy();
        self.run(&["add", "--", &file])?;
        self.run(&["commit", "--quiet", "--allow-empty", "--only", "-m", subject, "--", &file])?;
        Ok(())
    }

    /// Deletes the file and commits that; a file that is gone needs no commit.
    pub fn commit_removal(&self, file: &Path, subject: &str) -> Result<(), GitError> {
        let name = file.to_string_lossy();
        self.run(&["rm", "--quiet", "--ignore-unmatch", "--", &name])?;
        if self.run(&["ls-tree", "HEAD", "--", &name])?.is_empty() {
            return Ok(());
        }
        self.run(&["commit", "--quiet", "--only", "-m", subject, "--", &name])?;
        Ok(())
    }

    /// Brings in what others pushed; without a remote, or with an empty one, there is nothing.
    pub fn pull(&self) -> Result<(), GitError> {
        let Some(branch) = self.remote_branch()? else { return Ok(()) };
        if self.run(&["ls-remote", "--heads", "origin", &branch])?.is_empty() {
            return Ok(());
        }
        let result = self.run(&["pull", "--quiet", "--rebase", "--autostash", "origin", &branch]);
        if result.is_err() {
            // Nothing to abort when it failed before it began; the pull's own complaint is the one that counts.
            drop(self.run(&["rebase", "--abort"]));
        }
        result.map(drop)
    }

    /// Pushes what is committed here; when others were faster, pulls and tries again.
    pub fn push(&self) -> Result<(), GitError> {
        let Some(branch) = self.remote_branch()?.filter(|_| self.has_commits()) else {
            return Ok(());
        };
        let target = format!("HEAD:refs/heads/{branch}");
        let mut complaint = String::new();
        for attempt in 0..PUSH_TRIES {
            let result =
                self.pull().and_then(|()| self.run(&["push", "--quiet", "origin", &target]));
            match result {
                Ok(_) => return Ok(()),
                Err(error) => complaint = error.to_string(),
            }
            std::thread::sleep(Duration::from_millis(100 * u64::from(attempt + 1)));
        }
        Err(GitError::Push { tries: PUSH_TRIES, complaint })
    }

    /// False on an unborn branch, which has no log and cannot be pushed.
    fn has_commits(&self) -> bool {
        self.run(&["rev-parse", "--verify", "--quiet", "HEAD"]).is_ok()
    }

    /// The branch that we are on, when there is a remote to share it with.
    fn remote_branch(&self) -> Result<Option<String>, GitError> {
        if !self.run(&["remote"])?.lines().any(|name| name == "origin") {
            return Ok(None);
        }
        self.run(&["symbolic-ref", "--short", "HEAD"]).map(Some)
    }

    fn wait_for_turn(&self) -> Result<File, GitError> {
        let path = self.shared_folder()?.join("demo-agent.turn");
        let failed = |source| GitError::File { path: path.clone(), source };
        let file = File::options().read(true).write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(failed)?;
        let began = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(source)) => return Err(failed(source)),
                Err(TryLockError::WouldBlock) if began.elapsed() > PATIENCE => {
                    return Err(GitError::Busy { folder: self.root.clone() });
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    /// The folder with the refs, which several worktrees may share.
    fn shared_folder(&self) -> Result<PathBuf, GitError> {
        Ok(self.root.join(self.run(&["rev-parse", "--git-common-dir"])?))
    }

    /// Ends a rebase and removes locks that a killed process left behind.
    fn tidy(&self) -> Result<(), GitError> {
        let own = self.root.join(self.run(&["rev-parse", "--git-dir"])?);
        let shared = self.shared_folder()?;
        let mut locks = Vec::new();
        for folder in [&own, &shared] {
            locks_in(folder, false, &mut locks);
            locks_in(&folder.join("refs"), true, &mut locks);
        }
        for lock in locks {
            wait_until_stale(&lock);
            match fs::remove_file(&lock) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => {
                    return Err(GitError::File { path: lock, source });
                }
                Ok(()) | Err(_) => {}
            }
        }
        for rebase in [own.join("rebase-merge"), own.join("rebase-apply")] {
            wait_until_stale(&rebase);
            // A rebase that was killed while it started has nothing to go back to: `--quit` forgets it.
            if rebase.exists() && self.run(&["rebase", "--abort"]).is_err() {
                self.run(&["rebase", "--quit"])?;
            }
        }
        Ok(())
    }

    fn run(&self, arguments: &[&str]) -> Result<String, GitError> {
        let name = format!("user.name={}", self.author);
        let mail = format!("user.email={}@example.invalid", self.author);
        let turn = self.turn.as_ref().map(File::try_clone).transpose();
        let stdin = turn
            .map_err(|source| GitError::Start { source })?
            .map_or_else(Stdio::null, Stdio::from);
        let output = Command::new("git")
            .args(["-c", &name, "-c", &mail, "-c", "commit.gpgsign=false", "-c", "gc.auto=0"])
            .args(arguments)
            .current_dir(&self.root)
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_EDITOR", "true")
            .env("LC_ALL", "C")
            .stdin(stdin)
            .output()
            .map_err(|source| GitError::Start { source })?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        }
        Err(GitError::Failed {
            arguments: arguments.join(" "),
            complaint: String::from_utf8_lossy(&output.stderr).trim().replace('\n', " "),
        })
    }
}

fn locks_in(folder: &Path, deep: bool, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "lock") {
            found.push(path);
        } else if deep && path.is_dir() {
            locks_in(&path, true, found);
        }
    }
}

/// Returns when the file is gone, or so old that its owner must be dead.
fn wait_until_stale(path: &Path) {
    loop {
        let Ok(modified) = fs::metadata(path).and_then(|data| data.modified()) else { return };
        // A time in the future, after a jump of the clock, counts as old.
        let age = SystemTime::now().duration_since(modified).unwrap_or(STALE);
        if age >= STALE {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}
