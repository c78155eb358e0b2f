//! What must a CLI be started with so that it reports to us?
//!
//! Each function makes text only; nothing is written and no setting of the user is changed. The command is given as words; it must
//! read its input, print nothing and end with 0 soon: the programs wait for hooks, take their output as context for the model and
//! some of their exit codes as a veto.

use serde_json::{Value, json};

/// The events of claude that are reported. `StopFailure` is the only hook of all programs that tells of a failed turn.
pub const CLAUDE_EVENTS: &[&str] = &[
    "SessionStart",
    "UserPromptSubmit",
    "PreToolUse",
    "PermissionRequest",
    "PostToolUse",
    "Stop",
    "StopFailure",
    "Notification",
    "SessionEnd",
];

/// The events of codex that are reported.
pub const CODEX_EVENTS: &[&str] = &[
    "SessionStart",
    "UserPromptSubmit",
    "PreToolUse",
    "PermissionRequest",
    "PostToolUse",
    "Stop",
    "SessionEnd",
];

/// How long the programs wait for a hook, in seconds.
const TIMEOUT: u64 = 10;

/// The JSON for claude's `--settings`: our hooks, beside those of the user (claude joins the lists).
#[must_use]
pub fn claude_settings(command: &[&str]) -> String {
    let hook = json!({ "type": "command", "command": shell_line(command), "timeout": TIMEOUT });
    let events = CLAUDE_EVENTS
        .iter()
        .map(|event| ((*event).to_owned(), json!([{ "hooks": [hook.clone()] }])));
    let events: serde_json::Map<String, Value> = events.collect();
    json!({ "hooks": events }).to_string()
}

/// The arguments that give codex our hooks, beside those of the user's config (measured: both run). The last one is needed: without
/// it codex stops at a menu that asks to review the hooks. It makes codex run the user's unreviewed hooks as well.
#[must_use]
pub fn codex_hooks(command: &[&str]) -> Vec<String> {
    let line = toml_string(&shell_line(command));
    let hook = format!("[{{hooks=[{{type=\"command\",command={line},timeout={TIMEOUT}}}]}}]");
    let overrides =
        CODEX_EVENTS.iter().flat_map(|event| ["-c".to_owned(), format!("hooks.{event}={hook}")]);
    overrides.chain(["--dangerously-bypass-hook-trust".to_owned()]).collect()
}

/// The tables that give codex the same hooks in its `config.toml`. codex asks its user to review them at the next start.
#[must_use]
pub fn codex_tables(command: &[&str]) -> String {
    let line = toml_string(&shell_line(command));
    let table = |event: &&str| {
        format!(
            "[[hooks.{event}]]\n[[hooks.{event}.hooks]]\ntype = \"command\"\ncommand = {line}\ntimeout = {TIMEOUT}\n"
        )
    };
    CODEX_EVENTS.iter().map(table).collect::<Vec<_>>().join("\n")
}

/// The arguments that make codex call the command with one more word, a JSON object, at the end of each turn that did not fail.
/// Needs no trust; replaces the user's `notify`.
#[must_use]
pub fn codex_notify(command: &[&str]) -> Vec<String> {
    let words: Vec<String> = command.iter().map(|word| toml_string(word)).collect();
    vec!["-c".to_owned(), format!("notify=[{}]", words.join(","))]
}

/// The source of an extension for pi; `pi --extension FILE` loads it.
#[must_use]
pub fn pi_extension(command: &[&str]) -> String {
    // JSON text is a literal of the language too.
    include_str!("install/reports.ts").replace("__COMMAND__", &json!(command).to_string())
}

/// Words as one line for `sh`.
fn shell_line(words: &[&str]) -> String {
    let quoted = |word: &&str| format!("'{}'", word.replace('\'', r"'\''"));
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// A basic string of TOML.
fn toml_string(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests;
