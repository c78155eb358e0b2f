mod backends;
mod late;
mod paused;
mod world;

use super::*;
use crate::errand::{Fate, owed};
use crate::progress::{Exit, Pull, Time};
use crate::{Forge, Format, load};

fn manifest(text: &str) -> Manifest {
    load(text, Format::Toml).unwrap()
}

fn at(at: Time) -> Now {
    Now { at, wall_ms: i64::try_from(at).unwrap() + 1_000_000 }
}

fn exit(code: i32) -> Option<Exit> {
    Some(Exit { code: Some(code), signal: None, alive_ms: 5 })
}

fn ended(since: Time, code: Option<Exit>) -> Seat {
    Seat::Ended(Ended {
        since,
        exit: code,
        how: "it ended".to_owned(),
        rows: vec!["last words".to_owned()],
        judged: None,
        untold: None,
        limited_until: None,
        conversation: None,
    })
}

/// One task, driven by hand.
struct One {
    manifest: Manifest,
    work: Work,
    now: Time,
}

impl One {
    fn new(rules: &str) -> Self {
        let manifest = manifest(&format!("{rules}\n[[task]]\nid = \"a\"\n"));
        let work = Work::begin(&manifest, at(0));
        let mut one = Self { manifest, work, now: 0 };
        one.step(Look::default());
        one
    }

    fn step(&mut self, look: Look) -> Step {
        self.now += 100;
        let step = step(&self.manifest, &self.work, &look, at(self.now));
        self.work = step.work.clone();
        step
    }

    fn seat(&mut self, seat: Seat) {
        self.step(Look { seats: vec![seat], ..Look::default() });
    }

    fn did(&mut self, result: Result<Done, Failure>) {
        let errand = owed(&self.manifest, &self.work, 0, at(self.now)).unwrap();
        let outcomes = vec![Outcome { place: 0, generation: 0, errand, result, aside: None }];
        self.step(Look { outcomes, ..Look::default() });
    }

    fn ask(&mut self, verb: TaskVerb) -> Result<String, String> {
        let asked = vec![Asked { place: 0, verb }];
        self.step(Look { asked, ..Look::default() }).answers.remove(0)
    }

    fn prepared(&mut self) {
        self.did(Ok(Done::Prepared { worktree: "/w".to_owned(), start: "c0".to_owned() }));
    }

    fn begins(&mut self) {
        self.prepared();
        self.seat(Seat::Up { since: self.now, held: None });
    }

    fn ends(&mut self, code: Option<Exit>) {
        self.seat(ended(self.now + 50, code));
    }

    fn one(&self) -> &Progress {
        &self.work.tasks[0]
    }
}

#[test]
fn a_task_goes_its_whole_way() {
    let mut one = One::new("forge = \"gh\"");
    assert_eq!((one.one().state, one.one().attempt), (TaskState::Running, 1));
    one.begins();
    one.ends(exit(0));
    one.did(Ok(Done::Judged { commits: 2, dirty: 0, head: "c2".to_owned() }));
    one.did(Ok(Done::Pushed));
    let pull = Pull { forge: Forge::Gh, number: Some(4), url: String::new() };
    one.did(Ok(Done::Opened(pull)));
    assert_eq!(one.one().state, TaskState::PrOpen);
    assert_eq!(owed(&one.manifest, &one.work, 0, at(one.now)), Some(Errand::Tidy));
    one.did(Ok(Done::Removed));
    assert_eq!(owed(&one.manifest, &one.work, 0, at(one.now)), Some(Errand::Watch));
    one.did(Ok(Done::Watched(Fate::Open)));
    assert_eq!(owed(&one.manifest, &one.work, 0, at(one.now)), None, "not asked at each tick");
    one.now += 121_000;
    one.did(Ok(Done::Watched(Fate::Merged)));
    assert_eq!((one.one().state, one.work.is_over()), (TaskState::Merged, true));
}

