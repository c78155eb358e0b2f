use super::*;
use crate::Forge;
use crate::progress::Pull;

const NOW: Now = Now { at: 9_000, wall_ms: 90_000 };

fn source(ids: &[&str]) -> String {
    let rows: Vec<Value> = ids.iter().map(|id| json!({ "id": id, "title": "as before" })).collect();
    json!({ "attempts": 2, "tasks": rows }).to_string()
}

fn begun(source: &str) -> Revised {
    revise(None, Some(source), NOW).unwrap().unwrap()
}

fn again(before: &Revised, declared: Option<&str>) -> Option<Revised> {
    revise(Some((&before.source, &before.manifest, &before.work)), declared, NOW).unwrap()
}

fn names(revised: &Revised) -> Vec<&str> {
    revised.manifest.tasks.iter().map(|task| task.id.as_str()).collect()
}

fn running(revised: &mut Revised, place: usize) {
    let progress = &mut revised.work.tasks[place];
    progress.state = TaskState::Running;
    progress.stage = Stage::Working { since: 1 };
    (progress.attempt, progress.started_ms) = (1, Some(1));
}

#[test]
fn what_has_not_changed_stays_as_it_is_and_no_task_is_no_work() {
    let mut first = begun(&source(&["a", "b"]));
    running(&mut first, 1);
    assert_eq!(again(&first, Some(&source(&["a", "b"]))).unwrap(), first);
    assert_eq!(revise(None, None, NOW), Ok(None));
    let idle = begun(&source(&["a"]));
    assert_eq!(again(&idle, None), None, "nobody has begun it");
}

#[test]
fn the_work_on_a_task_goes_on_whatever_stands_around_it() {
    let mut first = begun(&source(&["a", "b"]));
    running(&mut first, 1);
    let mut told: Value = serde_json::from_str(&source(&["c", "b", "a"])).unwrap();
    told["tasks"][1]["title"] = json!("said anew");
    let second = again(&first, Some(&told.to_string())).unwrap();
    assert_eq!(names(&second), ["c", "b", "a"]);
    assert_eq!(second.work.tasks[1], first.work.tasks[1]);
    assert_eq!(second.manifest.tasks[1].title, "said anew");
    assert_eq!(second.work.tasks[0].state, TaskState::Pending);
}

#[test]
fn what_vanished_runs_on_and_its_next_attempt_never_begins() {
    let mut first = begun(&source(&["a", "b"]));
    running(&mut first, 0);
    let second = again(&first, None).unwrap();
    assert_eq!(names(&second), ["a"]);
    assert_eq!(second.work.tasks[0], first.work.tasks[0]);
    assert_eq!(second.manifest.rules.attempts, 2);
    assert!(is_behind(&second.manifest, &second.work, None));
    // Its attempt fails, and leaves a worktree.
    let mut failed = second;
    failed.work.tasks[0].stage = Stage::Waiting { from: 0 };
    failed.work.tasks[0].state = TaskState::Pending;
    failed.work.tasks[0].worktree = Some("/w".to_owned());
    let third = again(&failed, None).unwrap();
    assert_eq!(third.work.tasks[0].state, TaskState::Cancelled);
    assert_eq!(third.work.tasks[0].stage, Stage::Over);
    let mut tidied = third;
    tidied.work.tasks[0].worktree = None;
    assert_eq!(again(&tidied, None), None);
}

#[test]
fn an_open_pull_request_is_watched_though_the_file_forgot_the_task() {
    let mut first = begun(&source(&["a", "b"]));
    let progress = &mut first.work.tasks[0];
    (progress.state, progress.stage, progress.attempt) = (TaskState::PrOpen, Stage::Over, 1);
    progress.pull = Some(Pull { forge: Forge::Gh, number: Some(1), url: "u".to_owned() });
    let second = again(&first, Some(&source(&["b"]))).unwrap();
    assert_eq!(names(&second), ["b", "a"]);
    assert_eq!(second.work.tasks[1].state, TaskState::PrOpen);
}

