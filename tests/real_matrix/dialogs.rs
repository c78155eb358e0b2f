//! Is a dialog at the start reported and not typed at, unless the config names the row to choose?

use std::fmt::Write as _;
use std::path::PathBuf;

use agents_model_server::{Cli, Leave};
use serde_json::{Value, json};

use crate::for_each_cli;
use crate::stage::Stage;

/// The answers that a config gives, and what each of them is a row of: dialog, label.
fn answers(cli: Cli) -> &'static [(&'static str, &'static str)] {
    match cli {
        Cli::Claude => &[("trust-folder", "Yes, I trust this folder"), ("api-key", "Yes")],
        Cli::Codex => &[("trust-folder", "Yes, continue")],
        Cli::Gemini => &[("trust-folder", "Trust folder (project)")],
        Cli::Pi => &[("trust-folder", "Trust")],
        Cli::Opencode | Cli::Qwen => &[],
    }
}

/// Takes from its home what keeps it from asking.
fn forget(stage: &mut Stage) {
    let home = PathBuf::from(stage.home_dir());
    let edit = |path: &str, change: &dyn Fn(&mut Value)| {
        let path = home.join(path);
        let mut value: Value =
            serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        change(&mut value);
        std::fs::write(path, value.to_string()).unwrap();
    };
    match stage.cli() {
        Cli::Claude => edit(".claude.json", &|state| {
            state["projects"] = json!({});
            state["customApiKeyResponses"] = json!({ "approved": [], "rejected": [] });
        }),
        Cli::Codex => {
            let path = home.join(".codex/config.toml");
            let config = std::fs::read_to_string(&path).unwrap();
            // Who has chosen what codex may do is not asked either.
            let is_leave = |row: &&str| row.starts_with("approval_") || row.starts_with("sandbox_");
            let trusting = config.split("\n[projects.").next().unwrap();
            let kept: Vec<&str> = trusting.lines().filter(|row| !is_leave(row)).collect();
            std::fs::write(path, kept.join("\n")).unwrap();
        }
        Cli::Gemini => {
            edit(".gemini/settings.json", &|it| {
                it["security"]["folderTrust"] = json!({ "enabled": true })
            });
            stage.without("GEMINI_CLI_TRUST_WORKSPACE");
        }
        Cli::Qwen => edit(".qwen/settings.json", &|it| {
            it["security"]["folderTrust"] = json!({ "enabled": true });
        }),
        Cli::Pi => edit(".pi/agent/settings.json", &|it| {
            it.as_object_mut().unwrap().remove("defaultProjectTrust");
        }),
        Cli::Opencode => {}
    }
}

/// It asks, nobody answers; then the file says what to choose, and its work begins.
fn dialog(cli: Cli) {
    // codex asks for no trust where it asks for no leave.
    let leave = if cli == Cli::Codex { Leave::Asks } else { Leave::Never };
    let mut stage = Stage::of(cli, leave, "MOCK:ok after the dialog");
    forget(&mut stage);
    stage.agents(&["up"]).ends_with(0);
    stage.until("the dialog is seen", || stage.state() == "waiting_input");
    stage.looks(3);
    let before = stage.screen();
    stage.agents(&["send", "a", "--wait=2s", "a message meanwhile"]).ends_with(3);
    stage.looks(10);
    assert_eq!(stage.screen(), before, "{cli:?}: something was typed");
    assert_eq!(stage.state(), "waiting_input", "{cli:?}");
    assert!(stage.asked("").is_empty(), "{cli:?}");
    let pressed = |stage: &Stage| stage.agents(&["events", "a", "-n", "1000"]).out;
    assert!(!pressed(&stage).contains("is answered with"), "{cli:?}: {}", pressed(&stage));
    let mut config = stage.bed.read("agents.toml");
    for (dialog, choose) in answers(cli) {
        let answer =
            format!("[[backend.real.answer]]\ndialog = \"{dialog}\"\nchoose = \"{choose}\"\n");
        write!(config, "\n{answer}").unwrap();
    }
    stage.bed.write("agents.toml", &config);
    stage.until("its work begins", || !stage.asked("after the dialog").is_empty());
    stage.until("the message goes out", || !stage.asked("a message meanwhile").is_empty());
    for (dialog, choose) in answers(cli) {
        let said = format!("its dialog {dialog} is answered with \"{choose}\"");
        assert!(pressed(&stage).contains(&said), "{cli:?}: {}", pressed(&stage));
    }
    assert_eq!(stage.restarts(), 0, "{cli:?}");
}

for_each_cli!(dialog:
    codex_asks_at_its_start => Codex,
    claude_asks_at_its_start => Claude,
    pi_asks_at_its_start => Pi,
    gemini_asks_at_its_start => Gemini,
    qwen_asks_at_its_start => Qwen,
);
