use std::fs;
use std::path::Path;

use super::Follower;
use crate::event::Cli;
use crate::state::{State, Why};

fn fixture(case: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/codex").join(case);
    fs::read_to_string(path).unwrap()
}

#[test]
fn a_record_is_followed_through_growth_damage_and_replacement() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rollout.jsonl");
    let mut follower = Follower::new(Cli::Codex, &path);
    let why = |state: &State| match state {
        State::Unknown { why } => Some(*why),
        State::Active { .. }
        | State::Idle { .. }
        | State::Waiting { .. }
        | State::Failed { .. } => None,
    };
    assert_eq!(why(&follower.look().unwrap().state), Some(Why::NoRecord));

    let record = fixture("weekly.jsonl");
    let (start, end) = record.split_at(record.trim_end().rfind('\n').unwrap() + 1);
    fs::write(&path, start).unwrap();
    assert!(matches!(follower.look().unwrap().state, State::Active { .. }));
    assert_eq!(follower.standing().lines(), 10);

    // The last line comes in two pieces: half of it says nothing.
    let (half, rest) = end.split_at(end.len() / 2);
    fs::write(&path, format!("{start}{half}")).unwrap();
    assert!(matches!(follower.look().unwrap().state, State::Active { .. }));
    fs::write(&path, format!("{start}{half}{rest}")).unwrap();
    let State::Failed { failure, .. } = &follower.look().unwrap().state else { panic!() };
    assert_eq!(failure.until.unwrap().to_rfc3339(), "2026-11-24T16:13:34+00:00");
    assert_eq!(
        follower.standing().conversation().unwrap().cwd.as_deref(),
        Some(Path::new("/srv/demo"))
    );

    // Another conversation in its place: nothing of the old one is left.
    fs::write(&path, "{}\n").unwrap();
    assert_eq!(why(&follower.look().unwrap().state), Some(Why::NothingSaid));
    assert_eq!(follower.standing().conversation(), None);
    assert_eq!(follower.standing().limits(), None);

    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(follower.look().is_err());
    assert_eq!(why(&follower.verdict().state), Some(Why::NotRead));
    fs::remove_dir(&path).unwrap();
    assert_eq!(why(&follower.look().unwrap().state), Some(Why::NoRecord));
    assert!(follower.verdict().evidence.is_none());
    assert_eq!(follower.path(), path);
}

#[test]
fn while_the_end_is_not_reached_the_state_is_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rollout.jsonl");
    let record = fixture("killed.jsonl");
    let filler = format!("{{\"type\":\"other\",\"fill\":\"{}\"}}\n", "z".repeat(1 << 20));
    fs::write(&path, record + &filler.repeat(33)).unwrap();
    let mut follower = Follower::new(Cli::Codex, &path);
    let State::Unknown { why: Why::Behind { bytes } } = follower.look().unwrap().state else {
        panic!()
    };
    assert!(bytes > 0);
    assert!(matches!(follower.look().unwrap().state, State::Active { .. }));
}
