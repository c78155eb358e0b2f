//! How is a line of the journal shown?

use agents_store::Recorded;
use chrono::{DateTime, Local, NaiveDate, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::render::row::one_line;

/// As a row for a person: time, with the date when it is not `today`, what it is about, kind and sentence.
pub fn line(event: &Recorded, today: NaiveDate) -> String {
    let at = time(event).with_timezone(&Local);
    let format = if at.date_naive() == today { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" };
    let subject = event.entry.subject.as_deref().unwrap_or("fleet");
    let (text, _) = body(event);
    let kind = event.entry.kind.as_str();
    // An alarm names whom it is about, since it is also told elsewhere.
    let text = text.strip_prefix(&format!("{subject}: ")).unwrap_or(&text);
    one_line(&format!("{} {subject} {kind} {text}", at.format(format)))
}

/// As `agents.event/1`.
pub fn json(event: &Recorded) -> Value {
    let (text, detail) = body(event);
    json!({
        "schema": "agents.event/1",
        "seq": event.seq,
        "epoch": event.epoch,
        "at": time(event).to_rfc3339_opts(SecondsFormat::Millis, true),
        "tick": event.entry.tick,
        "subject": event.entry.subject,
        "kind": event.entry.kind.as_str(),
        "text": text,
        "detail": detail,
    })
}

/// The date of today on this machine.
pub fn today() -> NaiveDate {
    Local::now().date_naive()
}

fn time(event: &Recorded) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(event.entry.at_wall_ms).unwrap_or_default()
}

fn body(event: &Recorded) -> (String, Value) {
    let mut body: Value = serde_json::from_str(&event.entry.body).unwrap_or_default();
    let text = body["text"].as_str().map_or_else(|| event.entry.body.clone(), str::to_owned);
    (text, body["detail"].take())
}
