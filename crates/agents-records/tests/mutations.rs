//! Does a record of another version, or a damaged one, ever make a reader panic or invent a failure?

use std::path::{Path, PathBuf};

use agents_records::{Cli, Report, Standing, State, Transcript, opencode, render};
use chrono::DateTime;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

fn fixtures(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder);
    let entries = std::fs::read_dir(&folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Every value within `value`, itself included.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Object(map) => map.values().map(count).sum(),
        Value::Array(list) => list.iter().map(count).sum(),
        _ => 0,
    }
}

/// Puts `other` in the place of the nth value within `value`.
fn replace(value: &mut Value, n: &mut usize, other: &Value) {
    if *n == 0 {
        *value = other.clone();
    }
    *n = n.wrapping_sub(1);
    match value {
        Value::Object(map) => map.values_mut().for_each(|value| replace(value, n, other)),
        Value::Array(list) => list.iter_mut().for_each(|value| replace(value, n, other)),
        _ => {}
    }
}

fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!(null)),
        Just(json!(true)),
        Just(json!(-1)),
        Just(json!(u64::MAX)),
        Just(json!(1e308)),
        Just(json!("")),
        Just(json!("\u{0}\u{1b}[2J")),
        Just(json!([])),
        Just(json!([[null], {"text": {}}, 7])),
        Just(json!({})),
        Just(json!({"type": [], "text": 1, "message": {"content": {}}})),
    ]
}

/// The lines of a fixture, one value of one line replaced.
fn mutated(path: &Path, line: &Index, place: &Index, other: &Value) -> Vec<u8> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let line = line.get_mut(&mut lines);
    let mut n = place.index(count(line));
    replace(line, &mut n, other);
    lines.iter().flat_map(|line| format!("{line}\n").into_bytes()).collect()
}

fn cli() -> impl Strategy<Value = Cli> {
    prop_oneof![Just(Cli::Codex), Just(Cli::Claude), Just(Cli::Pi)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_field_of_another_kind_is_never_a_panic_and_never_obeyed_by_a_terminal(
        cli in cli(), file: Index, line: Index, place: Index, other in odd_value(),
    ) {
        let files = fixtures(cli.name());
        let bytes = mutated(&files[file.index(files.len())], &line, &place, &other);
        let standing = Standing::of(cli, &bytes);
        let transcript = Transcript::parse(cli, &bytes);
        prop_assert_eq!(standing.conversation(), transcript.conversation.as_ref());
        let shown = render::transcript(&transcript);
        prop_assert!(!shown.contains(|c: char| c.is_control() && c != '\n' && c != '\t'));
    }

    /// In a record without any failure, no other value in one place makes one up: only lines that say `error` can.
    #[test]
    fn a_healthy_record_with_one_odd_value_is_not_limited(
        cli in cli(), line: Index, place: Index, other in odd_value(),
    ) {
        let ok = fixtures(cli.name()).into_iter().find(|path| path.ends_with("ok.jsonl")).unwrap();
        let standing = Standing::of(cli, &mutated(&ok, &line, &place, &other));
        let limited = matches!(&standing.verdict().state,
            State::Failed { failure, .. } if failure.until.is_some());
        prop_assert!(!limited, "{:?}", standing.verdict());
    }

    #[test]
    fn a_report_of_another_kind_is_never_a_panic(
        file: Index, line: Index, place: Index, other in odd_value(),
    ) {
        let files = fixtures("hooks");
        let bytes = mutated(&files[file.index(files.len())], &line, &place, &other);
        let at = DateTime::UNIX_EPOCH;
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"{")) {
            for report in [Report::of_claude, Report::of_codex, Report::of_codex_notify, Report::of_pi] {
                let event = report(line, at).unwrap().event;
                prop_assert!(!event.contains(char::is_control));
            }
        }
    }

    #[test]
    fn an_answer_of_another_kind_is_an_error_or_unknown_never_a_panic(
        line: Index, place: Index, other in odd_value(),
    ) {
        let messages = fixtures("opencode").into_iter().find(|path| path.ends_with("all.message.json"));
        let bytes = mutated(&messages.unwrap(), &line, &place, &other);
        if let Ok(transcript) = opencode::transcript(None, &bytes) {
            prop_assert!(transcript.totals.turns <= 7);
        }
    }
}
