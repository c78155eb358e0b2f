use std::path::{Path, PathBuf};
use std::process::Command;

use super::{consume, next_thing};
use crate::demo_agent::kickoff::{Kickoff, Role};

/// A bare repository and a clone for each role.
struct Loop {
    folder: tempfile::TempDir,
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args([
            "-c",
            "init.defaultBranch=main",
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.invalid",
        ])
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("git runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

impl Loop {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        git(folder.path(), &["init", "--quiet", "--bare", "origin.git"]);
        for role in ["builder", "adversary"] {
            git(folder.path(), &["clone", "--quiet", "origin.git", role]);
        }
        Self { folder }
    }

    fn clone_of(&self, role: Role) -> PathBuf {
        self.folder.path().join(match role {
            Role::Builder => "builder",
            Role::Adversary => "adversary",
        })
    }

    fn step(&self, role: Role) -> String {
        let kickoff = Kickoff {
            phase: "P1".to_owned(),
            status: "STATUS-P1.md".to_owned(),
            role,
            state_subdir: PathBuf::from("loop"),
        };
        next_thing(&kickoff, &self.clone_of(role)).expect("the step")
    }

    /// The subjects that are pushed, oldest first.
    fn pushed(&self) -> Vec<String> {
        let log = git(&self.folder.path().join("origin.git"), &["log", "--reverse", "--format=%s"]);
        log.lines().map(str::to_owned).collect()
    }
}

const ALL: [&str; 3] = ["claim: P1 gate met", "review: P1 verified", "P1 is done"];

#[test]
fn a_phase_goes_from_claim_to_review_to_done() {
    let it = Loop::new();
    assert_eq!(it.step(Role::Adversary), "there is no claim of P1 yet");
    assert_eq!(it.step(Role::Builder), "pushed claim: P1 gate met");
    assert_eq!(it.step(Role::Builder), "the claim of P1 waits for its review");
    assert_eq!(it.step(Role::Adversary), "pushed review: P1 verified");
    assert_eq!(it.step(Role::Adversary), "P1 is verified already");
    assert_eq!(it.step(Role::Builder), "pushed that P1 is done");
    assert_eq!(it.step(Role::Builder), "P1 is done");
    assert_eq!(it.pushed(), ALL);
    let status = git(&it.folder.path().join("origin.git"), &["show", "main:loop/STATUS-P1.md"]);
    assert_eq!(status, "## DONE\n\nP1 is built and verified.");
}

#[test]
fn a_commit_that_was_never_pushed_is_pushed_and_not_made_again() {
    let it = Loop::new();
    let clone = it.clone_of(Role::Builder);
    git(&clone, &["commit", "--quiet", "--allow-empty", "-m", "claim: P1 gate met"]);
    assert_eq!(it.step(Role::Builder), "the claim of P1 waits for its review");
    assert_eq!(it.pushed(), ["claim: P1 gate met"]);
}

#[test]
fn what_a_killed_predecessor_left_is_cleared_away() {
    let it = Loop::new();
    let clone = it.clone_of(Role::Builder);
    let minute = std::time::Duration::from_secs(60);
    let old = std::time::SystemTime::now() - minute;
    for lock in ["index.lock", "HEAD.lock", "refs/heads/main.lock"] {
        let file = std::fs::File::create(clone.join(".git").join(lock)).expect("a lock");
        file.set_modified(old).expect("an old lock");
    }
    // Written and staged, but not committed.
    std::fs::write(clone.join("work-P1.txt"), "half").expect("a file");
    assert_eq!(it.step(Role::Builder), "pushed claim: P1 gate met");
    assert_eq!(it.step(Role::Adversary), "pushed review: P1 verified");
}

#[test]
fn a_command_that_outlives_its_killed_agent_is_waited_for() {
    let it = Loop::new();
    let clone = it.clone_of(Role::Builder);
    // What the commit of a killed agent does: it holds the turn, and lands late.
    let turn = std::fs::File::create(clone.join(".git/demo-agent.turn")).expect("the turn");
    turn.lock().expect("the turn is free");
    let said = std::thread::scope(|scope| {
        let successor = scope.spawn(|| it.step(Role::Builder));
        git(&clone, &["commit", "--quiet", "--allow-empty", "-m", "claim: P1 gate met"]);
        drop(turn);
        successor.join().expect("the step")
    });
    assert_eq!(said, "the claim of P1 waits for its review");
    assert_eq!(it.pushed(), ["claim: P1 gate met"]);
}

#[test]
fn a_killed_rebase_is_undone() {
    let it = Loop::new();
    it.step(Role::Builder);
    it.step(Role::Adversary);
    let clone = it.clone_of(Role::Builder);
    // Both sides change one file, so the rebase stops half-way, as if it had been killed there.
    std::fs::create_dir(clone.join("loop")).expect("a folder");
    std::fs::write(clone.join("loop/REVIEW-P1.md"), "mine").expect("a file");
    git(&clone, &["add", "."]);
    git(&clone, &["commit", "--quiet", "-m", "in the way"]);
    let stopped = Command::new("git")
        .args(["pull", "--rebase", "origin", "main"])
        .current_dir(&clone)
        .output()
        .expect("git runs");
    assert!(!stopped.status.success());
    git(&clone, &["checkout", "--quiet", "--ours", "."]);
    assert!(clone.join(".git/rebase-merge").exists());
    let rebase = std::fs::File::open(clone.join(".git/rebase-merge")).expect("the rebase");
    rebase.set_modified(std::time::SystemTime::UNIX_EPOCH).expect("an old rebase");
    let kickoff = Kickoff {
        phase: "P1".to_owned(),
        status: "STATUS-P1.md".to_owned(),
        role: Role::Builder,
        state_subdir: PathBuf::new(),
    };
    // The conflict itself stays an error that is told; the worktree is usable again.
    let error = next_thing(&kickoff, &clone).expect_err("a conflict").to_string();
    assert!(error.contains("pull"), "{error}");
    assert!(!clone.join(".git/rebase-merge").exists());
    assert_eq!(git(&clone, &["symbolic-ref", "--short", "HEAD"]), "main");
}

#[test]
fn two_that_push_at_once_both_get_through() {
    let it = Loop::new();
    it.step(Role::Builder);
    let builder = it.clone_of(Role::Builder);
    std::thread::scope(|scope| {
        scope.spawn(|| it.step(Role::Adversary));
        for n in 0..3 {
            git(&builder, &["commit", "--quiet", "--allow-empty", "-m", &format!("note {n}")]);
            it.step(Role::Builder);
        }
    });
    it.step(Role::Builder);
    let mut pushed = it.pushed();
    pushed.sort();
    let mut expected: Vec<String> = ALL.iter().map(|subject| (*subject).to_owned()).collect();
    expected.extend((0..3).map(|n| format!("note {n}")));
    expected.sort();
    assert_eq!(pushed, expected);
}

#[test]
fn a_placeholder_under_the_marker_is_replaced() {
    let it = Loop::new();
    it.step(Role::Builder);
    it.step(Role::Adversary);
    let clone = it.clone_of(Role::Builder);
    git(&clone, &["pull", "--quiet", "--rebase", "origin", "main"]);
    std::fs::write(clone.join("loop/STATUS-P1.md"), "# P1\n\nnotes\n\n## DONE\nnot yet\n")
        .expect("a file");
    git(&clone, &["add", "."]);
    git(&clone, &["commit", "--quiet", "-m", "status"]);
    it.step(Role::Builder);
    let status = std::fs::read_to_string(clone.join("loop/STATUS-P1.md")).expect("the status");
    assert_eq!(status, "# P1\n\nnotes\n\n## DONE\n\nP1 is built and verified.\n");
}

#[test]
fn an_inbox_is_consumed_once() {
    let it = Loop::new();
    let clone = it.clone_of(Role::Builder);
    std::fs::write(clone.join("INBOX.md"), "look at this").expect("a file");
    git(&clone, &["add", "."]);
    git(&clone, &["commit", "--quiet", "-m", "inbox"]);
    consume("INBOX.md", &clone).expect("consumed");
    consume("INBOX.md", &clone).expect("nothing left to do");
    assert_eq!(it.pushed(), ["inbox", "consumed INBOX.md"]);
}
