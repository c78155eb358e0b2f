//! Does `agents tasks` say in which order tasks would run, and make manifests of issues, without a config or a start?

use crate::support::Bed;

const EIGHT: &str = include_str!("../../examples/eight-tasks.json");

#[test]
fn a_plan_tells_waves_and_reasons_without_a_config() {
    let bed = Bed::empty();
    bed.write("tasks.json", EIGHT);
    let told = bed.agents(&["tasks", "plan", "tasks.json"]).ends_with(0);
    assert!(told.out.starts_with("security-framework: 8 tasks in 2 phases, 5 waves\n"), "{told:?}");
    let wave = told.out.split("  wave 4\n").nth(1).unwrap();
    assert!(
        wave.starts_with("    t5  #5  [kill_switch.js]\n        not sooner: it depends on t4\n"),
        "{told:?}"
    );
    let json = bed.agents(&["--json", "tasks", "plan", "tasks.json"]).ends_with(0).json();
    assert_eq!(json["schema"], "agents.tasks.plan/1");
    assert_eq!(
        json["waves"][2],
        serde_json::json!({ "phase": "Phase 2: High", "tasks": ["t4", "t6"] })
    );
    assert_eq!(json["tasks"][7]["depends_on"], serde_json::json!(["t7"]));
    let narrow = ["--json", "tasks", "plan", "tasks.json", "--max-parallel", "1"];
    let narrow = bed.agents(&narrow).ends_with(0).json();
    assert_eq!(narrow["waves"].as_array().unwrap().len(), 8);
    let dot = bed.agents(&["tasks", "plan", "tasks.json", "--graph", "dot"]).ends_with(0);
    assert!(dot.out.contains("  \"t1\" -> \"t2\";\n"), "{dot:?}");
    let drawn = bed.agents(&["tasks", "plan", "tasks.json", "--graph"]).ends_with(0);
    assert!(drawn.out.contains("  2 ── t2 ◀── t1\n"), "{drawn:?}");
    assert_eq!(bed.sessions(), Vec::<String>::new());
}

#[test]
fn everything_that_is_wrong_with_a_manifest_is_told_with_code_2() {
    let bed = Bed::empty();
    bed.write(
        "tasks.toml",
        "[[task]]\nid = \"a\"\ndependsOn = [\"b\"]\n[[task]]\nid = \"b\"\ndependsOn = [\"a\", \"c\"]\n",
    );
    let told = bed.agents(&["tasks", "plan", "tasks.toml"]).ends_with(2);
    assert!(told.err.contains("b: `dependsOn` names `c`, which no task is called"), "{told:?}");
    assert!(told.err.contains("a circle of tasks that wait for each other: a → b → a"), "{told:?}");
    bed.write("tasks.toml", "[[task]]\nid = \"a\"\nfile = []\n");
    let told = bed.agents(&["tasks", "plan", "tasks.toml"]).ends_with(2);
    assert!(told.err.contains("unknown field `file`") && told.err.contains('3'), "{told:?}");
    bed.agents(&["tasks", "plan", "nowhere.toml"]).ends_with(2);
    // What stands in a title cannot speak to the terminal.
    bed.write("tasks.json", r#"{"tasks":[{"id":"a","title":"x\u001b]0;y\u0007\nz"}]}"#);
    let told = bed.agents(&["tasks", "plan", "tasks.json"]).ends_with(0);
    assert!(!told.out.contains(['\u{1b}', '\u{7}']), "{told:?}");
}

const ISSUES: &str = r#"[
    {"number": 7, "title": "Crash in `src/a.rs`", "body": "Depends on #9.", "labels": [{"name": "P0"}, {"name": "bug"}]},
    {"number": 9, "title": "Docs", "body": "see docs/x.md", "labels": [{"name": "Bug"}]},
    {"number": 8, "title": "Other", "body": null, "labels": []}
]"#;

#[test]
fn issues_of_a_file_become_a_manifest_that_can_be_planned_and_none_is_overwritten() {
    let bed = Bed::empty();
    bed.write("issues.json", ISSUES);
    let words = ["tasks", "import", "--file", "issues.json", "--label", "bug", "--out"];
    for out in ["m.toml", "m.json"] {
        let words = [words.as_slice(), &[out]].concat();
        bed.agents(&words).ends_with(0);
        let planned = bed.agents(&["--json", "tasks", "plan", out]).ends_with(0).json();
        assert_eq!(planned["waves"][0]["tasks"], serde_json::json!(["t9"]));
        assert_eq!(planned["tasks"][0]["files"], serde_json::json!(["src/a.rs"]));
        assert_eq!(planned["tasks"].as_array().unwrap().len(), 2);
        let before = bed.read(out);
        let again = bed.agents(&words).ends_with(1);
        assert!(again.err.contains("is there already") && bed.read(out) == before, "{again:?}");
    }
    let none = bed.agents(&["tasks", "import", "--file", "issues.json", "--label", "nope"]);
    assert!(none.ends_with(1).err.contains("no such issues"));
}

#[test]
fn issues_of_a_forge_are_asked_for_by_gh_and_its_refusal_is_told() {
    let bed = Bed::empty();
    bed.write("issues.json", ISSUES);
    bed.program("bin/gh", "#!/bin/sh\nprintf '%s\\n' \"$*\" >> calls\n[ \"$4\" = o/none ] && { echo 'no such repository' >&2; exit 1; }\ncat issues.json\n");
    let path = format!("{}:{}", bed.dir.join("bin").display(), std::env::var("PATH").unwrap());
    let variables = [("PATH", path.as_str())];
    let told =
        bed.agents_with(&variables, &["tasks", "import", "--github", "o/r", "--label", "bug"]);
    assert!(told.ends_with(0).out.contains("project = \"r\"\nrepo = \"o/r\"\n"));
    assert_eq!(
        bed.read("calls"),
        "issue list --repo o/r --state open --limit 1000 --json number,title,body,labels --label bug\n"
    );
    let told = bed.agents_with(&variables, &["tasks", "import", "--github", "o/none"]).ends_with(1);
    assert!(told.err.contains("no such repository"), "{told:?}");
}
