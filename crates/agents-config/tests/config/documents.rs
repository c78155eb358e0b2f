//! The example, the schema and the reference say the same as the program.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::{EXAMPLE, loaded};

/// A file at the top of the repository.
fn at_the_top(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file)
}

fn schema() -> Json {
    serde_json::from_str(&agents_config::schema()).unwrap()
}

/// Every key of every table, with the dotted path of its table.
fn keys_of(schema: &Json, path: &str, keys: &mut BTreeSet<(String, String)>) {
    let below = [&schema["items"], &schema["additionalProperties"]];
    for schema in below.into_iter().filter(|schema| schema.is_object()) {
        keys_of(schema, path, keys);
    }
    for (key, schema) in schema["properties"].as_object().into_iter().flatten() {
        keys.insert((path.to_owned(), key.clone()));
        keys_of(schema, &format!("{path}.{key}"), keys);
    }
}

#[test]
fn the_example_loads_without_a_warning() {
    let loaded = loaded(EXAMPLE);
    assert_eq!(loaded.warnings.render(false), "");
    assert!(loaded.fleet.tmux_socket.is_some(), "the example must leave the user's server alone");
    let loops = loaded.fleet.agents.iter().filter(|agent| agent.kind == agents_config::Kind::Loop);
    assert_eq!(loops.filter(|agent| agent.backend.as_str() == "demo").count(), 2);
    assert!(EXAMPLE.starts_with("#:schema ./agents.schema.json\n"));
}

#[test]
fn the_example_has_every_table() {
    let mut keys = BTreeSet::new();
    keys_of(&schema(), "", &mut keys);
    let tables: BTreeSet<&str> = keys.iter().map(|(path, _)| path.as_str()).collect();
    let fleet: Json =
        toml::from_str::<toml::Table>(EXAMPLE).map(|t| serde_json::to_value(t).unwrap()).unwrap();
    // Inherited ones stand in `[[agent]]`, a sample needs a stored screen beside the file, and an answer a preset.
    let elsewhere = [".defaults.wake", ".defaults.pilot", ".backend.sample", ".backend.answer"];
    for table in tables.into_iter().filter(|table| !elsewhere.contains(table)) {
        assert!(holds(&fleet, table.split('.').skip(1)), "the example has no `{table}`");
    }
}

/// Whether the path leads to a table, through any row or name on the way.
fn holds<'a>(value: &Json, mut path: impl Iterator<Item = &'a str> + Clone) -> bool {
    match value {
        Json::Array(rows) => rows.iter().any(|row| holds(row, path.clone())),
        Json::Object(table) => path
            .next()
            .is_none_or(|key| table.get(key).is_some_and(|below| holds(below, path.clone()))),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
    }
}

#[test]
fn the_schema_on_disk_is_current() {
    let path = at_the_top("agents.schema.json");
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&path, agents_config::schema()).unwrap();
    }
    let on_disk = fs::read_to_string(&path).unwrap_or_default();
    assert!(on_disk == agents_config::schema(), "stale: run the tests once with UPDATE_SCHEMA=1");
}

#[test]
fn the_schema_describes_every_key_and_closes_every_table() {
    fn walk(schema: &Json, path: &str) {
        if let Some(properties) = schema["properties"].as_object() {
            assert_eq!(schema["additionalProperties"], Json::Bool(false), "{path}");
            for (key, below) in properties {
                assert!(
                    below["description"].as_str().is_some_and(|about| about.len() > 10),
                    "{path}.{key}"
                );
                walk(below, &format!("{path}.{key}"));
            }
        }
        let below = [&schema["items"], &schema["additionalProperties"]];
        below.into_iter().filter(|below| below.is_object()).for_each(|below| walk(below, path));
    }
    let schema = schema();
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    walk(&schema, "");
}

/// A row of `docs/config.md`.
struct Row {
    heading: String,
    key: String,
    default: String,
    meaning: String,
}

fn reference() -> Vec<Row> {
    let text = fs::read_to_string(at_the_top("docs/config.md")).unwrap();
    let mut rows = Vec::new();
    for section in text.split("\n## ").skip(1) {
        let heading = section.lines().next().unwrap().to_owned();
        for row in section.lines().filter(|line| line.starts_with("| `")) {
            let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
            let [key, _, default, meaning] = cells[..] else { panic!("four cells, please: {row}") };
            rows.push(Row {
                heading: heading.clone(),
                key: key.trim_matches('`').to_owned(),
                default: default.to_owned(),
                meaning: meaning.to_owned(),
            });
        }
    }
    rows
}

