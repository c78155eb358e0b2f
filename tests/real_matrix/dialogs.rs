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
        Cli::Gemini => &[("trust-folder", "Trust folder (project)")],
        // No answer of a config signs in; and qwen's preset knows no dialog by name.
        Cli::Codex | Cli::Qwen | Cli::Opencode | Cli::Pi => &[],
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
            std::fs::write(path, config.replace("model_provider = \"mock\"\n", "")).unwrap();
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
        // In an empty folder these two ask nothing.
        Cli::Pi | Cli::Opencode => {}
    }
}

/// It asks, nobody answers; then the file says what to choose, and its work begins.
fn dialog(cli: Cli) {
    let mut stage = Stage::of(cli, Leave::Never, "MOCK:ok after the dialog");
    forget(&mut stage);
    stage.agents(&["up"]).ends_with(0);
    stage.until("the dialog is seen", || stage.state() == "waiting_input");
    stage.looks(3);
    let before = entries(&stage.screen());
    assert!(before.len() > 1, "{cli:?}\n{}", stage.screen());
    stage.agents(&["send", "a", "--wait=2s", "a message meanwhile"]).ends_with(3);
    stage.looks(10);
    assert_eq!(entries(&stage.screen()), before, "{cli:?}: something was typed");
    assert_eq!(stage.state(), "waiting_input", "{cli:?}");
    assert!(stage.asked("a message meanwhile").is_empty(), "{cli:?}");
    let pressed = |stage: &Stage| stage.agents(&["events", "a", "-n", "1000"]).out;
    assert!(!pressed(&stage).contains("is answered with"), "{cli:?}: {}", pressed(&stage));
    if answers(cli).is_empty() {
        assert!(stage.asked("after the dialog").is_empty(), "{cli:?}");
        assert_eq!(stage.restarts(), 0, "{cli:?}");
        return;
    }
    let mut config = stage.bed.read("agents.toml");
    for (dialog, choose) in answers(cli) {
        let answer =
            format!("[[backend.real.answer]]\ndialog = \"{dialog}\"\nchoose = \"{choose}\"\n");
        write!(config, "\n{answer}").unwrap();
    }
    stage.bed.write("agents.toml", &config);
    stage.until("the dialogs are answered", || {
        let said = pressed(&stage);
        let is_said = |(dialog, choose): &(&str, &str)| {
            said.contains(&format!("its dialog {dialog} is answered with \"{choose}\""))
        };
        answers(cli).iter().all(is_said) && stage.state() != "waiting_input"
    });
    stage.until("its work begins", || !stage.asked("after the dialog").is_empty());
    stage.until("the message goes out", || !stage.asked("a message meanwhile").is_empty());
    // gemini starts itself anew then, with an id that it says is taken, and ends.
    assert_eq!(stage.restarts(), u64::from(cli == Cli::Gemini), "{cli:?}");
}

/// The rows of a dialog that can be chosen, with the mark of the chosen one; around them pictures move and notices come.
fn entries(screen: &str) -> Vec<String> {
    let rows = screen.lines().map(|row| row.trim_matches(|c: char| c.is_whitespace() || c == '│'));
    let words = ["Yes", "No", "Trust", "Don't trust", "Sign in", "Do not trust"];
    let is_entry = |row: &&str| {
        let label = row.trim_start_matches(|c: char| !c.is_alphabetic());
        words.iter().any(|word| label.starts_with(word)) && row.len() < 80
    };
    rows.filter(is_entry).map(str::to_owned).collect()
}

for_each_cli!(dialog:
    codex_asks_at_its_start => Codex,
    claude_asks_at_its_start => Claude,
    gemini_asks_at_its_start => Gemini,
    qwen_asks_at_its_start => Qwen,
);
