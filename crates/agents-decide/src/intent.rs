//! What has the operator asked for, and has it happened?

use std::collections::BTreeMap;
use std::time::Duration;

use agents_names::{AgentName, PhaseId};

use crate::delivery::{MessageKind, drop_all, owe};
use crate::draft::{Declared, Draft};
use crate::life::{Ending, Life, begin_stop, set};
use crate::request::{Answer, Request, RequestId, Verb};
use crate::sentence::Telling;
use crate::sequence::Sequence;
use crate::state::{OpenRequest, Wanted};
use crate::{Action, MessageNote, Moment, Note, Seen, Why};

/// How long a started program must live for the start to count: one that dies at once has failed.
const SETTLED: Duration = Duration::from_millis(400);
/// How long an operator's message may take before the answer is "later".
const SEND_WITHIN: Duration = Duration::from_secs(8);

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
        Verb::Up { names, whole } => up(draft, names, *whole),
        Verb::Down { names, whole } => down(draft, names, *whole),
        Verb::Restart { names } => restart(draft, names),
        Verb::Phase { to } => phase(draft, to),
        Verb::Send { name, text } => send(draft, request.id, name, text),
        Verb::DownUndeclared => {
            draft.seen.undeclared.iter().map(|it| (it.name.clone(), None)).collect()
        }
        Verb::StopWatchdog => BTreeMap::new(),
    };
    let OpenRequest { id, verb, since, answers } =
        OpenRequest { id: request.id, verb: request.verb, since: draft.now.at, answers };
    draft.next.open.push(OpenRequest { id, verb, since, answers });
}

type Answers = BTreeMap<AgentName, Option<Answer>>;

fn up(draft: &mut Draft<'_>, names: &[AgentName], whole: bool) -> Answers {
    if whole {
        draft.next.wanted = Wanted::Up;
    }
    let chosen = chosen(draft, names, whole);
    let complete = draft.next.sequence.as_ref().is_some_and(crate::sequence::Sequence::is_complete);
    let mut answers = Answers::new();
    for what in chosen {
        let name = what.name();
        draft.member(name).wanted = Wanted::Up;
        if whole && what.is_loop() && complete {
            let said = "the phase sequence is complete; `agents phase set` goes back".to_owned();
            answers.insert(name.clone(), Some(Answer::Waiting(said)));
            continue;
        }
        answers.insert(name.clone(), ask_up(draft, what));
    }
    answers
}

/// The declared members that a verb names, or all that are enabled.
fn chosen<'a>(draft: &Draft<'a>, names: &[AgentName], whole: bool) -> Vec<Declared<'a>> {
    let declared = draft.declared().into_iter();
    declared
        .filter(|what| if whole { what.enabled() } else { names.contains(what.name()) })
        .collect()
}

fn ask_up(draft: &mut Draft<'_>, what: Declared<'_>) -> Option<Answer> {
    let at = draft.now.at;
    if what.is_loop()
        && let Some(sequence) = &mut draft.next.sequence
    {
        match sequence {
            // It starts with the others, once all have stopped.
            Sequence::Moving { restart, .. } => {
                if !restart.contains(what.name()) {
                    restart.push(what.name().clone());
                }
                return None;
            }
            Sequence::Completing { .. } => {
                let said = "the phase sequence is just being completed; ask again".to_owned();
                return Some(Answer::Waiting(said));
            }
            Sequence::Running { .. } | Sequence::Complete { .. } => {}
        }
    }
    let runs = draft
        .seen
        .members
        .get(what.name())
        .is_some_and(|seen| seen.pane.known().is_some_and(|pane| pane.dead.is_none()));
    let member = draft.member(what.name());
    let life = member.life.clone();
    match life {
        Life::Stopping { .. } => {
            if let Life::Stopping { then, .. } = &mut member.life {
                *then = Some(Why::Asked);
            }
            None
        }
        Life::Starting { .. } => None,
        Life::Up { .. } if runs => Some(Answer::AlreadyRunning),
        Life::Stopped { .. } | Life::Due { .. } | Life::Parked { .. } if runs => {
            set(draft, what, Life::Stopped { since: at, how: Ending::Asked });
            Some(Answer::AlreadyRunning)
        }
        Life::Up { .. } | Life::Missing { .. } => None,
        Life::Stopped { .. } | Life::Due { .. } | Life::Parked { .. } => {
            member.budget.reset();
            for key in ["parked", "start", "unstartable"] {
                draft.calm(Some(what.name()), key);
            }
            set(draft, what, Life::Due { at, why: Why::Asked });
            None
        }
    }
}

