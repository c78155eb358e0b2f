//! Can a preset be read, extended and refused with a message that helps?

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use agents_screens::{
    BUILTIN_NAMES, Composer, Evidence, Hooks, Preset, PresetError, PromptDelivery, Seen, State,
    classify,
};

const BASE: &str = r#"
cli = "Demo"
version = "1"

[words]
dots = '\.\.\.'
busy = 'Working<dots>'

[[composer]]
prompt = '^>( |$)'

[[rule]]
id = "busy"
state = "active"
priority = 100
region = "above"
any = ['^<busy>']
reason = "it says so"
"#;

fn refused(text: &str) -> String {
    Preset::parse("demo", "presets/demo.toml", text).unwrap_err().to_string()
}

#[test]
fn the_file_of_every_known_program_is_read() {
    for name in BUILTIN_NAMES {
        let preset = Preset::builtin(name).unwrap().unwrap();
        assert_eq!(preset.name(), name);
        assert!(!preset.cli().is_empty() && !preset.version().is_empty());
        assert!(preset.rules().count() > 8, "{name} has too few rules");
        assert!(preset.launch().is_some(), "{name} cannot be started");
        assert!(!preset.process_names().is_empty());
    }
    assert!(Preset::builtin("crush").is_none());
}

#[test]
fn the_launch_part_is_plain_data() {
    let claude = Preset::builtin("claude").unwrap().unwrap();
    let launch = claude.launch().unwrap();
    assert_eq!(launch.command, "claude");
    assert_eq!(launch.prompt.delivery, PromptDelivery::Argument);
    assert_eq!(launch.session.choose, ["--session-id", "{session}"]);
    assert_eq!(launch.resume.args, ["--resume", "{session}"]);
    assert_eq!(launch.submit.keys, ["Enter"]);
    assert_eq!(launch.submit.pause, Duration::from_millis(400));
    assert!(launch.submit.bracketed);
    assert_eq!(launch.hooks, Hooks::Settings);
    assert!(launch.ready.usual < launch.ready.limit);
    let opencode = Preset::builtin("opencode").unwrap().unwrap();
    assert!(!opencode.launch().unwrap().resume.takes_prompt);
}

#[test]
fn one_entry_more_reads_a_new_screen() {
    let seen = Seen { rows: "Pondering deeply\n\n> \n", ..Seen::default() };
    let before = Preset::parse("demo", "demo.toml", BASE).unwrap();
    assert_eq!(classify(&before, &seen).state, State::Unknown);
    let more = format!(
        "{BASE}
[[rule]]
id = \"pondering\"
state = \"active\"
priority = 90
region = \"above\"
any = ['^Pondering ']
reason = \"the new version ponders\"
"
    );
    let after = Preset::parse("demo", "demo.toml", &more).unwrap();
    let verdict = classify(&after, &seen);
    assert_eq!(verdict.state, State::Active);
    assert_eq!(verdict.rule.as_deref(), Some("pondering"));
    assert_eq!(verdict.evidence, Evidence::Row { index: 0, text: "Pondering deeply".to_owned() });
    assert_eq!(verdict.composer, Composer::Empty);
}

#[test]
fn one_entry_more_in_a_known_file_reads_a_new_screen() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("presets/claude.toml");
    let text = fs::read_to_string(path).unwrap();
    let rows = "❯ go\n\n● fine\n\n────────────────\n❯ half a draft\n────────────────\n  napping until noon\n";
    let seen = Seen { rows, command: "claude", columns: 80, ..Seen::default() };
    let before = Preset::parse("claude", "claude.toml", &text).unwrap();
    assert_eq!(classify(&before, &seen).state, State::Unknown);
    let rule = "
[[rule]]
id = \"napping\"
state = \"limited\"
priority = 875
region = \"below\"
any = ['^\\s*napping until']
hint = { pattern = 'until \\S+' }
reason = \"a footer of a later version\"
";
    let (head, launch) = text.split_once("\n[launch]").unwrap();
    let after =
        Preset::parse("claude", "claude.toml", &format!("{head}{rule}\n[launch]{launch}")).unwrap();
    let verdict = classify(&after, &seen);
    assert_eq!(
        (verdict.state, verdict.reset_text.as_deref()),
        (State::Limited, Some("napping until noon"))
    );
    assert_eq!(verdict.composer, Composer::Draft("half a draft".to_owned()));
}

