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
    // What a person has begun to type is not submitted together with a message.
    let type_in = |words: &[&str]| {
        let words =
            [&["-L", socket, "send-keys", "-t", "=it-s-my-project-worker:"], words].concat();
        assert!(bed.command("tmux").args(words).status().unwrap().success());
    };
    type_in(&["-l", "half a"]);
    bed.until("the text is drawn", || screen().contains("> half a"));
    with_config(&["send", "--wait=1s", "worker", "a whole message"]).ends_with(3);
    assert!(!screen().contains("whole"), "{}", screen());
    type_in(&["BSpace", "BSpace", "BSpace", "BSpace", "BSpace", "BSpace"]);
    bed.until("the message arrives alone", || screen().contains("heard: a whole message"));
    with_config(&["down"]).ends_with(0);
    let left =
        Ran::from(bed.command("tmux").args(["-L", socket, "list-sessions"]).output().unwrap());
    assert_ne!(left.code, Some(0), "the tmux server is still there: {left:?}");
}

/// Names that mean something to a shell, to tmux, to a terminal or to a command line, or that are long.
const ODD_NAMES: &[&str] = &[
    "..a.b:c",
    "世界 été",
    "123",
    "#{pane_id} %d $HOME `id`",
    "new\nline\ttab\\",
    "it's \"a\"; b&c|d",
    "--config",
];

#[test]
fn a_folder_may_be_called_anything_and_nothing_is_left_of_its_fleet() {
    let bed = Bed::empty();
    let path = path_with(&bed, TOOLS);
    let long = "x".repeat(255);
    for name in ODD_NAMES.iter().copied().chain([long.as_str()]) {
        agents(&bed, &path, &["init", "--", name]).ends_with(0);
        let inside = |words: &[&str]| {
            let mut command = bed.command(env!("CARGO_BIN_EXE_agents"));
            command.current_dir(bed.dir.join(name)).env("PATH", &path);
            Ran::from(command.args(words).output().unwrap())
        };
        let good = inside(&["check"]).ends_with(0);
        assert!(good.out.contains("is good: 1 agent") && !good.out.contains("warning"), "{good:?}");
        let _end = AtEnd(|| drop(inside(&["down"])));
        inside(&["up"]).ends_with(0);
        let config = bed.read(&format!("{name}/agents.toml"));
        let set = |key: &str| {
            let value = config.lines().find_map(|line| line.strip_prefix(key)).unwrap();
            value.split('"').nth(1).unwrap().to_owned()
        };
        let (socket, prefix) = (set("tmux_socket = "), set("session_prefix = "));
        let tmux = |words: &[&str]| {
            let words = [&["-u", "-L", socket.as_str()], words].concat();
            Ran::from(bed.command("tmux").args(words).output().unwrap())
        };
        let pane = format!("={prefix}worker:");
        bed.until("the worker has heard its prompt", || {
            tmux(&["capture-pane", "-p", "-t", &pane]).out.contains("heard: You are a worker agent")
        });
        let pids = tmux(&["list-panes", "-a", "-F", "#{pane_pid}"]).out;
        let pids: Vec<u32> = pids.lines().map(|pid| pid.parse().unwrap()).collect();
        assert_eq!(pids.len(), 2, "the worker and the watchdog: {pids:?}");
        inside(&["down"]).ends_with(0);
        assert_ne!(tmux(&["list-sessions"]).code, Some(0), "the tmux server is still there");
        bed.until("no process is left", || !pids.iter().any(|pid| support::process_lives(*pid)));
    }
}

#[test]
fn a_folder_whose_name_is_no_text_is_refused_before_anything_is_written() {
    use std::os::unix::ffi::OsStrExt as _;
    let bed = Bed::empty();
    let odd = std::ffi::OsStr::from_bytes(b"odd\xff");
    let mut command = bed.command(env!("CARGO_BIN_EXE_agents"));
    let ran = Ran::from(command.arg("init").arg(odd).output().unwrap()).ends_with(1);
    assert!(ran.err.contains("is not UTF-8; rename it"), "{ran:?}");
    assert!(!bed.dir.join(odd).exists());
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

#[test]
fn the_doctor_finds_another_fleet_with_the_same_names_and_a_limit_of_the_server() {
    let config = "HEAD\n[backend.x]\nbin = \"cat\"\nprompt_delivery = \"exec\"\n[[agent]]\nname = \"a\"\nbackend = \"x\"\n";
    let bed = Bed::with(config);
    // Our own server has too few open files for many agents; it says so itself.
    let limited = format!("ulimit -Sn 40; exec '{}' up", env!("CARGO_BIN_EXE_agents"));
    Ran::from(bed.command("sh").args(["-c", &limited]).output().unwrap()).ends_with(0);
    let ran = bed.agents(&["doctor"]);
    assert!(ran.out.contains("ok    session prefix: no other fleet has `t-`"), "{ran:?}");
    assert!(ran.out.contains("tmux server: limit 40; "), "{ran:?}");
    assert!(ran.out.contains("watchdog: nobody restarts it"), "{ran:?}");
    let other = bed.read("agents.toml").replace("\".state\"", "\".other\"");
    bed.write("other/agents.toml", &other);
    let ran = bed.agents(&["--config", "other/agents.toml", "doctor"]).ends_with(1);
    assert!(ran.out.contains("FAIL  session prefix: "), "{ran:?}");
    bed.agents(&["down"]).ends_with(0);
}
