//! Do the examples do what their first lines say?

mod support;

use support::Bed;

/// Runs a script of `examples/` with this program.
#[track_caller]
fn plays(script: &str, last: &str) -> String {
    let bed = Bed::empty();
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(script);
    let mut command = bed.command("sh");
    command.arg(path).env("AGENTS", env!("CARGO_BIN_EXE_agents")).env("TMPDIR", "/tmp");
    let output = command.output().unwrap();
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{out}\n{err}");
    assert_eq!(out.lines().last(), Some(last), "{out}\n{err}");
    out
}

#[test]
fn a_night_of_eight_tasks_ends_with_eight_pull_requests() {
    let out = plays("overnight/run.sh", "overnight: ok");
    assert!(out.contains("8 of 8 tasks are at their end: 8 pr_open."), "{out}");
}
