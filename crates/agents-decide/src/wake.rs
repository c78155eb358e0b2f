//! Is it time for a scheduled nudge?

use agents_config::Agent;

use crate::delivery::{MessageKind, owe};
use crate::draft::{Declared, Draft};
use crate::{Activity, MemberSeen, Moment, account};

/// What the machine says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum WakeNote {
    /// The next wake.
    At {
        at: Moment,
    },
    /// It is due, and waits.
    Due {
        since: Moment,
        reason: String,
    },
    FileMissing,
    /// The phase sequence is complete: nobody is woken.
    Rests,
}

/// One tick of an agent that is up, and outside a usage window of its own.
pub(crate) fn step(draft: &mut Draft<'_>, agent: &Agent, seen: &MemberSeen, activity: Activity) {
    let Some(wake) = &agent.wake else {
        draft.member(&agent.name).wake_at = None;
        return;
    };
    if draft.next.sequence.as_ref().is_some_and(crate::sequence::Sequence::is_complete) {
        draft.note(&agent.name, WakeNote::Rests);
        return;
    }
    let now = draft.now.at;
    let member = draft.member(&agent.name);
    // An interval that was shortened in the file takes effect at once.
    let latest = now.after(wake.interval);
    let due = member.wake_at.map_or(latest, |due| due.min(latest));
    member.wake_at = Some(due);
    if now < due {
        draft.look_in(due.since(now));
        draft.note(&agent.name, WakeNote::At { at: due });
        return;
    }
    let is_held = account::hold(draft, Declared::Agent(agent)).is_some();
    let member = draft.member(&agent.name);
    let owed = member.mailbox.queue.iter().any(|message| message.kind == MessageKind::Wake);
    let Some(text) = &seen.wake_text else {
        member.wake_at = Some(latest);
        draft.note(&agent.name, WakeNote::FileMissing);
        let file = wake.prompt_file.display();
        let said =
            format!("wake of {} skipped: its prompt file {file} is missing or blank", agent.name);
        draft.alarm(Some(&agent.name), "wake-file", said);
        return;
    };
    let reason = match (owed, is_held, activity) {
        (true, ..) => "the last wake is not delivered yet",
        (false, true, _) => "its account is inside a usage window",
        (false, false, Activity::Active) => "it is at work",
        (false, false, Activity::Unknown) => "its screen cannot be seen",
        (false, false, Activity::Idle) => {
            member.wake_at = Some(latest);
            draft.calm(Some(&agent.name), "wake-file");
            owe(draft, &agent.name, MessageKind::Wake, text.clone());
            return;
        }
    };
    draft.note(&agent.name, WakeNote::Due { since: due, reason: reason.to_owned() });
}
