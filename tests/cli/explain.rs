//! Does `explain` say what a screen shows, with its evidence, and refuse what it cannot read?

use serde_json::json;

use crate::support::Bed;

fn corpus(file: &str) -> String {
    format!("{}/crates/agents-screens/corpus/{file}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_stored_screen_is_explained_without_a_config() {
    let bed = Bed::empty();
    let file = corpus("codex/limit_usage.txt");
    let words = ["explain", "--backend", "codex", "--screen", &file, "--command", "codex"];
    let at = ["--now", "2026-11-21T10:00:00Z"];
    let said = bed.agents(&[&words[..], &at, &["--json"]].concat()).ends_with(0).json();
    assert_eq!(said["schema"], "agents.explain/1");
    assert_eq!(said["state"], "limited");
    assert_eq!(said["rule"], "limit-message");
    assert_eq!(said["reset_at"], "2026-11-21T12:13:00Z");
    assert!(said["evidence"]["row"]["text"].as_str().unwrap().contains("usage limit"), "{said}");
    assert!(said["runners_up"].as_array().unwrap().iter().any(|it| it["state"] == "fatal"));
    let text = bed.agents(&[&words[..], &at].concat()).ends_with(0).out;
    assert!(
        text.starts_with("limited: ") && text.contains("resets at 2026-11-21 12:13:00"),
        "{text}"
    );
    // Whatever the rows show: a shell in the foreground means that the program is gone.
    let words = ["explain", "--backend", "codex", "--screen", &file, "--command", "bash", "--json"];
    assert_eq!(bed.agents(&words).ends_with(0).json()["state"], "exited");
}

#[test]
fn what_cannot_be_read_is_refused_with_a_way_out() {
    let bed = Bed::empty();
    let file = corpus("codex/limit_usage.txt");
    let refused = |words: &[&str], code: i32| bed.agents(words).ends_with(code).err;
    assert!(refused(&["explain"], 2).contains("name an agent, or a stored screen"));
    assert!(refused(&["explain", "--screen", &file], 2).contains("--backend"));
    let unknown = refused(&["explain", "--backend", "codx", "--screen", &file], 2);
    assert!(unknown.contains("known: claude, codex, gemini"), "{unknown}");
    let missing = refused(&["explain", "--backend", "codex", "--screen", "nowhere.txt"], 1);
    assert!(missing.contains("cannot read nowhere.txt"), "{missing}");
    let time = ["explain", "--backend", "codex", "--screen", &file, "--now", "noon"];
    assert!(refused(&time, 2).contains("RFC 3339"));
}

const FLEET: &str = r#"HEAD
[backend.mine]
preset = "mine"
[backend.bare]
bin = "cat"
[[agent]]
name = "ann"
backend = "mine"
[[agent]]
name = "bob"
backend = "bare"
"#;

const MINE: &str = r#"
cli = "mine"
version = "1"
[process]
names = ["cat"]
[launch]
command = "cat"
args = ["question.txt", "-"]
hooks = "none"
limits = ["screen"]
prompt = { delivery = "typed" }
session = { from = [] }
resume = { args = [], takes_prompt = false }
submit = { keys = ["Enter"], pause_ms = 100, bracketed = true }
ready = { usual_ms = 100, limit_ms = 1000 }
[[rule]]
id = "asks"
state = "waiting_input"
priority = 10
region = "whole"
any = ['^May I\?']
reason = "it asks"
"#;

#[test]
fn a_running_agents_screen_is_read_by_the_rules_of_its_own_preset() {
    let bed = Bed::with(FLEET);
    bed.write("presets/mine.toml", MINE);
    bed.write("question.txt", "May I?\n");
    let config = bed.read("agents.toml");
    bed.write(
        "agents.toml",
        &config.replacen("[defaults]", "[defaults]\npresets_dir = \"presets\"", 1),
    );
    let away = bed.agents(&["explain", "ann"]).ends_with(1);
    assert!(away.err.contains("`agents up ann` starts it"), "{away:?}");
    bed.agents(&["up"]).ends_with(0);
    bed.until("the question is on the screen", || bed.screen("t-ann").contains("May I?"));
    let said = bed.agents(&["explain", "ann", "--json"]).ends_with(0).json();
    assert_eq!(
        (&said["state"], &said["rule"]),
        (&json!("waiting_input"), &json!("asks")),
        "{said}"
    );
    let bare = bed.agents(&["explain", "bob"]).ends_with(1);
    assert!(bare.err.contains("backend `bare` has no preset"), "{bare:?}");
    assert!(bed.agents(&["explain", "nobody"]).ends_with(2).err.contains("known: ann, bob"));
    bed.agents(&["down"]).ends_with(0);
}
