//! What becomes of an outcome whose task somebody decided otherwise about meanwhile?

use super::*;

fn outcome(generation: u32, errand: Errand, done: Done) -> Look {
    let outcomes = vec![Outcome { place: 0, generation, errand, result: Ok(done), aside: None }];
    Look { outcomes, ..Look::default() }
}

#[test]
fn a_worktree_of_before_a_reset_is_not_that_of_after_it() {
    let mut one = One::new("");
    one.ask(TaskVerb::Reset).unwrap();
    assert_eq!((one.one().generation, &one.one().stage), (1, &Stage::Preparing));
    let prepared = Done::Prepared { worktree: "/w".to_owned(), start: "c0".to_owned() };
    one.step(outcome(0, Errand::Prepare, prepared.clone()));
    assert_eq!((&one.one().worktree, &one.one().stage), (&None, &Stage::Preparing));
    one.step(outcome(1, Errand::Prepare, prepared));
    assert!(matches!(one.one().stage, Stage::Starting { .. }), "{:?}", one.one());
}

#[test]
fn who_heard_of_a_failure_has_not_heard_of_the_end_that_a_skip_made_of_it() {
    let mut one = One::new("attempts = 1\nonDone = [\"done\"]\nonError = [\"failed\"]");
    one.begins();
    one.ends(exit(1));
    let due = |one: &One| owed(&one.manifest, &one.work, 0, at(one.now));
    assert_eq!(due(&one), Some(Errand::Hook(crate::Hook::OnError)));
    one.ask(TaskVerb::Skip).unwrap();
    one.step(outcome(0, Errand::Hook(crate::Hook::OnError), Done::Hooked));
    assert_eq!(due(&one), Some(Errand::Hook(crate::Hook::OnDone)));
    one.did(Ok(Done::Hooked));
    assert_eq!(one.one().hook, None);
}

#[test]
fn a_pull_request_that_was_opened_too_late_is_known_to_the_next_round() {
    let mut one = One::new("forge = \"gh\"");
    one.begins();
    one.ends(exit(0));
    one.did(Ok(Done::Judged { commits: 1, dirty: 0, head: "c1".to_owned() }));
    one.did(Ok(Done::Pushed));
    one.ask(TaskVerb::Cancel).unwrap();
    let pull = Pull { forge: Forge::Gh, number: Some(4), url: String::new() };
    one.step(outcome(0, Errand::Open, Done::Opened(pull.clone())));
    assert_eq!((one.one().state, &one.one().pull), (TaskState::Cancelled, &Some(pull)));
}

#[test]
fn a_failure_that_was_told_is_not_told_again_when_the_next_round_is_cancelled() {
    let text = "attempts = 1\nonError = [\"failed\"]";
    let mut one = One::new(text);
    one.begins();
    one.ends(exit(1));
    one.manifest.max_parallel = Some(0);
    one.ask(TaskVerb::Retry).unwrap();
    assert!(matches!(one.one().stage, Stage::Waiting { .. }), "{:?}", one.one());
    one.step(outcome(0, Errand::Hook(crate::Hook::OnError), Done::Hooked));
    one.ask(TaskVerb::Cancel).unwrap();
    assert_eq!((one.one().state, one.one().hook), (TaskState::Cancelled, None));
}

#[test]
fn a_forge_that_went_from_the_file_before_its_pull_request_was_opened_is_not_asked() {
    let mut one = One::new("forge = \"gh\"");
    one.begins();
    one.ends(exit(0));
    one.did(Ok(Done::Judged { commits: 1, dirty: 0, head: "c1".to_owned() }));
    one.did(Ok(Done::Pushed));
    assert_eq!(one.one().stage, Stage::Opening);
    one.manifest = manifest("[[task]]\nid = \"a\"\n");
    one.step(Look::default());
    assert_eq!((one.one().state, &one.one().stage), (TaskState::Complete, &Stage::Over));
    assert_eq!(one.one().reason, "pushed to `origin`");
}

#[test]
fn one_that_begins_anew_takes_neither_the_branch_nor_the_worktree_of_another() {
    let text = "base = \"task/a-4\"\n[[task]]\nid = \"a\"\n[[task]]\nid = \"a-2\"\nbranch = \"other\"\n\
                [[task]]\nid = \"b\"\nbranch = \"task/a-3\"\n";
    let manifest = manifest(text);
    let mut work = Work::begin(&manifest, at(0));
    work.tasks[0].state = TaskState::Complete;
    work.tasks[0].stage = Stage::Over;
    let asked = vec![Asked { place: 0, verb: TaskVerb::Reset }];
    let after = step(&manifest, &work, &Look { asked, ..Look::default() }, at(100)).work;
    // `a-2` is the worktree of another, `task/a-3` its branch, and `task/a-4` the base.
    assert_eq!((after.tasks[0].generation, after.tasks[0].branch.as_str()), (4, "task/a-5"));
}

#[test]
fn code_0_of_a_program_whose_last_event_could_not_be_read_is_no_success() {
    let mut one = One::new("");
    one.begins();
    let Seat::Ended(mut end) = ended(one.now, exit(0)) else { unreachable!() };
    end.untold = Some("its last event is longer than 16 MiB".to_owned());
    one.seat(Seat::Ended(end));
    assert_eq!(one.one().failures, 1);
    assert!(one.one().reason.contains("longer than 16 MiB"), "{}", one.one().reason);
}
