//! What the journal's entries are told as.

use agents_decide::{Moment, RunId};
use agents_names::AgentName;
use agents_store::JournalEntry;
use chrono::{DateTime, Utc};
use serde_json::json;

use super::*;

const NOON_MS: i64 = 1_800_000_000_000;

fn recorded(kind: EntryKind, text: &str, detail: serde_json::Value) -> Recorded {
    let body = json!({ "text": text, "detail": detail }).to_string();
    let entry =
        JournalEntry { at_wall_ms: NOON_MS, tick: 3, subject: Some("ann".to_owned()), kind, body };
    Recorded { seq: 7, epoch: 1, entry }
}

fn alarm(key: &str) -> Option<NotifyEvent> {
    let action = Action::Alarm {
        about: AgentName::new("ann").ok(),
        key: key.to_owned(),
        text: "ann: is parked".to_owned(),
    };
    notice(&recorded(EntryKind::Alarm, "ann: is parked", json!(action))).map(|notice| notice.event)
}

fn limit(hours: i64) -> Option<NotifyEvent> {
    let until: DateTime<Utc> =
        DateTime::from_timestamp_millis(NOON_MS + hours * 3_600_000).unwrap();
    let note = Note::Limit(LimitNote::Entered {
        banner: "limit".to_owned(),
        until: Some(until),
        probe_at: Moment(0),
        source: agents_decide::limit::LimitSource::default(),
        goes_on: agents_decide::limit::GoesOn::default(),
    });
    notice(&recorded(EntryKind::Note, "held", json!(note))).map(|notice| notice.event)
}

#[test]
fn an_alarm_is_told_by_its_key_and_without_its_name() {
    assert_eq!(alarm("asks"), Some(NotifyEvent::Asks));
    assert_eq!(alarm("stuck"), Some(NotifyEvent::Undelivered));
    assert_eq!(alarm("of-a-later-version"), Some(NotifyEvent::Other));
    let detail = json!({ "key": CONFIG_BROKEN, "report": "x" });
    let told = notice(&recorded(EntryKind::Alarm, "the config is broken", detail)).unwrap();
    assert_eq!(told.event, NotifyEvent::ConfigBroken);
    // As an earlier version wrote it, without a key.
    let old = json!({ "Alarm": { "about": "ann", "text": "ann: \u{1b}[31mis\nparked" } });
    let told = notice(&recorded(EntryKind::Alarm, "ann: \u{1b}[31mis\nparked", old)).unwrap();
    assert_eq!((told.event, told.row().as_str()), (NotifyEvent::Other, "ann: is parked"));
}

#[test]
fn a_window_of_days_is_another_event_than_one_of_hours() {
    assert_eq!(limit(4), Some(NotifyEvent::Limited));
    assert_eq!(limit(80), Some(NotifyEvent::WeeklyLimit));
}

#[test]
fn a_restart_of_a_fatal_error_is_told_once_and_ordinary_actions_never() {
    let stop = |why, stage| {
        let name = AgentName::new("ann").unwrap();
        let action = Action::Stop { name, run: Some(RunId(1)), pane: None, stage, why };
        notice(&recorded(EntryKind::Action, "end ann", json!(action))).map(|notice| notice.event)
    };
    let fatal = || Why::Fatal { row: "fatal".to_owned() };
    assert_eq!(stop(fatal(), StopStage::Terminate), Some(NotifyEvent::Fatal));
    assert_eq!(stop(fatal(), StopStage::Kill), None);
    assert_eq!(stop(Why::Asked, StopStage::Terminate), None);
    assert_eq!(notice(&recorded(EntryKind::Request, "up", json!({}))), None);
}

/// Every alarm that a decision raises has a word of its own, or is meant to be told as `other`.
#[test]
fn the_known_keys_are_distinct() {
    let mut keys: Vec<&str> = ALARMS.iter().map(|(key, _)| *key).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), ALARMS.len());
}
