//! Tell a program of the operator's that a task is done, or has failed.

use std::process::Stdio;
use std::time::Duration;

use agents_tasks::Hook;
use agents_tasks::errand::{Done, Failure};
use tokio::process::Command;

use super::{Site, lasting, program};

/// It is told once, and whatever it takes longer is cut off.
const LIMIT: Duration = Duration::from_secs(60);

/// Runs what is owed, with what there is to know in its environment.
pub(super) async fn hook(site: &Site, hook: Hook) -> Result<Done, Failure> {
    let words = hook.of(&site.rules);
    let Some((name, words)) = words.split_first() else { return Ok(Done::Hooked) };
    let it = &site.progress;
    let mut command = Command::new(name);
    command.args(words).current_dir(&site.repository);
    command.env("AGENTS_TASK", &site.id).env("AGENTS_WORK", &site.work);
    command.env("AGENTS_STATE", it.state.word()).env("AGENTS_SUMMARY", &it.reason);
    command.env("AGENTS_BRANCH", &it.branch).env("AGENTS_ATTEMPT", it.attempt.to_string());
    command.env("AGENTS_WORKTREE", it.worktree.as_deref().unwrap_or_default());
    let pull = it.pull.as_ref().map_or("", |pull| pull.url.as_str());
    command.env("AGENTS_PULL_REQUEST", pull);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    // It is not told twice for a bad end: what it did in part may not be done twice.
    let finished = program(site, command, name, LIMIT).await.map_err(|it| lasting(it.reason))?;
    if finished.code == Some(0) {
        return Ok(Done::Hooked);
    }
    let said = finished.stderr.lines().rev().find(|row| !row.trim().is_empty());
    let said = said.map_or_else(String::new, |row| format!(": {}", row.trim()));
    let code = finished.code.map_or_else(|| "a signal".to_owned(), |code| format!("code {code}"));
    Err(lasting(format!("`{name}` ended with {code}{said}")))
}
