//! `agents tasks`: how far is each task?

use std::time::Duration;

use agents_tasks::report::{phases, task_json};
use agents_tasks::timeline::progress_row;
use agents_watchdog::work::Held;
use serde_json::{Value, json};

use super::known::Known;
use crate::app::{App, print};
use crate::error::{Error, code};
use crate::render::row::one_line;

/// Between two looks into the store.
const LOOKS: Duration = Duration::from_millis(500);

pub fn run(app: &App, watch: bool) -> Result<u8, Error> {
    let fleet = app.in_force()?.loaded.fleet;
    let mut shown = String::new();
    loop {
        let known = Known::of(&fleet)?;
        let board = &known.board;
        let told = if app.json {
            document(&known)
        } else if board.works.is_empty() {
            nothing_yet(&fleet)
        } else {
            text(&known)
        };
        let key = if app.json { told.clone() } else { without_times(&known) };
        if key != shown {
            shown = key;
            print(&told)?;
        }
        if !watch || board.works.iter().all(|held| held.work.rests()) {
            return Ok(code::DONE);
        }
        std::thread::sleep(LOOKS);
    }
}

/// As `agents.tasks/1`.
fn document(known: &Known) -> String {
    let works = known.board.works.iter().map(|held| work_json(held, known.as_of_ms));
    json!({
        "schema": "agents.tasks/1",
        "watched": known.is_watched,
        "as_of_ms": known.as_of_ms,
        "works": works.collect::<Vec<Value>>(),
    })
    .to_string()
}

fn work_json(held: &Held, now_ms: i64) -> Value {
    let tasks = held.manifest.tasks.iter().zip(&held.work.tasks);
    let tasks: Vec<Value> = tasks.map(|(task, it)| task_json(&held.manifest, task, it)).collect();
    json!({
        "name": held.header.name,
        "repository": held.header.repository,
        "over": held.work.is_over(),
        "phases": phases_json(held, now_ms),
        "tasks": tasks,
    })
}

/// How far the phases are, for programs.
pub fn phases_json(held: &Held, now_ms: i64) -> Vec<Value> {
    let row = |phase: agents_tasks::report::PhaseProgress| {
        json!({
            "name": phase.name,
            "over": phase.over,
            "total": phase.total,
            "elapsed_ms": phase.elapsed_ms,
            "left_ms": phase.left_ms,
        })
    };
    phases(&held.manifest, &held.work, now_ms).into_iter().map(row).collect()
}

fn nothing_yet(fleet: &agents_config::Fleet) -> String {
    match fleet.tasks.as_ref().map(|tasks| tasks.manifest.tasks.len()) {
        None => "no task was handed in yet: `agents run MANIFEST` or `agents run -- PROMPT`; the config declares none under `[[task]]`".to_owned(),
        Some(count) => format!(
            "no task has begun yet; the config declares {}: the watchdog begins them, and `agents up` starts it",
            if count == 1 { "one".to_owned() } else { count.to_string() }
        ),
    }
}

fn text(known: &Known) -> String {
    let mut rows: Vec<String> = known.remark().into_iter().collect();
    for held in &known.board.works {
        rows.push(format!("{}: {}", held.header.name, held.header.repository.display()));
        for (place, phase) in phases(&held.manifest, &held.work, known.as_of_ms).iter().enumerate()
        {
            rows.push(format!("  {}", progress_row(phase)));
            let tasks = held.manifest.tasks.iter().zip(&held.work.tasks);
            for (task, it) in tasks.filter(|(task, _)| task.phase == place) {
                let why =
                    if it.reason.is_empty() { String::new() } else { format!("  {}", it.reason) };
                rows.push(format!("    {:<16} {:<9}{why}", task.id.as_str(), it.state.word()));
            }
        }
    }
    let rows: Vec<String> = rows.iter().map(|row| one_line(row).trim_end().to_owned()).collect();
    rows.join("\n")
}

/// What is worth showing anew.
fn without_times(known: &Known) -> String {
    let board = &known.board;
    let tasks = board.works.iter().flat_map(|held| &held.work.tasks);
    let rows: Vec<String> = tasks.map(|it| format!("{} {}", it.state.word(), it.reason)).collect();
    format!("{} {}\n{}", known.is_watched, board.works.len(), rows.join("\n"))
}
