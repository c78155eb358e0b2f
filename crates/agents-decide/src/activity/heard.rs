//! Does it work, as far as can be told without its screen? Its processes use the processor, its log grows.

use std::time::Duration;

use agents_config::{Agent, Backend};

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
    watch_log(state, backend, seen.log_age, now, &mut notes);
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

/// Whether the log alone makes the agent active.
pub(super) fn watch_log(
    next: &mut ActivityState,
    backend: &Backend,
    log_age: Option<Duration>,
    now: Now,
    notes: &mut Vec<ActivityNote>,
) -> bool {
    let Some(age) = log_age else { return false };
    // The log says exactly when the program last wrote, also between two looks.
    let written =
        Moment(now.at.0.saturating_sub(u64::try_from(age.as_millis()).unwrap_or(u64::MAX)));
    // The same age, measured a little earlier or later within a look, is no growth.
    if next.evidence_at.is_none_or(|known| written.since(known) >= MEASURED_WITHIN) {
        notes.push(ActivityNote::LogGrows);
    }
    next.evidence(written);
    backend.footer_ui && age <= backend.log_grace
}
