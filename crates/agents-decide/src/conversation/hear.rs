//! In which conversation is the program that runs, and does it refuse the one it was to continue?

use std::time::Duration;

use agents_config::Agent;

use super::{ConversationNote, Found, KnownBy, Opening, owner};
use crate::draft::{Declared, Draft};
use crate::life::{Life, begin_stop};
use crate::{MemberSeen, RunId};

/// A program says soon that it does not know a conversation; later rows are the conversation's own.
const REFUSES_WITHIN: Duration = Duration::from_secs(20);

/// One look at an agent that runs.
pub(crate) fn hear(draft: &mut Draft<'_>, agent: &Agent, seen: &MemberSeen) {
    let Life::Up { since, run: Some(run) } = draft.member(&agent.name).life.clone() else { return };
    let program = draft.member(&agent.name).program.clone();
    let Some(program) = program.filter(|program| program.run == run) else { return };
    if let Some(id) = &seen.conversation {
        told(draft, agent, &program, id);
    }
    let is_early = draft.now.at.since(since) < REFUSES_WITHIN;
    if let (Opening::Resumed(id), true, true) = (&program.opening, is_early, draft.seen.supervised)
    {
        refused_on_screen(draft, agent, seen, run, id);
    }
}

fn told(draft: &mut Draft<'_>, agent: &Agent, program: &crate::Program, id: &str) {
    let own = draft.member(&agent.name).conversations.own();
    if own.is_some_and(|own| own.id == id && own.run == program.run) {
        return;
    }
    if let Some(whose) = owner(draft, &agent.name, id).cloned() {
        let id = id.to_owned();
        draft.note(&agent.name, ConversationNote::Anothers { id, whose });
        return;
    }
    let phase = draft.phase_of(Declared::Agent(agent));
    let found = Found { backend: &program.backend, phase: phase.as_ref(), run: program.run };
    let entry = found.entry(id.to_owned(), KnownBy::Told, &draft.now);
    draft.member(&agent.name).conversations.take_up(entry);
}

/// Some programs do not end when they refuse: they offer a list, or begin a conversation that nobody asked for.
fn refused_on_screen(
    draft: &mut Draft<'_>,
    agent: &Agent,
    seen: &MemberSeen,
    run: RunId,
    id: &str,
) {
    let Some(screen) = seen.screen.known() else { return };
    let texts = &draft.fleet.backend_of(agent).resume_refused;
    let Some(how) = super::close::refusal(texts, id, &screen.rows) else { return };
    let why = super::close::refuse(draft, Declared::Agent(agent), id, super::Refusal::Said(how));
    begin_stop(draft, Declared::Agent(agent), Some(run), why.clone(), Some(why));
}
