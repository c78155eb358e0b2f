use super::*;

/// Runs the filled line with a real shell and returns the words that a program would get.
fn words(template: &str, value: &str) -> Vec<String> {
    let line = format!("printf '%s\\n' {}", fill(template, &[("v", value)]));
    let out = std::process::Command::new("sh").args(["-c", &line]).output().unwrap();
    String::from_utf8(out.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn d37_a_value_stays_one_word_of_text_wherever_its_slot_stands() {
    for value in [
        "plain",
        "it's",
        "a b",
        "$(touch x)",
        "`id`",
        "\"q\"",
        "back\\slash",
        "$HOME",
        "; id",
        "'; id; '",
    ] {
        for template in ["--m {v}", "--m '{v}'", "--m \"{v}\"", "--m 'a'{v}", "--m \\'{v}"] {
            let got = words(template, value);
            assert_eq!(got.len(), 2, "{template} {value}: {got:?}");
            assert!(got[1].ends_with(value), "{template} {value}: {got:?}");
        }
    }
}

#[test]
fn an_unknown_brace_stays_as_it_is() {
    assert_eq!(fill("a {other} ${v} {v", &[("v", "1")]), "a {other} $1 {v");
}

#[test]
fn d37_a_prompt_that_starts_with_a_dash_is_no_option() {
    assert_eq!(argument("- first", "/k"), " - first");
    assert_eq!(argument("first", "/k"), "first");
}

#[test]
fn d39_a_prompt_too_long_for_an_argument_becomes_a_pointer() {
    let long = "x".repeat(140_000);
    let said = argument(&long, "/state/kickoff.txt");
    assert!(said.len() < 400 && said.contains("/state/kickoff.txt"), "{said}");
}

#[test]
fn a_simple_command_is_executed_in_place_of_the_shell() {
    assert_eq!(shell("claude --x", Some("p"))[2], "exec claude --x \"$@\"");
    assert_eq!(shell("cd x && claude", None)[2], "cd x && claude");
    assert_eq!(shell("A=1 claude", None)[2], "A=1 claude");
}

/// The command of agent `a`, whose backend the text describes.
fn command(backend: &str, opening: &Opening, prompt: &str) -> CommandLine {
    let text = format!(
        "[defaults]\nsession_prefix = \"p-\"\nlog_dir = \"logs\"\n[backend.c]\n{backend}\n[[agent]]\nname = \"a\"\nbackend = \"c\"\n"
    );
    let path = std::path::Path::new("/project/agents.toml");
    let loaded = agents_config::load_text(&text, path, &agents_config::Environment::default());
    let fleet = loaded.unwrap().fleet;
    command_of_agent(&fleet, &fleet.agents[0], Some("m-1"), opening, (prompt, &[]))
}

#[test]
fn a_preset_makes_the_command_line_of_its_program() {
    let line = |backend: &str, opening: &Opening, prompt| {
        command(backend, opening, prompt).argv[2..].to_vec()
    };
    let (named, continued) = (Opening::Named("0-1".into()), Opening::Resumed("0-1".into()));
    let codex = "preset = \"codex\"";
    assert_eq!(
        line(codex, &Opening::Unnamed, "go"),
        ["exec codex --no-daemon --model 'm-1' \"$@\"", "sh", "go"]
    );
    assert_eq!(
        line(codex, &continued, "go"),
        ["exec codex --no-daemon resume '0-1' --model 'm-1' \"$@\"", "sh", "go"]
    );
    let gemini = "preset = \"gemini\"";
    assert_eq!(
        line(gemini, &Opening::Unnamed, "go"),
        ["exec gemini --model 'm-1' --prompt-interactive \"$@\"", "sh", "go"]
    );
    assert_eq!(line(gemini, &Opening::Unnamed, ""), ["exec gemini --model 'm-1'"]);
    let env = command("preset = \"claude\"", &Opening::Unnamed, "go").env;
    assert!(env.contains(&("DISABLE_AUTOUPDATER".to_owned(), "1".to_owned())), "{env:?}");
    for (preset, opening, words) in [
        ("claude", &named, "claude --session-id '0-1' --model 'm-1'"),
        ("claude", &continued, "claude --resume '0-1' --model 'm-1'"),
        ("pi", &named, "pi --session-id '0-1' --model 'm-1'"),
        ("pi", &continued, "pi --session-id '0-1' --model 'm-1'"),
        // It chooses the id itself.
        ("codex", &named, "codex --no-daemon --model 'm-1'"),
    ] {
        let backend = format!("preset = \"{preset}\"");
        let expected = format!("exec {words} \"$@\"");
        assert_eq!(line(&backend, opening, "go"), [expected.as_str(), "sh", "go"], "{preset}");
    }
    let opencode = line("preset = \"opencode\"", &continued, "go");
    assert_eq!(opencode, ["exec opencode -s '0-1' --model 'm-1'"], "it would drop the prompt");
}
