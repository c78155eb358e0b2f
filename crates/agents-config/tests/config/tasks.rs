//! What tasks the file declares, and what is said of those that cannot be done.

use agents_tasks::{Forge, NoChange, TaskState};

use crate::{loaded, read};

const HEAD: &str = "[defaults]\nsession_prefix = \"p-\"\nlog_dir = \"l\"\n";
const BACKEND: &str = "[backend.worker]\nbin = \"true\"\n";

fn text(rest: &str) -> String {
    format!("{HEAD}{BACKEND}{rest}")
}

#[test]
fn tasks_are_a_manifest_with_the_rules_of_the_file() {
    let text = text(
        "[tasks]\nphases = [\"one\", \"two\"]\nattempts = 2\nstall = \"90s\"\nretry_delay = \"250ms\"\nforge = \"gh\"\nno_change = \"complete\"\nrepository = \"sub\"\n\
         [[task]]\nid = \"a\"\nissue = 4\nfiles = [\"src/\"]\n[[task]]\nid = \"b\"\nphase = \"two\"\ndepends_on = [\"a\"]\nstatus = \"merged\"\n",
    );
    let tasks = loaded(&text).fleet.tasks.unwrap();
    assert!(tasks.repository.ends_with("sub"), "{:?}", tasks.repository);
    let rules = &tasks.manifest.rules;
    assert_eq!((rules.attempts, rules.stall.as_secs(), rules.forge), (2, 90, Forge::Gh));
    assert_eq!((rules.retry_delay.as_millis(), rules.no_change), (250, NoChange::Complete));
    let [a, b] = &tasks.manifest.tasks[..] else { panic!("{:?}", tasks.manifest) };
    assert_eq!((a.branch.as_str(), a.phase, b.phase), ("fix/issue-4", 0, 1));
    assert_eq!((&b.depends_on[..], b.state), (&[0][..], TaskState::Merged));
    // What stands elsewhere in the file changes nothing.
    let again = loaded(&format!("# a remark\n{text}")).fleet.tasks.unwrap();
    assert_eq!(again.source, tasks.source);
}

#[test]
fn no_task_is_none_and_the_rules_alone_start_nothing() {
    assert_eq!(loaded(&text("")).fleet.tasks, None);
    assert_eq!(loaded(&text("[tasks]\nattempts = 2\n")).fleet.tasks, None);
    let bare = loaded(&text("[[task]]\nid = \"a\"\n")).fleet.tasks.unwrap();
    assert_eq!(bare.manifest.rules, agents_tasks::Rules::default());
}

#[test]
fn the_backend_and_the_model_are_those_of_the_defaults_where_nobody_says_more() {
    let head = HEAD.replace("[defaults]\n", "[defaults]\nbackend = \"b\"\nmodel = \"m\"\n");
    assert_ne!(head, HEAD);
    let rest = "[backend.b]\nbin = \"true\"\n[[task]]\nid = \"a\"\n";
    for rules in ["", "[tasks]\n"] {
        let tasks = loaded(&format!("{head}{BACKEND}{rules}{rest}")).fleet.tasks.unwrap();
        assert_eq!(tasks.manifest.rules.backend.as_deref(), Some("b"));
        assert_eq!(tasks.manifest.model.as_deref(), Some("m"));
    }
}

#[track_caller]
fn refused(rest: &str, line: &str, wanted: &str) {
    let text = text(rest);
    let error = read(&text).unwrap_err();
    let at = text.lines().position(|row| row == line).unwrap() + 1;
    let here = error.problems().iter().filter(|problem| problem.line == Some(at));
    let here: Vec<String> = here.map(ToString::to_string).collect();
    assert!(here.iter().any(|it| it.contains(wanted)), "{here:?} of {:?}", error.problems());
}

#[test]
fn what_cannot_be_carried_out_is_a_problem_of_the_task_that_it_is_about() {
    refused(
        "[[task]]\nid = \"a\"\ndepends_on = [\"b\"]\n[[task]] # b\nid = \"b\"\ndepends_on = [\"a\"]\n",
        "[[task]]",
        "a circle of tasks that wait for each other: a → b → a",
    );
    refused(
        "[[task]]\nid = \"a\"\n[[task]] # b\nid = \"b\"\ndepends_on = [\"aa\"]\n",
        "[[task]] # b",
        "`dependsOn` names `aa`",
    );
    refused(
        "[[task]]\nid = \"a\"\nbackend = \"nobody\"\n",
        "backend = \"nobody\"",
        "there is no `[backend.nobody]`",
    );
    refused(
        "[backend.other]\nbin = \"true\"\n[[task]]\nid = \"a\"\n",
        "[[task]]",
        "nothing says which one runs the task",
    );
    refused(
        "[[service]]\nname = \"a\"\ncommand = \"true\"\n[[task]]\nid = \"a\"\n",
        "id = \"a\"",
        "the name `a` is taken",
    );
    refused("[tasks]\nforge = \"hub\"\n", "forge = \"hub\"", "expected one of");
}
