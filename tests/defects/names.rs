//! Do names, paths, prompts and models stay what they are, whatever signs they hold? Rows 35 and 37 to 39.

use crate::scene::{RECORDER, REST, fleet, healed, kill_and_see_healed, lines};
use crate::support::{Bed, process_lives};

#[test]
fn d35_a_name_that_tmux_would_change_is_refused_before_anything_starts() {
    for name in ["web.api", "web:api", "web api", ".hidden"] {
        let bed = fleet("", &[healed(name, REST)]);
        let refused = bed.agents(&["up"]).ends_with(2);
        assert!(refused.err.contains(name), "{refused:?}");
        assert_eq!(bed.sessions(), Vec::<String>::new());
    }
    let prefix = crate::support::HEAD.replace("\"t-\"", "\"t.x-\"");
    Bed::with(&prefix).agents(&["up"]).ends_with(2);
}

#[test]
fn d35_a_name_that_another_begins_with_is_another() {
    let bed = fleet("", &[healed("web", REST), healed("web-api", REST), healed("web_2", REST)]);
    bed.agents(&["up"]).ends_with(0);
    bed.agents(&["down", "web"]).ends_with(0);
    assert!(
        !bed.has("t-web") && bed.has("t-web-api") && bed.has("t-web_2"),
        "{:?}",
        bed.sessions()
    );
    kill_and_see_healed(&bed, "web-api");
    assert!(!bed.has("t-web"));
}

/// Writes each of its arguments into a file of its own, and stays.
const TELL_ARGUMENTS: &str = r#"#!/bin/sh
n=0
for word; do n=$((n + 1)); printf '%s' "$word" > "arg-$AGENTS_NAME-$n.txt"; done
echo $n > "args-$AGENTS_NAME.txt"
exec sleep 1000
"#;

fn arg_fleet(agents: &[String]) -> Bed {
    let backend = "[backend.cli]\nbin = \"./cli.sh\"\nflags = \"--flag 'a b'\"\n".to_owned();
    let bed = fleet("", &[&[backend], agents].concat());
    bed.program("cli.sh", TELL_ARGUMENTS);
    bed
}

fn arg_agent(name: &str, keys: &str) -> String {
    format!("[[agent]]\nname = \"{name}\"\nbackend = \"cli\"\nwatch = \"heal\"\n{keys}\n")
}

#[test]
fn d37_a_prompt_and_a_model_are_words_and_never_options_or_commands() {
    let bed = arg_fleet(&[
        arg_agent("dash", "prompt = \"--version\""),
        arg_agent("quote", "prompt = \"Begin.\"\nmodel = \"m'; touch PWN; echo '\""),
        arg_agent("shell", "prompt = '''$(touch PWN) `touch PWN` \"q\" \\ 'q'\nsecond'''"),
    ]);
    bed.agents(&["up"]).ends_with(0);
    let told = |name: &str| bed.read(&format!("args-{name}.txt")).trim().to_owned();
    bed.until("all ran", || ["dash", "quote", "shell"].iter().all(|name| !told(name).is_empty()));
    let word = |name: &str, n: u32| bed.read(&format!("arg-{name}-{n}.txt"));
    assert_eq!(
        (told("dash").as_str(), word("dash", 1), word("dash", 2)),
        ("3", "--flag".into(), "a b".into())
    );
    // A program takes a word that begins with a blank for no option.
    assert_eq!(word("dash", 3), " --version");
    let model: Vec<String> = (1..=2).map(|n| word("quote", n)).collect();
    assert_eq!(model, ["--model", "m'; touch PWN; echo '"]);
    assert_eq!(word("shell", 3), "$(touch PWN) `touch PWN` \"q\" \\ 'q'\nsecond");
    assert!(!bed.dir.join("PWN").exists());
}

#[test]
fn d39_a_prompt_too_long_for_an_argument_reaches_the_agent_as_a_file() {
    let long = "0123456789abcdef".repeat(9_000);
    let bed = arg_fleet(&[arg_agent("x", "prompt_file = \"long.md\"")]);
    bed.write("long.md", &long);
    bed.agents(&["up"]).ends_with(0);
    bed.until("it runs", || !bed.read("args-x.txt").is_empty());
    let told = bed.read("arg-x-3.txt");
    let file = told.split(['\'', '`', ' ']).find(|word| word.ends_with(".txt")).expect("a file");
    assert_eq!(std::fs::read_to_string(file).unwrap(), long, "{told}");
    assert!(process_lives(bed.pid("t-x").unwrap()));
}

const PAIR: &str = r#"
[[agent]]
name = "adversary"
kind = "loop"
role = "adversary"
backend = "sh"
watch = "heal"
[loop]
phases = [{ id = "1", status = "S.md" }]
[loop.handoff]
repo = REPO
"#;

#[test]
fn d38_a_repository_path_with_quotes_and_dollars_is_only_a_path() {
    let folder = "it's $(touch PWN) `touch PWN` $HOME \"q\"";
    let repo = serde_json::to_string(folder).unwrap();
    let bed = fleet("", &[PAIR.replace("REPO", &repo), healed("y", REST)]);
    bed.write("prompts/adversary.md", RECORDER);
    bed.git(".", &["init", "-q", "--bare", "-b", "main", "remote.git"]).ends_with(0);
    let remote = bed.dir.join("remote.git");
    bed.git(".", &["clone", "-q", crate::support::text(&remote), folder]);
    let push = |subject: &str| {
        bed.git(folder, &["commit", "-q", "--allow-empty", "-m", subject]).ends_with(0);
        bed.git(folder, &["push", "-q", "origin", "HEAD:main"]).ends_with(0);
    };
    push("begin");
    bed.agents(&["up"]).ends_with(0);
    bed.until("the first look is done", || {
        bed.watchdog_log().contains("handoff: the shared branch is followed")
            || crate::scene::count(&bed, "fleet", "is followed from commit") > 0
    });
    push("claim: gate 1");
    bed.until("the reviewer hears", || {
        lines(&bed, "got-adversary.txt").iter().any(|line| line.contains("CLAIM"))
    });
    let found = bed.command("find").args([".", "-name", "PWN"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&found.stdout), "");
}
