//! Is a dialog at the start reported and not typed at, unless the config names the row to choose?

use std::fmt::Write as _;
use std::path::PathBuf;

use agents_model_server::{Cli, Leave};
use serde_json::{Value, json};

use crate::stage::Stage;

/// What a program is brought to ask, and what a config may answer: dialog, label.
struct Asks {
    cli: Cli,
    leave: Leave,
    forget: fn(&mut Stage),
    answers: &'static [(&'static str, &'static str)],
}

impl Asks {
    /// It asks, nobody answers; then the file says what to choose, and its work begins, once.
    fn check(&self) {
        let cli = self.cli;
        let mut stage = Stage::of(cli, self.leave, "MOCK:ok after the dialog");
        (self.forget)(&mut stage);
        stage.agents(&["up"]).ends_with(0);
        self.is_left_alone(&stage);
        if self.answers.is_empty() {
            return;
        }
        let mut config = stage.bed.read("agents.toml");
        for (dialog, choose) in self.answers {
            let answer =
                format!("[[backend.real.answer]]\ndialog = \"{dialog}\"\nchoose = \"{choose}\"\n");
            write!(config, "\n{answer}").unwrap();
        }
        stage.bed.write("agents.toml", &config);
        stage.until("the dialogs are answered", || {
            let said = events(&stage);
            let is_said = |(dialog, choose): &(&str, &str)| {
                said.contains(&format!("its dialog {dialog} is answered with \"{choose}\""))
            };
            self.answers.iter().all(is_said) && stage.state() != "waiting_input"
        });
        stage.until("its work begins", || !stage.asked("after the dialog").is_empty());
        stage.until("the message goes out", || !stage.asked("a message meanwhile").is_empty());
        stage.until("it is idle", || stage.state() == "idle");
        // gemini starts itself anew then, with an id that it says is taken, and ends.
        let restarts = u64::from(cli == Cli::Gemini);
        assert_eq!(stage.restarts(), restarts, "{cli:?}");
        // A kickoff for each start, as ever; one that is typed lies in a file.
        let kickoffs = |text| stage.asked(text).len() as u64;
        let given = kickoffs("after the dialog");
        assert!(given == 1 || cli == Cli::Gemini, "{cli:?}: {given} times: {}", events(&stage));
        assert_eq!(kickoffs("full kickoff prompt"), restarts, "{cli:?}: {}", events(&stage));
        assert_eq!(stage.asked("a message meanwhile").len(), 1, "{cli:?}: {}", events(&stage));
    }

    /// It is seen, said, and stands as it stood, whatever is to be sent.
    fn is_left_alone(&self, stage: &Stage) {
        let cli = self.cli;
        stage.until("the dialog is seen", || stage.state() == "waiting_input");
        stage.until("somebody is called", || events(stage).contains(" alarm asks something"));
        stage.looks(3);
        let before = entries(&stage.screen());
        assert!(before.len() > 1, "{cli:?}\n{}", stage.screen());
        stage.agents(&["send", "a", "--wait=2s", "a message meanwhile"]).ends_with(3);
        stage.looks(10);
        assert_eq!(entries(&stage.screen()), before, "{cli:?}: something was typed");
        assert_eq!(stage.state(), "waiting_input", "{cli:?}");
        // gemini asks the model behind its dialog about trust, with the prompt that it was started with.
        let asks_behind = cli == Cli::Gemini;
        assert!(asks_behind || stage.requests().is_empty(), "{cli:?}: {:?}", stage.requests());
        assert!(stage.asked("a message meanwhile").is_empty(), "{cli:?}");
        assert!(!events(stage).contains("is answered with"), "{cli:?}: {}", events(stage));
        assert_eq!(stage.restarts(), 0, "{cli:?}");
    }
}

fn events(stage: &Stage) -> String {
    stage.agents(&["events", "a", "-n", "1000"]).out
}

/// The rows of a dialog that can be chosen, with the mark of the chosen one; around them pictures move and notices come.
fn entries(screen: &str) -> Vec<String> {
    let rows = screen.lines().map(|row| row.trim_matches(|c: char| c.is_whitespace() || c == '│'));
    let words = [
        "Yes",
        "No",
        "Trust",
        "Don't trust",
        "Do not trust",
        "Back",
        "Sign in",
        "Use ",
        "Vertex",
        "Continue",
        "Alibaba",
        "Third-party",
        "Custom",
    ];
    let is_entry = |row: &&str| {
        let label = row.trim_start_matches(|c: char| !c.is_alphabetic());
        words.iter().any(|word| label.starts_with(word)) && row.len() < 80
    };
    rows.filter(is_entry).map(str::to_owned).collect()
}

/// Changes a JSON file of its home.
fn edit(stage: &Stage, path: &str, change: impl Fn(&mut Value)) {
    let path = PathBuf::from(stage.home_dir()).join(path);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut value: Value = serde_json::from_str(&text).unwrap();
    change(&mut value);
    std::fs::write(path, value.to_string()).unwrap();
}

