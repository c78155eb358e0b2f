//! Does a state that was stored, and a look that was recorded, always lead to a decision that can be stored again?

use agents_decide::sentence::{Mood, Telling};
use agents_decide::{
    About, Action, FleetState, Moment, Note, Now, Observation, Shared, Verb, Zone, decide,
    invariants,
};
use chrono::DateTime;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::fleet::fleet;
use crate::{Outcome, Target};

/// A record of the store: `{"state":…,"seen":…}`, or a verb, a note or an action alone.
pub const TARGET: Target = Target {
    name: "stored",
    run,
    words: &[
        "null",
        "0",
        "1",
        "18446744073709551615",
        "4294967295",
        "-1",
        "\"\"",
        "[]",
        "{}",
        "true",
        "false",
        "\"Unknown\"",
        "\"Absent\"",
        "{\"Known\":",
        "\"ann\":",
        "\"ben\":",
        "\"cas\":",
        "\"web\":",
        "\"Up\"",
        "\"Down\"",
        "\"one\"",
        "\"two\"",
        "{\"secs\":1,\"nanos\":0}",
    ],
};

/// A look with the state that it meets.
#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Record {
    state: FleetState,
    seen: Observation,
}

fn run(bytes: &[u8]) -> Outcome {
    if let Some(record) = read::<Record>(bytes) {
        return decided(&record);
    }
    let verb = read::<Verb>(bytes).map(|verb| std::mem::discriminant(&verb));
    let note = read::<Note>(bytes).inspect(told).map(|note| std::mem::discriminant(&note));
    let action = read::<Action>(bytes);
    if let Some(action) = &action {
        assert!(!action.told(now()).is_empty());
    }
    Outcome::of((verb, note, action.map(|action| std::mem::discriminant(&action))))
}

/// What the bytes say, if they say it; written and read again it is the same.
fn read<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(bytes: &[u8]) -> Option<T> {
    let value: T = serde_json::from_slice(bytes).ok()?;
    let written = serde_json::to_vec(&value).expect("a record can be written");
    let again: T = serde_json::from_slice(&written).expect("what was written can be read");
    assert_eq!(value, again, "a record changed on its way through the store");
    Some(value)
}

fn decided(record: &Record) -> Outcome {
    let Record { state, seen } = record;
    let mut shapes = Vec::new();
    for heavy in [false, true] {
        let decision = decide(fleet(), state, seen, heavy, now());
        assert_eq!(decide(fleet(), state, seen, heavy, now()), decision, "another decision");
        decision.notes.iter().for_each(|About { note, .. }| told(note));
        // Violations are for the watchdog to refuse; looking for them must end well.
        let violations = invariants::check(fleet(), state, seen, &decision, now());
        let written = serde_json::to_vec(&decision.next).expect("a state can be written");
        let again: Shared<FleetState> = serde_json::from_slice(&written).expect("and read");
        assert_eq!(decision.next, again, "the next state changed on its way through the store");
        let actions: Vec<_> = decision.actions.iter().map(std::mem::discriminant).collect();
        let notes: Vec<_> =
            decision.notes.iter().map(|about| std::mem::discriminant(&about.note)).collect();
        shapes.push((actions, notes, violations.len()));
    }
    Outcome::of(shapes)
}

fn told(note: &Note) {
    for mood in [Mood::Decided, Mood::Foretold] {
        let said = note.told(&Telling { about: None, now: now(), mood });
        assert!(!said.trim().is_empty(), "a note without words");
    }
    assert_eq!(note.gist().gist(), note.gist(), "the gist of a gist is itself");
}

fn now() -> Now {
    let wall = DateTime::from_timestamp(1_790_000_000, 0).unwrap_or_default();
    Now { at: Moment(86_400_000), wall, zone: Zone::Named("Europe/Paris".parse().expect("a zone")) }
}
