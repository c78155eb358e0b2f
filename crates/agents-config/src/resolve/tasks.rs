//! The `[tasks]` and `[[task]]` tables: the manifest that the file itself holds.

use std::collections::BTreeMap;
use std::time::Duration;

use agents_names::BackendName;
use agents_tasks::{Format, LoadError, Rules, load};
use serde_json::{Map, Value as Json, json};

use crate::entry::Field;
use crate::picker::{Picker, inherited, own};
use crate::problem::Span;
use crate::raw::{RawDefaults, RawFile, RawTask, RawTasks};
use crate::value::{Count, GitName, Interval, Seconds, Value};
use crate::{Backend, Tasks};

/// The outer `None` after a problem.
pub(super) fn tasks(
    raw: &RawFile,
    defaults: &RawDefaults,
    backends: &BTreeMap<BackendName, Backend>,
    picker: &mut Picker<'_, '_>,
) -> Option<Option<Tasks>> {
    let mut manifest = Map::new();
    let repository = match &raw.tasks.table {
        Some(rules) => {
            let folder =
                picker.pick_path_or("tasks.repository".to_owned(), &own(&rules.repository), ".");
            put_rules(rules, defaults, &mut manifest, picker);
            folder
        }
        None => {
            put(&mut manifest, "backend", &defaults.backend);
            put(&mut manifest, "model", &defaults.model);
            picker.root.clone()
        }
    };
    if raw.task.0.is_empty() {
        return Some(None);
    }
    let rows: Vec<Json> = raw.task.0.iter().map(|task| row(task, picker)).collect();
    manifest.insert("tasks".to_owned(), Json::Array(rows));
    if raw.task.0.iter().any(|task| task.id.value().is_none()) {
        return None;
    }
    let backend = manifest.get("backend").and_then(Json::as_str).map(str::to_owned);
    check_backends(raw, backend.as_deref(), backends, picker);
    let source = Json::Object(manifest).to_string();
    match load(&source, Format::Json) {
        Ok(manifest) => Some(Some(Tasks { repository, source, manifest })),
        // Each wrong value was refused at its own place.
        Err(LoadError::Form(_)) if picker.problems.has_errors() => None,
        Err(LoadError::Form(text)) => {
            picker.problems.error(first(raw), format!("`[[task]]`: {text}"));
            None
        }
        Err(LoadError::Problems(found)) => {
            for problem in found {
                let of_row = problem.task().and_then(|id| place(raw, id));
                picker
                    .problems
                    .error(of_row.unwrap_or(first(raw)), format!("`[[task]]`: {problem}"));
            }
            None
        }
    }
}

fn put_rules(
    raw: &RawTasks,
    defaults: &RawDefaults,
    manifest: &mut Map<String, Json>,
    picker: &mut Picker<'_, '_>,
) {
    let usual = Rules::default();
    let key = |key: &str| format!("tasks.{key}");
    let millis = |span: Duration| json!(format!("{}ms", span.as_millis()));
    let mut set = |key: &str, value: Json| manifest.insert(key.to_owned(), value);
    let base = GitName("main".to_owned());
    set("base", json!(picker.pick_or(key("base"), &own(&raw.base), base).0));
    let count = picker.pick_or(key("attempts"), &own(&raw.attempts), Count(usual.attempts));
    set("attempts", json!(count.0));
    let stall = picker.pick_or(key("stall"), &own(&raw.stall), Interval(usual.stall));
    set("stall", millis(stall.0));
    let delay = Seconds(usual.retry_delay);
    let delay = picker.pick_or(key("retry_delay"), &own(&raw.retry_delay), delay);
    set("retryDelay", millis(delay.0));
    let longest = Interval(usual.max_runtime);
    let longest = picker.pick_or(key("max_runtime"), &own(&raw.max_runtime), longest);
    set("maxRuntime", millis(longest.0));
    let limit = Interval(usual.set_up_limit);
    let limit = picker.pick_or(key("set_up_limit"), &own(&raw.set_up_limit), limit);
    set("setUpLimit", millis(limit.0));
    let remote = picker.pick_or(key("remote"), &own(&raw.remote), GitName(usual.remote));
    set("remote", json!(remote.0));
    set("forge", picker.pick_or(key("forge"), &own(&raw.forge), usual.forge).show());
    let nothing = picker.pick_or(key("no_change"), &own(&raw.no_change), usual.no_change);
    set("noChange", nothing.show());
    set("copy", json!(picker.pick_or(key("copy"), &own(&raw.copy), Vec::<String>::new())));
    let rows = picker.pick_or(key("checklist"), &own(&raw.checklist), Vec::<String>::new());
    set("checklist", json!(rows));
    let mut optional = |key: &str, value: Option<Json>| {
        value.map(|value| manifest.insert(key.to_owned(), value));
    };
    optional("repo", picker.pick_text(key("repo"), &own(&raw.repo)).map(Json::from));
    optional("setUp", picker.pick_text(key("set_up"), &own(&raw.set_up)).map(Json::from));
    optional("prompt", picker.pick_text(key("prompt"), &own(&raw.prompt)).map(Json::from));
    optional("branch", picker.pick(key("branch"), &own(&raw.branch)).map(|it| it.show()));
    let most = picker.pick(key("max_parallel"), &own(&raw.max_parallel));
    optional("maxParallel", most.map(|it| it.show()));
    let backend = picker.pick(key("backend"), &inherited(&raw.backend, &defaults.backend));
    optional("backend", backend.map(|it| it.show()));
    let model = picker.pick_text(key("model"), &inherited(&raw.model, &defaults.model));
    optional("model", model.map(Json::from));
    let told = picker.pick(key("on_done"), &own(&raw.on_done));
    optional("onDone", told.map(|it| it.show()));
    let told = picker.pick(key("on_error"), &own(&raw.on_error));
    optional("onError", told.map(|it| it.show()));
    let phases = picker.pick(key("phases"), &own(&raw.phases));
    let phases = phases.map(|names| names.iter().map(|name| json!({ "name": name })).collect());
    optional("phases", phases);
}

