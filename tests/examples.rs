//! Do the examples do what their first lines say, and do pages name tests that exist?

mod support;

use std::path::Path;

use support::Bed;

/// Runs an example with this program.
#[track_caller]
fn plays(example: &str) -> String {
    let bed = Bed::empty();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example).join("run.sh");
    let mut command = bed.command("sh");
    command.arg(path).env("AGENTS", env!("CARGO_BIN_EXE_agents")).env("TMPDIR", "/tmp");
    let output = command.output().unwrap();
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{out}\n{err}");
    assert_eq!(out.lines().last(), Some(format!("{example}: ok").as_str()), "{out}\n{err}");
    out
}

#[test]
fn a_night_of_eight_tasks_ends_with_eight_pull_requests() {
    let out = plays("overnight");
    assert!(out.contains("8 of 8 tasks are at their end: 8 pr_open."), "{out}");
}

#[test]
fn one_long_task_survives_its_watchdog_and_its_tmux_server() {
    let out = plays("one-task");
    assert!(out.contains("port-the-storage-layer: complete"), "{out}");
}

#[test]
fn a_session_of_ones_own_is_kept_going_and_left_alone() {
    plays("own-session");
}

/// Every folder of the examples that can be run is played by a test here.
#[test]
fn no_example_is_left_out() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let own = include_str!("examples.rs");
    let mut found = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.join("run.sh").exists() {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            assert!(own.contains(&format!("plays(\"{name}\")")), "{name} is played by no test");
            found += 1;
        }
    }
    assert_eq!(found, 3);
}

#[test]
fn the_page_of_parity_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut code = String::new();
    for folder in ["tests", "crates", "src"] {
        read_all(&root.join(folder), &mut code);
    }
    let page = std::fs::read_to_string(root.join("docs/parity.md")).unwrap();
    let rows: Vec<&str> = page.lines().filter(|row| row.starts_with("| ")).collect();
    let rows = rows.iter().filter(|row| !row.starts_with("| it |") && !row.starts_with("| ---"));
    let mut shown = 0;
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let [_, _, last] = cells[..] else { panic!("three cells, please: {row}") };
        if last.trim().starts_with("not there") {
            continue;
        }
        let names: Vec<&str> = last.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "no test is named: {row}");
        for name in names {
            let is_there = [format!("fn {name}("), format!("    {name} => ")];
            assert!(is_there.iter().any(|it| code.contains(it)), "{name} is no test: {row}");
        }
        shown += 1;
    }
    assert!(shown > 40, "{shown} shown");
}

fn read_all(folder: &Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_none_or(|name| name != "target") {
            read_all(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push_str(&std::fs::read_to_string(&path).unwrap_or_default());
        }
    }
}
