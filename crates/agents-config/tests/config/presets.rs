//! A preset fills a backend in; the file's own keys win, a person's own preset wins over the one that comes along.

use std::path::Path;
use std::time::Duration;

use agents_config::{Environment, Loaded, Origin, PromptDelivery, load_text};
use serde_json::json;

fn load(defaults: &str, backend: &str) -> Result<Loaded, String> {
    let text = format!(
        "[defaults]\nsession_prefix = \"p-\"\nlog_dir = \"logs\"\n{defaults}\n[backend.c]\n{backend}\n[[agent]]\nname = \"a\"\nbackend = \"c\"\n"
    );
    load_text(&text, Path::new("/project/agents.toml"), &Environment::default())
        .map_err(|error| error.report(false))
}

fn backend_of(loaded: &Loaded) -> &agents_config::Backend {
    loaded.fleet.backends.values().next().unwrap()
}

#[test]
fn one_line_is_a_backend_and_tells_where_its_values_come_from() {
    let loaded = load("", "preset = \"claude\"\nsubmit_pause = 2").unwrap();
    let backend = backend_of(&loaded);
    assert_eq!(backend.bin, "claude");
    assert_eq!(backend.prompt_delivery, PromptDelivery::Arg);
    assert_eq!(backend.resume_flag, "--resume '{id}'");
    assert_eq!(backend.process_name.as_deref(), Some("claude"));
    assert_eq!(backend.submit_pause, Duration::from_secs(2));
    assert!(backend.supports_resume);
    assert!(backend.preset.as_ref().unwrap().rules().unwrap().rules().count() > 3);
    let of = |key: &str| loaded.origins.of(key).unwrap().origin.clone();
    assert_eq!(of("backend.c.bin"), Origin::Preset { preset: "claude".to_owned() });
    assert_eq!(of("backend.c.submit_pause"), Origin::Own { line: 7 });
    assert_eq!(of("backend.c.stall_idle"), Origin::BuiltIn);
    assert_eq!(loaded.origins.of("backend.c.preset").unwrap().value, json!("claude"));
}

#[test]
fn a_preset_knows_how_a_conversation_is_named_continued_and_refused() {
    let loaded = load("", "preset = \"claude\"").unwrap();
    let backend = backend_of(&loaded);
    assert_eq!(backend.session_flag.as_deref(), Some("--session-id '{id}'"));
    assert_eq!(backend.resume_refused[0], "No conversation found with session ID: {id}");
    assert!(loaded.fleet.agents[0].resume, "what a preset can do is done");
    let codex = load("", "preset = \"codex\"").unwrap();
    assert_eq!(backend_of(&codex).session_flag, None, "codex chooses");
    for (backend, resumes) in [
        ("bin = \"x\"\nsupports_resume = true", false),
        ("preset = \"claude\"\nsupports_resume = false", false),
        ("preset = \"codex\"", true),
    ] {
        assert_eq!(load("", backend).unwrap().fleet.agents[0].resume, resumes, "{backend}");
    }
    let own = "bin = \"x\"\nsession_flag = \"--id {id}\"\nresume_refused = [\"no {id}\", \"gone\"]";
    let loaded = load("", own).unwrap();
    assert_eq!(backend_of(&loaded).session_flag.as_deref(), Some("--id {id}"));
    let warnings = loaded.warnings.render(false);
    assert!(warnings.contains("without the slot `{id}`: `gone`"), "{warnings}");
    assert!(!warnings.contains("`no {id}`"), "{warnings}");
}

#[test]
fn every_preset_that_comes_along_makes_a_backend() {
    for name in agents_screens::BUILTIN_NAMES {
        let loaded = load("", &format!("preset = \"{name}\"")).unwrap();
        assert!(!backend_of(&loaded).bin.is_empty(), "{name}");
    }
}

#[test]
fn an_unknown_preset_names_the_near_and_the_known_ones() {
    let report = load("", "preset = \"cluade\"").unwrap_err();
    assert!(report.contains("there is no preset `cluade`"), "{report}");
    assert!(report.contains("did you mean `claude`?"), "{report}");
    assert!(!report.contains("`bin` is missing"), "one fault, one problem: {report}");
    let report = load("", "preset = \"../../etc/passwd\"").unwrap_err();
    assert!(report.contains("known: claude, codex"), "{report}");
    assert!(load("", "stall_idle = 5").unwrap_err().contains("or `preset = \"claude\"`"));
}

