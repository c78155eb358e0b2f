use std::fs;
use std::path::Path;
use std::time::Duration;

use super::world::{LIMIT, World, line_in};
use super::*;
use crate::process::{StartMark, alive, find};

/// Another process writes it: had this one the file open, a program that another test starts at that moment would
/// inherit it for an instant, and a file that somebody writes cannot be run.
fn script(path: &Path, text: &str) {
    let write = r#"printf '#!/bin/sh\n%s\n' "$2" > "$1" && chmod 755 "$1""#;
    let mut command = std::process::Command::new("sh");
    assert!(command.args(["-c", write, "sh"]).arg(path).arg(text).status().unwrap().success());
}

/// A world whose remote answers nothing, and the file in which its program names itself.
fn hanging() -> (World, std::path::PathBuf) {
    let world = World::new();
    let (program, note) = (world.path("hang"), world.path("hang.pid"));
    // It ignores the polite signal, and so does its child.
    let text = format!("trap '' TERM\nsleep 1000 &\necho $$ $! > '{}'\nwait", note.display());
    script(&program, &text);
    let url = format!("file://{}", world.path("remote.git").display());
    world.git("ours", ["remote", "set-url", "origin", &url]);
    // Only the mirror's own settings name a program, and nobody but a test writes them.
    world.git("", ["init", "--quiet", "--bare", "mirror.git"]);
    let program = program.display().to_string();
    world.git("mirror.git", ["config", &format!("remote.{url}.uploadpack"), &program]);
    (world, note)
}

async fn started(note: &Path) -> Vec<(u32, StartMark)> {
    let line = line_in(note).await;
    line.split(' ')
        .map(|pid| {
            let pid = pid.parse().unwrap();
            (pid, find(pid).unwrap().unwrap().start)
        })
        .collect()
}

async fn all_end(processes: &[(u32, StartMark)]) {
    assert_eq!(processes.len(), 2);
    let waiting = async {
        while processes.iter().any(|(pid, start)| alive(*pid, start).unwrap()) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LIMIT, waiting).await.expect("a process of the fetch lives on");
}

#[tokio::test]
async fn f38_a_hanging_remote_is_given_up_and_no_process_is_left() {
    let (world, note) = hanging();
    let source = world.source("ours");
    let limit = Duration::from_secs(20);
    let (answer, processes) = tokio::join!(fetch(&source, limit), started(&note));
    let error = answer.unwrap_err();
    assert!(matches!(error, GitError::TimedOut { .. }), "{error}");
    assert!(!error.is_definite());
    all_end(&processes).await;
}

#[tokio::test]
async fn a_cancelled_fetch_leaves_no_process() {
    let (world, note) = hanging();
    let source = world.source("ours");
    let fetching = tokio::spawn(async move { fetch(&source, LIMIT).await });
    let processes = started(&note).await;
    assert!(processes.iter().all(|(pid, start)| alive(*pid, start).unwrap()));
    fetching.abort();
    assert!(fetching.await.unwrap_err().is_cancelled());
    all_end(&processes).await;
}

#[tokio::test]
async fn f38_a_remote_that_cannot_be_reached_is_unknown_and_named() {
    let world = World::new();
    world.commit("one");
    world.push("main");
    world.look(None).await.unwrap();
    fs::rename(world.path("remote.git"), world.path("moved.git")).unwrap();
    let error = world.look(None).await.unwrap_err();
    assert!(!error.is_definite());
    assert!(
        error.to_string().contains("origin") && error.to_string().contains("fatal:"),
        "{error}"
    );
    // What was fetched before can still be read.
    assert!(matches!(read(&world.source("ours"), &Since::Head).await, Ok(Pushed::Branch(_))));
}

