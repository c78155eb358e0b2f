//! What is asked of tasks that ran before: by `up`, and by a second `run` of their manifest.

use super::stage::{Works, one};

#[test]
fn f40_a_task_that_ended_while_nobody_watched_is_not_run_again_by_up() {
    for killed in [true, false] {
        let works = Works::new();
        let config = works.bed.read("agents.toml");
        works
            .bed
            .write("agents.toml", &config.replace("signal_interval = 1", "signal_interval = 30"));
        let dir = works.bed.dir.display();
        works.bed.write("how/a", &format!("while [ ! -f {dir}/go ]; do sleep 0.1; done\n"));
        works.bed.write("tasks.toml", &one(""));
        works.run("tasks.toml").ends_with(0);
        works.bed.until("it has begun", || works.journal() == ["begin a"]);
        if killed {
            works.kill_watchdog();
        }
        works.bed.write("go", "");
        works.bed.until("it has ended", || works.journal() == ["begin a", "end a"]);
        works.agents(&["up"]).ends_with(0);
        works.until_task("a", "complete");
        assert_eq!(works.task("a")["attempt"], 1, "{:?}", works.states());
        assert_eq!(works.journal(), ["begin a", "end a"], "killed: {killed}");
    }
}

#[test]
fn a_manifest_that_is_run_again_is_told_at_once_what_its_first_run_left() {
    let works = Works::new();
    // What it commits leaves the notes out, so its worktree is kept; that of `b` goes.
    let keeps = "git() { if [ \"$1\" = add ]; then command git add a.txt; else command git \"$@\"; fi; }; echo draft > notes.txt\n";
    works.bed.write("how/a", keeps);
    works.bed.write("tasks.toml", &format!("{}[[task]]\nid = \"b\"\n", one("")));
    works.run("tasks.toml").ends_with(0);
    works.until_all("complete");
    works.bed.until("b is tidied away", || works.agents(&["worktrees"]).out.lines().count() == 1);
    let refused = works.run("tasks.toml").ends_with(2);
    assert!(
        refused.err.contains("a: `tasks` has a task of that name, which is complete"),
        "{refused:?}"
    );
    assert!(refused.err.contains("`agents tasks reset a`"), "{refused:?}");
    assert!(!refused.err.contains("b: "), "{refused:?}");
    assert_eq!(works.tasks().len(), 2, "nothing was taken up");
    std::fs::remove_file(works.bed.dir.join(".state/worktrees/a/notes.txt")).unwrap();
    works.agents(&["clean"]).ends_with(0);
    let begun = works.run("tasks.toml").ends_with(0);
    assert!(
        begun.err.contains("b: there is a branch `task/b` with 1 commit that `main` lacks"),
        "{begun:?}"
    );
    works.until_all("error");
}

#[test]
fn a_folder_that_lies_in_the_way_when_a_task_begins_is_left_as_it_is() {
    let works = Works::new();
    let there = works.bed.dir.join(".state/worktrees/b");
    works.bed.write("how/a", &format!("mkdir {0}; echo mine > {0}/notes.txt\n", there.display()));
    works
        .bed
        .write("tasks.toml", &format!("{}[[task]]\nid = \"b\"\ndependsOn = [\"a\"]\n", one("")));
    works.run("tasks.toml").ends_with(0);
    works.until_task("b", "error");
    let reason = works.task("b")["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("is there already, from an earlier task"), "{reason}");
    assert_eq!(std::fs::read_to_string(there.join("notes.txt")).unwrap(), "mine\n");
}

#[test]
fn those_who_ask_for_the_same_words_at_once_all_get_a_task() {
    let works = Works::new();
    works.agents(&["up"]).ends_with(0);
    let words = ["run", "--repository", "builder", "--", "the same words"];
    let runs: Vec<_> = (0..4).map(|_| works.bed.spawn(&words)).collect();
    let mut names: Vec<String> = Vec::new();
    for run in runs {
        let ran = crate::support::Ran::from(run.wait_with_output().unwrap()).ends_with(0);
        names.push(ran.out.trim().to_owned());
    }
    names.sort();
    let stem = "the-same-words";
    assert_eq!(
        names,
        [stem.to_owned(), format!("{stem}-2"), format!("{stem}-3"), format!("{stem}-4")]
    );
    for name in names {
        works.bed.until("it is done", || works.agents(&["result", &name]).out.contains("complete"));
    }
}

#[test]
fn a_task_waits_for_one_of_another_manifest_that_writes_to_the_same_file() {
    let works = Works::new();
    let dir = works.bed.dir.display();
    works.bed.write("how/a", &format!("while [ ! -f {dir}/go ]; do sleep 0.1; done\n"));
    let task = |id: &str, files: &str| format!("[[task]]\nid = \"{id}\"\nfiles = [\"{files}\"]\n");
    works.bed.write("one.toml", &task("a", "src/"));
    works.bed.write("two.toml", &(task("b", "src/b.rs") + &task("c", "docs/")));
    works.run("one.toml").ends_with(0);
    works.until_task("a", "running");
    works.run("two.toml").ends_with(0);
    works.until_task("c", "complete");
    let b = works.task("b");
    assert_eq!(
        (&b["state"], &b["reason"]),
        (&"blocked".into(), &"a of `one` writes to src/, as its src/b.rs".into())
    );
    works.bed.write("go", "");
    works.until_task("b", "complete");
    let journal = works.journal();
    let at = |row: &str| journal.iter().position(|it| it == row);
    assert!(at("end a") < at("begin b"), "{journal:?}");
}

#[test]
fn a_script_waits_for_the_end_of_a_task_and_not_for_that_of_an_attempt() {
    let works = Works::new();
    let dir = works.bed.dir.display();
    works.bed.write(
        "how/one-more",
        &format!("[ -e {dir}/second ] || {{ touch {dir}/second; sleep 1; exit 3; }}\n"),
    );
    let run = ["run", "--repository", "builder", "--", "one more"];
    let name = works.agents(&run).ends_with(0).out.trim().to_owned();
    let wait = ["wait", &name, "--until", "exited", "--timeout", "100s"];
    let waited = works.agents(&wait).ends_with(0);
    assert_eq!(waited.out, "one-more: exited\n");
    let result = works.agents(&["result", &name]).ends_with(0);
    assert!(result.out.contains("complete"), "{result:?}");
    let begun = works.journal().iter().filter(|row| *row == "begin one-more").count();
    assert_eq!(begun, 2);
    // At its end it is known, too.
    works.agents(&wait).ends_with(0);
    works.agents(&["wait", "nobody", "--until", "exited"]).ends_with(2);
}
