//! Does it work, as far as can be told without its screen? Its processes use the processor, its log grows.

use std::time::Duration;

use agents_config::{Agent, Backend};
use chrono::TimeDelta;

use super::{ActivityNote, ActivityState, WORKING_SHARE};
use crate::draft::Draft;
use crate::{MemberSeen, Moment, Now, ProcessesSeen, Seen};

/// A burst of so much is work, also in a longer span; but never less than this share of it, which no idle TUI uses.
const BURST_OF: Duration = Duration::from_secs(30);
const LEAST_SHARE: f64 = 0.025;

/// Processor time is compared over at least this span: over less, one burst of an idle program looks like work.
const CPU_SPAN: Duration = Duration::from_secs(5);

/// A look takes so long at most between the reading of the clock and that of a file's age.
const MEASURED_WITHIN: Duration = Duration::from_secs(1);

/// What the processes and the log of an agent tell while its terminal cannot be seen. It settles nothing by itself; but who
/// worked meanwhile has not been idle when the terminals are back, though the same screen stands there again.
pub(crate) fn overhear(draft: &mut Draft<'_>, agent: &Agent, seen: &MemberSeen, is_accused: bool) {
    let backend = draft.fleet.backend_of(agent);
    let now = draft.now;
    let state = &mut draft.member(&agent.name).activity;
    let mut notes = Vec::new();
    watch_processes(state, (&seen.processes, is_accused), now, &mut notes);
    watch_log(state, backend, seen, now, &mut notes);
    for note in notes {
        draft.note(&agent.name, note);
    }
}

/// How many milliseconds of processor time are work in a span: how often it is looked changes little.
fn working_ms(span: Duration) -> f64 {
    let burst = WORKING_SHARE * span.min(BURST_OF).as_millis() as f64;
    burst.max(LEAST_SHARE * span.as_millis() as f64)
}

pub(super) fn watch_processes(
    next: &mut ActivityState,
    (processes, is_accused): (&Seen<ProcessesSeen>, bool),
    now: Now,
    notes: &mut Vec<ActivityNote>,
) {
    let Seen::Known(processes) = processes else { return };
    let same_set = next.processes == Some(processes.digest);
    let works = match next.cpu {
        Some((from, _)) if same_set && now.at.since(from) < CPU_SPAN => return,
        Some((from, before)) if same_set => {
            let used = processes.cpu_ms.saturating_sub(before) as f64;
            let span = now.at.since(from);
            let is_burst = is_accused && span < BURST_OF && used <= working_ms(BURST_OF);
            if is_burst {
                return;
            }
            used > working_ms(span)
        }
        Some(_) => true,
        // The first look has nothing to compare with.
        None => false,
    };
    next.cpu = Some((now.at, processes.cpu_ms));
    next.processes = Some(processes.digest);
    if works {
        next.evidence(now.at);
        notes.push(ActivityNote::ProcessesWork);
    }
}

/// What a log was dated when it was last written to, how long it was, and how the wall clock went then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LogMark {
    /// In milliseconds since 1970.
    dated: i64,
    /// By how many milliseconds the wall clock was ahead of our own.
    ahead: i64,
    /// In bytes.
    #[serde(default)]
    size: Option<u64>,
    /// When it was written by our own clock.
    #[serde(default)]
    written_at: Option<Moment>,
}

impl LogMark {
    fn of(seen: &MemberSeen, now: Now) -> Option<Self> {
        let own = i64::try_from(now.at.0).unwrap_or(i64::MAX);
        let ahead = now.wall.timestamp_millis().saturating_sub(own);
        Some(Self { dated: seen.log_dated?, ahead, size: seen.log_size, written_at: None })
    }

    /// Whether the log has another date now, and not a byte more or less: nobody wrote to it.
    fn is_only_touched(self, seen: &MemberSeen) -> bool {
        seen.log_dated != Some(self.dated) && self.size.is_some() && self.size == seen.log_size
    }

    /// Whether the log is dated so since then.
    #[must_use]
    pub fn is_of(&self, dated: i64) -> bool {
        self.dated == dated
    }

    /// The same under a wall clock that has always been so much ahead.
    #[must_use]
    pub fn under(self, ahead: TimeDelta) -> Self {
        Self { ahead: self.ahead.saturating_add(ahead.num_milliseconds()), ..self }
    }

    /// Whether the wall clock was set between the two.
    fn was_set_since(self, before: Self) -> bool {
        self.ahead.abs_diff(before.ahead) >= MEASURED_WITHIN.as_millis() as u64
    }
}

/// Whether the log alone makes the agent active.
pub(super) fn watch_log(
    next: &mut ActivityState,
    backend: &Backend,
    seen: &MemberSeen,
    now: Now,
    notes: &mut Vec<ActivityNote>,
) -> bool {
    if let Some(written) = written(next, seen, now) {
        next.log = next.log.map(|log| LogMark { written_at: Some(written), ..log });
        // The same age, measured a little earlier or later within a look, is no growth.
        if next.evidence_at.is_none_or(|known| written.since(known) >= MEASURED_WITHIN) {
            notes.push(ActivityNote::LogGrows);
        }
        next.evidence(written);
    }
    backend.footer_ui && log_age(next, seen, now).is_some_and(|age| age <= backend.log_grace)
}

/// How long ago the log was written to: its age, unless something has touched the file since.
pub(crate) fn log_age(state: &ActivityState, seen: &MemberSeen, now: Now) -> Option<Duration> {
    match state.log {
        Some(log) if log.is_only_touched(seen) => log.written_at.map(|at| now.at.since(at)),
        Some(_) | None => seen.log_age,
    }
}

/// When the log was last written, if that is news. Its age says so exactly, also between two looks; but what was written
/// before the wall clock was set has another age by it, or none, and all that is certain is that it came since the last look.
fn written(next: &mut ActivityState, seen: &MemberSeen, now: Now) -> Option<Moment> {
    let mark = LogMark::of(seen, now);
    let before = next.log;
    match (before, mark) {
        (Some(before), Some(mark)) if before.dated == mark.dated => return None,
        (Some(before), Some(_)) if before.is_only_touched(seen) => return None,
        (_, None) => {}
        (_, Some(_)) => next.log = mark,
    }
    if let (Some(before), Some(mark)) = (before, mark)
        && mark.was_set_since(before)
    {
        return Some(now.at);
    }
    let age = u64::try_from(seen.log_age?.as_millis()).unwrap_or(u64::MAX);
    Some(Moment(now.at.0.saturating_sub(age)))
}
