//! What the pilot of an agent is, and what it may not be.

use std::time::Duration;

use agents_config::{Analyzer, Pilot, PilotMode};

use crate::loaded;

const HEAD: &str = "[defaults]\nsession_prefix = \"p-\"\nlog_dir = \"l\"\nbackend = \"b\"\n";
const BACKEND: &str = "[backend.b]\nbin = \"b\"\n";

fn pilot(defaults: &str, agent: &str) -> Option<Pilot> {
    let text = format!("{HEAD}{defaults}\n{BACKEND}[[agent]]\nname = \"a\"\n{agent}\n");
    loaded(&text).fleet.agents[0].pilot.clone()
}

#[test]
fn an_empty_table_has_the_defaults_and_no_table_is_no_pilot() {
    assert_eq!(pilot("", ""), None);
    let bare = Pilot {
        mode: PilotMode::Rule,
        enabled: true,
        prompt: "Please continue the current task. If the goal is not finished yet, keep going and do not stop early."
            .to_owned(),
        max_continue: 5,
        idle_threshold: Duration::from_secs(10),
        cooldown: Duration::from_secs(30),
        dry_run: false,
        analyzer: Analyzer::Codex(Vec::new()),
        history_lines: 300,
        timeout: Duration::from_secs(300),
    };
    assert_eq!(pilot("", "[agent.pilot]"), Some(bare));
}

#[test]
fn a_pilot_is_inherited_as_a_whole() {
    let defaults = "pilot = { max_continue = 2, prompt = \"go on\" }";
    let inherited = pilot(defaults, "").unwrap();
    assert_eq!((inherited.max_continue, inherited.prompt.as_str()), (2, "go on"));
    let own = pilot(defaults, "pilot = { max_continue = 0, cooldown = 0 }").unwrap();
    assert_eq!((own.max_continue, own.cooldown), (0, Duration::ZERO));
    assert_eq!(own.prompt, Pilot::PROMPT);
}

#[test]
fn a_prompt_of_several_rows_is_typed_as_one() {
    let own = pilot("", "pilot = { prompt = \"go\\n  on\\r\\nnow\" }").unwrap();
    assert_eq!(own.prompt, "go on now");
}

#[test]
fn an_analyzer_is_a_preset_with_further_words_or_a_program_of_ones_own() {
    let words = |words: &[&str]| words.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    for (key, expected) in [
        ("[\"codex\"]", Analyzer::Codex(Vec::new())),
        ("[\"claude\", \"--model\", \"haiku\"]", Analyzer::Claude(words(&["--model", "haiku"]))),
        ("[\"pi\"]", Analyzer::Pi(Vec::new())),
        ("[\"./judge\", \"-v\"]", Analyzer::Own(words(&["./judge", "-v"]))),
    ] {
        let own = pilot("", &format!("pilot = {{ mode = \"analyzer\", analyzer = {key} }}"));
        let own = own.unwrap();
        assert_eq!((own.mode, own.analyzer), (PilotMode::Analyzer, expected));
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    for (key, said) in [
        ("prompt = \" \"", "`prompt`: the text is empty"),
        ("idle_threshold = 0", "`idle_threshold`: expected a duration longer than zero"),
        ("max_continue = -1", "`max_continue`: expected a whole number from 0"),
        ("analyzer = []", "`analyzer`: the list names no program"),
        ("analyzer = \"codex\"", "`analyzer`: expected an array of strings"),
        ("history_lines = 0", "`history_lines`: expected a whole number from 1"),
        ("timeout = 0", "`timeout`: expected a duration longer than zero"),
        ("mode = \"rul\"", "did you mean `rule`?"),
        ("max_continues = 1", "did you mean `max_continue`?"),
    ] {
        let text = format!("{HEAD}{BACKEND}[[agent]]\nname = \"a\"\n[agent.pilot]\n{key}\n");
        let path = std::path::Path::new("/project/agents.toml");
        let environment = agents_config::Environment::default();
        let error = agents_config::load_text(&text, path, &environment).unwrap_err();
        let report = error.report(false).to_string();
        assert!(report.contains(said), "{key}: {report}");
    }
}
