//! How is the `git` program run so that it can neither hang, nor ask, nor be led astray by its surroundings?

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::GitError;
use crate::group::Group;

/// Longest output that is read; whatever comes after is thrown away.
const OUTPUT_LIMIT: u64 = 64 << 20;

/// Settings that must not run programs or start work that outlives the call, whoever made them.
const SETTINGS: [&str; 6] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.pager=cat",
    "protocol.ext.allow=never",
    "gc.auto=0",
    "maintenance.auto=false",
];

/// What would lead git to another repository than the one named.
const MISLEADING: [&str; 8] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
];

/// How a run of git ended.
pub(crate) struct Finished {
    /// `None`: ended by a signal.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Finished {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// The run as an error, with the line in which git says why.
    pub(crate) fn failed(&self, doing: &str) -> GitError {
        let said = |prefix: &str| self.stderr.lines().find(|line| line.starts_with(prefix));
        let line = said("fatal:").or_else(|| said("error:")).or_else(|| self.stderr.lines().last());
        let detail = match (line, self.code) {
            (Some(line), _) => line.to_owned(),
            (None, Some(code)) => format!("exit code {code}"),
            (None, None) => "ended by a signal".to_owned(),
        };
        GitError::Failed { doing: doing.to_owned(), detail }
    }
}

/// Runs `git -C repo words…` in its own process group, and ends the group at the limit.
pub(super) async fn run(
    repo: &Path,
    words: &[&str],
    doing: &str,
    limit: Duration,
) -> Result<Finished, GitError> {
    run_to_end(command(repo, words), doing, limit).await
}

/// Runs a command that has a process group of its own, and ends the group at the limit.
pub(crate) async fn run_to_end(
    mut command: Command,
    doing: &str,
    limit: Duration,
) -> Result<Finished, GitError> {
    let mut child = command.spawn().map_err(|source| GitError::NoProgram { source })?;
    // It may hold what only the child is to have.
    drop(command);
    let group = Group::of(&child);
    let ended = timeout(limit, finish(&mut child)).await;
    match ended {
        Ok(finished) => {
            group.has_ended();
            let (status, stdout, stderr) = finished.map_err(|error| GitError::Failed {
                doing: doing.to_owned(),
                detail: error.to_string(),
            })?;
            let stderr = String::from_utf8_lossy(&stderr).into_owned();
            Ok(Finished { code: status.code(), stdout, stderr })
        }
        Err(_) => {
            group.end(&mut child).await;
            Err(GitError::TimedOut { doing: doing.to_owned(), limit })
        }
    }
}

/// `git -C repo words…`, which neither hangs on a question nor is led astray.
pub(crate) fn command(repo: &Path, words: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(repo);
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    command.args(words);
    for name in MISLEADING {
        command.env_remove(name);
    }
    command
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("SSH_ASKPASS_REQUIRE", "never")
        .env("GIT_PAGER", "cat")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_LITERAL_PATHSPECS", "1")
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        // A partial clone would fetch what it lacks, by programs that its settings name.
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_ALLOW_PROTOCOL", "file:git:http:https:ssh")
        // Its messages are recognised.
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    command
}

async fn finish(child: &mut Child) -> std::io::Result<(ExitStatus, Vec<u8>, Vec<u8>)> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (status, stdout, stderr) =
        tokio::join!(child.wait(), everything(stdout), everything(stderr));
    Ok((status?, stdout?, stderr?))
}

async fn everything(stream: Option<impl AsyncRead + Unpin>) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let Some(mut stream) = stream else { return Ok(bytes) };
    (&mut stream).take(OUTPUT_LIMIT).read_to_end(&mut bytes).await?;
    // A full pipe would stop the program.
    tokio::io::copy(&mut stream, &mut tokio::io::sink()).await?;
    Ok(bytes)
}