#[tokio::test]
async fn only_the_mirrors_copy_of_the_branch_changes() {
    let world = World::new();
    world.commit("one");
    world.git("pusher", ["tag", "v1"]);
    world.push("main");
    world.push("other");
    world.git("pusher", ["push", "--quiet", "origin", "v1"]);
    world.look(None).await.unwrap();
    let all = |place| world.git(place, ["for-each-ref", "--format=%(refname)"]);
    assert_eq!(all("mirror.git"), "refs/remotes/origin/main\nrefs/remotes/origin/other");
    world.commit("two");
    world.push("main");
    world.push("other");
    let other = || world.git("mirror.git", ["rev-parse", "refs/remotes/origin/other"]);
    let before = other();
    world.look(None).await.unwrap();
    assert_eq!(other(), before);
    // Nothing was done in the repository itself.
    assert_eq!(all("ours"), "");
    assert!(!world.path("ours/.git/FETCH_HEAD").exists());
    assert!(!world.path("mirror.git/hooks").exists());
}

#[tokio::test]
async fn settings_of_the_repository_run_no_programs() {
    let world = World::new();
    let canary = world.path("canary");
    let bait = world.path("bait");
    script(&bait, &format!("touch '{}'", canary.display()));
    let bait = bait.display().to_string();
    fs::create_dir_all(world.path("ours/.git/hooks")).unwrap();
    for hook in ["reference-transaction", "post-checkout", "pre-auto-gc"] {
        script(&world.path("ours/.git/hooks").join(hook), &bait);
    }
    let settings = [
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "core.gitProxy",
        "gpg.program",
        "credential.helper",
        "remote.origin.uploadpack",
        "remote.origin.vcs",
        "uploadpack.packObjectsHook",
        "core.alternateRefsCommand",
        "core.askPass",
    ];
    for setting in settings {
        world.git("ours", ["config", setting, &bait]);
    }
    world.git("ours", ["config", "log.showSignature", "true"]);
    world.git("ours", ["config", "gc.auto", "1"]);
    world.git("ours", ["config", "core.hooksPath", ".git/hooks"]);
    let base = world.commit("one");
    world.commit_file("state/a.md", "text");
    world.push("main");
    let mut source = world.source("ours");
    source.inboxes = vec!["a.md".to_owned()];
    look(&source, &Since::Commit(base.clone()), LIMIT).await.unwrap();
    let runtime = Handle::current();
    let asking = tokio::task::spawn_blocking(move || {
        let program = Program::new(&source.repo, runtime);
        let (candidates, remote) = candidates(&program, &source).unwrap();
        assert_eq!(remote.url, world.path("remote.git").display().to_string());
        assert_eq!(candidates, ["main", "master"]);
        assert_eq!(first_tip(&program, &source, &candidates).unwrap(), None);
        world
    });
    let world = asking.await.unwrap();
    assert!(!canary.exists(), "a setting of the repository ran a program");
    // The bait works: git itself takes it.
    world.git("ours", ["commit", "--quiet", "--allow-empty", "-m", "x"]);
    assert!(canary.exists());
}

#[tokio::test]
async fn a_url_that_is_a_command_is_refused_even_if_the_repository_allows_it() {
    let world = World::new();
    let canary = world.path("canary");
    let url = format!("ext::touch {}", canary.display());
    world.git("ours", ["remote", "set-url", "origin", &url]);
    world.git("ours", ["config", "protocol.ext.allow", "always"]);
    let error = world.look(None).await.unwrap_err();
    assert!(error.to_string().contains("ext"), "{error}");
    assert!(!canary.exists());
}

#[tokio::test]
async fn a_path_full_of_signs_is_only_a_path() {
    let name = "it's \"a\" $(touch canary) `touch canary`; touch canary & *";
    for format in [&[][..], &["--ref-format=reftable"]] {
        let world = World::with(name, format);
        let head = world.commit("one");
        world.push("main");
        let found = look(&world.source(name), &Since::Head, LIMIT).await.unwrap();
        assert!(matches!(found, Pushed::Branch(GitLook { head: seen, .. }) if seen == head));
        assert!(!world.path("canary").exists() && !Path::new("canary").exists());
        assert!(!world.path(name).join("canary").exists());
    }
}
