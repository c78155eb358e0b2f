//! What has become of a request, and when is it answered?

use std::time::Duration;

use agents_names::{AgentName, PhaseId};

use super::started::{look_when_settled, started};
use crate::conversation::Which;
use crate::delivery::{Progress, closed, give_up, progress};
use crate::draft::Draft;
use crate::life::Life;
use crate::request::{Answer, SendTerms, Verb};
use crate::sentence::{messages_kept, strays_ended};
use crate::state::{OpenRequest, Wanted};
use crate::{Action, Seen};

/// So long after it was asked for, a message is looked after more often than the fleet.
const SENDS_WITHIN: Duration = Duration::from_secs(8);
/// How often a message is looked after that somebody waits for longer.
const PATIENT_LOOK: Duration = Duration::from_secs(1);

/// Fills in what has happened, and answers the requests that are complete.
pub(crate) fn close(draft: &mut Draft<'_>) {
    let mut open = std::mem::take(&mut draft.next.open);
    for request in &mut open {
        if request.verb == Verb::DownUndeclared && request.answers.is_empty() {
            let strays = draft.seen.undeclared.iter();
            request.answers = strays.map(|stray| (stray.name.clone(), None)).collect();
        }
        if let Verb::Phase { to } = &request.verb
            && let Some(reason) = overtaken(draft, to)
        {
            let name = loop_member(draft);
            request.answers.extend(name.map(|name| (name, Some(Answer::Failed(reason)))));
        }
        let names: Vec<AgentName> = request.answers.keys().cloned().collect();
        for name in names {
            take_back(draft, request, &name);
            if request.answers[&name].is_none() {
                let answer = answer(draft, request, &name);
                if answer == Some(Answer::Started) {
                    // A later start is not the one that the operator spoke of.
                    draft.member(&name).conversations.next = Which::default();
                }
                request.answers.insert(name, answer);
            }
        }
    }
    let (done, open): (Vec<_>, Vec<_>) =
        open.into_iter().partition(|request| is_complete(draft, request));
    if let Some(pause) = open.iter().map(|request| pause(draft, request)).min() {
        draft.look_in(pause);
        look_when_settled(draft, &open);
    }
    draft.next.open = open;
    for request in done {
        let exits = match request.verb {
            // Whoever was asked up meanwhile needs somebody to look after it.
            Verb::Down { whole, .. } => whole && !is_anybody_wanted(draft),
            Verb::StopWatchdog => true,
            Verb::Up { .. }
            | Verb::DownUndeclared
            | Verb::Restart { .. }
            | Verb::Phase { .. }
            | Verb::Send { .. }
            | Verb::Pilot { .. } => false,
        };
        let answers = request.answers.into_iter();
        let answers = answers.filter_map(|(name, answer)| Some((name, answer?))).collect();
        draft.act(Action::Reply { request: request.id, answers });
        // Where a verb drives the fleet itself there is no watchdog to end.
        if exits && draft.seen.supervised {
            draft.act(Action::Exit);
        }
    }
}

fn is_anybody_wanted(draft: &Draft<'_>) -> bool {
    draft.next.wanted == Wanted::Up
        || draft.next.members.values().any(|member| member.wanted == Wanted::Up)
}

/// How soon whoever waits for an answer wants another look. A message may wait for hours until its agent is idle.
fn pause(draft: &Draft<'_>, request: &OpenRequest) -> Duration {
    let is_message = matches!(request.verb, Verb::Send { .. });
    let is_old = draft.now.at.since(request.since) >= SENDS_WITHIN;
    if is_message && is_old { PATIENT_LOOK } else { Duration::from_millis(150) }
}

fn is_complete(draft: &Draft<'_>, request: &OpenRequest) -> bool {
    let answered = request.answers.values().all(Option::is_some);
    let moved = match &request.verb {
        Verb::Phase { to } => {
            overtaken(draft, to).is_some()
                || draft.next.sequence.as_ref().is_none_or(crate::sequence::Sequence::runs)
        }
        Verb::DownUndeclared => !matches!(draft.seen.server, Seen::Unknown(_)),
        Verb::Up { .. }
        | Verb::Down { .. }
        | Verb::Restart { .. }
        | Verb::Send { .. }
        | Verb::Pilot { .. }
        | Verb::StopWatchdog => true,
    };
    answered && moved
}

/// Who was down when the answer was noted, and was asked up before it could be given, or was started late by a request that
/// tmux had not answered, is not said to be down.
fn take_back(draft: &Draft<'_>, request: &mut OpenRequest, name: &AgentName) {
    let is_down = |answer: &Answer| {
        let plain = matches!(answer, Answer::Stopped | Answer::NotRunning);
        plain || matches!(answer, Answer::StoppedWith(_) | Answer::NotRunningWith(_))
    };
    let member = draft.next.members.get(name);
    let is_up_again = member.is_some_and(|member| {
        member.wanted != Wanted::Down || !matches!(member.life, Life::Stopped { .. })
    });
    if matches!(request.verb, Verb::Down { .. })
        && is_up_again
        && request.answers.get(name).is_some_and(|answer| answer.as_ref().is_some_and(is_down))
    {
        request.answers.insert(name.clone(), None);
    }
}

/// Why the phases will not come to the one that was asked for.
fn overtaken(draft: &Draft<'_>, to: &PhaseId) -> Option<String> {
    if draft.fleet.loop_plan.is_none() {
        return Some("the config has no phases any more".to_owned());
    }
    let phase = draft.next.sequence.as_ref().map(crate::sequence::Sequence::phase)?;
    let said = || format!("the phase was set to {phase} before {to} began");
    (phase != to).then(said)
}