#[test]
fn a_pull_request_that_cannot_be_read_is_told_once_and_so_is_that_it_can_be_again() {
    let mut one = One::new("forge = \"gh\"");
    one.begins();
    one.ends(exit(0));
    one.did(Ok(Done::Judged { commits: 2, dirty: 0, head: "c2".to_owned() }));
    one.did(Ok(Done::Pushed));
    let pull = Pull { forge: Forge::Gh, number: Some(4), url: String::new() };
    one.did(Ok(Done::Opened(pull)));
    one.did(Ok(Done::Removed));
    let asked = |one: &mut One, result: Result<Done, Failure>| {
        one.now = one.work.tasks[0].errand_from.max(one.now);
        let errand = owed(&one.manifest, &one.work, 0, at(one.now)).unwrap();
        assert_eq!(errand, Errand::Watch);
        let outcomes = vec![Outcome { place: 0, generation: 0, errand, result, aside: None }];
        one.step(Look { outcomes, ..Look::default() }).told
    };
    let failure = Failure { reason: "`gh pr view` failed: log in".to_owned(), lasting: false };
    let told: Vec<Told> = (0..20).flat_map(|_| asked(&mut one, Err(failure.clone()))).collect();
    let alarms: Vec<&str> =
        told.iter().filter(|told| told.alarm).map(|told| told.text.as_str()).collect();
    assert_eq!(alarms, ["its pull request cannot be read: `gh pr view` failed: log in"]);
    assert_eq!(one.one().state, TaskState::PrOpen);
    assert!(one.one().reason.starts_with("#4; its pull request cannot be read: "));
    let told = asked(&mut one, Ok(Done::Watched(Fate::Open)));
    assert_eq!((told.len(), one.one().reason.as_str()), (1, "#4"));
    assert_eq!(asked(&mut one, Ok(Done::Watched(Fate::Open))).len(), 0);
    asked(&mut one, Ok(Done::Watched(Fate::Merged)));
    assert_eq!(one.one().state, TaskState::Merged);
}

#[test]
fn a_program_of_the_operator_hears_once_of_each_end() {
    let mut one = One::new(
        "forge = \"gh\"\nattempts = 1\nonDone = [\"done\", \"it\"]\nonError = [\"failed\"]",
    );
    one.begins();
    one.ends(exit(1));
    assert_eq!(one.one().state, TaskState::Error);
    let due = |one: &One| owed(&one.manifest, &one.work, 0, at(one.now));
    let hook = Errand::Hook(crate::Hook::OnError);
    assert_eq!(due(&one), Some(hook));
    let reason = "`failed` ended with code 1".to_owned();
    let outcome = Outcome {
        place: 0,
        generation: 0,
        errand: hook,
        result: Err(Failure { reason, lasting: true }),
        aside: None,
    };
    let told = one.step(Look { outcomes: vec![outcome], ..Look::default() }).told;
    assert_eq!(told[0].text, "`on_error` failed: `failed` ended with code 1");
    assert_eq!(due(&one), None, "it is not told twice");
    one.ask(TaskVerb::Retry).unwrap();
    one.begins();
    one.ends(exit(0));
    one.did(Ok(Done::Judged { commits: 2, dirty: 0, head: "c2".to_owned() }));
    one.did(Ok(Done::Pushed));
    let pull = Pull { forge: Forge::Gh, number: Some(4), url: String::new() };
    one.did(Ok(Done::Opened(pull)));
    assert_eq!(
        one.one().hook.map(|hook| hook.of(&one.manifest.rules).join(" ")),
        Some("done it".to_owned())
    );
    one.did(Ok(Done::Hooked));
    assert_eq!(due(&one), Some(Errand::Tidy));
    one.did(Ok(Done::Removed));
    one.did(Ok(Done::Watched(Fate::Merged)));
    assert_eq!((one.one().state, due(&one)), (TaskState::Merged, None));
}

#[test]
fn what_attempts_cost_adds_up() {
    let mut one = One::new("");
    for (code, usd) in [(1, 0.5), (0, 0.25)] {
        one.begins();
        let mut end = ended(one.now + 50, exit(code));
        let Seat::Ended(it) = &mut end else { panic!("{end:?}") };
        let spent = crate::Spent::told(Some(usd), None, None);
        it.judged = Some(Judged { is_well: code == 0, message: "so".to_owned(), spent });
        one.seat(end);
        one.now += 60_000;
        one.step(Look::default());
    }
    let spent = one.one().spent.unwrap();
    assert_eq!((spent.usd_micros, spent.attempts), (Some(750_000), 2));
}

#[test]
fn an_error_is_tried_again_with_its_last_rows_and_a_longer_pause_and_then_given_up() {
    let mut one = One::new("attempts = 3\nretryDelay = 10");
    for (attempt, pause) in [(1, 10_000), (2, 20_000)] {
        assert_eq!(one.one().attempt, attempt);
        one.begins();
        one.ends(exit(1));
        assert_eq!(one.one().error, ["last words"]);
        assert_eq!(one.one().state, TaskState::Pending);
        one.now += pause - 300;
        one.step(Look::default());
        assert_eq!(one.one().attempt, attempt, "not yet");
        one.now += 200;
        one.step(Look::default());
    }
    one.begins();
    one.ends(exit(1));
    assert_eq!((one.one().state, &one.one().stage), (TaskState::Error, &Stage::Over));
    one.ask(TaskVerb::Retry).unwrap();
    assert_eq!(
        (one.one().state, one.one().attempt, one.one().failures),
        (TaskState::Running, 4, 0)
    );
}

