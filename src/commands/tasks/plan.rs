//! `agents tasks plan`: in which waves would the tasks run, and why does each one wait?

use agents_decide::sentence::count;
use agents_tasks::schedule::Bounds;
use agents_tasks::waves::{Wave, Waves, waves};
use agents_tasks::{Manifest, Task, draw, order};
use serde_json::{Value, json};

use super::read;
use crate::app::{App, print};
use crate::cli::{Graph, TasksPlan};
use crate::error::{Error, code};
use crate::render::row::one_line;

pub fn run(app: &App, plan: &TasksPlan) -> Result<u8, Error> {
    let manifest = match &plan.manifest {
        Some(path) => read(path)?,
        None => declared(app)?,
    };
    if plan.graph == Some(Graph::Dot) {
        print(&draw::dot(&manifest))?;
        return Ok(code::DONE);
    }
    let bounds = Bounds { max_parallel: plan.max_parallel, ..Bounds::default() };
    let played = waves(&manifest, &bounds);
    if app.json {
        print(&document(&manifest, &played).to_string())?;
    } else if plan.graph == Some(Graph::Text) {
        print(&graph(&manifest, &played))?;
    } else {
        print(&text(&manifest, &played))?;
    }
    Ok(code::DONE)
}

/// The tasks of the config, as the file says them.
fn declared(app: &App) -> Result<Manifest, Error> {
    let tasks = app.load()?.fleet.tasks.ok_or_else(|| {
        Error::Usage("the config declares no `[[task]]`; name a manifest".to_owned())
    })?;
    Ok(tasks.manifest)
}

fn text(manifest: &Manifest, played: &Waves) -> String {
    let mut lines = vec![head(manifest, played)];
    let mut phase = None;
    for (number, wave) in played.waves.iter().enumerate() {
        if phase.replace(wave.phase) != Some(wave.phase) {
            lines.extend(manifest.phases.get(wave.phase).map(|phase| one_line(&phase.name)));
        }
        lines.push(format!("  wave {}", number + 1));
        for (place, task) in members(manifest, wave) {
            lines.push(format!("    {}", shown(task)));
            lines.extend(notes(manifest, played, place).map(|note| format!("        {note}")));
        }
    }
    lines.extend(played.never.iter().filter_map(|place| {
        let task = manifest.tasks.get(*place)?;
        let why: Vec<String> = notes(manifest, played, *place).collect();
        let why = if why.is_empty() { task.state.word().to_owned() } else { why.join("; ") };
        Some(format!("never: {}: {why}", shown(task)))
    }));
    lines.join("\n")
}

fn head(manifest: &Manifest, played: &Waves) -> String {
    let number = |many: usize, what: &str| count(u64::try_from(many).unwrap_or(u64::MAX), what);
    let name = if manifest.project.is_empty() { "the manifest" } else { &manifest.project };
    format!(
        "{}: {} in {}, {}",
        one_line(name),
        number(manifest.tasks.len(), "task"),
        number(manifest.phases.len(), "phase"),
        number(played.waves.len(), "wave")
    )
}

fn members<'a>(manifest: &'a Manifest, wave: &'a Wave) -> impl Iterator<Item = (usize, &'a Task)> {
    wave.tasks.iter().filter_map(|place| Some((*place, manifest.tasks.get(*place)?)))
}

fn shown(task: &Task) -> String {
    let issue = task.issue.map(|issue| format!("#{issue}"));
    let title = (!task.title.is_empty()).then(|| one_line(&task.title));
    let files: Vec<&str> = task.files.iter().map(agents_tasks::Claim::as_str).collect();
    let files = if files.is_empty() {
        "[names no files: runs beside any other]".to_owned()
    } else {
        format!("[{}]", one_line(&files.join(", ")))
    };
    let parts = [Some(task.id.to_string()), issue, title, Some(files)];
    parts.into_iter().flatten().collect::<Vec<_>>().join("  ")
}

fn notes<'a>(
    manifest: &'a Manifest,
    played: &'a Waves,
    place: usize,
) -> impl Iterator<Item = String> + 'a {
    let reasons = played.reasons.get(place).into_iter().flatten();
    reasons.map(|reason| format!("not sooner: {}", one_line(&reason.told(manifest))))
}

/// One column for each wave; what a task waits for stands behind it.
fn graph(manifest: &Manifest, played: &Waves) -> String {
    let edges = order::edges(manifest);
    let id = |place: usize| manifest.tasks.get(place).map_or("", |task| task.id.as_str());
    let mut lines = vec![head(manifest, played)];
    for (number, wave) in played.waves.iter().enumerate() {
        let last = wave.tasks.len().saturating_sub(1);
        for (at, (place, task)) in members(manifest, wave).enumerate() {
            let branch = match (at, last) {
                (0, 0) => "──",
                (0, _) => "┬─",
                (at, last) if at == last => "└─",
                _ => "├─",
            };
            let lead = if at == 0 { format!("{:>3} ", number + 1) } else { " ".repeat(4) };
            let mut after = Vec::new();
            for edge in edges.iter().filter(|edge| edge.to == place) {
                after.push(match &edge.why {
                    order::Why::Depends => format!("◀── {}", id(edge.from)),
                    order::Why::Files(file) => {
                        format!("◀┄┄ {} ({})", id(edge.from), one_line(file))
                    }
                });
            }
            let after =
                if after.is_empty() { String::new() } else { format!(" {}", after.join(" ")) };
            lines.push(format!("{lead}{branch} {}{after}", task.id));
        }
    }
    lines.join("\n")
}

fn document(manifest: &Manifest, played: &Waves) -> Value {
    let id = |place: &usize| manifest.tasks.get(*place).map(|task| task.id.to_string());
    let waves: Vec<Value> = played
        .waves
        .iter()
        .map(|wave| {
            let phase = manifest.phases.get(wave.phase).map(|phase| phase.name.clone());
            let tasks: Vec<_> = wave.tasks.iter().filter_map(id).collect();
            json!({ "phase": phase, "tasks": tasks })
        })
        .collect();
    let tasks: Vec<Value> = manifest
        .tasks
        .iter()
        .enumerate()
        .map(|(place, task)| {
            let reasons = played.reasons.get(place).into_iter().flatten();
            let waits: Vec<String> = reasons.map(|it| it.told(manifest)).collect();
            json!({
                "id": task.id, "issue": task.issue, "title": task.title, "branch": task.branch,
                "state": task.state.word(), "waits": waits,
                "files": task.files.iter().map(agents_tasks::Claim::as_str).collect::<Vec<_>>(),
                "depends_on": task.depends_on.iter().filter_map(id).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "schema": "agents.tasks.plan/1", "project": manifest.project, "waves": waves,
        "tasks": tasks, "never": played.never.iter().filter_map(id).collect::<Vec<_>>(),
    })
}