#[test]
fn a_persons_own_preset_wins_and_a_broken_one_is_an_error_of_the_config() {
    let folder = tempfile::tempdir().unwrap();
    let dir = format!("presets_dir = \"{}\"", folder.path().display());
    let file = folder.path().join("claude.toml");
    let mine = "cli = \"mine\"\nversion = \"1\"\n[process]\nnames = [\"mine\"]\n";
    std::fs::write(&file, mine).unwrap();
    let report = load(&dir, "preset = \"claude\"").unwrap_err();
    assert!(report.contains("`bin` is missing"), "this preset starts nothing: {report}");
    let loaded = load(&dir, "preset = \"claude\"\nbin = \"mine --now\"").unwrap();
    assert_eq!(backend_of(&loaded).bin, "mine --now");
    assert_eq!(backend_of(&loaded).preset.as_ref().unwrap().head().cli, "mine");
    let rule = "[[rule]]\nid = \"x\"\nstate = \"idle\"\npriority = 1\nregion = \"whole\"\nany = ['(']\nreason = \"r\"\n";
    std::fs::write(&file, format!("{mine}{rule}")).unwrap();
    let report = load(&dir, "preset = \"claude\"\nbin = \"mine\"").unwrap_err();
    assert!(
        report.contains("no valid pattern") && report.contains("this preset cannot be used"),
        "{report}"
    );
    std::fs::write(&file, "cli = 5").unwrap();
    assert!(load(&dir, "preset = \"claude\"").unwrap_err().contains("claude.toml"));
    let report = load("presets_dir = \"/nowhere/at/all\"", "preset = \"claude\"").unwrap_err();
    assert!(report.contains("/nowhere/at/all is no folder"), "{report}");
}

#[test]
fn hooks_are_given_to_programs_that_are_started_by_their_own_name() {
    for (backend, hooks) in [
        ("preset = \"claude\"", true),
        ("preset = \"claude\"\nbin = \"/opt/bin/claude --verbose\"", true),
        ("preset = \"claude\"\nbin = \"docker run box claude\"", false),
        ("preset = \"claude\"\nbin = \"./wrapped\"\nhooks = true", true),
        ("preset = \"claude\"\nhooks = false", false),
        ("preset = \"pi\"", true),
        // Theirs need more than the user may want; see the reference.
        ("preset = \"codex\"", false),
        ("preset = \"codex\"\nhooks = true", true),
        ("preset = \"opencode\"", true),
        ("preset = \"opencode\"\nbin = \"'/opt/bin/opencode' --pure\"", true),
        ("preset = \"gemini\"", false),
        ("bin = \"claude\"", false),
    ] {
        assert_eq!(backend_of(&load("", backend).unwrap()).hooks, hooks, "{backend}");
    }
    for backend in ["preset = \"gemini\"\nhooks = true", "bin = \"x\"\nhooks = true"] {
        let report = load("", backend).unwrap_err();
        assert!(report.contains("nothing is known of hooks"), "{report}");
    }
}

#[test]
fn an_answer_is_given_to_a_dialog_that_the_preset_knows_and_to_no_other() {
    let answer = |dialog: &str| {
        format!("preset = \"claude\"\nanswer = [{{ dialog = \"{dialog}\", choose = \"Yes\" }}]")
    };
    let loaded = load("", &answer("trust-folder")).unwrap();
    let answers = &backend_of(&loaded).answers;
    assert_eq!((answers[0].dialog.as_str(), answers[0].choose.as_str()), ("trust-folder", "Yes"));
    let typo = load("", &answer("trust-fodler")).unwrap_err();
    assert!(typo.contains("did you mean `trust-folder`?"), "{typo}");
    let bare = load("", &answer("trust-folder").replace("preset = \"claude\"", "bin = \"x\""));
    assert!(bare.unwrap_err().contains("only a preset with `[[dialog]]` knows any"));
}
