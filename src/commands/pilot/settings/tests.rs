use std::path::Path;
use std::time::Duration;

use agents_config::{Analyzer, Environment, Pilot, PilotMode, load_text};
use clap::Parser as _;

use super::{NAME, Settings};
use crate::cli::{Cli, PilotRun, PilotVerb, Verb};

fn asked(words: &[&str]) -> PilotRun {
    let words = ["agents", "pilot", "run"].iter().chain(words);
    match Cli::try_parse_from(words).unwrap().verb {
        Some(Verb::Pilot { verb: PilotVerb::Run(run) }) => run,
        other => panic!("{other:?}"),
    }
}

fn pilot(settings: &Settings) -> Pilot {
    let text = settings.config(Path::new("/state/x"), Path::new("/work"));
    let loaded = load_text(&text, Path::new("/state/x/agents.toml"), &Environment::default());
    let fleet = loaded.unwrap_or_else(|error| panic!("{text}\n{}", error.report(false))).fleet;
    let agent = &fleet.agents[0];
    assert_eq!((agent.name.as_str(), agent.session.as_str(), agent.enabled), (NAME, "mine", false));
    assert_eq!(agent.dir, Path::new("/work"));
    assert!(!agent.pilot.as_ref().unwrap().enabled, "it begins with `start`");
    agent.pilot.clone().unwrap()
}

#[test]
fn the_defaults_are_those_of_the_program_that_it_stands_in_for() {
    let settings = Settings::of(&asked(&["--session", "mine"]), None).unwrap();
    assert_eq!(settings.poll_interval, Duration::from_secs(2));
    let pilot = pilot(&settings);
    assert_eq!((pilot.mode, pilot.max_continue, pilot.history_lines), (PilotMode::Rule, 5, 300));
    assert_eq!((pilot.idle_threshold, pilot.dry_run), (Duration::from_secs(10), false));
    assert_eq!(pilot.prompt, Pilot::PROMPT);
}

#[test]
fn flags_are_taken_with_dashes_and_with_underscores_and_beat_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("c.json");
    let json = r#"{"session": "theirs", "decision_mode": "codex", "max_continue": 0, "idle_threshold": 1.5,
        "poll_interval": 3, "history_lines": 7, "rule_continue_prompt": "file", "dry_run": true}"#;
    std::fs::write(&file, json).unwrap();
    let words =
        ["--session", "mine", "--idle_threshold", "4", "--rule-continue-prompt", "a \"b\" \\ c"];
    let settings = Settings::of(&asked(&words), Some(&file)).unwrap();
    assert_eq!(settings.poll_interval, Duration::from_secs(3));
    let it = pilot(&settings);
    assert_eq!((it.mode, it.analyzer), (PilotMode::Analyzer, Analyzer::Codex(Vec::new())));
    assert_eq!((it.max_continue, it.history_lines, it.dry_run), (0, 7, true));
    assert_eq!((it.idle_threshold, it.prompt.as_str()), (Duration::from_secs(4), "a \"b\" \\ c"));
    for [dash, underscore] in [
        ["--decision-mode=rule", "--decision_mode=rule"],
        ["--max-continue=1", "--max_continue=1"],
        ["--poll-interval=1", "--poll_interval=1"],
        ["--history-lines=1", "--history_lines=1"],
        ["--dry-run", "--dry_run"],
    ] {
        let of = |flag| format!("{:?}", Settings::of(&asked(&["--session=mine", flag]), None));
        assert_eq!(of(dash), of(underscore));
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    for (words, said) in [
        (&[][..], "no session is named"),
        (&["--session", "a.b"], "session"),
        (&["--session", "a", "--idle-threshold", "0"], "`idle-threshold` must be more than zero"),
        (&["--session", "a", "--poll-interval", "0"], "`poll-interval` must be more than zero"),
        (&["--session", "a", "--history-lines", "0"], "`history-lines` must be 1 or more"),
        (&["--session", "a", "--rule-continue-prompt", " "], "`rule-continue-prompt` is blank"),
        (&["--session", "a", "--decision-mode", "gpt"], "not `gpt`"),
    ] {
        let error = Settings::of(&asked(words), None).unwrap_err().to_string();
        assert!(error.contains(said), "{words:?}: {error}");
    }
    let missing = Settings::of(&asked(&["--session", "a"]), Some(Path::new("/no/such.json")));
    assert!(missing.unwrap_err().to_string().contains("/no/such.json"));
}