#[test]
fn who_is_cut_off_goes_on_at_no_cost_until_that_is_the_rule() {
    let mut one = One::new("");
    one.begins();
    for _ in 0..5 {
        one.ends(None);
        assert!(matches!(one.one().stage, Stage::Starting { again: true, .. }), "{:?}", one.one());
        // The same sight once more is not a second end.
        let stage = one.one().stage.clone();
        let seen = one.now;
        one.seat(ended(seen, None));
        assert_eq!(one.one().stage, stage);
        one.seat(Seat::Up { since: one.now, held: None });
        assert_eq!((one.one().failures, one.one().attempt), (0, 1));
    }
    one.ends(None);
    assert_eq!(one.one().failures, 1);
}

#[test]
fn a_usage_limit_costs_no_attempt_and_holds_the_others_of_its_account() {
    let text = "attempts = 1\n[[task]]\nid = \"a\"\naccount = \"team\"\nfiles = [\"x\"]\n\
                [[task]]\nid = \"b\"\naccount = \"team\"\nfiles = [\"x\"]\n\
                [[task]]\nid = \"c\"\nfiles = [\"y\"]\n";
    let mut one = One { manifest: manifest(text), work: Work { tasks: Vec::new() }, now: 0 };
    one.work = Work::begin(&one.manifest, at(0));
    one.step(Look::default());
    one.begins();
    let Seat::Ended(mut end) = ended(one.now + 50, exit(1)) else { unreachable!() };
    end.limited_until = Some(one.now + 60_000);
    one.seat(Seat::Ended(end.clone()));
    let states: Vec<TaskState> = one.work.tasks.iter().map(|task| task.state).collect();
    assert_eq!(states, [TaskState::Pending, TaskState::Pending, TaskState::Running]);
    assert_eq!((one.one().failures, one.one().attempt), (0, 0));
    assert!(one.work.tasks[1].reason.contains("the account `team`"), "{:?}", one.work.tasks[1]);
    one.now += 60_000;
    one.step(Look::default());
    assert_eq!((one.one().state, one.one().attempt), (TaskState::Running, 1));
    // What ends well is no refusal, whatever it printed.
    one.begins();
    end = Ended { since: one.now + 50, exit: exit(0), ..end };
    one.seat(Seat::Ended(end));
    assert_eq!(one.one().stage, Stage::Judging);
}

#[test]
fn what_a_program_says_of_itself_wins_over_its_exit_code() {
    let mut one = One::new("");
    one.begins();
    let Seat::Ended(mut end) = ended(one.now, exit(0)) else { unreachable!() };
    end.judged = Some(Judged { is_well: false, message: "429 quota".to_owned(), spent: None });
    one.seat(Seat::Ended(end));
    assert_eq!(one.one().failures, 1);
    assert!(one.one().reason.contains("429 quota"), "{}", one.one().reason);
}

#[test]
fn nothing_done_is_an_error_unless_the_manifest_says_otherwise() {
    for (rules, state) in
        [("", TaskState::Pending), ("noChange = \"complete\"", TaskState::Complete)]
    {
        let mut one = One::new(rules);
        one.begins();
        one.ends(exit(0));
        one.did(Ok(Done::Judged { commits: 0, dirty: 0, head: "c0".to_owned() }));
        assert_eq!(one.one().state, state);
        let mut one = One::new(rules);
        one.begins();
        one.ends(exit(0));
        one.did(Ok(Done::Judged { commits: 0, dirty: 2, head: "c0".to_owned() }));
        assert!(one.one().reason.contains("committed nothing of 2 changed files"), "{rules}");
    }
}

