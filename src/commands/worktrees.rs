//! `agents worktrees`: which worktrees of tasks are there, and why?

use std::path::Path;

use agents_config::Fleet;
use agents_watchdog::work::{Board, kept_worktrees, owner_of_worktree};
use serde_json::json;

use crate::app::{App, print};
use crate::commands::work::board;
use crate::error::{Error, code};
use crate::render::row::one_line;

pub fn run(app: &App) -> Result<u8, Error> {
    let fleet = app.in_force()?.loaded.fleet;
    // Before the board, so that what is made meanwhile has an owner.
    let found = kept_worktrees(&fleet)?;
    let board = board(&fleet.state_dir())?;
    let rows: Vec<(String, Option<String>, String)> = found
        .iter()
        .map(|path| {
            let (task, why) = why(&fleet, &board, path);
            (path.display().to_string(), task, why)
        })
        .collect();
    if app.json {
        let rows: Vec<_> = rows
            .iter()
            .map(|(path, task, why)| json!({ "path": path, "task": task, "why": why }))
            .collect();
        print(&json!({ "schema": "agents.worktrees/1", "worktrees": rows }).to_string())?;
    } else if rows.is_empty() {
        print("no worktree of a task is there")?;
    } else {
        let rows: Vec<String> =
            rows.iter().map(|(path, _, why)| one_line(&format!("{path}: {why}"))).collect();
        print(&rows.join("\n"))?;
    }
    Ok(code::DONE)
}

fn why(fleet: &Fleet, board: &Board, path: &Path) -> (Option<String>, String) {
    let Some((held, place)) = owner_of_worktree(fleet, board, path) else {
        let way_out =
            "no task has it any more; `agents clean` removes it once it is clean and pushed";
        return (None, way_out.to_owned());
    };
    let (task, it) = (&held.manifest.tasks[place], &held.work.tasks[place]);
    let why = match &it.kept {
        Some(kept) => format!("{} is {}; {kept}", task.id, it.state.word()),
        None => format!("{} is {}", task.id, it.state.word()),
    };
    (Some(task.id.to_string()), why)
}
