//! Every origin of a rich file is true: the line that is named holds the key, in the table that it names.

use agents_config::{Environment, Origin, Setting, load_text};
use std::path::Path;

const RICH: &str = r##"# A file with everything that can be said in more than one place.
[defaults]
session_prefix = "p-"
log_dir = "logs"
project_dir = "."
tmux_socket = "sock"
dir = "work"
create_dir = true
backend = "one"
model = "big"
watch = "heal"
prompt_file = "all.md"
account = "team"
command = "serve"

[defaults.wake]
prompt_file = "wake.md"

[watchdog]
signal_interval = 10
restart_limit = 7

[backend.one]
bin = "one"
active_re = "busy"
stall_idle = "20m"

[backend.two]
preset = "claude"
submit_pause = "1s"

# `ann` inherits, `bob` has its own, `cy` switches off what it would inherit.
[[agent]]
name = "ann"

[[agent]]
name = "bob"
session = "bobs"
kind = "task"
backend = "two"
model = "small"
dir = "bob"
create_dir = false
prompt = """
line
  create_dir = true
"""
prompt_file = ""
watch = "none"
wake = { interval = "2h", prompt_file = "bob.md" }
log = false

[[agent]]
kind = "loop"
role = "builder"
name = "cy"
model = ""
enabled = false
resume = true
  [agent.wake]
  prompt_file = "cy.md"

[[service]]
name = "web"
log = false

[[service]]
command = "own"
name = "db"
dir = "db"

[loop]
done_marker = "END"
phases = [{ id = 1, status = "S1" }, { id = "two", status = "S2", plan = "P2", models = { builder = "x" } }]

[loop.handoff]
claim_pings = "ann"
review_pings = "ann"
inboxes = ["in.md"]

[loop.on_complete]
run = "bob"
"##;

/// The last part of a setting's key.
fn last(setting: &Setting) -> &str {
    setting.key.rsplit('.').next().unwrap()
}

/// The header above a line, with the name of the agent or service whose table that is.
fn table_of(line: usize) -> (String, String) {
    let lines: Vec<&str> = RICH.lines().collect();
    let is_header = |row: &&str| row.trim_start().starts_with('[');
    let at = (0..line).rev().find(|at| is_header(&lines[*at])).unwrap();
    // `[agent.wake]` belongs to the agent above it.
    let rows = (0..=at).rev().find(|at| lines[*at].starts_with("[[")).unwrap_or(at);
    let named = lines[rows + 1..].iter().take_while(|row| !is_header(row));
    let name = named.filter_map(|row| row.strip_prefix("name = ")).next().unwrap_or_default();
    (lines[at].trim().to_owned(), name.trim_matches('"').to_owned())
}

/// What is untrue about the origin of a setting.
fn untruth(setting: &Setting) -> Option<String> {
    let line = match &setting.origin {
        Origin::Own { line } | Origin::Defaults { line } => *line,
        Origin::BuiltIn | Origin::Preset { .. } | Origin::Environment { .. } => return None,
    };
    let text = RICH.lines().nth(line - 1).unwrap_or_default();
    let (header, name) = table_of(line);
    let parts: Vec<&str> = setting.key.split('.').collect();
    let is_inherited = matches!(setting.origin, Origin::Defaults { .. });
    let here = match parts.as_slice() {
        [_, _, "wake", _] if is_inherited => header == "[defaults.wake]",
        _ if is_inherited => header == "[defaults]",
        ["agent", agent, "wake", _] => {
            name == **agent && (header == "[agent.wake]" || text.starts_with("wake = {"))
        }
        ["agent", agent, _] => name == **agent && header == "[[agent]]",
        ["service", service, _] => name == **service && header == "[[service]]",
        ["backend", backend, _] => header == format!("[backend.{backend}]"),
        ["loop", "phases", ..] => header == "[loop]" && text.starts_with("phases = "),
        [table @ .., _] => header == format!("[{}]", table.join(".")),
        [] => false,
    };
    let holds = text.contains(&format!("{} = ", last(setting)));
    (!here || !holds).then(|| {
        format!("{} = {} # {}: {header} {name}: {text}", setting.key, setting.value, setting.origin)
    })
}

