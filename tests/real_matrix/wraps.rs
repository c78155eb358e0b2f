//! Does a CLI in a sandbox start, work, write only where it may, and go on with its conversation after a kill?

use std::path::{Path, PathBuf};
use std::process::Command;

use agents_model_server::{Cli, Leave};
use serde_json::Value;

use crate::ends::kill;
use crate::for_each_cli;
use crate::stage::{Stage, holding};

/// Tries to write everywhere, and keeps what came of it in the worktree.
const TRIES: &str = r#"
try() { if sh -c "$2" 2>/dev/null; then echo "$1 yes"; else echo "$1 no"; fi; }
{
  try worktree 'echo x > inside.txt'
  try project 'echo x > ../outside.txt'
  try config 'echo x >> ../agents.toml'
  try state 'echo x > ../.state/state/x'
  try home 'echo x > "$HOME/x.txt"'
  try etc 'echo x > /etc/agents-test'
  try tmux 'tmux -L bed list-sessions'
} > result.new
mv result.new result.txt
"#;

/// Whether there is a `bwrap` and the machine lets this user make a sandbox.
fn works() -> bool {
    let tried = Command::new("bwrap").args(["--ro-bind", "/", "/", "true"]).output();
    tried.is_ok_and(|output| output.status.success())
}

/// The file in which the program keeps what it knows from start to start, and whether it could write there.
fn own(home: &Path, cli: Cli) -> (PathBuf, fn(&str) -> bool) {
    let is_json = |text: &str| serde_json::from_str::<Value>(text).is_ok();
    match cli {
        // It counts its starts, of which its home says three.
        Cli::Claude => (home.join(".claude.json"), |text| {
            let state: Value = serde_json::from_str(text).unwrap();
            state["numStartups"].as_u64() > Some(3)
        }),
        Cli::Codex => (home.join(".codex/config.toml"), |text| !text.is_empty()),
        Cli::Pi => (home.join(".pi/agent/settings.json"), is_json),
        Cli::Gemini => (home.join(".gemini/settings.json"), is_json),
        Cli::Qwen => (home.join(".qwen/settings.json"), is_json),
        Cli::Opencode => (home.join(".config/opencode/opencode.json"), is_json),
    }
}

/// The sandbox has a `/tmp` of its own. Where this checkout or the programs lie in the machine's, they are shown there.
fn sandbox() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cache = std::env::var_os("AGENTS_CLI_CACHE");
    let cache = cache.map_or_else(|| root.join(".cache/clis"), PathBuf::from);
    let own = Path::new(env!("CARGO_BIN_EXE_agents")).parent().unwrap().to_owned();
    let mut words = vec!["bwrap".to_owned()];
    for folder in [cache, own].into_iter().filter(|folder| folder.starts_with("/tmp")) {
        let folder = folder.display().to_string();
        words.extend(["--ro-bind".to_owned(), folder.clone(), folder]);
    }
    words
}

fn wrapped(cli: Cli) {
    if !works() {
        eprintln!("skipped: there is no bwrap, or this machine lets nobody make a sandbox");
        return;
    }
    let stage = Stage::of(cli, Leave::Never, "MOCK:ok remember the heron");
    let config = stage.bed.read("agents.toml");
    // With a `bin` of its own a program reports only where the config says so; opencode's server is what tells of it.
    let hooks = if matches!(cli, Cli::Gemini | Cli::Qwen) { "" } else { "hooks = true\n" };
    let wrap = format!("wrap = {:?}\n{hooks}[[agent]]\ndir = \"tree\"\n", sandbox());
    stage.bed.write("agents.toml", &config.replace("[[agent]]\n", &wrap));
    std::fs::create_dir(stage.bed.dir.join("tree")).unwrap();
    stage.bed.write("tries.sh", TRIES);
    stage.begin("heron");
    stage.until("it is idle", || stage.state() == "idle");
    stage.agents(&["send", "a", "--wait=4m", "MOCK:run sh ../tries.sh"]);
    stage.until("it has tried", || !stage.bed.read("tree/result.txt").is_empty());
    // claude's home folder is one in memory, and so is all of `/tmp`: what is made there is gone with it.
    let in_memory = cli == Cli::Claude || Path::new(&stage.home_dir()).starts_with("/tmp");
    let home = if in_memory { "yes" } else { "no" };
    let expected =
        format!("worktree yes\nproject no\nconfig no\nstate no\nhome {home}\netc no\ntmux no\n");
    assert_eq!(stage.bed.read("tree/result.txt"), expected, "{cli:?}");
    assert!(!Path::new(&stage.home_dir()).join("x.txt").exists(), "{cli:?}");
    stage.until("it is idle again", || stage.state() == "idle");
    let why = stage.agents(&["why", "a"]).out;
    assert!(why.contains("its session is there, and its program runs"), "{cli:?}: {why}");

    kill(&stage);
    stage.until("it is restarted", || stage.restarts() == 1 && stage.state() == "idle");
    stage.agents(&["send", "a", "--wait=4m", "MOCK:recall the crane"]);
    stage.until("the next message arrives", || !stage.asked("crane").is_empty());
    let events = stage.agents(&["events", "-n", "60"]).out;
    assert!(holding(&stage.asked("crane")[0], "heron") >= 1, "{cli:?}: {events}");
    assert!(events.contains("resuming its conversation"), "{cli:?}: {events}");
    let (file, is_kept) = own(Path::new(&stage.home_dir()), cli);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(is_kept(&text), "{cli:?}: {}: {text}", file.display());
    stage.agents(&["down"]).ends_with(0);
    assert_eq!(stage.left_with_home(), Vec::<u32>::new(), "{cli:?}");
}

for_each_cli!(wrapped:
    codex_works_in_a_sandbox => Codex,
    claude_works_in_a_sandbox => Claude,
    pi_works_in_a_sandbox => Pi,
    opencode_works_in_a_sandbox => Opencode,
    gemini_works_in_a_sandbox => Gemini,
    qwen_works_in_a_sandbox => Qwen,
);
