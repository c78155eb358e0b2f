//! Does anything that an agent, a file or a repository says reach the operator's terminal in a form that it obeys?

use std::path::Path;

use agents_store::{Commit, EntryKind, Holder, JournalEntry, Store, Word};
use serde_json::json;

use crate::corpus::{escapes, obeyed};
use crate::scene::{REST, agent, fleet};
use crate::support::Bed;

/// Runs a verb; nothing of what it prints may be more than text.
#[track_caller]
fn is_plain(bed: &Bed, words: &[&str]) -> String {
    let mut command = bed.command(env!("CARGO_BIN_EXE_agents"));
    let output = command.args(words).output().unwrap();
    for (name, shown) in [("out", &output.stdout), ("err", &output.stderr)] {
        assert_eq!(obeyed(shown), None, "{words:?} {name}");
    }
    assert!(output.status.code().is_some_and(|code| code != 101), "{words:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn cat(bytes: &[&[u8]]) -> Vec<u8> {
    bytes.concat()
}

#[test]
fn s12_no_sequence_passes_what_makes_text_harmless() {
    for sequence in escapes() {
        let text = String::from_utf8_lossy(&sequence);
        for around in [text.to_string(), format!("a{text}b"), format!("{text}{text}\n{text}")] {
            for shown in
                [agents_watchdog::harmless::text(&around), agents_records::harmless::text(&around)]
            {
                assert_eq!(obeyed(shown.as_bytes()), None, "{around:?}");
            }
        }
        // One that is cut hides no more than its row.
        let shown = agents_watchdog::harmless::text(&format!("{text}\nnext\n"));
        assert!(shown.ends_with("next\n"), "{text:?}: {shown:?}");
    }
}

#[test]
fn s12_logs_explain_and_transcript_show_files_without_any_of_them() {
    let bed = fleet("", &[agent("x", "", REST)]);
    let sequences = escapes();
    let mut log = Vec::new();
    for (at, sequence) in sequences.iter().enumerate() {
        log.extend(cat(&[format!("row {at} ").as_bytes(), sequence, b" end\n"]));
    }
    std::fs::create_dir(bed.dir.join(".state")).unwrap();
    std::fs::write(bed.dir.join(".state/t-x.log"), &log).unwrap();
    let shown = is_plain(&bed, &["logs", "x", "--no-follow", "-n", "100000"]);
    assert!(shown.contains("row 0 ") && shown.contains(" end"), "{shown}");
    // What was asked for raw is raw: else the test would look at nothing.
    let raw = bed
        .command(env!("CARGO_BIN_EXE_agents"))
        .args(["logs", "x", "--raw", "--no-follow", "-n", "100000"])
        .output()
        .unwrap();
    assert!(obeyed(&raw.stdout).is_some());
    for (at, some) in sequences.chunks(40).enumerate() {
        let screen = some.iter().flat_map(|it| cat(&[b"> ", it, b" esc to interrupt\n"]));
        std::fs::write(bed.dir.join("screen.txt"), screen.collect::<Vec<u8>>()).unwrap();
        let preset = ["claude", "codex", "gemini", "opencode", "pi", "qwen"][at % 6];
        let title = String::from_utf8_lossy(&some[0]).replace('\0', "");
        let words = ["explain", "--backend", preset, "--screen", "screen.txt", "--title", &title];
        is_plain(&bed, &words);
    }
    let turn = |text: &str| {
        let message = json!({ "role": "assistant", "model": text, "content": [
            { "type": "text", "text": text },
            { "type": "tool_use", "id": "t", "name": text, "input": { "command": text } } ] });
        json!({ "type": "assistant", "sessionId": text, "timestamp": "2026-11-21T10:00:00Z", "message": message }).to_string()
    };
    let record: Vec<String> =
        sequences.iter().map(|it| turn(&String::from_utf8_lossy(it))).collect();
    bed.write("record.jsonl", &record.join("\n"));
    is_plain(&bed, &["transcript", "x", "--tools", "--file", "record.jsonl"]);
}

/// A store whose journal and last words hold each sequence, as if somebody had got them in.
fn remember(state: &Path, sequences: &[Vec<u8>]) {
    let holder = Holder { pid: 1, what: "test".to_owned(), since_wall_ms: 0, host: "h".to_owned() };
    let mut store = Store::open(state).unwrap();
    store.claim_epoch(&holder).unwrap();
    let kinds = EntryKind::ALL.iter().cycle();
    let entries: Vec<JournalEntry> = sequences
        .iter()
        .zip(kinds)
        .enumerate()
        .map(|(at, (sequence, kind))| {
            let text = String::from_utf8_lossy(sequence);
            JournalEntry {
                at_wall_ms: 1_700_000_000_000,
                tick: 1,
                subject: (at % 3 > 0)
                    .then(|| if at % 3 == 1 { "x".to_owned() } else { text.to_string() }),
                kind: *kind,
                body: json!({ "text": format!("said {text} end"), "detail": { "what": text } })
                    .to_string(),
            }
        })
        .collect();
    let words = [Word { subject: "x".to_owned(), body: entries[0].body.clone() }];
    let commit = Commit { entries: &entries, words: &words, ..Commit::default() };
    store.commit(&commit).unwrap();
}

#[test]
fn s12_events_why_and_status_show_a_journal_without_any_of_them() {
    let bed = fleet("", &[agent("x", "", REST)]);
    remember(&bed.dir.join(".state/state"), &escapes());
    let shown = is_plain(&bed, &["events", "-n", "1000"]);
    assert!(shown.contains("said ") && shown.lines().count() >= 200, "{shown}");
    for words in [
        &["events", "x", "-n", "1000"][..],
        &["events", "fleet", "-n", "1000"],
        &["events", "-n", "1000", "--json"],
        &["why", "x"],
        &["why", "x", "--json"],
        &["status"],
        &["plan"],
        &["limits"],
    ] {
        is_plain(&bed, words);
    }
}

#[test]
fn s12_what_living_and_ended_agents_show_is_plain_in_every_verb() {
    let sequences = escapes();
    // Each prints its part, sets its title to the last of them, and ends or stays.
    let parts: Vec<&[Vec<u8>]> = sequences.chunks(sequences.len().div_ceil(8)).collect();
    let says = |at: usize, then: &str| {
        format!("cat part-{at}\nprintf '\\033]2;'; tail -n 1 part-{at}; printf '\\033\\\\'\n{then}")
    };
    let agents: Vec<String> = (0..parts.len())
        .map(|at| match at % 2 {
            0 => agent(&format!("x{at}"), "kind = \"task\"", &says(at, "exit 3")),
            _ => agent(&format!("x{at}"), "", &says(at, "exec sleep 1000")),
        })
        .collect();
    let bed = fleet("", &agents);
    for (at, part) in parts.iter().enumerate() {
        let bytes = part.iter().flat_map(|it| cat(&[b"said ", it, b" end\n"]));
        std::fs::write(bed.dir.join(format!("part-{at}")), bytes.collect::<Vec<u8>>()).unwrap();
    }
    drop(bed.agents(&["up"]));
    bed.until("the first has ended", || {
        bed.state_of("x0") == "ended" || bed.state_of("x0") == "failed"
    });
    for words in [
        &["status"][..],
        &["status", "--wide"],
        &["status", "--json"],
        &["events", "-n", "1000"],
        &["why", "x0"],
        &["why", "x1"],
        &["plan"],
        &["limits"],
        &["conversations", "x1"],
        &["logs", "x0", "--no-follow"],
        &["logs", "x1", "--no-follow"],
        &["logs", "watchdog", "--no-follow", "-n", "1000"],
        &["explain", "x1"],
        &["send", "x1", "hello", "--no-wait"],
    ] {
        is_plain(&bed, words);
    }
    let log = std::fs::read(bed.dir.join(".state/t-watchdog.log")).unwrap();
    assert_eq!(obeyed(&log), None, "the watchdog's own log");
}

#[test]
fn s12_a_config_full_of_them_is_shown_without_any() {
    let bed = Bed::empty();
    for (at, some) in escapes().chunks(9).enumerate() {
        let texts: Vec<String> = some
            .iter()
            .map(|it| format!("# {}\n", String::from_utf8_lossy(it).replace(['\n', '\r'], "")))
            .collect();
        let value =
            toml::Value::String(String::from_utf8_lossy(&some[at % some.len()]).into_owned());
        let text = format!(
            "[defaults]\nsession_prefix = {value}\n{value} = 1\n{}[[agent]]\nname = 7 {}",
            texts.concat(),
            texts.concat()
        );
        bed.write("agents.toml", &text);
        is_plain(&bed, &["check"]);
        is_plain(&bed, &["status"]);
    }
}
