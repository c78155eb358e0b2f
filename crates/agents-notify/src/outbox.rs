//! What is one target still owed, and when is the next try? Pure: time and outcomes are handed in.

use std::time::Duration;

use crate::{Failure, Message, Notice};

#[cfg(test)]
mod tests;

/// So many notices are kept in words; later ones are counted.
const KEPT: usize = 40;
const HOUR_MS: i64 = 3_600_000;
/// The pause after the first try that failed; it doubles.
const FIRST_PAUSE_MS: i64 = 2_000;
const LONGEST_PAUSE_MS: i64 = 15 * 60_000;

/// How a target may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    pub group: Duration,
    /// Messages within an hour.
    pub rate: u32,
    pub retries: u32,
}

/// What one target is owed. Stored, so that a watchdog that was killed owes it still; what was sent and not stored as
/// sent is sent again.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Outbox {
    waiting: Vec<Notice>,
    /// Those that came when `waiting` was full.
    more: u64,
    /// When the first of those that wait came, in milliseconds of the wall clock.
    since_ms: i64,
    /// When the messages of the last hour went out.
    sent_ms: Vec<i64>,
    sending: Option<Sending>,
    trouble: Option<Trouble>,
}

/// What has gone wrong since the target was last told something.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Trouble {
    /// When the first try failed, in milliseconds of the wall clock.
    pub since_ms: i64,
    /// Tries that failed since.
    pub tries: u32,
    /// Why the last one did.
    pub reason: String,
}

/// The message that is on its way.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Sending {
    message: Message,
    /// Tries that failed.
    failed: u32,
    /// When the next try is due.
    due_ms: i64,
}

/// What is to be done for a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Nothing is owed.
    Rest,
    /// Something is due then, in milliseconds of the wall clock.
    Wait(i64),
    /// Send this now, and tell [`Outbox::sent`] or [`Outbox::failed`].
    Send(Message),
}

/// A message whose words nobody will send any more. How much it held is told with the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenUp {
    pub message: Message,
    pub tries: u32,
    pub reason: String,
}

impl Outbox {
    /// Takes a notice up.
    pub fn add(&mut self, notice: Notice, now_ms: i64) {
        if self.waiting.is_empty() {
            self.since_ms = now_ms;
        }
        if self.waiting.len() < KEPT {
            self.waiting.push(notice);
        } else {
            self.more += 1;
        }
    }

    /// What is to be done now. A message that is under way is answered with [`Next::Send`] again: the caller knows
    /// whether it has begun with it.
    pub fn next(&mut self, rules: Rules, now_ms: i64) -> Next {
        if self.sending.is_none() {
            let Some(due_ms) = self.opens_at(rules, now_ms) else { return Next::Rest };
            if due_ms > now_ms {
                return Next::Wait(due_ms);
            }
            self.begin(now_ms);
        }
        match &self.sending {
            // A clock that was set back must not hold a message up.
            Some(sending) if sending.due_ms > now_ms && sending.due_ms - now_ms <= HOUR_MS => {
                Next::Wait(sending.due_ms)
            }
            Some(sending) => Next::Send(sending.message.clone()),
            None => Next::Rest,
        }
    }

    /// When those that wait may go out; `None` when none does.
    fn opens_at(&mut self, rules: Rules, now_ms: i64) -> Option<i64> {
        if self.waiting.is_empty() {
            return None;
        }
        let group_ms = i64::try_from(rules.group.as_millis()).unwrap_or(HOUR_MS);
        let grouped_at = self.since_ms.min(now_ms).saturating_add(group_ms);
        self.sent_ms.retain(|sent| *sent <= now_ms && now_ms - sent < HOUR_MS);
        let rate = rules.rate.max(1) as usize;
        let over = self.sent_ms.len().checked_sub(rate);
        let allowed_at = over.map_or(i64::MIN, |oldest| self.sent_ms[oldest] + HOUR_MS);
        Some(grouped_at.max(allowed_at))
    }

    fn begin(&mut self, now_ms: i64) {
        let notices = std::mem::take(&mut self.waiting);
        let more = std::mem::take(&mut self.more);
        self.sent_ms.push(now_ms);
        let message = Message { notices, more, is_test: false };
        self.sending = Some(Sending { message, failed: 0, due_ms: now_ms });
    }

    /// The message got through; the trouble that this ends is answered.
    pub fn sent(&mut self) -> Option<Trouble> {
        self.sending = None;
        self.trouble.take()
    }

    /// The message did not get through; it is owed still, unless that is answered.
    pub fn failed(&mut self, failure: &Failure, rules: Rules, now_ms: i64) -> Option<GivenUp> {
        let sending = self.sending.as_mut()?;
        sending.failed += 1;
        let tries = sending.failed;
        let trouble = self.trouble.get_or_insert_with(|| Trouble {
            since_ms: now_ms,
            tries: 0,
            reason: String::new(),
        });
        trouble.tries += 1;
        failure.reason().clone_into(&mut trouble.reason);
        let asked = match failure {
            Failure::Passing { wait, .. } if tries <= rules.retries => wait.unwrap_or_default(),
            Failure::Passing { reason, .. } | Failure::Lasting { reason } => {
                let reason = reason.clone();
                let message = self.sending.take()?.message;
                self.more += message.notices.len() as u64 + message.more;
                return Some(GivenUp { message, tries, reason });
            }
        };
        let asked_ms = i64::try_from(asked.as_millis()).unwrap_or(HOUR_MS);
        let doubled = FIRST_PAUSE_MS << (tries - 1).min(20);
        sending.due_ms = now_ms + doubled.min(LONGEST_PAUSE_MS).max(asked_ms);
        None
    }

    /// What is wrong with the way to the target; `None` when the last try got through.
    #[must_use]
    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// When the next try is due, in milliseconds of the wall clock; `None` where none is before something else happens.
    #[must_use]
    pub fn next_try_ms(&self) -> Option<i64> {
        self.sending.as_ref().map(|sending| sending.due_ms)
    }

    /// How many notices are owed.
    #[must_use]
    pub fn owed(&self) -> u64 {
        let of = |message: &Message| message.notices.len() as u64 + message.more;
        self.waiting.len() as u64
            + self.more
            + self.sending.as_ref().map_or(0, |sending| of(&sending.message))
    }
}
