//! Does a text of the config become a command, or a path, that nobody meant? Every string of the file's schema is tried.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use agents_config::{Environment, Fleet, load_text};
use agents_decide::Opening;
use agents_names::{AgentName, SessionName, SessionPrefix};
use agents_watchdog::launch::{command_of_agent, command_of_service};
use serde_json::{Value, json};

use crate::corpus::injections;
use crate::support::Bed;

/// Keys that are shell code by what they are for: to write them is to run commands. Only reading verbs must not run them.
const CODE: [&str; 15] = [
    "backend.*.bin",
    "backend.*.flags",
    "backend.*.preamble",
    "backend.*.attach",
    "backend.*.resume_flag",
    "backend.*.session_flag",
    "backend.*.prompt_flag",
    "backend.*.model_flag",
    "backend.*.remote_control_flag",
    "backend.*.wrap[]",
    "agent[].wrap[]",
    "tasks.set_up",
    "tasks.on_done[]",
    "tasks.on_error[]",
    "*.command",
];

fn is_code(path: &str) -> bool {
    CODE.iter()
        .any(|code| path == *code || code.strip_prefix('*').is_some_and(|end| path.ends_with(end)))
        && path != "backend.*.sample[].command"
}

/// The path of every string in the schema, `agent[].model` for example.
fn strings() -> Vec<String> {
    let schema: Value = serde_json::from_str(include_str!("../../agents.schema.json")).unwrap();
    let mut found = Vec::new();
    walk(&schema, String::new(), &mut found);
    found.sort();
    found.dedup();
    assert!(found.len() > 90, "{found:?}");
    found
}

fn walk(node: &Value, path: String, found: &mut Vec<String>) {
    let kinds = node["type"].as_array().cloned().unwrap_or_else(|| vec![node["type"].clone()]);
    if kinds.contains(&json!("string")) {
        found.push(path.clone());
    }
    for form in ["anyOf", "oneOf"] {
        node[form].as_array().into_iter().flatten().for_each(|it| walk(it, path.clone(), found));
    }
    for (key, value) in node["properties"].as_object().into_iter().flatten() {
        let dot = if path.is_empty() { "" } else { "." };
        walk(value, format!("{path}{dot}{key}"), found);
    }
    if node["items"].is_object() {
        walk(&node["items"], format!("{path}[]"), found);
    }
    if node["additionalProperties"].is_object() {
        walk(&node["additionalProperties"], format!("{path}.*"), found);
    }
}

/// A fleet with something in every table, so that each string has a place.
fn base() -> Value {
    json!({
        "defaults": { "session_prefix": "t-", "log_dir": ".state", "tmux_socket": "bed" },
        "backend": { "b": { "bin": "true", "supports_resume": true, "remote_control": true } },
        "agent": [
            { "name": "a", "backend": "b", "prompt": "begin" },
            { "name": "l", "backend": "b", "kind": "loop", "role": "r" },
        ],
        "service": [{ "name": "s", "command": "true" }],
        "task": [{ "id": "t" }],
        "loop": {
            "phases": [{ "id": "1", "status": "S.md" }],
            "handoff": { "claim_pings": "l", "review_pings": "l" },
            "on_complete": { "run": "a" },
        },
        "notify": { "to": [{ "kind": "ntfy", "url": "https://h.invalid/t" }] },
    })
}

/// The base with `text` at that place.
fn with(text: &str, path: &str) -> Value {
    let mut config = base();
    set(&mut config, path, text);
    config
}

fn set(config: &mut Value, path: &str, text: &str) {
    let mut at = &mut *config;
    for part in path.split('.') {
        let key = match part.trim_end_matches("[]") {
            "*" if path.starts_with("backend") => "b",
            "*" => "r",
            name => name,
        };
        at = &mut at[key];
        if part.ends_with("[]") {
            if at.is_null() {
                *at = json!([{}]);
            }
            at = &mut at[0];
        }
    }
    *at = json!(text);
    let backend = &mut config["backend"]["b"];
    match path {
        "backend.*.answer[].choose" => backend["answer"][0]["dialog"] = json!("d"),
        "backend.*.sample[].file" => backend["sample"][0]["state"] = json!("idle"),
        "notify.to[].command" => {
            config["notify"]["to"][0] = json!({ "kind": "command", "command": text });
        }
        _ => {}
    }
}

