//! Do `init`, `selftest` and `doctor` work on a machine where nothing was set up?

mod support;

use std::path::{Path, PathBuf};

use support::{Bed, Ran};

/// A PATH with these programs of the machine and nothing else.
fn path_with(bed: &Bed, programs: &[&str]) -> PathBuf {
    let bin = bed.dir.join("bin");
    std::fs::create_dir_all(&bin).unwrap();
    for program in programs {
        let path = std::env::var_os("PATH").unwrap();
        let found =
            std::env::split_paths(&path).map(|dir| dir.join(program)).find(|file| file.is_file());
        std::os::unix::fs::symlink(found.unwrap(), bin.join(program)).unwrap();
    }
    bin
}

fn agents(bed: &Bed, path: &Path, words: &[&str]) -> Ran {
    let mut command = bed.command(env!("CARGO_BIN_EXE_agents"));
    Ran::from(command.env("PATH", path).args(words).output().unwrap())
}

/// Ends the fleet also when the test fails: the watchdog outlives its terminal.
struct AtEnd<F: Fn()>(F);

impl<F: Fn()> Drop for AtEnd<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

const TOOLS: &[&str] = &["tmux", "git", "sh", "ps", "sleep"];

#[test]
fn a_first_config_works_out_of_the_box_whatever_the_folder_is_called() {
    let bed = Bed::empty();
    let path = path_with(&bed, TOOLS);
    let ran = agents(&bed, &path, &["init", "-- it's my \"project\""]).ends_with(2);
    assert!(ran.err.contains("unexpected argument"), "{ran:?}");
    let ran = agents(&bed, &path, &["init", "--", "-- it's my \"project\""]).ends_with(0);
    assert!(ran.err.contains("demo backend"), "{ran:?}");
    let config = "-- it's my \"project\"/agents.toml";
    assert!(bed.read(config).starts_with("#:schema ./agents.schema.json\n"));
    let with_config = |words: &[&str]| {
        let path_of_config = format!("--config={config}");
        agents(&bed, &path, &[&[path_of_config.as_str()], words].concat())
    };
    let _end = AtEnd(|| drop(with_config(&["down"])));
    with_config(&["up"]).ends_with(0);
    let text = bed.read(config);
    let socket = text.lines().find_map(|line| line.strip_prefix("tmux_socket = \"")).unwrap();
    let socket = socket.split('"').next().unwrap();
    let screen = || {
        let words = ["-u", "-L", socket, "capture-pane", "-p", "-t", "=it-s-my-project-worker:"];
        Ran::from(bed.command("tmux").args(words).output().unwrap()).out
    };
    bed.until("the worker has heard its prompt", || {
        screen().contains("heard: You are a worker agent")
    });
    with_config(&["down"]).ends_with(0);
    let left =
        Ran::from(bed.command("tmux").args(["-L", socket, "list-sessions"]).output().unwrap());
    assert_ne!(left.code, Some(0), "the tmux server is still there: {left:?}");
}

#[test]
fn what_is_there_is_never_overwritten() {
    let bed = Bed::empty();
    bed.write("prompts/builder.md", "mine");
    bed.agents(&["init"]).ends_with(0);
    assert_eq!(bed.read("prompts/builder.md"), "mine");
    assert!(bed.read("prompts/wake.md").contains("wake-up"));
    assert!(bed.read("agents.schema.json").contains("draft-07"));
    bed.write("agents.toml", "mine, too");
    let ran = bed.agents(&["init"]).ends_with(1);
    assert!(ran.err.contains("agents.toml already exists — refusing to overwrite"), "{ran:?}");
    assert_eq!(bed.read("agents.toml"), "mine, too");
}

#[test]
fn a_dangling_link_is_no_place_for_a_config() {
    let bed = Bed::empty();
    std::os::unix::fs::symlink("elsewhere.toml", bed.dir.join("agents.toml")).unwrap();
    bed.agents(&["init"]).ends_with(1);
    assert!(!bed.dir.join("elsewhere.toml").exists());
}

#[test]
fn the_selftest_passes_here_and_counts() {
    let bed = Bed::empty();
    let ran = bed.agents(&["selftest"]).ends_with(0);
    assert!(ran.out.contains("PASS: footer_ui idle footer is idle\n"), "{ran:?}");
    assert!(ran.out.trim_end().ends_with(" passed, 0 failed"), "{ran:?}");
    assert!(ran.out.contains("PASS: tmux: "), "{ran:?}");
}

#[test]
fn the_selftest_needs_no_tmux() {
    let bed = Bed::empty();
    let path = path_with(&bed, &["sh"]);
    let ran = agents(&bed, &path, &["selftest"]).ends_with(0);
    assert!(ran.out.contains("skipped: no tmux"), "{ran:?}");
    let ran = agents(&bed, &path, &["selftest", "--json"]).ends_with(0);
    let data: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(data["schema"], "agents.selftest/1");
    assert_eq!(data["failed"], 0);
    assert_eq!(data["checks"].as_array().unwrap().len() as u64, data["passed"].as_u64().unwrap());
}

#[test]
fn a_tmux_that_does_nothing_fails_the_selftest() {
    let bed = Bed::empty();
    let path = path_with(&bed, &["sh", "true"]);
    std::fs::rename(path.join("true"), path.join("tmux")).unwrap();
    let ran = agents(&bed, &path, &["selftest"]).ends_with(1);
    assert!(ran.out.contains("FAIL: tmux: t4 one-shot"), "{ran:?}");
}

#[test]
fn the_doctor_works_without_a_config_and_names_what_lacks() {
    let bed = Bed::empty();
    let path = path_with(&bed, TOOLS);
    let ran = agents(&bed, &path, &["doctor"]).ends_with(0);
    assert!(ran.out.contains("warn  config: there is no agents.toml"), "{ran:?}");
    assert!(ran.out.contains("ok    tmux: "), "{ran:?}");
    std::fs::remove_file(path.join("tmux")).unwrap();
    let ran = agents(&bed, &path, &["doctor"]).ends_with(1);
    assert!(
        ran.out.contains("FAIL  tmux: not found on the PATH\n      → install tmux 3.2"),
        "{ran:?}"
    );
}

#[test]
fn the_doctor_looks_at_the_fleet_of_a_config() {
    let bed = Bed::with(
        "HEAD\n[backend.x]\nbin = \"sleep\"\n[[agent]]\nname = \"a\"\nbackend = \"x\"\nprompt_file = \"none.md\"\n",
    );
    let ran = bed.agents(&["doctor", "--json"]).ends_with(0);
    let data: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(data["schema"], "agents.doctor/1");
    let findings = data["findings"].as_array().unwrap();
    let agent = findings.iter().find(|finding| finding["about"] == "agent").unwrap();
    assert!(agent["text"].as_str().unwrap().contains("none.md"), "{agent}");
    bed.write("agents.toml", "[defaults");
    let ran = bed.agents(&["doctor"]).ends_with(1);
    assert!(ran.out.contains("FAIL  config: "), "{ran:?}");
}