#[test]
fn what_is_done_is_not_done_again_and_what_the_file_says_of_an_untouched_one_counts() {
    let mut first = begun(&source(&["a", "b"]));
    let progress = &mut first.work.tasks[0];
    (progress.state, progress.stage, progress.attempt) = (TaskState::Complete, Stage::Over, 1);
    let mut told: Value = serde_json::from_str(&source(&["a", "b"])).unwrap();
    told["tasks"][1]["status"] = json!("complete");
    let second = again(&first, Some(&told.to_string())).unwrap();
    assert_eq!(second.work.tasks[0].attempt, 1);
    assert_eq!(second.work.tasks[1].state, TaskState::Complete);
    // And is wanted again when the file says so.
    let third = again(&second, Some(&source(&["a", "b"]))).unwrap();
    assert_eq!(third.work.tasks[0].state, TaskState::Complete);
    assert_eq!(third.work.tasks[1].state, TaskState::Pending);
    // What a person cancelled stays so.
    let mut cancelled = begun(&source(&["a"]));
    cancelled.work.tasks[0].state = TaskState::Cancelled;
    cancelled.work.tasks[0].stage = Stage::Over;
    cancelled.work.tasks[0].ended_ms = Some(1);
    let after = again(&cancelled, Some(&source(&["a"]))).unwrap();
    assert_eq!(after.work.tasks[0].state, TaskState::Cancelled);
}

#[test]
fn a_branch_that_is_still_in_use_is_not_given_to_another() {
    let mut first = begun(&source(&["a"]));
    running(&mut first, 0);
    let taken = json!({ "tasks": [{ "id": "b", "branch": "task/a" }] }).to_string();
    let before = Some((first.source.as_str(), &first.manifest, &first.work));
    let refused = revise(before, Some(&taken), NOW).unwrap_err();
    assert!(refused.contains("`task/a`"), "{refused}");
}

#[test]
fn what_runs_keeps_what_it_claimed_until_it_ends() {
    let row = |file: &str| json!({ "tasks": [{ "id": "a", "files": [file] }] }).to_string();
    let mut first = begun(&row("x.rs"));
    running(&mut first, 0);
    let mut second = again(&first, Some(&row("y.rs"))).unwrap();
    let claims = |it: &Revised| -> Vec<String> {
        it.manifest.tasks[0].files.iter().map(|claim| claim.as_str().to_owned()).collect()
    };
    assert_eq!(claims(&second), ["y.rs", "x.rs"]);
    let declared = begun(&row("y.rs")).manifest;
    assert!(!is_behind(&second.manifest, &second.work, Some(&declared)));
    second.work.tasks[0].stage = Stage::Waiting { from: 0 };
    assert!(is_behind(&second.manifest, &second.work, Some(&declared)));
    let third = again(&second, Some(&row("y.rs"))).unwrap();
    assert_eq!(claims(&third), ["y.rs"]);
    assert!(!is_behind(&third.manifest, &third.work, Some(&declared)));
}

#[test]
fn what_vanished_stands_in_nobodys_way_when_what_it_depended_on_is_moved_behind_it() {
    let phases = json!([{ "name": "one" }, { "name": "two" }]);
    let told = |rows: Value| json!({ "phases": phases, "tasks": rows }).to_string();
    let mut first = begun(&told(json!([
        { "id": "a", "phase": "one" },
        { "id": "b", "phase": "one", "dependsOn": ["a"] },
    ])));
    running(&mut first, 1);
    let second = again(&first, Some(&told(json!([{ "id": "a", "phase": "two" }])))).unwrap();
    assert_eq!(second.manifest.task("b").unwrap().1.depends_on, Vec::<usize>::new());
    let (place, _) = second.manifest.task("b").unwrap();
    assert_eq!(second.work.tasks[place], first.work.tasks[1]);
}

#[test]
fn who_is_declared_again_is_wanted_again_and_who_a_person_cancelled_is_not() {
    let mut first = begun(&source(&["a", "b"]));
    first.work.tasks[0].attempt = 1;
    first.work.tasks[0].worktree = Some("/w".to_owned());
    let second = again(&first, Some(&source(&["b"]))).unwrap();
    assert_eq!(second.work.tasks[1].state, TaskState::Cancelled);
    let third = again(&second, Some(&source(&["a", "b"]))).unwrap();
    let it = &third.work.tasks[0];
    assert_eq!((it.state, &it.stage), (TaskState::Pending, &Stage::Waiting { from: 0 }));
    assert_eq!((it.attempt, it.reason.as_str()), (1, "the config declares it again"));
}

#[test]
fn who_is_still_to_hear_of_an_end_hears_of_it_though_the_file_forgot_the_task() {
    let mut first = begun(&source(&["a", "b"]));
    let progress = &mut first.work.tasks[0];
    (progress.state, progress.stage, progress.attempt) = (TaskState::Complete, Stage::Over, 1);
    progress.hook = Some(crate::Hook::OnDone);
    let mut second = again(&first, Some(&source(&["b"]))).unwrap();
    assert_eq!(names(&second), ["b", "a"]);
    second.work.tasks[1].hook = None;
    assert_eq!(names(&again(&second, Some(&source(&["b"]))).unwrap()), ["b"]);
}