#[test]
fn a_folder_of_presets_is_read_in_order() {
    let folder = std::env::temp_dir().join(format!("agents-screens-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("two.toml"), BASE).unwrap();
    fs::write(folder.join("one.toml"), BASE).unwrap();
    fs::write(folder.join("notes.txt"), "no preset").unwrap();
    let presets = Preset::load_folder(&folder);
    let missing = Preset::load(&folder.join("three.toml"));
    fs::remove_dir_all(&folder).unwrap();
    let names: Vec<_> = presets.unwrap().iter().map(|preset| preset.name().to_owned()).collect();
    assert_eq!(names, ["one", "two"]);
    assert!(matches!(missing, Err(PresetError::Read { .. })));
    assert!(matches!(Preset::load_folder(&folder), Err(PresetError::List { .. })));
}

#[test]
fn a_refusal_names_the_file_and_the_key() {
    let message = refused(&BASE.replace("region = \"above\"", "region = \"over\""));
    assert!(
        message.starts_with("presets/demo.toml: rule.busy.region: `over` is no region"),
        "{message}"
    );
    let message = refused(&BASE.replace("'^<busy>'", "'^(<busy>'"));
    assert!(message.contains("rule.busy.any") && message.contains("no valid pattern"), "{message}");
    let message = refused(&BASE.replace("<dots>", "<dits>"));
    assert!(message.contains("no word `dits` in [words]"), "{message}");
    let message = refused(&BASE.replace(r"'\.\.\.'", "'<busy>'"));
    assert!(message.contains("in a circle"), "{message}");
    let message = refused(&BASE.replace("reason = ", "why = "));
    assert!(message.starts_with("presets/demo.toml: ") && message.contains("why"), "{message}");
    let message = refused(&BASE.replace("any = ['^<busy>']", ""));
    assert!(message.contains("rule.busy: a condition needs"), "{message}");
    let message = refused(&BASE.replace("\"active\"", "\"unknown\""));
    assert!(message.contains("no rule may claim `unknown`"), "{message}");
    let message = refused(&BASE.replace("prompt = '^>( |$)'", "bottom = '^─'"));
    assert!(message.contains("composer[0].prompt: a composer is found by"), "{message}");
    let twice = format!("{BASE}{}", &BASE[BASE.find("[[rule]]").unwrap()..]);
    assert!(refused(&twice).contains("rule.busy: two rules have this id"));
}

#[test]
fn a_launch_part_refuses_unknown_words() {
    let claude = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("presets/claude.toml");
    let text = fs::read_to_string(claude).unwrap();
    let message = refused(&text.replace("pause_ms = 400", "pause = 400"));
    assert!(message.contains("pause"), "{message}");
    let message = refused(&text.replace("delivery = \"argument\"", "delivery = \"pigeon\""));
    assert!(message.contains("pigeon") && message.contains("argument"), "{message}");
    let message = refused(&text.replace("limit_ms = 30000", "limit_ms = 864000001"));
    assert!(message.contains("the unit is milliseconds"), "{message}");
}

#[test]
fn the_example_in_the_documentation_is_a_preset() {
    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/backends.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, section) = page.split_once("## Rules over screens").unwrap();
    let example =
        section.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let preset = Preset::parse("example", "docs/backends.md", example).unwrap();
    let rows =
        "❯ go\n  ⎿  You've hit your session limit · resets 3pm\n\n──────────\n❯\n──────────\n";
    let verdict = classify(&preset, &Seen { rows, columns: 80, ..Seen::default() });
    assert_eq!((verdict.state, verdict.composer), (State::Limited, Composer::Empty));
    assert!(verdict.reset_text.unwrap().ends_with("resets 3pm"));
    for name in BUILTIN_NAMES {
        assert!(section.contains(&format!("`{name}`")), "the page does not name {name}");
    }
}
