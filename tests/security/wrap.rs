//! Does `wrap = ["bwrap"]` keep an agent to its worktree, and is a missing `bwrap` told?

use std::path::PathBuf;

use crate::scene::fleet;

fn bwrap() -> Option<PathBuf> {
    let named = std::env::var_os("AGENTS_BWRAP").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    named.or_else(|| {
        std::env::split_paths(&path).map(|folder| folder.join("bwrap")).find(|it| it.is_file())
    })
}

/// Whether this machine lets a program make such a sandbox at all: some containers do not.
fn works(bwrap: &PathBuf) -> bool {
    let tried = std::process::Command::new(bwrap).args(["--ro-bind", "/", "/", "true"]).output();
    tried.is_ok_and(|output| output.status.success())
}

/// Tries to write everywhere, and keeps what came of it in its worktree.
const TRIES: &str = r#"
try() { if sh -c "$2" 2>/dev/null; then echo "$1 yes"; else echo "$1 no"; fi; }
{
  try worktree 'echo x > inside.txt'
  try outside 'echo x > "$PROJECT/outside.txt"'
  try neighbour 'echo x > "$PROJECT/other/x.txt"'
  try etc 'echo x > /etc/agents-test'
  try home 'echo x > "$HOME/x.txt"'
  try config 'echo x >> "$PROJECT/agents.toml"'
  try replaced 'mv "$PROJECT/agents.toml" "$PROJECT/gone.toml"'
  try state 'echo x > "$PROJECT/.state/state/x"'
  try log 'echo x >> "$PROJECT/.state/t-x.log"'
  try read 'test -s "$PROJECT/agents.toml"'
  try tmp 'echo x > /tmp/agents-test-x'
  try tmux 'tmux -L bed list-sessions'
} > result.new
mv result.new result.txt
echo ready
exec sleep 1000
"#;

#[test]
fn s10_bwrap_refuses_every_write_outside_of_the_worktree() {
    let Some(bwrap) = bwrap() else {
        eprintln!("skipped: there is no bwrap on the PATH, and AGENTS_BWRAP names none");
        return;
    };
    if !works(&bwrap) {
        eprintln!("skipped: this machine lets nobody make a sandbox");
        return;
    }
    let agent = |bed_dir: &str, bwrap: &str| {
        format!(
            "[[agent]]\nname = \"x\"\nbackend = \"sh\"\ndir = \"tree\"\n\
             wrap = [{bwrap:?}, \"--setenv\", \"PROJECT\", {bed_dir:?}]\nprompt = '''{TRIES}'''\n"
        )
    };
    // The preset finds `bwrap` on the PATH, where a test cannot put it; the words are the same.
    let bed = fleet("", &[agent("/nowhere", "bwrap")]);
    let dir = bed.dir.to_str().unwrap().to_owned();
    let text = bed.read("agents.toml").replace("/nowhere", &dir);
    bed.write("agents.toml", &text);
    for folder in ["tree", "other", "bin"] {
        std::fs::create_dir(bed.dir.join(folder)).unwrap();
    }
    std::os::unix::fs::symlink(&bwrap, bed.dir.join("bin/bwrap")).unwrap();
    let path = format!("{}:{}", bed.dir.join("bin").display(), std::env::var("PATH").unwrap());
    bed.agents_with(&[("PATH", &path)], &["up"]).ends_with(0);
    bed.until("it has tried", || !bed.read("tree/result.txt").is_empty());
    let tried = bed.read("tree/result.txt");
    let expected = "worktree yes\noutside no\nneighbour no\netc no\nhome no\nconfig no\nreplaced no\nstate no\nlog no\nread yes\ntmp yes\ntmux no\n";
    assert_eq!(tried, expected);
    assert!(bed.dir.join("tree/inside.txt").exists());
    for written in ["outside.txt", "other/x.txt", "gone.toml", ".state/state/x"] {
        assert!(!bed.dir.join(written).exists(), "{written}");
    }
    assert!(!PathBuf::from("/etc/agents-test").exists());
    // It is an agent like any other.
    assert_eq!(bed.state_of("x"), "running", "{}", bed.agents(&["status"]).out);
    bed.agents(&["down"]).ends_with(0);
    assert_eq!(bed.sessions(), Vec::<String>::new());
}

/// A `systemd-run` that keeps what it was told, and runs what stands behind `--`.
const SCOPE: &str = "#!/bin/sh\nprintf '%s\\n' \"$@\" > told.new && mv told.new told.txt\n\
                     while [ \"$1\" != -- ]; do shift; done\nshift\nexec \"$@\"\n";

#[test]
fn s21_a_scope_is_asked_for_with_limits_and_the_program_runs_in_it() {
    let agent = "[[agent]]\nname = \"x\"\nbackend = \"sh\"\nwrap = [\"systemd-scope\"]\nprompt = 'echo $$ > pid.txt; exec sleep 1000'\n";
    let bed = fleet("", &[agent.to_owned()]);
    bed.program("bin/systemd-run", SCOPE);
    let path = format!("{}:{}", bed.dir.join("bin").display(), std::env::var("PATH").unwrap());
    bed.agents_with(&[("PATH", &path)], &["up"]).ends_with(0);
    bed.until("the program runs", || !bed.read("pid.txt").is_empty());
    let told = bed.read("told.txt");
    assert!(
        told.contains("--scope\n") && told.contains("=MemoryMax=") && told.contains("=TasksMax="),
        "{told}"
    );
}

#[test]
fn s10_a_wrap_that_is_not_there_is_told_by_check_and_at_the_start() {
    let agent = "[[agent]]\nname = \"x\"\nbackend = \"sh\"\nwrap = [\"no-such-sandbox\"]\nprompt = 'echo ran > ran.txt'\n";
    let bed = fleet("", &[agent.to_owned()]);
    let check = bed.agents(&["check"]);
    assert!(check.out.contains("no-such-sandbox"), "{check:?}");
    bed.agents(&["up"]).ends_with(1);
    // Nothing runs without what was to keep it in.
    assert!(!bed.dir.join("ran.txt").exists());
}
