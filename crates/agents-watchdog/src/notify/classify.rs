//! Which entry of the journal is somebody to be told of, and as what?

use agents_config::NotifyEvent;
use agents_decide::{Action, LifeNote, LimitNote, Note, PhaseNote, StopStage, Why};
use agents_notify::Notice;
use agents_store::{EntryKind, Recorded};
use chrono::TimeDelta;

use crate::harmless;

/// A window that is announced to stay closed for longer is no matter of hours.
const LONG_WINDOW: TimeDelta = TimeDelta::hours(24);
/// The longest text of a notice, in characters.
const LONGEST: usize = 1000;

/// What the entry is to be told as; `None` for all that only people who look want to know.
pub(crate) fn notice(recorded: &Recorded) -> Option<Notice> {
    let entry = &recorded.entry;
    let body: serde_json::Value = serde_json::from_str(&entry.body).ok()?;
    let detail = &body["detail"];
    let event = match entry.kind {
        EntryKind::Alarm => of_alarm(detail),
        EntryKind::Note => {
            of_note(&serde_json::from_value(detail.clone()).ok()?, entry.at_wall_ms)?
        }
        EntryKind::Action => of_action(&serde_json::from_value(detail.clone()).ok()?)?,
        EntryKind::Outcome | EntryKind::Config | EntryKind::Request => return None,
    };
    let text = harmless::text(body["text"].as_str()?).replace(['\n', '\t'], " ");
    let about = entry.subject.clone();
    Some(Notice {
        id: recorded.seq,
        event,
        text: without_name(&text, about.as_deref()).chars().take(LONGEST).collect(),
        about,
        at_wall_ms: entry.at_wall_ms,
    })
}

/// Alarms begin with the name of their agent where they stand alone.
fn without_name<'t>(text: &'t str, name: Option<&str>) -> &'t str {
    name.and_then(|name| text.strip_prefix(name)?.strip_prefix(": ")).unwrap_or(text)
}

fn of_alarm(detail: &serde_json::Value) -> NotifyEvent {
    let key = match serde_json::from_value(detail.clone()) {
        Ok(Action::Alarm { key, .. }) => key,
        // One that no decision raised.
        Ok(_) | Err(_) => detail["key"].as_str().unwrap_or_default().to_owned(),
    };
    let known = ALARMS.iter().find(|(known, _)| *known == key);
    known.map_or(NotifyEvent::Other, |(_, event)| *event)
}

/// What the keys of alarms mean; one that is not listed is told as `other`.
const ALARMS: &[(&str, NotifyEvent)] = &[
    ("asks", NotifyEvent::Asks),
    ("login", NotifyEvent::Auth),
    ("limit-stays", NotifyEvent::LimitStays),
    ("conversation", NotifyEvent::Unstartable),
    ("refused", NotifyEvent::Unstartable),
    ("limited", NotifyEvent::Limited),
    ("weekly-limit", NotifyEvent::WeeklyLimit),
    ("fatal", NotifyEvent::Fatal),
    ("parked", NotifyEvent::Parked),
    ("unstartable", NotifyEvent::Unstartable),
    ("start", NotifyEvent::Unstartable),
    ("restart", NotifyEvent::Unstartable),
    ("stuck", NotifyEvent::Undelivered),
    ("undeclared-target", NotifyEvent::Undelivered),
    ("wake-file", NotifyEvent::Undelivered),
    ("survives", NotifyEvent::Survives),
    ("lost", NotifyEvent::Server),
    ("blind", NotifyEvent::Server),
    ("handoff", NotifyEvent::Handoff),
    ("position", NotifyEvent::Phase),
    ("stranger", NotifyEvent::Unstartable),
    ("complete", NotifyEvent::Complete),
    (CONFIG_BROKEN, NotifyEvent::ConfigBroken),
];

/// The key of the alarm that the loop itself raises of a broken config.
pub(crate) const CONFIG_BROKEN: &str = "config-broken";

fn of_note(note: &Note, at_wall_ms: i64) -> Option<NotifyEvent> {
    match note {
        Note::Limit(LimitNote::Entered { until, .. }) => {
            let at = chrono::DateTime::from_timestamp_millis(at_wall_ms).unwrap_or_default();
            let is_long = until.is_some_and(|until| until - at > LONG_WINDOW);
            Some(if is_long { NotifyEvent::WeeklyLimit } else { NotifyEvent::Limited })
        }
        Note::Phase(PhaseNote::Advancing { .. }) => Some(NotifyEvent::Phase),
        Note::Life(LifeNote::NotRestarted { why: Why::Fatal { .. }, .. }) => {
            Some(NotifyEvent::Fatal)
        }
        Note::Life(_)
        | Note::Activity(_)
        | Note::Limit(_)
        | Note::Stall(_)
        | Note::Message(_)
        | Note::Wake(_)
        | Note::Pilot(_)
        | Note::Account(_)
        | Note::Login(_)
        | Note::Conversation(_)
        | Note::Phase(_)
        | Note::CannotSee { .. }
        | Note::Doubted
        | Note::TerminalsUnseen { .. }
        | Note::ServerLost
        | Note::MassVerdict { .. }
        | Note::Fatal(_)
        | Note::BranchUnread { .. }
        | Note::HandoffBegins { .. }
        | Note::HandoffNews { .. }
        | Note::Undeclared { .. }
        | Note::Answer(_)
        | Note::Asks { .. }
        | Note::Suspended { .. }
        | Note::GoesOn { .. } => None,
    }
}

fn of_action(action: &Action) -> Option<NotifyEvent> {
    match action {
        Action::Stop { why: Why::Fatal { .. }, stage: StopStage::Terminate, .. } => {
            Some(NotifyEvent::Fatal)
        }
        Action::Stop { .. }
        | Action::Start { .. }
        | Action::Type { .. }
        | Action::Submit { .. }
        | Action::Choose { .. }
        | Action::Analyze { .. }
        | Action::EndAnalysis { .. }
        | Action::RestoreSocket { .. }
        | Action::LookAgain
        | Action::WritePosition { .. }
        | Action::MarkComplete { .. }
        | Action::ClearComplete
        | Action::StopUndeclared { .. }
        | Action::Reply { .. }
        | Action::Alarm { .. }
        | Action::Exit => None,
    }
}

#[cfg(test)]
mod tests;
