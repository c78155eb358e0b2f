//! What came of the actions of a tick? A failure is told in the log, and once in the journal.

use std::collections::HashMap;
use std::mem::{Discriminant, discriminant};

use agents_decide::{Action, Now};
use agents_names::AgentName;
use agents_tmux::TmuxError;

use crate::act::some_of;
use crate::ledger::{Entry, EntryKind};

/// How an action went.
pub(crate) type Outcome = Result<(), Failure>;

/// Why an action was not carried out, as far as is known.
pub(crate) enum Failure {
    Told(String),
    /// The time limit went by; it may still take effect.
    Unheard(String),
}

impl Failure {
    pub(crate) fn of(error: TmuxError) -> Self {
        let reason = error.to_string();
        if error.is_time_out() { Self::Unheard(reason) } else { Self::Told(reason) }
    }

    fn reason(&self) -> &str {
        match self {
            Self::Told(reason) | Self::Unheard(reason) => reason,
        }
    }
}

/// Whether nobody knows whether it took effect.
pub(crate) fn is_unheard(outcome: &Outcome) -> bool {
    matches!(outcome, Err(Failure::Unheard(_)))
}

/// What failed before and why, so that the same, decided again at every tick, is told once.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    told: HashMap<(Option<AgentName>, Discriminant<Action>), String>,
    is_unheard: bool,
}

impl Failures {
    /// The failures that are not in the journal yet, as its entries.
    pub(crate) fn news(
        &mut self,
        group: &[&Action],
        outcomes: &[Outcome],
        (tick, now): (u64, Now),
    ) -> Vec<Entry> {
        let mut news = Vec::new();
        for (action, outcome) in group.iter().zip(outcomes) {
            let key = (action.about().cloned(), discriminant(*action));
            let Err(failure) = outcome else {
                self.told.remove(&key);
                continue;
            };
            let reason = failure.reason();
            if self.told.insert(key, reason.to_owned()).as_deref() != Some(reason) {
                let text = format!("could not {}: {reason}", action.told(now));
                let detail = serde_json::json!({ "action": action, "failure": reason });
                news.push(entry(action.about(), text, detail, (tick, now)));
            }
        }
        news
    }

    /// Not all of a tick was asked of tmux.
    pub(crate) fn unheard(&mut self, text: String, tick: u64, now: Now) -> Option<Entry> {
        let is_news = !std::mem::replace(&mut self.is_unheard, true);
        is_news.then(|| entry(None, text, serde_json::Value::Null, (tick, now)))
    }

    /// All of a tick was asked of tmux.
    pub(crate) fn heard(&mut self) {
        self.is_unheard = false;
    }
}

fn entry(
    about: Option<&AgentName>,
    text: String,
    detail: serde_json::Value,
    (tick, now): (u64, Now),
) -> Entry {
    Entry {
        at_wall_ms: now.wall.timestamp_millis(),
        tick,
        subject: about.map(ToString::to_string),
        kind: EntryKind::Outcome,
        text,
        detail,
    }
}

/// The next tick sees what is and decides again; the reasons are for people, each once.
pub(crate) fn tell(group: &[&Action], outcomes: &[Outcome], now: Now) {
    let mut told: Vec<(&str, Vec<&Action>)> = Vec::new();
    for (action, outcome) in group.iter().zip(outcomes) {
        let Some(reason) = outcome.as_ref().err().map(Failure::reason) else { continue };
        match told.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, actions)) => actions.push(action),
            None => told.push((reason, vec![action])),
        }
    }
    for (reason, actions) in told {
        tracing::warn!("could not {}: {reason}", some_of(&actions, now));
    }
}

#[cfg(test)]
mod tests {
    use agents_decide::{Moment, ServerSeen, Zone};

    use super::*;

    #[test]
    fn the_same_failure_is_told_once_until_the_action_succeeds() {
        let zone = Zone::Fixed(0);
        let now = Now { at: Moment(0), wall: chrono::DateTime::UNIX_EPOCH, zone };
        let action = Action::RestoreSocket { server: ServerSeen { pid: 7, start_time: 1 } };
        let mut failures = Failures::default();
        let mut told = |outcome: Outcome| {
            let news = failures.news(&[&action], &[outcome], (4, now));
            news.into_iter().map(|entry| entry.text).collect::<Vec<_>>()
        };
        let failed = |reason: &str| Err(Failure::Told(reason.to_owned()));
        let first = told(failed("no permission"));
        assert!(first[0].starts_with("could not ask the tmux server (process 7)"), "{first:?}");
        assert!(first[0].ends_with(": no permission"), "{first:?}");
        assert!(told(failed("no permission")).is_empty());
        assert_eq!(told(failed("no room")).len(), 1);
        assert!(told(Ok(())).is_empty());
        assert_eq!(told(failed("no room")).len(), 1);
    }
}
