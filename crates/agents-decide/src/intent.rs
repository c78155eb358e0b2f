//! What has the operator asked for, and has it happened?

use std::collections::BTreeMap;

use agents_config::OneOff;
use agents_names::{AgentName, PhaseId};

use crate::conversation::Which;
use crate::delivery::{MessageKind, Went, closed, keep_for_next_start, lose, owe, owe_now, settle};
use crate::draft::{Declared, Draft};
use crate::life::{Ending, Life, begin_stop, set, taken};
use crate::request::{Answer, Request, RequestId, SendTerms, Verb};
use crate::sentence::messages_kept;
use crate::sequence::Sequence;
use crate::state::{OpenRequest, Wanted};
use crate::{MessageNote, Moment, Seen, Why};

mod answers;
mod started;
mod up;

pub(crate) use answers::close;
use up::{Start, ask_up, up, want_conversation, want_up};

/// Takes up the requests that no earlier tick has seen.
pub(crate) fn take(draft: &mut Draft<'_>) {
    let requests = draft.seen.requests.clone();
    for request in requests {
        if request.id > draft.next.last_request {
            draft.next.last_request = request.id;
            begin(draft, request);
        }
    }
}

fn begin(draft: &mut Draft<'_>, request: Request) {
    let answers = match &request.verb {
        Verb::Up { names, whole, one_offs, which } => {
            up(draft, names, *whole, &Start { one_offs, which })
        }
        Verb::Down { names, whole } => down(draft, names, *whole),
        Verb::Restart { names, one_offs, which } => {
            restart(draft, names, &Start { one_offs, which })
        }
        Verb::Phase { to } => phase(draft, to),
        Verb::Send { name, text, terms } => send(draft, request.id, name, (text, *terms)),
        Verb::Pilot { names, on } => pilot(draft, names, *on),
        // Who they are is known when the terminals are seen.
        Verb::DownUndeclared | Verb::StopWatchdog => BTreeMap::new(),
    };
    let OpenRequest { id, verb, since, answers } =
        OpenRequest { id: request.id, verb: request.verb, since: draft.now.at, answers };
    draft.next.open.push(OpenRequest { id, verb, since, answers });
}

type Answers = BTreeMap<AgentName, Option<Answer>>;

/// The declared members that a verb names, or all that are enabled.
fn chosen<'a>(draft: &Draft<'a>, names: &[AgentName], whole: bool) -> Vec<Declared<'a>> {
    let declared = draft.declared().into_iter();
    declared
        .filter(|what| if whole { what.enabled() } else { names.contains(what.name()) })
        .collect()
}

fn down(draft: &mut Draft<'_>, names: &[AgentName], whole: bool) -> Answers {
    if whole {
        draft.next.wanted = Wanted::Down;
    }
    crate::left::want_down(draft, names, whole);
    let declared = draft.declared();
    // Agents before services: an agent may need its service to end well.
    let chosen: Vec<_> =
        declared.into_iter().rev().filter(|what| whole || names.contains(what.name())).collect();
    let mut answers = Answers::new();
    for what in chosen {
        draft.member(what.name()).wanted = Wanted::Down;
        draft.member(what.name()).one_off = OneOff::default();
        draft.member(what.name()).conversations.next = Which::default();
        settle(draft, what);
        lose(draft, what.name());
        keep_for_next_start(draft.member(what.name()));
        let kept = draft.member(what.name()).mailbox.queue.len();
        if let Ok(count @ 1..) = u32::try_from(kept) {
            draft.note(what.name(), MessageNote::Kept { count });
        }
        answers.insert(what.name().clone(), ask_down(draft, what));
    }
    answers
}