fn loaded(config: &Value, folder: &Path) -> Option<Fleet> {
    let text = toml::to_string(config).unwrap();
    load_text(&text, &folder.join("agents.toml"), &Environment::default())
        .ok()
        .map(|loaded| loaded.fleet)
}

/// How the program of an agent may be started; each slot stands bare and in both kinds of quotes.
fn ways() -> [Value; 3] {
    [
        json!({ "bin": "true", "supports_resume": true, "remote_control": true, "flags": "--x" }),
        json!({ "bin": "true {model} '{model}' \"{model}\" {kickoff} \"{kickoff}\" '{kickoff}' {session}",
                "prompt_delivery": "exec" }),
        json!({ "bin": "true", "prompt_delivery": "ping", "model_env": true,
                "attach": "{bin} {server} '{server}' \"{server}\" {dir} '{dir}' \"{dir}\"" }),
    ]
}

/// Every command line that this fleet would run.
fn command_lines(fleet: &Fleet, text: &str) -> Vec<Vec<String>> {
    let openings =
        [Opening::Unnamed, Opening::Named(text.to_owned()), Opening::Resumed(text.to_owned())];
    let mut lines = Vec::new();
    for agent in &fleet.agents {
        let model = agent.model.as_deref();
        for opening in &openings {
            lines.push(command_of_agent(fleet, agent, model, opening, (text, &[])).argv);
        }
    }
    lines.extend(fleet.services.iter().map(|service| command_of_service(service).argv));
    lines.sort();
    lines.dedup();
    lines
}

fn run(folder: &Path, argv: &[String]) {
    // The kernel takes no zero byte in an argument; whoever starts such a line is told so.
    if argv.iter().any(|word| word.contains('\0')) {
        return;
    }
    let mut command = Command::new(&argv[0]);
    command.args(&argv[1..]).current_dir(folder).stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
}

/// Which strings of the file take a text such as a model or a path, and which only words of a kind.
struct Strings {
    free: Vec<String>,
    /// A pattern or a git name: some texts are one.
    picky: Vec<String>,
    /// Names, durations, choices: no text of the corpus with a blank in it is one.
    strict: Vec<String>,
}

impl Strings {
    fn sorted(folder: &Path) -> Self {
        let mut sorted = Self { free: Vec::new(), picky: Vec::new(), strict: Vec::new() };
        for path in strings().into_iter().filter(|path| !is_code(path)) {
            let takes = |text: &str| loaded(&with(text, &path), folder).is_some();
            match (takes("it's /a/b $(x) `y` \"z\"; (#{w}"), takes("plain")) {
                (true, _) => sorted.free.push(path),
                (false, true) if path.ends_with("_re") || path.contains("handoff") => {
                    sorted.picky.push(path);
                }
                (false, _) => sorted.strict.push(path),
            }
        }
        sorted
    }
}

