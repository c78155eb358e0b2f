//! Does `hooks` say what a user would put in an own config, and write it only when asked, once, beside what is there?

use serde_json::Value;

use crate::support::Bed;

#[test]
fn hooks_are_shown_and_written_only_when_asked() {
    let bed = Bed::empty();
    let home = bed.dir.join("home");
    let home = [("HOME", home.to_str().unwrap())];
    let run = |words: &[&str]| bed.agents_with(&home, words);
    for (program, file, word) in [
        ("claude", "home/.claude/settings.json", "StopFailure"),
        ("codex", "home/.codex/config.toml", "[[hooks.PermissionRequest]]"),
        ("pi", "home/.pi/agent/extensions/agents-reports.ts", "agent_start"),
    ] {
        let shown = run(&["hooks", "show", program]).ends_with(0).out;
        assert!(shown.contains(word) && shown.contains(file), "{shown}");
        assert!(shown.contains("report"), "{shown}");
        assert_eq!(bed.read(file), "", "showing writes nothing");
        let said = run(&["hooks", "install", program]).ends_with(0).out;
        assert!(said.starts_with("written to "), "{said}");
        let written = bed.read(file);
        assert!(written.contains(word), "{written}");
        let said = run(&["hooks", "install", program]).ends_with(0).out;
        assert!(said.contains("has it already"), "{said}");
        assert_eq!(bed.read(file), written);
    }
    assert!(run(&["hooks", "show", "vim"]).ends_with(2).err.contains("known: claude, codex, pi"));
}

#[test]
fn what_a_users_file_says_stays() {
    let bed = Bed::empty();
    let home = bed.dir.join("home");
    let home = [("HOME", home.to_str().unwrap())];
    let own =
        r#"{"theme":"dark","hooks":{"Stop":[{"hooks":[{"type":"command","command":"bell"}]}]}}"#;
    bed.write("home/.claude/settings.json", own);
    bed.write("home/.codex/config.toml", "model = \"m\"\n[notice]\nx = true\n");
    bed.agents_with(&home, &["hooks", "install", "claude"]).ends_with(0);
    bed.agents_with(&home, &["hooks", "install", "codex"]).ends_with(0);
    let settings: Value = serde_json::from_str(&bed.read("home/.claude/settings.json")).unwrap();
    assert_eq!(settings["theme"], "dark");
    let stop = settings["hooks"]["Stop"].as_array().unwrap();
    assert_eq!((stop.len(), &stop[0]["hooks"][0]["command"]), (2, &"bell".into()));
    assert_eq!(settings["hooks"]["StopFailure"].as_array().unwrap().len(), 1);
    let config = bed.read("home/.codex/config.toml");
    assert!(config.starts_with("model = \"m\"\n[notice]\nx = true\n\n[[hooks."), "{config}");
    bed.write("home/.claude/settings.json", "{");
    let refused = bed.agents_with(&home, &["hooks", "install", "claude"]).ends_with(1);
    assert!(refused.err.contains("mend it first"), "{refused:?}");
    assert_eq!(bed.read("home/.claude/settings.json"), "{");
}
