//! Every key of the schema, mistyped in every way: each mistake is one error, at its line and under its text.

use agents_config::{Problem, Severity};
use serde_json::Value as Json;

use crate::read;

/// A table of the file: its path in the schema, its header, and the lines that it needs.
struct Table {
    path: &'static str,
    header: &'static str,
    needs: &'static [&'static str],
}

const fn table(path: &'static str, header: &'static str, needs: &'static [&'static str]) -> Table {
    Table { path, header, needs }
}

/// All tables, in an order in which a file may have them.
const TABLES: &[Table] = &[
    table(".", "", &[]),
    table(".defaults", "[defaults]", &["session_prefix = \"p-\"", "log_dir = \"logs\""]),
    table(".defaults.wake", "[defaults.wake]", &["prompt_file = \"w.md\""]),
    table(".watchdog", "[watchdog]", &[]),
    table(".backend", "[backend.b]", &["bin = \"run\""]),
    table(".agent", "[[agent]]", &["name = \"a\"", "backend = \"b\"", "role = \"builder\""]),
    table(".agent.wake", "[agent.wake]", &["prompt_file = \"w.md\""]),
    table(".service", "[[service]]", &["name = \"s\"", "command = \"run\""]),
    table(".loop", "[loop]", &[]),
    table(".loop.phases", "[[loop.phases]]", &["id = \"1\"", "status = \"S.md\""]),
    table(".loop.handoff", "[loop.handoff]", &["claim_pings = \"a\"", "review_pings = \"a\""]),
    table(".loop.on_complete", "[loop.on_complete]", &["run = \"a\""]),
    table(".tasks", "[tasks]", &[]),
    table(".task", "[[task]]", &["id = \"t\""]),
];

/// The file with `key = value` in one table, and the number of that line.
fn file_with(path: &str, key: &str, value: &str) -> (String, usize) {
    let mut lines: Vec<String> = Vec::new();
    let mut at = 0;
    for table in TABLES {
        lines.extend((!table.header.is_empty()).then(|| table.header.to_owned()));
        let others = table
            .needs
            .iter()
            .filter(|need| table.path != path || need.split(" = ").next() != Some(key));
        lines.extend(others.map(|&line| line.to_owned()));
        if table.path == path {
            lines.push(format!("{key} = {value}"));
            at = lines.len();
        }
    }
    (lines.join("\n"), at)
}

/// The keys of the tables, with the schema of each.
fn keys() -> Vec<(&'static str, String, Json)> {
    let schema: Json = serde_json::from_str(&agents_config::schema()).unwrap();
    let mut keys = Vec::new();
    for table in TABLES {
        let mut place = &schema;
        for part in table.path.split('.').filter(|part| !part.is_empty()) {
            place = &place["properties"][part];
            for below in ["items", "additionalProperties"] {
                place = Some(&place[below]).filter(|it| it.is_object()).unwrap_or(place);
            }
        }
        let properties = place["properties"].as_object().expect(table.path);
        keys.extend(
            properties.iter().map(|(key, schema)| (table.path, key.clone(), schema.clone())),
        );
    }
    keys
}

/// Whether the key leads to a table or to rows of them.
fn is_table(schema: &Json) -> bool {
    let below = [schema, &schema["items"], &schema["additionalProperties"]];
    below.iter().any(|schema| schema["properties"].is_object())
}

