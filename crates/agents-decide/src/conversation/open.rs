//! With which conversation does the next run begin?

use agents_config::{Agent, Backend, PromptDelivery};
use agents_names::PhaseId;

use super::{Conversation, ConversationNote, Found, KnownBy, Opening, Which, id, owner};
use crate::draft::Draft;
use crate::{MemberSeen, RunId, Why};

/// A run that is about to be started.
pub(crate) struct Start<'a> {
    pub backend: &'a Backend,
    pub phase: Option<&'a PhaseId>,
    pub run: RunId,
    pub why: &'a Why,
}

/// Decides how the run begins, and remembers it.
pub(crate) fn open(
    draft: &mut Draft<'_>,
    agent: &Agent,
    seen: &MemberSeen,
    start: &Start<'_>,
) -> Opening {
    let which = std::mem::take(&mut draft.member(&agent.name).conversations.next);
    let continues = agent.resume && can_continue(start.backend);
    if continues {
        heed_file(draft, agent, seen, start, which == Which::Own);
    }
    let is_lost = continues && which == Which::Own && is_lost(draft, agent, start);
    let id = match which {
        Which::This(id) => Some(id).filter(|id| is_possible(draft, agent, start, id)),
        Which::Fresh => None,
        Which::Own if continues => own(draft, agent, start),
        Which::Own => None,
    };
    match id {
        Some(id) => {
            take_up(draft, agent, start, id.clone(), KnownBy::Given);
            if let Some(taken) = draft.member(&agent.name).conversations.of_mut(&id) {
                taken.refused = None;
                taken.phase = start.phase.cloned();
            }
            Opening::Resumed(id)
        }
        None => match begin(draft, agent, start) {
            Opening::Unnamed if is_lost => Opening::Unknown,
            opening => opening,
        },
    }
}

/// Whether the last run had a conversation that this one would have continued, had anything told its id.
fn is_lost(draft: &mut Draft<'_>, agent: &Agent, start: &Start<'_>) -> bool {
    let goes_on = match start.why {
        Why::Asked => agent.kind != agents_config::Kind::Task,
        Why::Gone { .. }
        | Why::ServerLost
        | Why::Fatal { .. }
        | Why::Stall { .. }
        | Why::ParkedRetry
        | Why::Retry { .. } => true,
        // Another program, another phase, or a refusal: a new conversation is what is meant.
        Why::New
        | Why::Mismatch { .. }
        | Why::Phase { .. }
        | Why::SequenceComplete
        | Why::Refused { .. } => false,
    };
    let member = draft.member(&agent.name);
    let last = member.program.as_ref().filter(|last| last.backend == start.backend.name);
    let is_unnamed =
        last.is_some_and(|it| matches!(it.opening, Opening::Unnamed | Opening::Unknown));
    goes_on && is_unnamed && member.conversations.current.is_none()
}

/// Only there the command line has a place for it.
fn can_continue(backend: &Backend) -> bool {
    backend.supports_resume && backend.prompt_delivery == PromptDelivery::Arg
}

/// Whether this start can continue a conversation that the operator names: only the program that keeps it knows it.
fn is_possible(draft: &mut Draft<'_>, agent: &Agent, start: &Start<'_>, id: &str) -> bool {
    let entry = draft.member(&agent.name).conversations.of(id);
    can_continue(start.backend) && entry.is_none_or(|it| it.backend == start.backend.name)
}

/// A new conversation. Without an id of ours there is none to continue until something tells it: never an older one.
fn begin(draft: &mut Draft<'_>, agent: &Agent, start: &Start<'_>) -> Opening {
    let names = start.backend.session_flag.is_some();
    if !names || start.backend.prompt_delivery != PromptDelivery::Arg {
        draft.member(&agent.name).conversations.current = None;
        return Opening::Unnamed;
    }
    let id = id::new(&draft.fleet.state_dir(), &agent.name, start.run, &draft.now);
    take_up(draft, agent, start, id.clone(), KnownBy::Chosen);
    Opening::Named(id)
}

fn take_up(draft: &mut Draft<'_>, agent: &Agent, start: &Start<'_>, id: String, known: KnownBy) {
    let found = Found { backend: &start.backend.name, phase: start.phase, run: start.run };
    let entry = found.entry(id, known, &draft.now);
    draft.member(&agent.name).conversations.take_up(entry);
}

/// The id file is written by people and their programs: what is new in it wins over what is remembered.
fn heed_file(
    draft: &mut Draft<'_>,
    agent: &Agent,
    seen: &MemberSeen,
    start: &Start<'_>,
    counts: bool,
) {
    let Some(id) = seen.resume_id.clone() else { return };
    let conversations = &mut draft.member(&agent.name).conversations;
    if conversations.given.as_ref() == Some(&id) {
        return;
    }
    conversations.given = Some(id.clone());
    if let Some(whose) = owner(draft, &agent.name, &id).cloned() {
        let note = ConversationNote::Anothers { id, whose };
        draft.alarm_of(Some(&agent.name), "conversation", note);
        return;
    }
    draft.calm(Some(&agent.name), "conversation");
    if counts {
        take_up(draft, agent, start, id.clone(), KnownBy::Given);
        if let Some(taken) = draft.member(&agent.name).conversations.of_mut(&id) {
            taken.known = KnownBy::Given;
            taken.refused = None;
        }
    }
}

/// The agent's own conversation, when this run may continue it.
fn own(draft: &mut Draft<'_>, agent: &Agent, start: &Start<'_>) -> Option<String> {
    let own = draft.next.members.get(&agent.name)?.conversations.own()?.clone();
    if own.refused.is_some() || own.backend != start.backend.name {
        return None;
    }
    if own.known == KnownBy::Given {
        return Some(own.id);
    }
    // A task that is asked for once more begins anew; so does another phase.
    let is_task = agent.kind == agents_config::Kind::Task;
    if own.phase.as_ref() != start.phase || (is_task && *start.why == Why::Asked) {
        return None;
    }
    if lets_go(draft, agent, &own, start.why) {
        draft.note(&agent.name, ConversationNote::LetGo { id: own.id });
        return None;
    }
    Some(own.id)
}

/// Whether continuing it did not help: it led to an error that it cannot leave, or to a stall, twice in a row.
fn lets_go(draft: &mut Draft<'_>, agent: &Agent, own: &Conversation, why: &Why) -> bool {
    let (now, healthy) = (draft.now.at, draft.fleet.timing.healthy_after);
    let member = draft.member(&agent.name);
    let was_healthy = member.began.is_some_and(|(_, began)| now.since(began) >= healthy);
    let Some(own) = member.conversations.of_mut(&own.id) else { return false };
    match why {
        Why::Fatal { .. } | Why::Stall { .. } => {
            own.ailing = if was_healthy { 1 } else { own.ailing.saturating_add(1) };
            own.ailing > 1
        }
        Why::Asked
        | Why::New
        | Why::Gone { .. }
        | Why::ServerLost
        | Why::Mismatch { .. }
        | Why::Phase { .. }
        | Why::SequenceComplete
        | Why::ParkedRetry
        | Why::Refused { .. }
        | Why::Retry { .. } => false,
    }
}