#[test]
fn every_line_that_is_named_holds_the_key() {
    let environment = Environment::default().with("AGENT_MODEL_ann", "huge");
    let loaded = load_text(RICH, Path::new("/project/agents.toml"), &environment)
        .unwrap_or_else(|error| panic!("{}", error.report(false)));
    let untrue: Vec<String> = loaded.origins.iter().filter_map(untruth).collect();
    assert!(untrue.is_empty(), "{}", untrue.join("\n"));
    for (key, origin) in [
        ("agent.ann.model", "environment, AGENT_MODEL_ann"),
        ("agent.ann.wake.prompt_file", "prompt_file = \"wake.md\""),
        ("agent.ann.wake.interval", "built in"),
        ("agent.ann.prompt_file", "prompt_file = \"all.md\""),
        ("agent.bob.wake.interval", "wake = { interval = \"2h\", prompt_file = \"bob.md\" }"),
        ("agent.bob.prompt", "prompt = \"\"\""),
        ("agent.bob.role", "built in"),
        ("agent.cy.model", "model = \"\""),
        ("agent.cy.wake.interval", "built in"),
        ("agent.cy.session", "built in"),
        ("service.web.command", "command = \"serve\""),
        ("service.web.dir", "built in"),
        ("service.web.create_dir", "create_dir = true"),
        ("service.web.enabled", "built in"),
        ("service.db.command", "command = \"own\""),
        ("backend.two.bin", "preset claude"),
        ("backend.two.submit_pause", "submit_pause = \"1s\""),
        ("backend.one.submit_pause", "built in"),
        ("watchdog.restart_limit", "restart_limit = 7"),
        ("watchdog.tmux_timeout", "built in"),
        ("watchdog.journal_age", "built in"),
        ("watchdog.journal_entries", "built in"),
        ("watchdog.log_megabytes", "built in"),
        ("loop.phases.1.plan", "built in"),
        ("loop.handoff.remote", "built in"),
        ("loop.handoff.claim_pings", "claim_pings = \"ann\""),
    ] {
        let setting = loaded.origins.of(key).unwrap_or_else(|| panic!("no {key}"));
        assert_eq!(told(&setting.origin), origin, "{key}");
    }
}

/// The row that an origin names, or its words.
fn told(origin: &Origin) -> String {
    match origin {
        Origin::Own { line } | Origin::Defaults { line } => {
            RICH.lines().nth(line - 1).unwrap_or_default().to_owned()
        }
        Origin::BuiltIn | Origin::Preset { .. } | Origin::Environment { .. } => origin.to_string(),
    }
}

/// What the file says is never called built in, and every key that it has is shown.
#[test]
fn every_key_of_the_file_is_shown() {
    let loaded = crate::loaded(RICH);
    let mut own = 0;
    for (at, row) in RICH.lines().enumerate() {
        let Some((key, _)) = row.trim_start().split_once(" = ") else { continue };
        let (header, name) = table_of(at + 1);
        // Names are in the keys themselves; a table is shown key by key; the text of a prompt is no key.
        if ["name", "wake", "phases"].contains(&key) || row.starts_with("  create_dir") {
            continue;
        }
        let said = |setting: &Setting| match setting.origin {
            Origin::Own { line } | Origin::Defaults { line } => {
                line == at + 1 && last(setting) == key
            }
            Origin::BuiltIn | Origin::Preset { .. } | Origin::Environment { .. } => false,
        };
        assert!(loaded.origins.iter().any(said), "line {}: {key} of {header} {name}", at + 1);
        own += 1;
    }
    assert!(own > 40, "only {own} keys");
}

#[test]
fn an_account_is_the_agents_own_or_else_its_backends_or_else_that_of_the_defaults() {
    let text = "[defaults]\nsession_prefix = \"p-\"\nlog_dir = \"logs\"\nprompt = \"x\"\naccount = \"all\"\n\
                [backend.one]\nbin = \"one\"\naccount = \"team\"\n[backend.two]\nbin = \"two\"\n\
                [[agent]]\nname = \"ann\"\nbackend = \"one\"\n\
                [[agent]]\nname = \"bob\"\nbackend = \"one\"\naccount = \"own\"\n\
                [[agent]]\nname = \"cy\"\nbackend = \"two\"\n";
    let accounts = |text: &str| {
        let loaded = load_text(text, Path::new("/p/agents.toml"), &Environment::default()).unwrap();
        let fleet = loaded.fleet;
        let of = |agent| fleet.account_of(agent).map(str::to_owned);
        fleet.agents.iter().map(of).collect::<Vec<_>>()
    };
    let some = |name: &str| Some(name.to_owned());
    assert_eq!(accounts(text), [some("team"), some("own"), some("all")]);
    let without = text.replace("account = \"all\"\n", "").replace("account = \"team\"\n", "");
    assert_eq!(accounts(&without), [None, some("own"), None]);
}