/// Who speaks for the phases.
fn loop_member(draft: &Draft<'_>) -> Option<AgentName> {
    let declared = draft.declared();
    let of_loop = declared.iter().find(|what| what.is_loop());
    of_loop.or_else(|| declared.first()).map(|what| what.name().clone())
}

fn answer(draft: &mut Draft<'_>, request: &OpenRequest, name: &AgentName) -> Option<Answer> {
    let Some(member) = draft.next.members.get(name) else {
        return undeclared(draft, request, name);
    };
    match &request.verb {
        Verb::Up { .. } | Verb::Restart { .. } if moves(draft, name) => None,
        Verb::Up { .. } | Verb::Restart { .. } => started(draft, name, member, request.since),
        Verb::Down { .. } if member.wanted != Wanted::Down => {
            Some(Answer::Failed("it was asked up meanwhile".to_owned()))
        }
        Verb::Down { .. } => {
            matches!(member.life, Life::Stopped { .. }).then(|| stopped(draft, name))
        }
        Verb::DownUndeclared => undeclared(draft, request, name),
        Verb::Send { terms, .. } => sent(draft, request, *terms, name),
        Verb::Phase { .. } | Verb::Pilot { .. } | Verb::StopWatchdog => Some(Answer::Stopped),
    }
}

/// It is stopped, with what its operator may want to know of that.
fn stopped(draft: &Draft<'_>, name: &AgentName) -> Answer {
    let strays = draft.seen.members.get(name).map_or(0, |seen| seen.strays);
    let kept = draft.next.members.get(name).map_or(0, |member| member.mailbox.queue.len());
    let said = [
        (strays > 0).then(|| strays_ended(strays)),
        (kept > 0).then(|| messages_kept(kept as u64)),
    ];
    let said: Vec<String> = said.into_iter().flatten().collect();
    if said.is_empty() { Answer::Stopped } else { Answer::StoppedWith(said.join("; ")) }
}

/// Whether it starts once the phase has changed.
fn moves(draft: &Draft<'_>, name: &AgentName) -> bool {
    draft.next.sequence.as_ref().is_some_and(|sequence| sequence.awaits(name))
}

/// What has become of a message that was not delivered.
fn sent(
    draft: &mut Draft<'_>,
    request: &OpenRequest,
    terms: SendTerms,
    name: &AgentName,
) -> Option<Answer> {
    let late = draft.now.at.since(request.since) >= terms.limit();
    let progress = progress(&draft.next.members.get(name)?.mailbox, request.id.0);
    let refused = terms.now.then(|| draft.seen.members.get(name).and_then(closed)).flatten();
    match (progress, &draft.seen.server, refused) {
        (Progress::Dropped, _, _) => Some(Answer::Failed(
            "dropped before it was typed: the agent was taken down, or its phase changed"
                .to_owned(),
        )),
        (Progress::Untyped, _, None) if !terms.now && is_down(draft, name) => Some(
            Answer::Waiting("it was taken down; the message is kept for its next start".to_owned()),
        ),
        (Progress::Untyped, _, Some(reason)) => Some(refuse(draft, name, request, reason)),
        (Progress::Untyped | Progress::UnderWay, _, _) if !late => None,
        (Progress::Untyped, _, None) if terms.now => {
            let reason = why_waiting(draft, name);
            Some(refuse(draft, name, request, &reason))
        }
        (Progress::Untyped | Progress::UnderWay, Seen::Unknown(cause), _) => Some(Answer::Unseen(
            format!("queued, and typed once the terminals can be seen again ({cause})"),
        )),
        (Progress::Untyped | Progress::UnderWay, Seen::Known(_) | Seen::Absent, _) => {
            Some(Answer::Waiting(why_waiting(draft, name)))
        }
    }
}

/// Whether nothing starts it but the operator.
fn is_down(draft: &Draft<'_>, name: &AgentName) -> bool {
    draft.next.members.get(name).is_some_and(|member| {
        member.wanted == Wanted::Down && matches!(member.life, Life::Stopped { .. })
    })
}

/// What was to be typed at once is not left in the queue.
fn refuse(draft: &mut Draft<'_>, name: &AgentName, request: &OpenRequest, reason: &str) -> Answer {
    give_up(&mut draft.member(name).mailbox, request.id.0);
    Answer::Failed(super::not_typed(reason))
}

fn why_waiting(draft: &Draft<'_>, name: &AgentName) -> String {
    let said = draft.noted(Some(name)).find_map(|note| match note {
        crate::Note::Message(crate::MessageNote::Waits { reason, .. }) => Some(reason.clone()),
        crate::Note::Message(crate::MessageNote::Stuck { .. }) => {
            Some("it is typed, but was not taken".to_owned())
        }
        crate::Note::Message(crate::MessageNote::Behind { .. }) => Some(
            "it stands in the composer behind a text of somebody's, and is not submitted with it"
                .to_owned(),
        ),
        _ => None,
    });
    said.unwrap_or_else(|| "it is under way".to_owned())
}

fn undeclared(draft: &Draft<'_>, request: &OpenRequest, name: &AgentName) -> Option<Answer> {
    let gone = !draft.seen.undeclared.iter().any(|it| it.name == *name);
    let declared = matches!(request.verb, Verb::DownUndeclared);
    match (declared, gone) {
        (true, _) if matches!(draft.seen.server, Seen::Unknown(_)) => None,
        (true, true) => Some(Answer::Stopped),
        (true, false) => None,
        // The file was edited while the request was under way.
        (false, _) => Some(Answer::Failed("the config no longer declares it".to_owned())),
    }
}
