//! `agents result`: what came of a task?

use agents_tasks::report::{span, task_json};
use agents_tasks::{Progress, Task};
use serde_json::json;

use crate::app::{App, print};
use crate::cli::ResultOf;
use crate::commands::tasks::known::Known;
use crate::error::{Error, code};
use crate::render::row::one_line;

pub fn run(app: &App, asked: &ResultOf) -> Result<u8, Error> {
    let fleet = app.in_force()?.loaded.fleet;
    let Known { board, .. } = Known::of(&fleet)?;
    let Some((held, place)) = board.task(&asked.name) else {
        let name = &asked.name;
        return Err(Error::Usage(format!("there is no task `{name}`; `agents tasks` lists them")));
    };
    let (task, progress) = (&held.manifest.tasks[place], &held.work.tasks[place]);
    // It stays in the repository that it was begun in, whatever its manifest says by now.
    let begun_in = progress.repository.as_ref().map(std::path::PathBuf::from);
    let files = files(begun_in.as_ref().unwrap_or(&held.header.repository), progress);
    let session = fleet.session_prefix.session_of(&task.id);
    let log = fleet.log_dir.join(format!("{session}.log"));
    if app.json {
        let mut document = task_json(&held.manifest, task, progress);
        document["schema"] = json!("agents.tasks.result/1");
        document["files"] = json!(files);
        document["log"] = json!(log);
        print(&document.to_string())?;
    } else {
        print(&told(task, progress, files.as_deref(), &log.display().to_string()))?;
    }
    Ok(if progress.state.is_done() { code::DONE } else { code::PARTLY })
}

/// The paths that its commits change; `None` where git cannot tell.
fn files(repository: &std::path::Path, progress: &Progress) -> Option<Vec<String>> {
    let (start, head) = (progress.start.as_ref()?, progress.head.as_ref()?);
    let range = format!("{start}..{head}");
    let words = ["diff", "--name-only", "--no-ext-diff", "-z", &range, "--"];
    let diff = std::process::Command::new("git").arg("-C").arg(repository).args(words).output();
    let diff = diff.ok().filter(|diff| diff.status.success())?;
    let text = String::from_utf8_lossy(&diff.stdout).into_owned();
    Some(text.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}

fn told(task: &Task, it: &Progress, files: Option<&[String]>, log: &str) -> String {
    let mut rows = vec![format!("{}: {}: {}", task.id, it.state.word(), it.reason)];
    let took = it.started_ms.zip(it.ended_ms);
    let took = took.and_then(|(from, to)| u64::try_from(to - from).ok());
    let took = took.map_or_else(String::new, |ms| format!(", {}", span(ms)));
    rows.push(format!("  attempts: {}{took}", it.attempt));
    if let Some(exit) = it.exit {
        let how = match (exit.signal, exit.code) {
            (Some(signal), _) => format!("signal {signal}"),
            (None, Some(code)) => format!("code {code}"),
            (None, None) => "unknown".to_owned(),
        };
        rows.push(format!("  exit: {how} after {}", span(exit.alive_ms)));
    }
    rows.push(format!("  branch: {}, {} on top of its start", it.branch, commits(it.commits)));
    if let Some(spent) = &it.spent {
        rows.push(format!("  cost: {}, as its program told", spent.sentence(it.attempt)));
    }
    if let Some(pull) = &it.pull {
        rows.push(format!("  pull request: {}", pull.url));
    }
    if let Some(worktree) = &it.worktree {
        let kept = it.kept.as_ref().map_or_else(String::new, |why| format!(", kept: {why}"));
        rows.push(format!("  worktree: {worktree}{kept}"));
    }
    match files {
        None => {}
        Some([]) => rows.push("  files: none changed".to_owned()),
        Some(files) => rows.push(format!("  files: {}", files.join(", "))),
    }
    rows.push(format!("  log: {log}"));
    for (title, said) in [("said last", &it.said), ("the last error", &it.error)] {
        if !said.is_empty() {
            rows.push(format!("  {title}:"));
            rows.extend(said.iter().map(|row| format!("    {row}")));
        }
    }
    let rows: Vec<String> = rows.iter().map(|row| one_line(row)).collect();
    rows.join("\n")
}

fn commits(count: u32) -> String {
    if count == 1 { "1 commit".to_owned() } else { format!("{count} commits") }
}
