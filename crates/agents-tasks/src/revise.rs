//! What becomes of the work when the file that declares its tasks says something else by now?

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::progress::{Now, Progress, Stage};
use crate::{Format, Manifest, TaskState, Work, load};

/// A manifest in JSON, and how far the work on it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revised {
    pub source: String,
    pub manifest: Manifest,
    pub work: Work,
}

/// Why a task that the file no longer has is cancelled.
const VANISHED: &str = "the config does not declare it any more";

/// The work on what the file declares now; `None` when nothing is left of it. `declared` is `None` where the file has no task.
///
/// A task that is there still goes on, by what is said of it now; one that nobody has begun is as new. Of those that
/// vanished, what runs goes on to the end of its attempt, and what is left to tidy or to watch stays until then.
///
/// # Errors
/// When both together are no manifest: what vanished still has a branch that a new task wants, for example.
pub fn revise(
    before: Option<(&str, &Manifest, &Work)>,
    declared: Option<&str>,
    now: Now,
) -> Result<Option<Revised>, String> {
    let mut document = match (declared, before) {
        (Some(source), _) => object(source)?,
        (None, Some((source, ..))) => {
            let mut document = object(source)?;
            document.insert("tasks".to_owned(), json!([]));
            document
        }
        (None, None) => return Ok(None),
    };
    if let Some((source, manifest, work)) = before {
        keep_vanished(&mut document, (&object(source)?, manifest, work));
    }
    if rows(&document).is_empty() {
        return Ok(None);
    }
    let names = ids(&rows(declared.map(object).transpose()?.as_ref().unwrap_or(&Map::new())));
    let source = Value::Object(document).to_string();
    let manifest = load(&source, Format::Json).map_err(|error| error.to_string())?;
    let mut work = Work::begin(&manifest, now);
    for (task, progress) in manifest.tasks.iter().zip(&mut work.tasks) {
        let Some((_, earlier)) = before.and_then(|(_, manifest, work)| {
            let (place, _) = manifest.task(task.id.as_str())?;
            Some((place, work.tasks.get(place)?))
        }) else {
            continue;
        };
        if !is_new(earlier) {
            progress.clone_from(earlier);
        }
        if !names.contains(task.id.as_str()) {
            forsake(progress, now);
        }
    }
    Ok(Some(Revised { source, manifest, work }))
}

/// Whether a task of the work is not declared any more.
#[must_use]
pub fn has_vanished(manifest: &Manifest, declared: Option<&Manifest>) -> bool {
    let is_declared = |id: &str| declared.is_some_and(|declared| declared.task(id).is_some());
    manifest.tasks.iter().any(|task| !is_declared(task.id.as_str()))
}

/// Nothing was done for it yet, by the watchdog or by a verb.
fn is_new(progress: &Progress) -> bool {
    let is_untouched = progress.attempt == 0 && progress.generation == 0;
    is_untouched && progress.started_ms.is_none() && progress.ended_ms.is_none()
}

/// Nobody wants it any more; what runs of it is not ended.
fn forsake(progress: &mut Progress, now: Now) {
    let is_at_rest = matches!(progress.stage, Stage::Waiting { .. } | Stage::Over);
    if is_at_rest && !progress.state.is_over() {
        progress.stage = Stage::Over;
        progress.state = TaskState::Cancelled;
        progress.since_ms = now.wall_ms;
        VANISHED.clone_into(&mut progress.reason);
        progress.ended_ms.get_or_insert(now.wall_ms);
        crate::errand::settled(progress);
    }
}

/// Puts behind the declared tasks those that vanished and have something left to be seen to.
fn keep_vanished(
    document: &mut Map<String, Value>,
    (earlier, manifest, work): (&Map<String, Value>, &Manifest, &Work),
) {
    let declared = ids(&rows(document));
    let phases: Vec<Value> =
        document.get("phases").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut kept: Vec<Map<String, Value>> = Vec::new();
    for row in rows(earlier) {
        let id = id(&row);
        let progress = manifest.task(&id).and_then(|(place, _)| work.tasks.get(place));
        if !declared.contains(&id) && progress.is_some_and(has_something_left) {
            kept.push(row);
        }
    }
    let known: BTreeSet<String> = declared.into_iter().chain(kept.iter().map(id)).collect();
    for row in &mut kept {
        let has_phase = phases.iter().any(|phase| Some(&phase["name"]) == row.get("phase"));
        if !has_phase {
            row.remove("phase");
        }
        if let Some(Value::Array(on)) = row.get_mut("dependsOn") {
            on.retain(|id| id.as_str().is_some_and(|id| known.contains(id)));
        }
    }
    if let Some(Value::Array(tasks)) = document.get_mut("tasks") {
        tasks.extend(kept.into_iter().map(Value::Object));
    }
}

fn has_something_left(progress: &Progress) -> bool {
    match &progress.stage {
        Stage::Waiting { .. } | Stage::Over => {
            let is_to_tidy = progress.worktree.is_some() && progress.kept.is_none();
            is_to_tidy || progress.state == TaskState::PrOpen
        }
        Stage::Preparing
        | Stage::Starting { .. }
        | Stage::Working { .. }
        | Stage::Ending { .. }
        | Stage::Judging
        | Stage::Pushing
        | Stage::Opening => true,
    }
}

fn object(source: &str) -> Result<Map<String, Value>, String> {
    match serde_json::from_str(source) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("it is no JSON object".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn rows(document: &Map<String, Value>) -> Vec<Map<String, Value>> {
    let rows = document.get("tasks").and_then(Value::as_array);
    rows.into_iter().flatten().filter_map(Value::as_object).cloned().collect()
}

fn ids(rows: &[Map<String, Value>]) -> BTreeSet<String> {
    rows.iter().map(id).collect()
}

fn id(row: &Map<String, Value>) -> String {
    row.get("id").and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
