use proptest::prelude::*;

use super::*;
use crate::waves::waves;
use crate::{Format, load};

/// Eight tasks in two phases, with two chains of files.
const EIGHT: &str = include_str!("../../../../examples/eight-tasks.json");

fn manifest(text: &str) -> Manifest {
    load(text, Format::Toml).expect("is sound")
}

fn names(manifest: &Manifest, places: &[usize]) -> Vec<String> {
    places.iter().map(|place| manifest.tasks[*place].id.to_string()).collect()
}

#[test]
fn the_eight_tasks_of_two_phases_run_in_their_waves() {
    let eight = load(EIGHT, Format::Json).expect("is sound");
    let played = waves(&eight, &Bounds::default());
    let told: Vec<(usize, Vec<String>)> =
        played.waves.iter().map(|wave| (wave.phase, names(&eight, &wave.tasks))).collect();
    let wave = |phase: usize, ids: &[&str]| {
        (phase, ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(
        told,
        [
            wave(0, &["t1", "t3"]),
            wave(0, &["t2"]),
            wave(1, &["t4", "t6"]),
            wave(1, &["t5", "t7"]),
            wave(1, &["t8"]),
        ]
    );
    assert!(played.never.is_empty());
}

#[test]
fn every_reason_to_wait_is_told() {
    let text = r#"
        maxParallel = 2
        [[phase]]
        name = "one"
        [[phase]]
        name = "two"
        [[task]]
        id = "a"
        phase = "one"
        files = ["src/"]
        [[task]]
        id = "b"
        phase = "one"
        files = ["src/x.rs"]
        [[task]]
        id = "c"
        phase = "one"
        dependsOn = ["a"]
        account = "team"
        [[task]]
        id = "d"
        phase = "one"
        [[task]]
        id = "e"
        phase = "one"
        [[task]]
        id = "f"
        phase = "two"
    "#;
    let manifest = manifest(text);
    let bounds = Bounds { held_accounts: vec!["team".to_owned()], ..Bounds::default() };
    let verdicts = schedule(&manifest, &[TaskState::Pending; 6], &bounds);
    let (own, theirs) = (manifest.tasks[1].files[0].clone(), manifest.tasks[0].files[0].clone());
    assert_eq!(
        verdicts,
        [
            Verdict::Start,
            Verdict::Waits(vec![Reason::Files { with: 0, own, theirs }]),
            Verdict::Waits(vec![
                Reason::Depends { on: 0 },
                Reason::Account { name: "team".to_owned() },
            ]),
            Verdict::Start,
            Verdict::Waits(vec![Reason::Full { limit: 2 }]),
            Verdict::Waits(vec![Reason::Phase { phase: 0, open: 5, first: 0 }]),
        ]
    );
}

#[test]
fn a_failed_task_keeps_its_phase_open_and_a_cancelled_one_loses_those_behind_it() {
    let text = "[[phase]]\nname = \"one\"\n[[phase]]\nname = \"two\"\n\
                [[task]]\nid = \"a\"\nphase = \"one\"\n\
                [[task]]\nid = \"b\"\nphase = \"two\"\ndependsOn = [\"a\"]\n";
    let manifest = manifest(text);
    let told = |state| schedule(&manifest, &[state, TaskState::Pending], &Bounds::default());
    assert_eq!(
        told(TaskState::Error),
        [
            Verdict::Failed,
            Verdict::Waits(vec![
                Reason::Phase { phase: 0, open: 1, first: 0 },
                Reason::Depends { on: 0 },
            ]),
        ]
    );
    assert_eq!(
        told(TaskState::Cancelled),
        [Verdict::Over, Verdict::Waits(vec![Reason::Lost { on: 0 }])]
    );
    assert_eq!(told(TaskState::Merged), [Verdict::Over, Verdict::Start]);
}

#[test]
fn the_larger_priority_starts_first_where_both_want_a_file() {
    let text = "[[task]]\nid = \"a\"\nfiles = [\"x\"]\n[[task]]\nid = \"b\"\nfiles = [\"x\"]\npriority = 5\n";
    let verdicts = schedule(&manifest(text), &[TaskState::Pending; 2], &Bounds::default());
    assert!(matches!(verdicts[..], [Verdict::Waits(_), Verdict::Start]), "{verdicts:?}");
}

/// Any sound manifest: dependencies lead back in the file, phases rise.
pub(crate) fn any_manifest() -> impl Strategy<Value = String> {
    let file = proptest::sample::select(vec!["a", "b/", "b/c", "*", "d/*.rs", "d/e.rs"]);
    let task = (
        proptest::collection::vec(file, 0..3),
        proptest::collection::vec(0_usize..20, 0..3),
        0_usize..3,
        -2_i64..3,
    );
    (proptest::collection::vec(task, 1..14), 0_u32..5).prop_map(|(mut tasks, parallel)| {
        tasks.sort_by_key(|task| task.2);
        let mut text = String::new();
        if parallel > 0 {
            text += &format!("maxParallel = {parallel}\n");
        }
        for phase in 0..3 {
            text += &format!("[[phase]]\nname = \"p{phase}\"\n");
        }
        for (at, (files, on, phase, priority)) in tasks.iter().enumerate() {
            let on: Vec<String> =
                on.iter().filter(|on| **on < at).map(|on| format!("t{on}")).collect();
            text += &format!(
                "[[task]]\nid = \"t{at}\"\nphase = \"p{phase}\"\nfiles = {files:?}\ndependsOn = {on:?}\npriority = {priority}\n"
            );
        }
        text
    })
}

proptest! {
    #[test]
    fn every_sound_manifest_is_done_and_no_wave_shares_a_file(text in any_manifest()) {
        let manifest = manifest(&text);
        let played = waves(&manifest, &Bounds::default());
        prop_assert_eq!(&played.never, &Vec::<usize>::new());
        let mut wave_of = vec![usize::MAX; manifest.tasks.len()];
        for (number, wave) in played.waves.iter().enumerate() {
            for &place in &wave.tasks {
                prop_assert_eq!(wave_of[place], usize::MAX, "a task runs once");
                wave_of[place] = number;
                prop_assert_eq!(manifest.tasks[place].phase, wave.phase);
                for &other in wave.tasks.iter().filter(|other| **other != place) {
                    prop_assert!(shared(&manifest, place, other).is_none());
                }
            }
            prop_assert!(manifest.max_parallel.is_none_or(|most| wave.tasks.len() <= most as usize));
        }
        for (place, task) in manifest.tasks.iter().enumerate() {
            prop_assert!(task.depends_on.iter().all(|on| wave_of[*on] < wave_of[place]));
            let gated = manifest.tasks.iter().enumerate().all(|(at, other)| {
                other.phase >= task.phase || wave_of[at] < wave_of[place]
            });
            prop_assert!(gated, "a phase began before the one before was done");
            prop_assert_eq!(wave_of[place] == 0, played.reasons[place].is_empty());
        }
    }
}