fn down(draft: &mut Draft<'_>, names: &[AgentName], whole: bool) -> Answers {
    if whole {
        draft.next.wanted = Wanted::Down;
    }
    let declared = draft.declared();
    // Agents before services: an agent may need its service to end well.
    let chosen: Vec<_> =
        declared.into_iter().rev().filter(|what| whole || names.contains(what.name())).collect();
    let mut answers = Answers::new();
    for what in chosen {
        draft.member(what.name()).wanted = Wanted::Down;
        drop_all(draft.member(what.name()));
        answers.insert(what.name().clone(), ask_down(draft, what));
    }
    answers
}

fn ask_down(draft: &mut Draft<'_>, what: Declared<'_>) -> Option<Answer> {
    let since = draft.now.at;
    let seen = &draft.seen.members[what.name()];
    let (present, leftovers) = (seen.pane.known(), seen.processes.known().is_some());
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
            set(draft, what, Life::Stopped { since, how: Ending::Asked });
            return Some(Answer::NotRunning);
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

fn restart(draft: &mut Draft<'_>, names: &[AgentName]) -> Answers {
    let mut answers = Answers::new();
    for what in chosen(draft, names, false) {
        let unstartable = draft.seen.members[what.name()].unstartable.clone();
        let member = draft.member(what.name());
        member.wanted = Wanted::Up;
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

fn send(draft: &mut Draft<'_>, id: RequestId, name: &AgentName, text: &str) -> Answers {
    let running = matches!(draft.member(name).life, Life::Up { .. } | Life::Missing { .. });
    let answer = if running {
        owe(draft, name, MessageKind::Operator(id.0), text.to_owned());
        None
    } else {
        Some(Answer::Failed("it is not running".to_owned()))
    };
    Answers::from([(name.clone(), answer)])
}

/// An operator's message was seen to go.
pub(crate) fn delivered(draft: &mut Draft<'_>, name: &AgentName, request: u64) {
    for open in draft.next.open.iter_mut().filter(|open| open.id.0 == request) {
        open.answers.insert(name.clone(), Some(Answer::Delivered));
    }
}

/// Fills in what has happened, and answers the requests that are complete.
pub(crate) fn close(draft: &mut Draft<'_>) {
    let mut open = std::mem::take(&mut draft.next.open);
    for request in &mut open {
        let names: Vec<AgentName> = request.answers.keys().cloned().collect();
        for name in names {
            if request.answers[&name].is_none() {
                let answer = answer(draft, request, &name);
                request.answers.insert(name, answer);
            }
        }
    }
    let (done, open): (Vec<_>, Vec<_>) =
        open.into_iter().partition(|request| is_complete(draft, request));
    if !open.is_empty() {
        draft.look_in(Duration::from_millis(150));
    }
    draft.next.open = open;
    for request in done {
        let exits = matches!(request.verb, Verb::Down { whole: true, .. } | Verb::StopWatchdog);
        let answers = request.answers.into_iter();
        let answers = answers.filter_map(|(name, answer)| Some((name, answer?))).collect();
        draft.act(Action::Reply { request: request.id, answers });
        if exits {
            draft.act(Action::Exit);
        }
    }
}

fn is_complete(draft: &Draft<'_>, request: &OpenRequest) -> bool {
    let answered = request.answers.values().all(Option::is_some);
    let moved = match &request.verb {
        Verb::Phase { to } => draft
            .next
            .sequence
            .as_ref()
            .is_none_or(|sequence| sequence.runs() && sequence.phase() == to),
        Verb::Up { .. }
        | Verb::Down { .. }
        | Verb::DownUndeclared
        | Verb::Restart { .. }
        | Verb::Send { .. }
        | Verb::StopWatchdog => true,
    };
    answered && moved
}

fn answer(draft: &Draft<'_>, request: &OpenRequest, name: &AgentName) -> Option<Answer> {
    let now = draft.now.at;
    let Some(member) = draft.next.members.get(name) else {
        return undeclared(draft, request, name);
    };
    match &request.verb {
        Verb::Up { .. } | Verb::Restart { .. } if moves(draft, name) => None,
        Verb::Up { .. } | Verb::Restart { .. } => {
            started(draft, name, &member.life, request.since, now)
        }
        Verb::Down { .. } if member.wanted != Wanted::Down => {
            Some(Answer::Failed("it was asked up meanwhile".to_owned()))
        }
        Verb::Down { .. } => matches!(member.life, Life::Stopped { .. }).then_some(Answer::Stopped),
        Verb::DownUndeclared => undeclared(draft, request, name),
        Verb::Send { .. } => {
            let late = now.since(request.since) >= SEND_WITHIN;
            late.then(|| Answer::Waiting(why_waiting(draft, name)))
        }
        Verb::Phase { .. } | Verb::StopWatchdog => Some(Answer::Stopped),
    }
}

/// Whether it is being stopped because the phase changes.
fn changes_phase(draft: &Draft<'_>, what: Declared<'_>) -> bool {
    let sequence = draft.next.sequence.as_ref();
    what.is_loop()
        && sequence.is_some_and(|sequence| match sequence {
            Sequence::Moving { .. } | Sequence::Completing { .. } => true,
            Sequence::Running { .. } | Sequence::Complete { .. } => false,
        })
}

/// Whether it starts once the phase has changed.
fn moves(draft: &Draft<'_>, name: &AgentName) -> bool {
    draft.next.sequence.as_ref().is_some_and(|sequence| sequence.awaits(name))
}

fn why_waiting(draft: &Draft<'_>, name: &AgentName) -> String {
    let mut notes = draft.notes.iter().filter(|about| about.name.as_ref() == Some(name));
    let said = notes.find_map(|about| match &about.note {
        Note::Message(MessageNote::Waits { reason, .. }) => Some(reason.clone()),
        Note::Message(MessageNote::Stuck { .. }) => {
            Some("it is typed, but was not taken".to_owned())
        }
        _ => None,
    });
    said.unwrap_or_else(|| "it is under way".to_owned())
}

fn undeclared(draft: &Draft<'_>, request: &OpenRequest, name: &AgentName) -> Option<Answer> {
    let gone = !draft.seen.undeclared.iter().any(|it| it.name == *name);
    let declared = matches!(request.verb, Verb::DownUndeclared);
    match (declared, gone) {
        (true, true) => Some(Answer::Stopped),
        (true, false) => None,
        // The file was edited while the request was under way.
        (false, _) => Some(Answer::Failed("the config no longer declares it".to_owned())),
    }
}

fn started(
    draft: &Draft<'_>,
    name: &AgentName,
    life: &Life,
    asked: Moment,
    now: Moment,
) -> Option<Answer> {
    match life {
        Life::Up { since, .. } if now.since(*since) >= SETTLED => {
            let fresh = *since >= asked;
            Some(if fresh { Answer::Started } else { Answer::AlreadyRunning })
        }
        Life::Up { .. } | Life::Starting { .. } | Life::Missing { .. } | Life::Stopping { .. } => {
            None
        }
        Life::Due { why: Why::Asked | Why::Phase { .. }, .. } => None,
        Life::Due { why, .. } => {
            let telling = Telling::decided(Some(name), draft.now);
            Some(Answer::Failed(why.told(&telling)))
        }
        Life::Parked { reason, .. } => Some(Answer::Failed(reason.clone())),
        Life::Stopped { how: Ending::Failed(reason), .. } => Some(Answer::Failed(reason.clone())),
        Life::Stopped { how: Ending::Ended(how), .. } => {
            let task = draft.declared().iter().any(|what| what.name() == name && what.is_task());
            let well = task && how.starts_with("exit code 0");
            Some(if well { Answer::Started } else { Answer::Failed(how.clone()) })
        }
        Life::Stopped { how: Ending::NeverStarted | Ending::Asked, .. } => {
            Some(Answer::Failed("it was stopped meanwhile".to_owned()))
        }
    }
}