/// Leaves rows out of codex's config.
fn edit_codex(stage: &Stage, stays: fn(&str) -> bool) {
    let path = PathBuf::from(stage.home_dir()).join(".codex/config.toml");
    let config = std::fs::read_to_string(&path).unwrap();
    let kept: Vec<&str> = config.lines().filter(|row| stays(row)).collect();
    std::fs::write(path, kept.join("\n")).unwrap();
}

#[test]
#[ignore = "needs npm; just real"]
fn codex_asks_whether_it_may_trust_a_repository() {
    let forget = |stage: &mut Stage| {
        edit_codex(stage, |row| !row.starts_with("[projects.") && !row.starts_with("trust_level"));
        // In a folder that is no repository and has no `.codex` it asks nothing.
        stage.bed.git(".", &["init", "-q"]).ends_with(0);
    };
    let answers = &[("trust-folder", "Trust and continue")];
    Asks { cli: Cli::Codex, leave: Leave::Never, forget, answers }.check();
}

#[test]
#[ignore = "needs npm; just real"]
fn codex_asks_how_to_sign_in_and_no_config_does_that() {
    let forget = |stage: &mut Stage| edit_codex(stage, |row| !row.starts_with("model_provider ="));
    Asks { cli: Cli::Codex, leave: Leave::Never, forget, answers: &[] }.check();
}

#[test]
#[ignore = "needs npm; just real"]
fn claude_asks_for_trust_and_about_its_key() {
    let forget = |stage: &mut Stage| {
        edit(stage, ".claude.json", |state| {
            state["projects"] = json!({});
            state["customApiKeyResponses"] = json!({ "approved": [], "rejected": [] });
        });
    };
    let answers = &[("trust-folder", "Yes, I trust this folder"), ("api-key", "Yes")];
    Asks { cli: Cli::Claude, leave: Leave::Never, forget, answers }.check();
}

#[test]
#[ignore = "needs npm; just real"]
fn claude_asks_about_a_server_of_the_project() {
    let forget = |stage: &mut Stage| {
        let servers = json!({ "mcpServers": { "demo": { "command": "true" } } });
        stage.bed.write(".mcp.json", &servers.to_string());
    };
    let answers = &[("mcp-server", "Continue without using this MCP server")];
    // With leave for everything it takes the server without a question.
    Asks { cli: Cli::Claude, leave: Leave::Asks, forget, answers }.check();
}

#[test]
#[ignore = "needs npm; just real"]
fn gemini_asks_for_trust() {
    let forget = |stage: &mut Stage| {
        edit(stage, ".gemini/settings.json", |it| {
            it["security"]["folderTrust"] = json!({ "enabled": true });
        });
        stage.without("GEMINI_CLI_TRUST_WORKSPACE");
    };
    let answers = &[("trust-folder", "Trust folder (project)")];
    Asks { cli: Cli::Gemini, leave: Leave::Never, forget, answers }.check();
}

#[test]
#[ignore = "needs npm; just real"]
fn gemini_asks_how_to_sign_in_and_no_config_does_that() {
    let forget = |stage: &mut Stage| {
        edit(stage, ".gemini/settings.json", |it| it["security"]["auth"] = json!({}));
        stage.without("GEMINI_API_KEY");
    };
    Asks { cli: Cli::Gemini, leave: Leave::Never, forget, answers: &[] }.check();
}

#[test]
#[ignore = "needs npm; just real"]
fn qwen_asks_for_trust() {
    let forget = |stage: &mut Stage| {
        edit(stage, ".qwen/settings.json", |it| {
            it["security"]["folderTrust"] = json!({ "enabled": true });
        });
    };
    let answers = &[("trust-folder", "Trust folder (project)")];
    Asks { cli: Cli::Qwen, leave: Leave::Never, forget, answers }.check();
}

#[test]
#[ignore = "needs npm; just real"]
fn qwen_asks_for_a_provider_and_no_config_chooses_one() {
    let forget = |stage: &mut Stage| {
        edit(stage, ".qwen/settings.json", |it| it["security"]["auth"] = json!({}));
        for variable in ["OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL"] {
            stage.without(variable);
        }
    };
    Asks { cli: Cli::Qwen, leave: Leave::Never, forget, answers: &[] }.check();
}

#[test]
#[ignore = "needs npm; just real"]
fn pi_asks_whether_it_may_trust_the_settings_of_a_project() {
    let forget = |stage: &mut Stage| {
        edit(stage, ".pi/agent/settings.json", |it| {
            it.as_object_mut().unwrap().remove("defaultProjectTrust");
        });
        // In a folder without settings of its own it asks nothing.
        stage.bed.write(".pi/settings.json", "{}");
    };
    Asks { cli: Cli::Pi, leave: Leave::Never, forget, answers: &[("trust-folder", "Trust")] }
        .check();
}
