//! Does `agents clean` remove what nobody could miss, and nothing else?

use super::stage::{Works, one};

#[test]
fn what_would_be_lost_is_kept_with_the_reason_until_it_is_safe() {
    let works = Works::new();
    // What it commits leaves the notes out.
    let keeps = "git() { if [ \"$1\" = add ]; then command git add a.txt; else command git \"$@\"; fi; }; echo draft > notes.txt\n";
    works.bed.write("how/a", keeps);
    works.bed.write("tasks.toml", &format!("{}[[task]]\nid = \"b\"\n", one("")));
    let nothing = works.agents(&["clean"]).ends_with(0);
    assert_eq!(nothing.out, "nothing is left of any task\n");
    works.run("tasks.toml").ends_with(0);
    works.until_all("complete");
    works.bed.until("b is tidied away, and a is kept", || {
        works.agents(&["worktrees"]).out.lines().count() == 1
            && works.agents(&["worktrees"]).out.contains("a is complete; ")
    });
    let kept = works.agents(&["clean"]).ends_with(0);
    assert!(
        kept.out.contains("worktrees/a of a: kept: 1 file is changed and not committed"),
        "{kept:?}"
    );
    std::fs::remove_file(works.bed.dir.join(".state/worktrees/a/notes.txt")).unwrap();
    let would = works.agents(&["clean", "--dry-run"]).ends_with(0);
    assert!(would.out.contains("worktrees/a of a: would be removed"), "{would:?}");
    assert!(works.bed.dir.join(".state/worktrees/a").exists());
    // Somebody looks around in it.
    let mut inside = works.bed.command("sleep");
    inside.arg("600").current_dir(works.bed.dir.join(".state/worktrees/a"));
    let mut inside = inside.spawn().unwrap();
    let kept = works.agents(&["clean"]).ends_with(0);
    assert!(kept.out.contains("kept: a process works there"), "{kept:?}");
    inside.kill().unwrap();
    inside.wait().unwrap();
    let gone = works.agents(&["clean", "--json"]).ends_with(0).json();
    assert_eq!(gone["found"][0]["removed"], true, "{gone}");
    assert!(!works.bed.dir.join(".state/worktrees/a").exists());
    works.bed.git("remote.git", &["rev-parse", "--verify", "refs/heads/task/a"]).ends_with(0);
    assert_eq!(works.agents(&["clean"]).ends_with(0).out, "nothing is left of any task\n");
}

#[test]
fn a_worktree_that_no_task_has_any_more_goes_once_its_branch_is_pushed() {
    let works = Works::new();
    works.bed.write(
        "how/a",
        "[ -f DIR/second ] && sleep 600\nexit 5\n"
            .replace("DIR", &works.bed.dir.display().to_string())
            .as_str(),
    );
    works.bed.write("tasks.toml", &one("attempts = 1"));
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "error");
    let kept = works.agents(&["clean"]).ends_with(0);
    assert!(
        kept.out.contains("of a: kept: it failed, and may be looked into: `agents tasks retry a`"),
        "{kept:?}"
    );
    works.bed.write(".state/worktrees/a/work.txt", "half of it\n");
    works.bed.git(".state/worktrees/a", &["add", "."]).ends_with(0);
    works.bed.git(".state/worktrees/a", &["commit", "-qm", "half of it"]).ends_with(0);
    works.bed.write("second", "");
    works.agents(&["tasks", "reset", "a"]).ends_with(0);
    works.until_task("a", "running");
    works
        .bed
        .until("it works in another one", || works.bed.dir.join(".state/worktrees/a-2").exists());
    let kept = works.agents(&["clean"]).ends_with(0).out;
    assert!(
        kept.contains("worktrees/a: kept: its branch has commits that are not pushed"),
        "{kept}"
    );
    assert!(kept.contains("worktrees/a-2 of a: kept: it is running"), "{kept}");
    works.bed.git("builder", &["push", "-q", "origin", "task/a"]).ends_with(0);
    let gone = works.agents(&["clean"]).ends_with(0).out;
    assert!(gone.contains("worktrees/a: removed"), "{gone}");
    assert!(!works.bed.dir.join(".state/worktrees/a").exists());
    assert!(!works.bed.dir.join(".state/worktrees/a.ready").exists());
    assert!(works.bed.dir.join(".state/worktrees/a-2").exists());
    works.bed.git("builder", &["rev-parse", "--verify", "refs/heads/task/a"]).ends_with(0);
}

#[test]
fn a_session_of_a_task_that_is_at_its_end_is_ended_and_no_other() {
    let works = Works::new();
    works.bed.write("tasks.toml", &one(""));
    works.run("tasks.toml").ends_with(0);
    works.until_task("a", "complete");
    works.bed.until("its own session has ended", || !works.bed.has("t-a"));
    for name in ["a", "other"] {
        let session = format!("t-{name}");
        works.bed.tmux(&["new-session", "-d", "-s", &session, "sleep 600"]);
        let (pane, tag) = (format!("={session}:"), format!("t-/{name}"));
        works.bed.tmux(&["set-option", "-p", "-t", &pane, "@agents_id", &tag]);
        works.bed.tmux(&["set-option", "-p", "-t", &pane, "@agents_run", "r1"]);
    }
    let kept = works.agents(&["clean"]).ends_with(0).out;
    assert!(kept.contains("session t-a of a: kept: what the config does not declare ends together, and other would end, too"), "{kept}");
    assert!(works.bed.has("t-a") && works.bed.has("t-other"));
    works.bed.kill_session("t-other");
    let would = works.agents(&["clean", "--dry-run"]).ends_with(0).out;
    assert!(
        would.contains("session t-a of a: would be removed") && works.bed.has("t-a"),
        "{would}"
    );
    works.agents(&["clean"]).ends_with(0);
    works.bed.until("it has ended", || !works.bed.has("t-a"));
}