/// The heading under which the reference has the keys of a table.
fn heading(path: &str) -> &'static str {
    match path {
        "" => "The file",
        ".defaults" => "`[defaults]`",
        ".watchdog" => "`[watchdog]`",
        ".backend" => "`[backend.NAME]`",
        ".backend.answer" => "`[[backend.NAME.answer]]`",
        ".backend.sample" => "`[[backend.NAME.sample]]`",
        ".agent" => "`[[agent]]`",
        ".agent.wake" | ".defaults.wake" => "`[agent.wake]`",
        ".agent.pilot" | ".defaults.pilot" => "`[agent.pilot]`",
        ".service" => "`[[service]]`",
        ".loop" => "`[loop]`",
        ".loop.phases" => "`[[loop.phases]]`",
        ".loop.handoff" => "`[loop.handoff]`",
        ".loop.on_complete" => "`[loop.on_complete]`",
        ".tasks" => "`[tasks]`",
        ".task" => "`[[task]]`",
        ".notify" => "`[notify]`",
        ".notify.to" => "`[[notify.to]]`",
        other => panic!("the table {other} has no heading"),
    }
}

#[test]
fn the_reference_has_a_row_for_every_key_and_no_other() {
    let mut keys = BTreeSet::new();
    keys_of(&schema(), "", &mut keys);
    let expected: BTreeSet<_> =
        keys.iter().map(|(path, key)| (heading(path).to_owned(), key.clone())).collect();
    let found: BTreeSet<_> = reference().into_iter().map(|row| (row.heading, row.key)).collect();
    let missing: Vec<_> = expected.difference(&found).collect();
    let stale: Vec<_> = found.difference(&expected).collect();
    assert!(missing.is_empty() && stale.is_empty(), "missing: {missing:?}, stale: {stale:?}");
}

/// The descriptions of the schema, each with the dotted path of its table and its key.
fn descriptions(schema: &Json, path: &str, found: &mut Vec<(String, String, String)>) {
    let below = [&schema["items"], &schema["additionalProperties"]];
    for schema in below.into_iter().filter(|schema| schema.is_object()) {
        descriptions(schema, path, found);
    }
    for (key, below) in schema["properties"].as_object().into_iter().flatten() {
        let text = below["description"].as_str().unwrap_or_default();
        found.push((path.to_owned(), key.clone(), text.to_owned()));
        descriptions(below, &format!("{path}.{key}"), found);
    }
}

/// The reference and the editors' help are the same sentences; a default has a column of its own in the reference.
#[test]
fn the_reference_says_what_the_schema_says() {
    let mut found = Vec::new();
    descriptions(&schema(), "", &mut found);
    let rows = reference();
    let mut different = Vec::new();
    for (path, key, description) in found {
        let row = rows.iter().find(|row| row.heading == heading(&path) && row.key == key);
        let meaning = row.map_or("", |row| row.meaning.as_str());
        let said = description.split(" Default").next().unwrap_or_default();
        if meaning != said {
            different.push(format!("{path}.{key}\n  schema:    {said}\n  reference: {meaning}"));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// As little as possible, with every table that has defaults.
const BARE: &str = r#"
[defaults]
session_prefix = "p-"
log_dir = "l"
[backend.X]
bin = "b"
[[agent]]
name = "X"
backend = "X"
wake = { prompt_file = "w" }
pilot = {}
[[service]]
name = "Y"
command = "c"
[loop]
phases = [{ id = 1, status = "s" }]
handoff = {}
on_complete = {}
[tasks]
[[task]]
id = "Z"
[notify]
"#;

#[test]
fn the_defaults_in_the_reference_are_the_ones_that_apply() {
    let rows = reference();
    let mut compared = 0;
    for setting in &loaded(BARE).origins {
        let (table, key) = setting.key.rsplit_once('.').unwrap();
        let table = format!(".{}", table.replace(".X", "").replace(".Y", "").replace(".1", ""));
        // The reference says these in words, since they come from other settings or are empty.
        let in_words = ["session", "fetch_interval", "server", "prompt", "plan"].contains(&key)
            || (key == "dir" && table == ".agent");
        let is_own = setting.origin != agents_config::Origin::BuiltIn;
        if is_own || in_words || setting.value.is_null() {
            continue;
        }
        let row = rows.iter().find(|row| row.heading == heading(&table) && row.key == key);
        let Row { default, .. } = row.unwrap_or_else(|| panic!("no row for {}", setting.key));
        let value = setting.value.as_str().map_or_else(|| setting.value.to_string(), str::to_owned);
        assert!(default.contains(&format!("`{value}`")), "{}: {value}, not {default}", setting.key);
        compared += 1;
    }
    assert!(compared > 50, "only {compared} defaults compared");
}
