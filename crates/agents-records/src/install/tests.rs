use serde_json::Value;

use super::{
    CLAUDE_EVENTS, CODEX_EVENTS, claude_settings, codex_hooks, codex_notify, codex_tables,
    pi_extension, toml_string,
};

/// Words that a shell, TOML and JSON each would spoil.
const COMMAND: &[&str] = &["/srv/my tools/agents", "report", "it's \"$HOME\" \\n", "naïve"];

const LINE: &str = r#"'/srv/my tools/agents' 'report' 'it'\''s "$HOME" \n' 'naïve'"#;

#[test]
fn claude_gets_settings_that_call_the_command_at_each_event() {
    let settings: Value = serde_json::from_str(&claude_settings(COMMAND)).unwrap();
    let hooks = settings["hooks"].as_object().unwrap();
    assert_eq!(hooks.len(), CLAUDE_EVENTS.len());
    for event in CLAUDE_EVENTS {
        assert_eq!(hooks[*event][0]["hooks"][0]["command"], LINE, "{event}");
        assert_eq!(hooks[*event][0]["hooks"][0]["type"], "command");
    }
    assert!(hooks.contains_key("StopFailure"));
}

#[test]
fn codex_gets_overrides_that_are_toml() {
    let arguments = codex_hooks(COMMAND);
    assert_eq!(arguments.len(), 2 * CODEX_EVENTS.len() + 1);
    assert_eq!(arguments.last().unwrap(), "--dangerously-bypass-hook-trust");
    for (pair, event) in arguments.chunks(2).zip(CODEX_EVENTS) {
        assert_eq!(pair[0], "-c");
        let value = pair[1].strip_prefix(&format!("hooks.{event}=")).unwrap();
        let command = value.split_once("command=").unwrap().1.split_once(",timeout").unwrap().0;
        // A basic string of TOML with these escapes is a string of JSON too.
        assert_eq!(serde_json::from_str::<String>(command).unwrap(), LINE);
    }
}

#[test]
fn codex_notifies_by_words_not_by_a_shell() {
    let arguments = codex_notify(COMMAND);
    assert_eq!(arguments[0], "-c");
    let list = arguments[1].strip_prefix("notify=").unwrap();
    assert_eq!(serde_json::from_str::<Vec<String>>(list).unwrap(), COMMAND);
}

#[test]
fn control_characters_are_escaped_in_toml() {
    assert_eq!(toml_string("a\nb\u{7f}\"\\"), r#""a\u000Ab\u007F\"\\""#);
}

#[test]
fn the_extension_for_pi_holds_the_command_and_every_event() {
    let source = pi_extension(COMMAND);
    assert!(!source.contains("__COMMAND__"));
    let line = source.lines().find(|line| line.starts_with("const command")).unwrap();
    let list = line.strip_prefix("const command: string[] = ").unwrap().strip_suffix(';').unwrap();
    assert_eq!(serde_json::from_str::<Vec<String>>(list).unwrap(), COMMAND);
    for event in ["session_start", "agent_start", "agent_settled", "agent_end", "session_shutdown"]
    {
        assert!(source.contains(&format!("on(\"{event}\", ")), "{event}");
    }
}

#[test]
fn the_tables_for_a_users_own_codex_call_the_same_command() {
    let tables = codex_tables(COMMAND);
    for event in CODEX_EVENTS {
        assert!(tables.contains(&format!("[[hooks.{event}.hooks]]\ntype = \"command\"\n")));
    }
    let command = tables.lines().find_map(|line| line.strip_prefix("command = ")).unwrap();
    assert_eq!(serde_json::from_str::<String>(command).unwrap(), LINE);
}
