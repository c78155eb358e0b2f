//! Can what is in a repository run something, or speak to an agent, when the watchdog looks at it?

use std::io::Write as _;
use std::process::Stdio;

use crate::corpus::injections;
use crate::scene::{RECORDER, fleet, healed, lines};
use crate::support::Bed;

const LOOP: &str = r#"
[[agent]]
name = "adversary"
kind = "loop"
role = "adversary"
backend = "sh"
watch = "heal"
[[agent]]
name = "builder"
kind = "loop"
role = "builder"
backend = "sh"
watch = "heal"
[loop]
phases = [{ id = "1", status = "S.md" }]
[loop.handoff]
repo = "builder"
inboxes = ["TO-REVIEWER.md", "TO-BUILDER.md"]
"#;

/// A fleet of a builder and a reviewer, each of which keeps what it is told, and the branch between them.
fn pair() -> Bed {
    let bed = fleet("", &[LOOP.to_owned(), healed("other", RECORDER)]);
    bed.write("prompts/adversary.md", RECORDER);
    bed.write("prompts/builder.md", RECORDER);
    bed.repositories(&[("machine-docs/S.md", "at work")]);
    bed
}

fn follows(bed: &Bed) {
    bed.agents(&["up"]).ends_with(0);
    bed.until("the branch is followed", || {
        crate::scene::count(bed, "fleet", "is followed from commit") > 0
            || crate::scene::state(bed).handoff.base.commit().is_some()
    });
    bed.until("both are ready", || {
        ["t-adversary", "t-builder"].iter().all(|session| bed.screen(session).contains("ready"))
    });
}

/// Pushes a commit for each subject at once.
fn push_all(bed: &Bed, subjects: &[String], files: &[(&str, &str)]) {
    let mut stream = Vec::new();
    for (at, subject) in subjects.iter().enumerate() {
        let from = if at == 0 { "from refs/heads/main^0\n" } else { "" };
        let message = subject.replace('\0', "");
        write!(
            stream,
            "commit refs/heads/main\ncommitter t <t@t> {} +0000\ndata {}\n{message}\n{from}",
            1_700_000_000 + at,
            message.len()
        )
        .unwrap();
        for (path, text) in files.iter().filter(|_| at == 0) {
            write!(stream, "M 100644 inline {path}\ndata {}\n{text}\n", text.len()).unwrap();
        }
    }
    let mut import = bed.command("git");
    let import = import.args(["-C", "builder", "fast-import", "--quiet"]).stdin(Stdio::piped());
    let mut import = import.spawn().unwrap();
    import.stdin.take().unwrap().write_all(&stream).unwrap();
    assert!(import.wait().unwrap().success());
    bed.git("builder", &["push", "-q", "origin", "main"]).ends_with(0);
}

const TAINT: &str = "TAINT";

#[test]
fn s08_no_word_of_a_commit_an_inbox_or_a_title_is_ever_typed_at_an_agent() {
    let bed = pair();
    let canary = bed.dir.join("canary");
    follows(&bed);
    let texts = injections(&canary);
    let subject = |(at, text): (usize, &String)| {
        let kind = if at % 2 == 0 { "claim" } else { "review" };
        format!("{kind}: {TAINT} {text}")
    };
    let subjects: Vec<String> = texts.iter().enumerate().map(subject).collect();
    let inbox = format!("{TAINT}\n{}", texts.join(TAINT));
    let files =
        [("machine-docs/TO-REVIEWER.md", inbox.as_str()), ("machine-docs/TO-BUILDER.md", &inbox)];
    // A title of another agent's, too.
    let other = "=t-other:";
    bed.tmux(&["select-pane", "-t", other, "-T", &format!("{TAINT} claim: x")]).ends_with(0);
    push_all(&bed, &subjects, &files);
    let told = |name: &str| lines(&bed, &format!("got-{name}.txt"));
    bed.until("both hear", || {
        ["adversary", "builder"].iter().all(|name| {
            told(name).iter().any(|line| line.contains("inbox") || line.contains(".md"))
        })
    });
    push_all(&bed, &[format!("claim: {TAINT} last"), format!("review: {TAINT} last")], &[]);
    crate::scene::ticks(&bed, 4);
    for name in ["adversary", "builder", "other"] {
        for line in told(name) {
            assert!(!line.contains(TAINT), "{name}: {line}");
            // A commit is named by its id alone.
            assert!(!line.contains(canary.to_str().unwrap()), "{name}: {line}");
        }
    }
    assert!(!canary.exists());
}

#[test]
fn s18_nothing_of_an_agents_repository_runs_when_the_watchdog_looks_at_it() {
    let bed = pair();
    let canary = bed.dir.join("canary");
    bed.program("bait", &format!("#!/bin/sh\ntouch '{}'\n", canary.display()));
    let bait = bed.dir.join("bait").display().to_string();
    for hook in [
        "reference-transaction",
        "post-checkout",
        "post-merge",
        "pre-auto-gc",
        "post-index-change",
        "fsmonitor-watchman",
        "update",
        "pre-receive",
        "post-receive",
        "proc-receive",
    ] {
        bed.program(&format!("builder/.git/hooks/{hook}"), &format!("#!/bin/sh\n'{bait}'\n"));
    }
    follows(&bed);
    for setting in [
        "core.fsmonitor",
        "core.sshCommand",
        "core.gitProxy",
        "core.pager",
        "core.editor",
        "core.askPass",
        "credential.helper",
        "gpg.program",
        "diff.external",
        "diff.x.textconv",
        "filter.x.smudge",
        "filter.x.process",
        "uploadpack.packObjectsHook",
        "core.alternateRefsCommand",
        "remote.origin.uploadpack",
        "alias.fetch",
        "interactive.diffFilter",
    ] {
        bed.git("builder", &["config", setting, &bait]).ends_with(0);
    }
    bed.git("builder", &["config", "protocol.ext.allow", "always"]).ends_with(0);
    bed.write("builder/.git/info/attributes", "* filter=x diff=x\n");
    // The push is somebody else's, whose clone has none of that.
    bed.git("adversary", &["commit", "-q", "--allow-empty", "-m", "claim: gate"]).ends_with(0);
    bed.git("adversary", &["push", "-q", "origin", "HEAD:main"]).ends_with(0);
    bed.until("the reviewer hears", || {
        lines(&bed, "got-adversary.txt").iter().any(|line| line.contains("CLAIM"))
    });
    assert!(!canary.exists(), "a setting or hook of the agent's repository ran");
    // Nor does a remote that is a command.
    let command = format!("ext::{bait}");
    bed.git("builder", &["remote", "set-url", "origin", &command]).ends_with(0);
    bed.until("the fetch is refused", || {
        format!("{:?}", crate::scene::journal(&bed)).contains("ext")
            || bed.watchdog_log().contains("ext")
    });
    assert!(!canary.exists(), "the remote ran as a command");
    // The bait works: git itself takes it.
    bed.git("builder", &["status"]);
    assert!(canary.exists());
    // The mirror is bare, private and without hooks.
    let mirror = bed.dir.join(".state/state/mirror.git");
    assert!(mirror.join("HEAD").exists() && !mirror.join("hooks").exists());
}