fn ask_down(draft: &mut Draft<'_>, what: Declared<'_>) -> Option<Answer> {
    let since = draft.now.at;
    let seen = &draft.seen.members[what.name()];
    let (present, leftovers) = (seen.pane.known(), seen.processes.known().is_some());
    if let Some(reason) = taken(draft, what, seen).filter(|_| !leftovers)
        && !matches!(draft.next.members[what.name()].life, Life::Stopping { .. })
    {
        // Nothing of ours runs there. It is let go: what was never ended must not keep the fleet from being down.
        set(draft, what, Life::Stopped { since, how: Ending::Asked });
        return Some(Answer::Done(reason));
    }
    let run = present.and_then(|pane| pane.run);
    match draft.member(what.name()).life.clone() {
        Life::Stopping { .. } => {
            if let Life::Stopping { then, .. } = &mut draft.member(what.name()).life {
                *then = None;
            }
        }
        Life::Stopped { .. } | Life::Due { .. } | Life::Parked { .. }
            if present.is_none() && !leftovers && !matches!(seen.pane, Seen::Unknown(_)) =>
        {
            let life = &draft.member(what.name()).life;
            let owed = match life {
                Life::Due { .. } => Some("the start that was due is taken back".to_owned()),
                Life::Parked { .. } => Some("it is not tried any more".to_owned()),
                Life::Stopped { .. }
                | Life::Starting { .. }
                | Life::Up { .. }
                | Life::Missing { .. }
                | Life::Stopping { .. } => None,
            };
            // Who was down as asked has been so since then.
            if !matches!(life, Life::Stopped { how: Ending::Asked, .. }) {
                set(draft, what, Life::Stopped { since, how: Ending::Asked });
            }
            let kept = draft.member(what.name()).mailbox.queue.len() as u64;
            let kept = (kept > 0).then(|| messages_kept(kept));
            let said: Vec<String> = owed.into_iter().chain(kept).collect();
            return Some(match said.is_empty() {
                true => Answer::NotRunning,
                false => Answer::NotRunningWith(said.join("; ")),
            });
        }
        Life::Starting { run, .. } => begin_stop(draft, what, Some(run), Why::Asked, None),
        Life::Stopped { .. }
        | Life::Due { .. }
        | Life::Parked { .. }
        | Life::Up { .. }
        | Life::Missing { .. } => begin_stop(draft, what, run, Why::Asked, None),
    }
    None
}

fn restart(draft: &mut Draft<'_>, names: &[AgentName], start: &Start<'_>) -> Answers {
    let mut answers = Answers::new();
    for what in chosen(draft, names, false) {
        let seen = &draft.seen.members[what.name()];
        let unstartable = seen.unstartable.clone().or_else(|| taken(draft, what, seen));
        want_up(draft, what.name(), start.one_offs);
        settle(draft, what);
        let member = draft.member(what.name());
        member.budget.reset();
        let answer = match (unstartable, member.life.clone()) {
            (Some(reason), _) => Some(Answer::Failed(reason)),
            (None, Life::Up { run, .. } | Life::Missing { run, .. }) => {
                begin_stop(draft, what, run, Why::Asked, Some(Why::Asked));
                None
            }
            (None, Life::Starting { run, .. }) => {
                begin_stop(draft, what, Some(run), Why::Asked, Some(Why::Asked));
                None
            }
            (
                None,
                Life::Stopping { .. }
                | Life::Stopped { .. }
                | Life::Due { .. }
                | Life::Parked { .. },
            ) => {
                let run = draft.seen.members[what.name()].pane.known().map(|pane| pane.run);
                match run {
                    Some(run) if !changes_phase(draft, what) => {
                        begin_stop(draft, what, run, Why::Asked, Some(Why::Asked));
                        None
                    }
                    Some(_) | None => ask_up(draft, what),
                }
            }
        };
        want_conversation(draft, what.name(), start.which, answer.as_ref());
        answers.insert(what.name().clone(), answer);
    }
    answers
}

fn phase(draft: &mut Draft<'_>, to: &PhaseId) -> Answers {
    if draft.fleet.loop_plan.is_some() {
        // Before the first tick of a fleet there is no position to leave.
        let from =
            draft.next.sequence.as_ref().map_or(to, crate::sequence::Sequence::phase).clone();
        draft.calm(None, "complete");
        draft.calm(None, "position");
        crate::sequence::begin_move(draft, from, to.clone(), false);
    }
    Answers::new()
}