#[test]
fn who_runs_too_long_is_ended_but_waiting_for_a_usage_window_is_not_running() {
    let mut one = One::new("maxRuntime = \"1m\"");
    one.begins();
    one.now += 50_000;
    one.seat(Seat::Up { since: 0, held: Some("its usage limit".to_owned()) });
    one.now += 600_000;
    one.seat(Seat::Up { since: 0, held: Some("its usage limit".to_owned()) });
    one.seat(Seat::Up { since: 0, held: None });
    assert!(matches!(one.one().stage, Stage::Working { .. }), "{:?}", one.one());
    one.now += 10_000;
    one.seat(Seat::Up { since: 0, held: None });
    assert_eq!(session_of(one.one(), &Seat::Up { since: 0, held: None }, true), Session::ToEnd);
    one.seat(Seat::Down { since: one.now });
    assert_eq!(one.one().failures, 1);
    assert!(one.one().reason.contains("it ran for 1 min"), "{}", one.one().reason);
}

#[test]
fn who_moves_nothing_for_long_is_ended_and_who_cannot_be_seen_is_not() {
    let mut one = One::new("stall = 40\nattempts = 1");
    one.begins();
    let look = |one: &mut One, trace: &str| {
        one.now += 11_000;
        one.did(Ok(Done::Looked { trace: trace.to_owned() }));
    };
    for trace in ["a", "a", "a", "b", "b", "b", "b"] {
        look(&mut one, trace);
        assert!(matches!(one.one().stage, Stage::Working { .. }), "{:?}", one.one());
    }
    // Nobody could look for an hour: that proves nothing, and a change since shows that it moved.
    one.now += 3_600_000;
    one.did(Err(Failure { reason: "git hangs".to_owned(), lasting: false }));
    assert!(matches!(one.one().stage, Stage::Working { .. }), "{:?}", one.one());
    one.now += 3_600_000;
    look(&mut one, "c");
    for _ in 0..3 {
        look(&mut one, "c");
    }
    assert!(matches!(one.one().stage, Stage::Working { .. }), "{:?}", one.one());
    look(&mut one, "c");
    assert!(matches!(one.one().stage, Stage::Ending { .. }), "{:?}", one.one());
    one.seat(Seat::Down { since: one.now });
    assert_eq!(one.one().state, TaskState::Error);
    assert!(one.one().reason.contains("no change for 40 s"), "{}", one.one().reason);
}

#[test]
fn verbs_end_a_session_first_and_a_reset_takes_a_new_branch() {
    let mut one = One::new("");
    one.begins();
    one.ask(TaskVerb::Cancel).unwrap();
    assert_eq!(one.one().state, TaskState::Running);
    one.seat(Seat::Down { since: one.now });
    assert_eq!(one.one().state, TaskState::Cancelled);
    one.ask(TaskVerb::Reset).unwrap();
    assert_eq!((one.one().branch.as_str(), one.one().attempt), ("task/a-2", 1));
    one.ask(TaskVerb::Skip).unwrap();
    assert_eq!(one.one().state, TaskState::Complete);
    one.ask(TaskVerb::Cancel).unwrap_err();
    one.ask(TaskVerb::Retry).unwrap_err();
}

#[test]
fn an_errand_that_fails_is_tried_again_less_and_less_often_and_a_lasting_one_never() {
    let mut one = One::new("");
    let failure = |lasting| Err(Failure { reason: "no space".to_owned(), lasting });
    for pause in [5_000, 10_000, 20_000] {
        one.did(failure(false));
        assert_eq!(one.one().state, TaskState::Stuck);
        assert_eq!(one.one().errand_from - one.now, pause);
        one.now += pause;
    }
    one.did(failure(true));
    assert_eq!(one.one().state, TaskState::Error);
}

#[test]
fn an_errand_that_came_too_late_leaves_its_worktree_to_be_tidied() {
    let mut one = One::new("");
    one.ask(TaskVerb::Cancel).unwrap();
    let result = Ok(Done::Prepared { worktree: "/w".to_owned(), start: "c0".to_owned() });
    let outcomes =
        vec![Outcome { place: 0, generation: 0, errand: Errand::Prepare, result, aside: None }];
    one.step(Look { outcomes, ..Look::default() });
    assert_eq!(one.one().state, TaskState::Cancelled);
    assert_eq!(owed(&one.manifest, &one.work, 0, at(one.now)), Some(Errand::Tidy));
}

#[test]
fn a_session_that_the_operator_ended_waits_for_the_operator() {
    let mut one = One::new("");
    one.begins();
    one.seat(Seat::Down { since: one.now });
    assert_eq!(one.one().state, TaskState::Stuck);
    assert_eq!(session_of(one.one(), &Seat::Down { since: one.now }, true), Session::AsItIs);
    one.seat(Seat::Up { since: one.now, held: None });
    assert_eq!((one.one().state, one.one().attempt), (TaskState::Running, 1));
}
