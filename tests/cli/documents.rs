//! Does every verb that reads hand out one document, or one a line, whatever happens? And is all talk elsewhere?

use crate::support::{Bed, Ran};

const FLEET: &str = r#"HEAD
[backend.cat]
bin = "echo ready; exec cat #"
prompt_delivery = "exec"
preset = "claude"
[[agent]]
name = "ann"
watch = "heal"
backend = "cat"
prompt = "go"
[[agent]]
name = "builder"
kind = "loop"
role = "builder"
backend = "cat"
enabled = false
[loop]
phases = [{ id = "P1", plan = "1.md", status = "S1.md" }, { id = "P2", plan = "2.md", status = "S2.md" }]
[loop.handoff]
repo = "."
"#;

/// Every verb that reads, with its schema.
const READING: [(&[&str], &str); 17] = [
    (&["status"], "agents.status/1"),
    (&["plan"], "agents.plan/1"),
    (&["why", "ann"], "agents.why/1"),
    (&["why", "fleet"], "agents.why/1"),
    (&["events"], "agents.event/1"),
    (&["limits"], "agents.limits/1"),
    (&["pilot", "status"], "agents.pilot-status/1"),
    (&["conversations", "ann"], "agents.conversations/1"),
    (&["logs", "ann", "--no-follow"], "agents.log/1"),
    (&["phase", "show"], "agents.phase/1"),
    (&["phase"], "agents.phase/1"),
    (&["config", "show"], "agents.config/1"),
    (&["config", "show", "--origin"], "agents.config/1"),
    (&["check"], "agents.check/1"),
    (&["doctor"], "agents.doctor/1"),
    (&["explain", "ann"], "agents.explain/1"),
    (&["wait", "ann", "--until", "exited", "--timeout", "0s"], "agents.wait/1"),
];

/// The schemas of the documents on standard output, one a line; there must be one at least.
#[track_caller]
fn schemas(ran: &Ran) -> Vec<String> {
    assert!(!ran.out.is_empty(), "{ran:?}");
    let schema = |line: &str| -> String {
        let document: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
        document["schema"].as_str().unwrap_or_default().to_owned()
    };
    ran.out.lines().map(schema).collect()
}

fn json(bed: &Bed, words: &[&str]) -> Ran {
    bed.agents(&[words, &["--json"]].concat())
}

#[test]
fn a_fleet_that_runs_is_told_in_documents() {
    let bed = Bed::with(FLEET);
    bed.agents(&["up"]);
    bed.until("ann has a log", || !bed.read(".state/t-ann.log").is_empty());
    for (words, schema) in READING {
        let ran = json(&bed, words);
        let found = schemas(&ran);
        assert!(found.iter().all(|found| found == schema), "{words:?}: {ran:?}");
    }
}

#[test]
fn what_fails_is_told_in_a_document_too() {
    let bed = Bed::empty();
    for (words, schema) in READING {
        let ran = json(&bed, words);
        let found = schemas(&ran);
        assert!(found == ["agents.error/1"] || found == [schema], "{words:?}: {ran:?}");
    }
    for words in [
        &["up"][..],
        &["down"],
        &["restart", "ann"],
        &["send", "ann", "hello"],
        &["why", "nobody"],
        &["explain"],
        &["nosuch"],
        &["phase", "nosuch"],
        &["wait", "ann"],
        &["logs", "ann", "--raw", "--no-follow"],
    ] {
        let ran = json(&bed, words);
        assert_eq!(schemas(&ran), ["agents.error/1"], "{words:?}: {ran:?}");
        let code = ran.out.parse::<serde_json::Value>().unwrap()["code"].as_i64();
        assert!(code == ran.code.map(i64::from) && !ran.err.is_empty(), "{words:?}: {ran:?}");
    }
}

#[test]
fn what_is_trusted_is_told_in_a_document() {
    let bed = Bed::with(FLEET);
    for (words, trusted, changed) in [
        (&["trust"][..], true, true),
        (&["trust", "--withdraw"], false, true),
        (&["trust", "--withdraw"], false, false),
    ] {
        let told = json(&bed, words).ends_with(0).json();
        assert_eq!(told["schema"], "agents.trust/1");
        assert!(told["config"].as_str().unwrap().ends_with("/agents.toml"), "{told}");
        assert_eq!((&told["trusted"], &told["changed"]), (&trusted.into(), &changed.into()));
    }
}

#[test]
fn a_line_of_a_log_is_a_document() {
    let bed = Bed::with(FLEET);
    bed.write(".state/t-ann.log", "one\n\u{1b}[31mtwo\u{1b}[0m\nthree \"3\"");
    let ran = json(&bed, &["logs", "ann", "--no-follow"]).ends_with(0);
    let lines: Vec<serde_json::Value> =
        ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let texts: Vec<&str> = lines.iter().map(|line| line["line"].as_str().unwrap()).collect();
    assert_eq!(texts, ["one", "two", "three \"3\""]);
    assert!(lines.iter().all(|line| line["name"] == "ann"), "{ran:?}");
}

#[test]
fn no_failure_is_called_one_twice() {
    let bed = Bed::with("[defaults]\nsession_prefix = 7\n");
    for words in [&["up"][..], &["status"], &["plan"], &["config", "show"], &["down"]] {
        let ran = bed.agents(words).ends_with(2);
        assert!(
            ran.err.starts_with("error: ") && !ran.err.contains("agents: error"),
            "{words:?}: {ran:?}"
        );
    }
}
