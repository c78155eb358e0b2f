use std::path::{Path, PathBuf};

use super::{Account, Cli, Home, Leave, Order};

fn order(cli: Cli, dir: &Path) -> Order {
    Order {
        cli,
        program: PathBuf::from("/opt/cli"),
        dir: dir.to_owned(),
        origin: "http://127.0.0.1:4242".to_owned(),
        projects: vec![dir.to_owned()],
        leave: Leave::Never,
        account: Account::Key,
    }
}

/// Every text of a home: its files and its environment.
fn texts(home: &Home) -> Vec<String> {
    let mut texts: Vec<String> = home.env.iter().map(|(_, value)| value.clone()).collect();
    let mut folders = vec![home.dir.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                texts.push(std::fs::read_to_string(entry.path()).expect("text"));
            }
        }
    }
    texts
}

#[test]
fn every_home_names_this_server_and_no_other() {
    for cli in Cli::ALL {
        let dir = tempfile::tempdir().expect("a folder");
        let home = order(cli, dir.path()).settle().expect("a home");
        let texts = texts(&home).join("\n");
        let addresses: Vec<&str> = texts.split("http").skip(1).collect();
        assert!(!addresses.is_empty(), "{cli:?}");
        for address in addresses {
            assert!(address.starts_with("://127.0.0.1:4242"), "{cli:?}: {address}");
        }
    }
}

#[test]
fn a_project_needs_no_question_about_trust_whatever_its_name() {
    let dir = tempfile::tempdir().expect("a folder");
    let project = dir.path().join("a \"b\" c");
    std::fs::create_dir(&project).expect("a folder");
    let mut order = order(Cli::Codex, dir.path());
    order.projects = vec![project];
    order.settle().expect("a home");
    let config = std::fs::read_to_string(dir.path().join(".codex/config.toml")).expect("a config");
    assert!(config.contains(r#"/a \"b\" c"]"#), "{config}");
}

#[test]
fn a_prompt_follows_the_words_that_make_it_one() {
    for (cli, expected) in [
        (Cli::Codex, "/opt/cli go"),
        (Cli::Claude, "/opt/cli --dangerously-skip-permissions --session-id S go"),
        (Cli::Opencode, "/opt/cli --prompt go"),
        (Cli::Pi, "/opt/cli --session-id S go"),
        (Cli::Gemini, "/opt/cli --approval-mode yolo --prompt-interactive go"),
        (Cli::Qwen, "/opt/cli --approval-mode yolo --prompt-interactive go"),
    ] {
        let dir = tempfile::tempdir().expect("a folder");
        let home = order(cli, dir.path()).settle().expect("a home");
        assert_eq!(home.start("S", Some("go")).join(" "), expected);
    }
}

#[test]
fn a_resumed_opencode_gets_no_prompt() {
    let dir = tempfile::tempdir().expect("a folder");
    let home = order(Cli::Opencode, dir.path()).settle().expect("a home");
    assert_eq!(home.resume("ses_1", Some("go")), ["/opt/cli", "-s", "ses_1"]);
    let home = order(Cli::Codex, dir.path()).settle().expect("a home");
    assert_eq!(home.resume("id", Some("go")), ["/opt/cli", "resume", "id", "go"]);
}

#[test]
fn claude_pays_with_a_key_or_with_its_users_plan() {
    let dir = tempfile::tempdir().expect("a folder");
    let has = |account: Account, name: &str| {
        let order = Order { account, ..order(Cli::Claude, dir.path()) };
        order.settle().expect("a home").env.iter().any(|(known, _)| *known == name)
    };
    assert!(has(Account::Key, "ANTHROPIC_API_KEY"));
    assert!(!has(Account::Subscription, "ANTHROPIC_API_KEY"));
    assert!(has(Account::Subscription, "CLAUDE_CODE_OAUTH_TOKEN"));
}
