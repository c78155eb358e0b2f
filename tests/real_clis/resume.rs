//! Is a conversation whole after its CLI was killed in the middle of an answer?

use std::path::Path;

use agents_model_server::{Cli, Leave};

use crate::scene::{SESSION, Scene, holding, newest};

/// A turn, another one killed while its answer streams, and a third one after the resume: its request must hold the
/// first two prompts, once each.
fn check(cli: Cli) {
    let scene = Scene::of(cli, Leave::Never);
    scene.start("MOCK:ok remember the heron");
    scene.until("the first turn ends", || scene.screen().contains("All done."));
    scene.submit("MOCK:slow:60 count the geese");
    scene.until("the answer streams", || scene.screen().contains("word3"));
    let session = if cli.takes_session() {
        SESSION.to_owned()
    } else {
        found_session(cli, &scene.home_dir())
    };
    scene.crash();
    scene.resume(&session, "MOCK:recall the crane");
    scene.until("the third prompt arrives", || !scene.asked("crane").is_empty());
    scene.until("its answer is shown", || scene.screen().contains("recall messages="));
    let asked = scene.asked("crane");
    assert_eq!(asked.len(), 1, "{cli:?}");
    for bird in ["heron", "geese"] {
        assert_eq!(holding(&asked[0], bird), 1, "{cli:?}: {:?}", asked[0]);
    }
    // Nothing of before was asked again.
    let bird = |bird: &str| scene.requests().iter().filter(|it| newest(it).contains(bird)).count();
    assert_eq!((bird("heron"), bird("geese")), (1, 1), "{cli:?}");
}

/// The id that the CLI chose itself, from the files that it keeps.
pub fn found_session(cli: Cli, home: &Path) -> String {
    let found = match cli {
        // rollout-<time>-<id>.jsonl
        Cli::Codex => files(&home.join(".codex/sessions")).into_iter().find_map(|path| {
            let name = path.file_stem()?.to_str()?.to_owned();
            Some(name.get(name.len().checked_sub(36)?..)?.to_owned())
        }),
        // No client of the database is needed to find a word in it.
        Cli::Opencode => files(&home.join(".local/share/opencode")).into_iter().find_map(|path| {
            let name = path.file_name()?.to_str()?.to_owned();
            let bytes = name.starts_with("opencode.db").then(|| std::fs::read(&path).ok())??;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let from = text.find("ses_")?;
            Some(
                text[from..]
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                    .take(30)
                    .collect(),
            )
        }),
        Cli::Gemini => Some("latest".to_owned()),
        Cli::Qwen => files(&home.join(".qwen")).into_iter().find_map(|path| {
            let chat = path.parent()?.ends_with("chats") && path.extension()? == "jsonl";
            chat.then(|| path.file_stem()?.to_str().map(str::to_owned))?
        }),
        Cli::Claude | Cli::Pi => Some(SESSION.to_owned()),
    };
    found.unwrap_or_else(|| panic!("{cli:?} keeps no session in {:?}", files(home)))
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}

#[test]
#[ignore = "needs npm; just real"]
fn codex_goes_on_after_a_kill() {
    check(Cli::Codex);
}

#[test]
#[ignore = "needs npm; just real"]
fn claude_goes_on_after_a_kill() {
    check(Cli::Claude);
}

#[test]
#[ignore = "needs npm; just real"]
fn opencode_goes_on_after_a_kill() {
    check(Cli::Opencode);
}

#[test]
#[ignore = "needs npm; just real"]
fn pi_goes_on_after_a_kill() {
    check(Cli::Pi);
}

#[test]
#[ignore = "needs npm; just real"]
fn gemini_goes_on_after_a_kill() {
    check(Cli::Gemini);
}

#[test]
#[ignore = "needs npm; just real"]
fn qwen_goes_on_after_a_kill() {
    check(Cli::Qwen);
}