fn send(
    draft: &mut Draft<'_>,
    id: RequestId,
    name: &AgentName,
    (text, terms): (&str, SendTerms),
) -> Answers {
    let unseen = draft.seen.members.get(name).and_then(|seen| match &seen.pane {
        Seen::Unknown(cause) => Some(cause.clone()),
        Seen::Known(_) | Seen::Absent => None,
    });
    let comes = match &draft.member(name).life {
        Life::Up { .. } | Life::Missing { .. } => true,
        // It is on its way, and what was accepted waits for it; to be typed at once there must be somebody.
        Life::Starting { .. } | Life::Due { .. } | Life::Stopping { then: Some(_), .. } => {
            unseen.is_some() || !terms.now
        }
        Life::Stopped { .. } | Life::Parked { .. } | Life::Stopping { then: None, .. } => false,
    };
    if let Some(agent) = draft.fleet.agent(name)
        && crate::messages::is_one_shot(draft.fleet, agent)
    {
        let reason = "its program runs once, and reads no messages";
        return Answers::from([(name.clone(), Some(Answer::Failed(reason.to_owned())))]);
    }
    let closed = draft.seen.members.get(name).filter(|_| terms.now).and_then(closed);
    let answer = match (comes, unseen) {
        (true, Some(cause)) if terms.now => {
            Some(Answer::Unseen(format!("not typed: the terminals cannot be seen ({cause})")))
        }
        (true, None) if terms.now => match closed {
            Some(reason) => Some(Answer::Failed(not_typed(reason))),
            None => {
                let until = draft.now.at.after(terms.limit());
                owe_now(draft, name, id.0, (text.to_owned(), until));
                None
            }
        },
        (true, _) => {
            owe(draft, name, MessageKind::Operator(id.0), text.to_owned());
            None
        }
        (false, Some(cause)) => Some(Answer::Unseen(format!(
            "not queued: it did not run when it was seen last, and nobody can see it now ({cause})"
        ))),
        (false, None) => {
            Some(Answer::Failed(format!("it is not running; `agents up {name}` starts it")))
        }
    };
    Answers::from([(name.clone(), answer)])
}

fn pilot(draft: &mut Draft<'_>, names: &[AgentName], on: bool) -> Answers {
    let mut answers = Answers::new();
    for what in chosen(draft, names, false) {
        let name = what.name();
        let has_one = matches!(what, Declared::Agent(agent) if agent.pilot.is_some());
        let answer = if !has_one {
            Answer::Failed("the config gives it no pilot; add `[agent.pilot]`".to_owned())
        } else {
            Answer::Done(crate::pilot::switch(draft.member(name), on).to_owned())
        };
        answers.insert(name.clone(), Some(answer));
    }
    answers
}

/// An operator's message was seen to go.
pub(crate) fn delivered(draft: &mut Draft<'_>, name: &AgentName, request: u64, evidence: Went) {
    answered(draft, name, request, &Answer::Delivered(evidence));
}

/// Nothing shows whether it went, and it is not typed again.
pub(crate) fn unproven(draft: &mut Draft<'_>, name: &AgentName, request: u64, reason: &str) {
    answered(draft, name, request, &Answer::Unseen(reason.to_owned()));
}

fn answered(draft: &mut Draft<'_>, name: &AgentName, request: u64, answer: &Answer) {
    for open in draft.next.open.iter_mut().filter(|open| open.id.0 == request) {
        open.answers.insert(name.clone(), Some(answer.clone()));
    }
}

/// The answer to a message that was to be typed at once.
fn not_typed(reason: &str) -> String {
    format!("not typed, and not queued: {reason}")
}

/// Whether it is being stopped because the phase changes.
fn changes_phase(draft: &Draft<'_>, what: Declared<'_>) -> bool {
    let sequence = draft.next.sequence.as_ref();
    what.is_loop()
        && sequence.is_some_and(|sequence| match sequence {
            Sequence::Moving { .. } | Sequence::Completing { .. } => true,
            Sequence::Running { .. } | Sequence::Finishing { .. } | Sequence::Complete { .. } => {
                false
            }
        })
}

/// Whether somebody waits for it to be up who asked after it had started: then its end is not the answer, a start is.
pub(crate) fn is_asked_up_after(draft: &Draft<'_>, name: &AgentName, since: Moment) -> bool {
    draft.next.open.iter().any(|open| {
        let is_up = matches!(open.verb, Verb::Up { .. } | Verb::Restart { .. });
        is_up && open.since > since && open.answers.get(name) == Some(&None)
    })
}
