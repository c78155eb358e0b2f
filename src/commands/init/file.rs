//! What does a first agents.toml say?

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::path::Path;

use super::programs::Program;

/// What the text of the file is made from.
pub struct Starter<'a> {
    /// The absolute path of the project.
    pub folder: &'a Path,
    /// The agent programs on the PATH, the preferred one first.
    pub found: &'a [&'a Program],
    /// The demo agent as a piece of shell, for the case that there is none.
    pub demo: &'a str,
}

impl Starter<'_> {
    /// The whole file; it loads whatever the folder is called.
    pub fn text(&self) -> String {
        let stem = session_stem(self.folder);
        let first = self.found.first().map_or("demo", |program| program.name);
        let mut text = HEAD
            .replace("{stem}", &stem)
            .replace("{mark}", &mark(self.folder))
            .replace("{backend}", first);
        match self.found {
            [] => text.push_str(&demo_block(self.demo)),
            found => {
                let blocks: Vec<String> = found.iter().map(|program| program.block()).collect();
                text.push_str(&blocks.join("\n"));
            }
        }
        text.push_str(WORKER);
        text.push_str(LOOP_INTRODUCTION);
        for line in LOOP.lines() {
            text.push_str(format!("# {line}").trim_end());
            text.push('\n');
        }
        text
    }
}

/// The name of the folder, with a dash for everything that a session name must not have.
pub fn session_stem(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let words: Vec<&str> = name
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .collect();
    let stem: String = words.join("-").chars().take(LONGEST_STEM).collect();
    match stem.trim_end_matches('-') {
        "" => "fleet".to_owned(),
        stem => stem.to_owned(),
    }
}

/// Leaves room for the names of agents, and for the path of the socket.
const LONGEST_STEM: usize = 32;

/// Tells folders of one name apart, so that each fleet has a tmux server of its own.
fn mark(folder: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    folder.hash(&mut hasher);
    format!("{:06x}", hasher.finish() & 0xff_ffff)
}

/// The text as a TOML string: literal where that can be, so that patterns stay readable.
pub fn toml_text(text: &str) -> String {
    if !text.contains('\'') && !text.chars().any(char::is_control) {
        return format!("'{text}'");
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn demo_block(command: &str) -> String {
    let bin = toml_text(&format!("{command} --prompt {{kickoff}}"));
    DEMO.replace("{bin}", &bin)
}

const HEAD: &str = r#"#:schema ./agents.schema.json

# The fleet of this project. `agents check` shows every mistake in this file; a running watchdog reads it again at every
# tick, and keeps the last good fleet while it is wrong.

[defaults]
session_prefix = "{stem}-"             # each session is this and the agent's name
log_dir = ".agents"                    # session logs and state, relative to this file
tmux_socket = "agents-{stem}-{mark}"   # a tmux server of its own: yours is left alone
backend = "{backend}"
watch = "heal"                         # restart what is gone or broken; "heal+stall" also what stalls

"#;

const DEMO: &str = r#"# The demo agent ships with the program: it shows what it was told, says that it works, and waits. No model, no cost.
# Put a real one beside it ([backend.claude], [backend.codex], …) and name it in `backend` above.
[backend.demo]
bin = {bin}
prompt_delivery = "exec"
active_re = "working"
ready_re = '^> ?$'                    # an empty composer: what somebody has typed there is left alone
limit_re = "usage limit reached"
fatal_re = "fatal error"
"#;

const WORKER: &str = r#"
[[agent]]
name = "worker"
prompt = "You are a worker agent. Wait for instructions."
# Started again, it goes on in its own conversation, where its backend can.
resume = true
"#;

const LOOP_INTRODUCTION: &str = "
# A builder and an adversary who take a list of phases through git. Each works in a clone of its own; a pushed claim is told
# to the adversary, a pushed review to the builder, and `## DONE` in the status file ends the phase. To use it, take the
# marks off these lines, clone the project into `builder` and `adversary`, and write the plans.
";

/// Stands in the file as a comment.
pub const LOOP: &str = r#"[[agent]]
name = "builder"
kind = "loop"
role = "builder"                       # its prompt is prompts/builder.md
dir = "builder"
watch = "heal+stall"

[[agent]]
name = "adversary"
kind = "loop"
role = "adversary"
dir = "adversary"
watch = "heal+stall"                   # while it is the builder's turn its idling is no stall

[loop]
kickoff_template = "prompts/kickoff.md"

[[loop.phases]]
id = "P1"
plan = "docs/plan-1.md"
status = "STATUS-1.md"

[[loop.phases]]
id = "P2"
plan = "docs/plan-2.md"
status = "STATUS-2.md"

[loop.handoff]
repo = "builder"                       # the clone whose remote is watched
"#;
