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

/// What is said of one that the file has again.
const DECLARED_AGAIN: &str = "the config declares it again";

/// The work on what the file declares now; `None` when nothing is left of it. `declared` is `None` where the file has no task.
///
/// A task that is there still goes on, by what is said of it now; one that nobody has begun is as new. Of those that
/// vanished, what runs goes on to the end of its attempt, and what is left to tidy, to watch or to tell stays until then.
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
    let mut kept = BTreeSet::new();
    if let Some((source, manifest, work)) = before {
        let earlier = object(source)?;
        keep_claims(&mut document, (&earlier, manifest, work));
        kept = keep_vanished(&mut document, (&earlier, manifest, work));
    }
    if rows(&document).is_empty() {
        return Ok(None);
    }
    let names = ids(&rows(declared.map(object).transpose()?.as_ref().unwrap_or(&Map::new())));
    let (source, manifest) = loaded(document, &kept)?;
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
        if names.contains(task.id.as_str()) {
            want_again(progress, now);
        } else {
            forsake(progress, now);
        }
    }
    Ok(Some(Revised { source, manifest, work }))
}

/// Whether the work is to be put together with the file again although that has not changed: a task of it is not declared
/// any more, or has ended and held what it claimed before.
#[must_use]
pub fn is_behind(manifest: &Manifest, work: &Work, declared: Option<&Manifest>) -> bool {
    manifest.tasks.iter().zip(&work.tasks).any(|(task, progress)| {
        let row = declared.and_then(|declared| declared.task(task.id.as_str()));
        row.is_none_or(|(_, row)| row.files != task.files && !is_under_way(progress))
    })
}

/// The manifest of both together. What vanished may depend on what the file has moved behind it: then it waits for nobody,
/// since it is under way.
fn loaded(
    mut document: Map<String, Value>,
    kept: &BTreeSet<String>,
) -> Result<(String, Manifest), String> {
    let read = |document: &Map<String, Value>| {
        let source = Value::Object(document.clone()).to_string();
        let manifest = load(&source, Format::Json).map_err(|error| error.to_string())?;
        Ok((source, manifest))
    };
    read(&document).or_else(|refused: String| {
        for row in document.get_mut("tasks").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(row) = row.as_object_mut().filter(|row| kept.contains(&id(row))) {
                row.remove("dependsOn");
            }
        }
        read(&document).map_err(|_: String| refused)
    })
}

fn is_under_way(progress: &Progress) -> bool {
    !matches!(progress.stage, Stage::Waiting { .. } | Stage::Over)
}

/// Nothing was done for it yet, by the watchdog or by a verb.
fn is_new(progress: &Progress) -> bool {
    let is_untouched = progress.attempt == 0 && progress.generation == 0;
    is_untouched && progress.started_ms.is_none() && progress.ended_ms.is_none()
}

/// The file has it again: that nobody wanted it any more is taken back.
fn want_again(progress: &mut Progress, now: Now) {
    if progress.state == TaskState::Cancelled && progress.reason == VANISHED {
        (progress.state, progress.stage) = (TaskState::Pending, Stage::Waiting { from: 0 });
        (progress.failures, progress.ended_ms, progress.hook) = (0, None, None);
        progress.since_ms = now.wall_ms;
        DECLARED_AGAIN.clone_into(&mut progress.reason);
        crate::errand::settled(progress);
    }
}

/// What runs may write to what it claimed when it began, whatever the file says by now: it keeps that beside what is new.
fn keep_claims(
    document: &mut Map<String, Value>,
    (earlier, manifest, work): (&Map<String, Value>, &Manifest, &Work),
) {
    for row in rows(earlier) {
        let id = id(&row);
        let progress = manifest.task(&id).and_then(|(place, _)| work.tasks.get(place));
        let held = row.get("files").and_then(Value::as_array).cloned().unwrap_or_default();
        if held.is_empty() || !progress.is_some_and(is_under_way) {
            continue;
        }
        let tasks = document.get_mut("tasks").and_then(Value::as_array_mut);
        let mut rows = tasks.into_iter().flatten().filter_map(Value::as_object_mut);
        let Some(now) = rows.find(|now| self::id(now) == id) else { continue };
        let files = now.entry("files").or_insert_with(|| json!([]));
        if let Some(files) = files.as_array_mut() {
            let more: Vec<Value> = held.into_iter().filter(|it| !files.contains(it)).collect();
            files.extend(more);
        }
    }
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

/// Puts behind the declared tasks those that vanished and have something left to be seen to; their names.
fn keep_vanished(
    document: &mut Map<String, Value>,
    (earlier, manifest, work): (&Map<String, Value>, &Manifest, &Work),
) -> BTreeSet<String> {
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
    let names = ids(&kept);
    if let Some(Value::Array(tasks)) = document.get_mut("tasks") {
        tasks.extend(kept.into_iter().map(Value::Object));
    }
    names
}

fn has_something_left(progress: &Progress) -> bool {
    match &progress.stage {
        Stage::Waiting { .. } | Stage::Over => {
            let is_to_tidy = progress.worktree.is_some() && progress.kept.is_none();
            is_to_tidy || progress.state == TaskState::PrOpen || progress.hook.is_some()
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
