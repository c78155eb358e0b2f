//! How are the ways by which people are told spoken of, in the journal and in `status`?

use agents_notify::{Failure, GivenUp, Outbox, Trouble};
use chrono::{DateTime, Utc};

use crate::ledger::{Entry, EntryKind};

/// A target that could not be told of what it was to hear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untold {
    pub target: String,
    /// How many events it was not told of; of some only the number will be told.
    pub events: u64,
    /// When the first try failed.
    pub since: DateTime<Utc>,
    /// How many failed since.
    pub tries: u32,
    /// Why the last one did, without address or token.
    pub reason: String,
    /// `None`: not before something else is to be told.
    pub next_try: Option<DateTime<Utc>>,
}

impl Untold {
    /// `None` where the last try got through.
    pub(super) fn of(target: &str, outbox: &Outbox) -> Option<Self> {
        let trouble = outbox.trouble()?;
        Some(Self {
            target: target.to_owned(),
            events: outbox.owed(),
            since: DateTime::from_timestamp_millis(trouble.since_ms)?,
            tries: trouble.tries,
            reason: trouble.reason.clone(),
            next_try: outbox.next_try_ms().and_then(DateTime::from_timestamp_millis),
        })
    }
}

/// The first try that failed; of those that follow only the last is told.
pub(super) fn failed(target: &str, failure: &Failure, now_ms: i64) -> Entry {
    let text = format!("could not tell {target}, and tries again: {}", failure.reason());
    entry(text, serde_json::json!({ "untold": target }), now_ms)
}

/// A message of which only the number will be told.
pub(super) fn given_up(target: &str, given_up: &GivenUp, now_ms: i64) -> Entry {
    let lost = given_up.message.notices.len() as u64 + given_up.message.more;
    let text = format!(
        "gave up telling {target} of {lost} event{} after {} tr{}: {}",
        if lost == 1 { "" } else { "s" },
        given_up.tries,
        if given_up.tries == 1 { "y" } else { "ies" },
        given_up.reason
    );
    tracing::warn!("{text}");
    let ids: Vec<u64> = given_up.message.notices.iter().map(|notice| notice.id).collect();
    entry(text, serde_json::json!({ "given_up": ids }), now_ms)
}

/// The first message that got through again.
pub(super) fn over(target: &str, trouble: &Trouble, now_ms: i64) -> Entry {
    let tries = trouble.tries;
    let text = format!(
        "{target} is told again, after {tries} tr{} that failed",
        if tries == 1 { "y" } else { "ies" }
    );
    entry(text, serde_json::json!({ "told_again": target }), now_ms)
}

fn entry(text: String, detail: serde_json::Value, at_wall_ms: i64) -> Entry {
    Entry { at_wall_ms, tick: 0, subject: None, kind: EntryKind::Outcome, text, detail }
}
