//! `agents clean`: remove what is left of tasks that are at their end, and nothing that somebody could miss.

use std::path::Path;
use std::time::{Duration, Instant};

use agents_config::Fleet;
use agents_decide::Verb;
use agents_tasks::step::TaskVerb;
use agents_watchdog::work::{
    Board, LeftWorktree, WorkRequest, kept_worktrees, left_worktrees, remove_forgotten,
};
use serde_json::json;

use crate::app::{App, print};
use crate::bystander;
use crate::cli::Clean;
use crate::commands::{neighbours, work};
use crate::error::{Error, code};
use crate::in_force::InForce;
use crate::operate::{Ask, ask, runtime};
use crate::render::row::one_line;

/// How long the watchdog may take to remove them.
const WITHIN: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(50);

/// What became of one thing, or would.
struct Row {
    what: &'static str,
    name: String,
    task: Option<String>,
    /// `None`: it goes.
    kept: Option<String>,
}

pub fn run(app: &App, clean: &Clean) -> Result<u8, Error> {
    let in_force = app.in_force()?;
    let fleet = in_force.loaded.fleet.clone();
    // Before the board, so that what is made meanwhile has an owner.
    let paths = kept_worktrees(&fleet)?;
    let board = work::board(&fleet.state_dir())?;
    let mut rows = sessions(app, in_force, &board, clean)?;
    let left = runtime()?.block_on(left_worktrees(&fleet, &board, paths));
    if clean.dry_run {
        rows.extend(left.into_iter().map(row));
    } else {
        rows.extend(remove(&fleet, left)?);
    }
    tell(app, clean, &rows)
}

fn row(left: LeftWorktree) -> Row {
    let name = left.path.display().to_string();
    Row { what: "worktree", name, task: left.task, kept: left.obstacle }
}

/// Sessions that carry the fleet's tag and the name of a task that is at its end.
fn sessions(app: &App, in_force: InForce, board: &Board, clean: &Clean) -> Result<Vec<Row>, Error> {
    let loaded = in_force.loaded.clone();
    let found = bystander::look_at(app, in_force)?.view.undeclared;
    let is_ended = |name: &str| {
        board.task(name).is_some_and(|(held, place)| held.work.tasks[place].state.is_over())
    };
    let (ended, others): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|session| is_ended(&session.name));
    // What ends them ends all that no table declares.
    let kept = (!others.is_empty()).then(|| {
        let names: Vec<&str> = others.iter().map(|other| other.name.as_str()).collect();
        format!(
            "what the config does not declare ends together, and {} would end, too: `agents down --undeclared`",
            names.join(", ")
        )
    });
    if !ended.is_empty() && kept.is_none() && !clean.dry_run {
        neighbours::refuse(app, &loaded.fleet)?;
        let within = loaded.fleet.timing.stop_grace * 3 + Duration::from_secs(20);
        ask(app, &loaded, &Ask { verb: Verb::DownUndeclared, within })?;
    }
    let row = |session: agents_watchdog::view::UndeclaredView| Row {
        what: "session",
        name: session.session,
        task: Some(session.name),
        kept: kept.clone(),
    };
    Ok(ended.into_iter().map(row).collect())
}

/// Has the watchdog remove those of tasks, and removes the others.
fn remove(fleet: &Fleet, left: Vec<LeftWorktree>) -> Result<Vec<Row>, Error> {
    let mut names: Vec<String> = Vec::new();
    let mut rows = Vec::new();
    let mut asked = Vec::new();
    for left in left {
        match (&left.task, &left.obstacle) {
            (_, Some(_)) => rows.push(row(left)),
            (Some(task), None) => {
                names.push(task.clone());
                asked.push(left);
            }
            (None, None) => {
                let kept = runtime()?.block_on(remove_forgotten(&left.path)).err();
                rows.push(row(LeftWorktree { obstacle: kept, ..left }));
            }
        }
    }
    if names.is_empty() {
        return Ok(rows);
    }
    let reply = work::ask(fleet, &WorkRequest::Tasks { names, verb: TaskVerb::Tidy })?;
    for left in asked {
        let task = left.task.clone().unwrap_or_default();
        let refused = reply.iter().find(|(name, _)| *name == task);
        let kept = match refused.map(|(_, answer)| answer) {
            Some(Err(reason)) => Some(reason.clone()),
            Some(Ok(_)) | None => await_end(fleet, &task, &left.path)?,
        };
        rows.push(row(LeftWorktree { obstacle: kept, ..left }));
    }
    Ok(rows)
}

/// Waits until the worktree is gone, or the watchdog has found why it stays.
fn await_end(fleet: &Fleet, task: &str, path: &Path) -> Result<Option<String>, Error> {
    let began = Instant::now();
    loop {
        let board = work::board(&fleet.state_dir())?;
        let progress = board.task(task).and_then(|(held, place)| held.work.tasks.get(place));
        match progress.map(|it| (&it.worktree, &it.kept)) {
            Some((Some(_), Some(kept))) => return Ok(Some(kept.clone())),
            Some((Some(_), None)) if began.elapsed() < WITHIN => std::thread::sleep(PAUSE),
            Some((Some(_), None)) => {
                let reason =
                    format!("the watchdog has not removed it within {} s", WITHIN.as_secs());
                return Ok(Some(reason));
            }
            Some((None, _)) | None => {
                return Ok(path.exists().then(|| "it is in use again".to_owned()));
            }
        }
    }
}

fn tell(app: &App, clean: &Clean, rows: &[Row]) -> Result<u8, Error> {
    if app.json {
        let row = |row: &Row| {
            json!({ "what": row.what, "name": row.name, "task": row.task,
                    "removed": row.kept.is_none() && !clean.dry_run, "kept": row.kept })
        };
        let rows: Vec<_> = rows.iter().map(row).collect();
        let document =
            json!({ "schema": "agents.clean/1", "dry_run": clean.dry_run, "found": rows });
        print(&document.to_string())?;
        return Ok(code::DONE);
    }
    if rows.is_empty() {
        print("nothing is left of any task")?;
        return Ok(code::DONE);
    }
    let told = |row: &Row| {
        let of = row.task.as_ref().map_or_else(String::new, |task| format!(" of {task}"));
        let became = match (&row.kept, clean.dry_run) {
            (Some(kept), _) => format!("kept: {kept}"),
            (None, true) => "would be removed".to_owned(),
            (None, false) => "removed".to_owned(),
        };
        one_line(&format!("{} {}{of}: {became}", row.what, row.name))
    };
    let rows: Vec<String> = rows.iter().map(told).collect();
    print(&rows.join("\n"))?;
    Ok(code::DONE)
}