#[test]
fn s01_s02_no_string_of_the_config_that_is_not_code_is_run_as_code() {
    let folder = tempfile::tempdir().unwrap();
    let canary = folder.path().join("canary");
    let work = folder.path().join("work");
    std::fs::create_dir(&work).unwrap();
    let fields = Strings::sorted(&work);
    for field in
        ["agent[].model", "agent[].prompt", "agent[].dir", "backend.*.server", "defaults.log_dir"]
    {
        assert!(fields.free.iter().any(|free| free == field), "{field}: {:?}", fields.free);
    }
    let (mut ran, mut taken) = (std::collections::HashSet::new(), 0);
    let texts = injections(&canary);
    for text in &texts {
        for way in ways() {
            let mut config = all_of(&fields.free, text);
            merge(&mut config["backend"]["b"], &way);
            let Some(fleet) = loaded(&config, &work) else { continue };
            taken += 1;
            for line in command_lines(&fleet, text) {
                if ran.insert(line.clone()) {
                    run(&work, &line);
                }
            }
        }
        assert!(!canary.exists(), "{text:?} ran");
    }
    // The test would prove nothing, had the reader refused them.
    assert!(taken > texts.len() * 2, "{taken}");
    assert!(ran.len() > 2_000, "{}", ran.len());
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().flatten().collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

/// The base with the text in each of these places.
fn all_of(fields: &[String], text: &str) -> Value {
    let mut config = base();
    for path in fields {
        set(&mut config, path, text);
    }
    config
}

#[test]
fn s02_a_word_of_a_kind_is_refused_when_it_is_none() {
    let folder = Path::new("/nowhere");
    let fields = Strings::sorted(folder);
    assert!(fields.strict.len() > 30, "{:?}", fields.strict);
    let odd: Vec<String> = injections(Path::new("/canary"))
        .into_iter()
        .filter(|text| text.contains("/canary") && text.contains(' '))
        .collect();
    assert!(odd.len() > 100, "{}", odd.len());
    for (at, text) in odd.iter().enumerate() {
        let path = &fields.strict[at % fields.strict.len()];
        assert!(loaded(&with(text, path), folder).is_none(), "{path} takes {text:?}");
    }
    // What of them is a pattern, or a name of git's, is kept as it is.
    for (at, text) in injections(Path::new("/canary")).iter().enumerate() {
        drop(loaded(&with(text, &fields.picky[at % fields.picky.len()]), folder));
    }
}

fn merge(into: &mut Value, more: &Value) {
    for (key, value) in more.as_object().unwrap() {
        if into[key].is_null() || key != "server" {
            into[key] = value.clone();
        }
    }
}

#[test]
fn s01_s02_reading_verbs_run_nothing_of_the_config_not_even_its_code() {
    let bed = Bed::empty();
    let canary = bed.dir.join("canary");
    let mut fields = Strings::sorted(&bed.dir).free;
    fields.extend(strings().into_iter().filter(|path| is_code(path)));
    for (at, text) in injections(&canary).iter().enumerate() {
        bed.write("agents.toml", &toml::to_string(&all_of(&fields, text)).unwrap());
        let verbs: [&[&str]; 4] =
            [&["check"], &["plan"], &["status"], &["config", "show", "--origin"]];
        let ran = bed.agents(verbs[at % verbs.len()]);
        assert!(ran.code.is_some_and(|code| code != 101), "{ran:?}");
        assert!(!canary.exists(), "{text:?}: {ran:?}");
    }
}

#[test]
fn s16_no_name_leaves_its_folder_or_means_something_to_tmux() {
    let canary = PathBuf::from("/canary");
    let plain = regex::Regex::new("^[A-Za-z0-9_][A-Za-z0-9_-]*$").unwrap();
    for text in injections(&canary) {
        let is_plain = plain.is_match(&text) && text.len() <= 63;
        assert_eq!(AgentName::new(text.as_str()).is_ok(), is_plain, "{text:?}");
        let session = SessionName::new(text.as_str());
        assert_eq!(session.is_ok(), plain.is_match(&text), "{text:?}");
        if SessionPrefix::new(text.as_str()).is_ok() {
            assert!(plain.is_match(&text), "{text:?}");
        }
    }
    // Nor does a file that is written or deleted lie elsewhere than in its folder.
    for path in ["loop.state_file", "loop.on_complete.trigger_file"] {
        for text in ["../outside", "/tmp/outside", "..", "a/b", "x\ny"] {
            assert!(loaded(&with(text, path), Path::new("/nowhere")).is_none(), "{path}: {text}");
        }
        assert!(loaded(&with("it's $(plain)", path), Path::new("/nowhere")).is_some(), "{path}");
    }
}
