//! `agents report-run`: what came of a manifest?

use std::io::Write as _;

use agents_tasks::report::{markdown, task_json};
use agents_tasks::timeline::svg;
use agents_watchdog::work::Held;
use chrono::{DateTime, Local};
use serde_json::{Value, json};

use super::tasks::known::Known;
use super::tasks::list::phases_json;
use crate::app::{App, print};
use crate::cli::ReportRun;
use crate::error::{Error, code};

pub fn run(app: &App, report: &ReportRun) -> Result<u8, Error> {
    let fleet = app.in_force()?.loaded.fleet;
    let Known { board, as_of_ms, .. } = Known::of(&fleet)?;
    let known: Vec<&str> = board.works.iter().map(|held| held.header.name.as_str()).collect();
    let found = match &report.name {
        Some(name) => board.works.iter().find(|held| held.header.name == *name),
        None => board.works.last(),
    };
    let Some(held) = found else {
        return Err(Error::Usage(match (&report.name, known.as_slice()) {
            (_, []) => "no manifest was run yet: `agents run MANIFEST` runs one".to_owned(),
            (Some(name), known) => {
                format!("no manifest `{name}` was run; known: {}", known.join(", "))
            }
            (None, _) => "no manifest was run yet".to_owned(),
        }));
    };
    if let Some(path) = &report.svg {
        draw(path, held, as_of_ms)?;
    }
    let told = if app.json {
        document(held, as_of_ms).to_string()
    } else {
        let text = markdown(&held.header.name, &held.manifest, &held.work, (as_of_ms, &clock));
        agents_watchdog::harmless::text(&text)
    };
    print(&told)?;
    Ok(code::DONE)
}

fn draw(path: &std::path::Path, held: &Held, now_ms: i64) -> Result<(), Error> {
    let svg = svg(&held.header.name, &held.manifest, &held.work, (now_ms, &clock));
    let file = std::fs::File::options().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(svg.as_bytes()))
        .map_err(|error| Error::Failed(format!("cannot write {}: {error}", path.display())))
}

/// As `agents.tasks.report/1`.
fn document(held: &Held, now_ms: i64) -> Value {
    let tasks = held.manifest.tasks.iter().zip(&held.work.tasks);
    let tasks: Vec<Value> = tasks.map(|(task, it)| task_json(&held.manifest, task, it)).collect();
    json!({
        "schema": "agents.tasks.report/1",
        "name": held.header.name,
        "project": held.manifest.project,
        "repository": held.header.repository,
        "began_ms": held.header.began_ms,
        "over": held.work.is_over(),
        "phases": phases_json(held, now_ms),
        "tasks": tasks,
    })
}

fn clock(ms: i64) -> String {
    let at = DateTime::from_timestamp_millis(ms).unwrap_or_default();
    at.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S").to_string()
}
