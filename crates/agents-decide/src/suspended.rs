//! Was the agent's program stopped by a signal, as by SIGSTOP or Ctrl-Z? Then it neither rests nor hangs, and reads nothing.
//!
//! A person may have done that on purpose, so it is told once and left alone: nothing is typed at it, nothing is held
//! against it, and it is not ended for it. Where it cannot be told whether it was stopped, all is as if nobody had asked.

use std::time::Duration;

use agents_config::Agent;

use crate::draft::Draft;
use crate::{MemberSeen, Moment, Note, Seen};

/// One that goes on sooner need not be told of: a debugger, or a hand that slipped.
const TOLD_AFTER: Duration = Duration::from_secs(60);

/// Why nothing is typed at it, and nothing else asked of it.
pub(crate) const REASON: &str = "its program has been stopped by a signal (SIGSTOP or Ctrl-Z), and reads nothing until it goes on";

/// A program that was stopped by a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Suspended {
    /// When that was seen first.
    pub since: Moment,
    pub pid: u32,
}

/// Notes whether the agent's program is stopped. What is counted from its last sign of work begins anew when it goes on.
pub(crate) fn step(draft: &mut Draft<'_>, agent: &Agent, seen: &MemberSeen) {
    let (name, now) = (&agent.name, draft.now.at);
    let before = draft.member(name).suspended;
    if let Some(pid) = seen.suspended() {
        let known = before.filter(|before| before.pid == pid);
        let since = known.map_or(now, |before| before.since);
        draft.member(name).suspended = Some(Suspended { since, pid });
        let lasts = now.since(since);
        if lasts >= TOLD_AFTER {
            draft.alarm_of(Some(name), "suspended", Note::Suspended { pid, since });
        } else {
            draft.look_in(TOLD_AFTER.saturating_sub(lasts));
            draft.note(name, Note::Suspended { pid, since });
        }
        return;
    }
    let Some(Suspended { since, pid }) = before else { return };
    // A look that failed does not tell that it goes on.
    if matches!(seen.pane, Seen::Unknown(_)) {
        return;
    }
    let member = draft.member(name);
    member.suspended = None;
    member.activity.evidence_at = member.activity.evidence_at.max(Some(now));
    draft.calm(Some(name), "suspended");
    if seen.job.is_some_and(|job| job.pid == pid) {
        draft.note(name, Note::GoesOn { since });
    }
}