fn put<T: Value>(manifest: &mut Map<String, Json>, key: &str, field: &Field<T>) {
    if let Some(value) = field.value() {
        manifest.insert(key.to_owned(), value.show());
    }
}

/// One task, as a manifest has it.
fn row(raw: &RawTask, picker: &mut Picker<'_, '_>) -> Json {
    let id = raw.id.value().map(ToString::to_string).unwrap_or_default();
    let mut row = Map::new();
    row.insert("id".to_owned(), json!(id));
    let mut set = |name: &str, key: &str, value: Option<Json>, span: Option<Span>| {
        let Some(value) = value else { return };
        let line = span.as_ref().map_or(0, |span| picker.line(span));
        let origin = crate::Origin::Own { line };
        picker.origins.record(format!("task.{id}.{key}"), value.clone(), origin, span);
        row.insert(name.to_owned(), value);
    };
    macro_rules! set {
        ($($name:literal $key:literal $field:ident,)*) => {
            $( set($name, $key, raw.$field.value().map(Value::show), raw.$field.span()); )*
        };
    }
    set! {
        "phase" "phase" phase,
        "issue" "issue" issue,
        "title" "title" title,
        "body" "body" body,
        "files" "files" files,
        "dependsOn" "depends_on" depends_on,
        "priority" "priority" priority,
        "account" "account" account,
        "backend" "backend" backend,
        "branch" "branch" branch,
        "status" "status" status,
    }
    Json::Object(row)
}

/// Every task needs a backend that is declared.
fn check_backends(
    raw: &RawFile,
    of_rules: Option<&str>,
    backends: &BTreeMap<BackendName, Backend>,
    picker: &mut Picker<'_, '_>,
) {
    let known: Vec<&str> = backends.keys().map(BackendName::as_str).collect();
    for task in &raw.task.0 {
        let named = task.backend.value().map(BackendName::as_str).or(of_rules);
        let message = match named {
            Some(named) if known.contains(&named) => continue,
            Some(named) => format!("`backend`: there is no `[backend.{named}]`"),
            None if known.len() == 1 => continue,
            None => "`backend` is missing: nothing says which one runs the task".to_owned(),
        };
        // What is wrong with a backend itself is said there.
        if picker.problems.has_errors() && known.is_empty() {
            continue;
        }
        let span = task.backend.span().unwrap_or(task.header.clone());
        let problem = picker.problems.error(span, message);
        problem.help(format!("declared: {}; name one in `[tasks]` or here", known.join(", ")));
    }
}

fn first(raw: &RawFile) -> Span {
    raw.task.0.first().map_or(0..0, |task| task.header.clone())
}

fn place(raw: &RawFile, id: &str) -> Option<Span> {
    let found = raw.task.0.iter().find(|task| task.id.value().is_some_and(|it| it.as_str() == id));
    found.map(|task| task.header.clone())
}