/// Values that a key of that schema cannot have, each with the part of it that is wrong.
fn wrong_values(schema: &Json) -> Vec<(&'static str, &'static str)> {
    let whole = |values: &[&'static str]| values.iter().map(|value| (*value, *value)).collect();
    if is_duration(schema) {
        let mut wrong: Vec<(&str, &str)> = whole(DURATIONS);
        wrong.extend((schema["anyOf"][0]["minimum"].is_null()).then_some(("0", "0")));
        wrong.extend((schema["anyOf"][0]["minimum"].is_null()).then_some(("'0 s'", "'0 s'")));
        return wrong;
    }
    if schema["enum"].is_array() {
        return whole(&["'no such word'", "''", "true", "3", "[]"]);
    }
    if schema["pattern"].is_string() {
        return whole(&["'a.b'", "'a b'", "''", "'é'", "'#(id)'", "7", "false", "[ 'a' ]"]);
    }
    if schema["anyOf"].is_array() {
        return whole(&["true", "[]", "''", "1.5"]);
    }
    match schema["type"].as_str() {
        Some("boolean") => whole(&["'true'", "1", "[]", "\"no\""]),
        Some("integer") if schema["minimum"] == 0 => whole(&["'x'", "-1", "1.5", "true"]),
        Some("integer") => whole(&["'x'", "0", "-1", "1.5", "99999999999", "true"]),
        Some("array") => {
            let mut wrong: Vec<(&str, &str)> = whole(&["'x'", "3", "true"]);
            wrong.extend([("[ 'x', 1 ]", "1"), ("[ 'é', [ ] ]", "[ ]")]);
            wrong
        }
        Some("object") => {
            let mut wrong: Vec<(&str, &str)> = whole(&["'x'", "3", "[]"]);
            wrong.extend([("{ builder = 1 }", "1"), ("{ 'a.b' = 'x' }", "'a.b'")]);
            wrong
        }
        Some("string") if schema["minLength"] == 1 => {
            whole(&["''", "'  '", "7", "true", "[]", "{ }"])
        }
        Some("string") => whole(&["7", "true", "[]", "{ }", "1979-05-27", "\"a\\u0000\""]),
        other => panic!("a type that this test does not know: {other:?}"),
    }
}

const DURATIONS: &[&str] = &[
    "true",
    "[]",
    "{ }",
    "'soon'",
    "'5 fortnights'",
    "'2 years'",
    "-1",
    "-0.5",
    "nan",
    "inf",
    "1e300",
    "''",
    "'  '",
    "'-5m'",
    "'5m 3'",
    "'1h30'",
    "'99999999999999999999'",
    "99999999999",
];

fn is_duration(schema: &Json) -> bool {
    schema["anyOf"][1]["examples"].is_array()
}

/// The errors of a text, each with the text that its report marks.
fn errors_of(text: &str) -> (Vec<Problem>, Vec<String>) {
    let Err(error) = read(text) else { return (Vec::new(), Vec::new()) };
    let errors = error.problems().iter().filter(|it| it.severity == Severity::Error);
    (errors.cloned().collect(), marked(&error.report(false)))
}

/// What `^` marks in a report.
fn marked(report: &str) -> Vec<String> {
    let lines: Vec<&str> = report.lines().collect();
    let mut marked = Vec::new();
    for pair in lines.windows(2) {
        let Some(first) = pair[1].chars().position(|c| c == '^') else { continue };
        let length = pair[1].chars().filter(|c| *c == '^').count();
        marked.push(pair[0].chars().skip(first).take(length).collect());
    }
    marked
}

/// What is wrong with how one mistake is told; empty when nothing is.
fn faults(text: &str, line: usize, part: &str, says: &str) -> Vec<String> {
    let (errors, marked) = errors_of(text);
    let source = text.lines().nth(line - 1).unwrap_or_default();
    let mut faults = Vec::new();
    let [error] = errors.as_slice() else {
        let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
        return vec![format!("{source}: {} errors: {told:?}", errors.len())];
    };
    let column = source.rfind(part).map(|byte| source[..byte].chars().count() + 1);
    if (error.line, error.column) != (Some(line), column) {
        faults.push(format!("{source}: {line}:{column:?} expected: {error}"));
    }
    if marked != [part] {
        faults.push(format!("{source}: marks {marked:?}"));
    }
    if !format!("{} {:?}", error.message, error.help).contains(says) {
        faults.push(format!("{source}: does not say {says}: {error}"));
    }
    faults
}

#[test]
fn the_file_that_is_mistyped_loads_without_a_word() {
    let (text, _) = file_with(".", "\"$schema\"", "'x'");
    assert_eq!(crate::loaded(&text).warnings.render(false), "");
}

#[test]
fn a_value_of_the_wrong_type_is_marked() {
    let mut wrong = Vec::new();
    let mut tried = 0;
    for (path, key, schema) in keys() {
        if is_table(&schema) {
            continue;
        }
        let shown = if key == "$schema" { "\"$schema\"" } else { &key };
        for (value, part) in wrong_values(&schema) {
            let (text, line) = file_with(path, shown, value);
            wrong.extend(faults(&text, line, part, &format!("`{key}`")));
            tried += 1;
        }
    }
    assert!(tried > 400, "only {tried} mistakes were tried");
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_value_where_a_table_belongs_is_marked() {
    let mut wrong = Vec::new();
    for (path, key, _) in keys().into_iter().filter(|(_, _, schema)| is_table(schema)) {
        for value in ["3", "'x'", "[ 3 ]"] {
            // The table itself must not stand below as well.
            let own = if path == "." { format!(".{key}") } else { format!("{path}.{key}") };
            let (text, line) = without(&own, path, &key, value);
            let (errors, marked) = errors_of(&text);
            let here = errors.iter().position(|error| error.line == Some(line));
            match here {
                Some(at) if errors[at].message.contains(&key) && !marked[at].is_empty() => {}
                Some(_) | None => wrong.push(format!("{path}: {key} = {value}: {errors:?}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The same as `file_with`, without the table at `own` and what lies below it.
fn without(own: &str, path: &str, key: &str, value: &str) -> (String, usize) {
    let (text, line) = file_with(path, key, value);
    let mut kept: Vec<&str> = Vec::new();
    let (mut at, mut skips) = (0, false);
    for (number, row) in text.lines().enumerate() {
        if let Some(table) =
            TABLES.iter().find(|table| !table.header.is_empty() && table.header == row)
        {
            skips = table.path == own || table.path.starts_with(&format!("{own}."));
        }
        if !skips {
            kept.push(row);
        }
        if number + 1 == line {
            at = kept.len();
        }
    }
    (kept.join("\n"), at)
}

#[test]
fn a_mistyped_key_is_told_from_the_one_that_was_meant() {
    let mut wrong = Vec::new();
    let mut tried = 0;
    let known = keys();
    for (path, key, _) in &known {
        for typo in typos(key) {
            // `taskk` may be `task` or `tasks`.
            let is_as_near = |known: &str| {
                known == typo || known != key && strsim::damerau_levenshtein(known, &typo) == 1
            };
            if known.iter().any(|(other, known, _)| other == path && is_as_near(known)) {
                continue;
            }
            let (text, line) = file_with(path, &typo, "1");
            let bare = typo.trim_matches('"').to_owned();
            let part = if bare == typo { bare } else { typo.clone() };
            wrong.extend(faults(&text, line, &part, &format!("did you mean `{key}`?")));
            tried += 1;
        }
    }
    assert!(tried > 300, "only {tried} typos were tried");
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
}

/// Near misses of a key.
fn typos(key: &str) -> Vec<String> {
    let (first, rest) = key.split_at(1);
    let (start, last) = key.split_at(key.len() - 1);
    let mut typos = vec![
        format!("{key}{last}"),
        format!("{}{rest}", first.to_uppercase()),
        format!("{first}{key}"),
        key.replace('_', "-"),
    ];
    if key.len() > 3 {
        typos.push(start.to_owned());
        typos.push(rest.to_owned());
    }
    typos.retain(|typo| typo != key);
    typos
        .into_iter()
        .map(|typo| if typo.contains('$') { format!("\"{typo}\"") } else { typo })
        .collect()
}
