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

/// How long is waited for what a child said, once it has ended itself.
const LAST_WORDS: Duration = Duration::from_secs(1);

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
    /// It left a process behind that holds its output: the process group that it was started in.
    pub(crate) left: Option<u32>,
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

/// Runs a command that has a process group of its own, and ends the group at the limit. What it leaves behind when it ends
/// before is somebody's purpose, such as a server of a worktree, and stays.
pub(crate) async fn run_to_end(
    mut command: Command,
    doing: &str,
    limit: Duration,
) -> Result<Finished, GitError> {
    let mut child = command.spawn().map_err(|source| GitError::NoProgram { source })?;
    // It may hold what only the child is to have.
    drop(command);
    let (group, id) = (Group::of(&child), child.id());
    let ended = timeout(limit, finish(&mut child)).await;
    match ended {
        Ok(finished) => {
            group.has_ended();
            let ended = finished.map_err(|error| GitError::Failed {
                doing: doing.to_owned(),
                detail: error.to_string(),
            })?;
            let stderr = String::from_utf8_lossy(&ended.stderr).into_owned();
            let left = id.filter(|_| ended.is_held);
            Ok(Finished { code: ended.status.code(), stdout: ended.stdout, stderr, left })
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

/// Waits for the child, not for its pipes: what it left behind may hold those for as long as it likes.
async fn finish(child: &mut Child) -> std::io::Result<Ended> {
    let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
    let (mut said, mut complained) = (Vec::new(), Vec::new());
    let mut is_read = None;
    let status = {
        let read = async {
            tokio::join!(gather(&mut stdout, &mut said), gather(&mut stderr, &mut complained))
        };
        tokio::pin!(read);
        let status = tokio::select! {
            status = child.wait() => status?,
            both = &mut read => {
                is_read = Some(both);
                child.wait().await?
            }
        };
        if is_read.is_none() {
            is_read = timeout(LAST_WORDS, read).await.ok();
        }
        status
    };
    let is_held = is_read.is_none();
    if let Some((out, err)) = is_read {
        out?;
        err?;
    } else {
        // Were nobody to read on, the next word would end who was left behind.
        drop(tokio::spawn(async move { tokio::join!(waste(&mut stdout), waste(&mut stderr)) }));
    }
    Ok(Ended { status, stdout: said, stderr: complained, is_held })
}

/// How a child ended, what it said, and whether somebody holds its output still.
struct Ended {
    status: ExitStatus,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    is_held: bool,
}

/// Everything up to the limit; what was read stays when nobody waits for the rest.
async fn gather(
    stream: &mut Option<impl AsyncRead + Unpin>,
    bytes: &mut Vec<u8>,
) -> std::io::Result<()> {
    if let Some(stream) = stream {
        stream.take(OUTPUT_LIMIT).read_to_end(bytes).await?;
    }
    // A full pipe would stop the program.
    waste(stream).await
}

async fn waste(stream: &mut Option<impl AsyncRead + Unpin>) -> std::io::Result<()> {
    let Some(stream) = stream else { return Ok(()) };
    tokio::io::copy(stream, &mut tokio::io::sink()).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(line: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", line]).process_group(0);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    #[tokio::test]
    async fn a_child_that_leaves_a_process_behind_has_ended_when_it_ends() {
        let line = "sleep 300 & echo $!; echo left >&2; exit 3";
        let finished = run_to_end(shell(line), "leave", Duration::from_secs(60)).await.unwrap();
        let left: i32 = finished.text().trim().parse().unwrap();
        let left = rustix::process::Pid::from_raw(left).unwrap();
        assert_eq!((finished.code, finished.stderr.as_str()), (Some(3), "left\n"));
        assert!(finished.left.is_some());
        // It was not ended: this ends it, which it could not otherwise.
        rustix::process::kill_process(left, rustix::process::Signal::KILL).unwrap();
        let whole = run_to_end(shell("echo whole"), "say", Duration::from_secs(60)).await.unwrap();
        assert_eq!((whole.code, whole.text().as_str(), whole.left), (Some(0), "whole\n", None));
    }
}
