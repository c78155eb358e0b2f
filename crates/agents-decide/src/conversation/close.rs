//! How did the run end for its conversation: can it be continued once more?

use std::time::Duration;

use super::{ConversationNote, Opening, Refusal};
use crate::draft::{Declared, Draft};
use crate::life::exit_of;
use crate::sentence::Telling;
use crate::state::Member;
use crate::{ExitSeen, MemberSeen, Moment, RunId, Why};

/// A program that ends with an error so soon has hardly begun to work.
const AT_ONCE: Duration = Duration::from_secs(10);
/// So many ends at once, one after the other, are taken for a refusal.
const TAKEN_FOR_A_REFUSAL: u8 = 2;

/// The run of a member has ended by itself. `Some`: it refused the conversation it was to continue, and starts anew for this reason.
pub(crate) fn close(
    draft: &mut Draft<'_>,
    what: Declared<'_>,
    seen: &MemberSeen,
    how: &str,
) -> Option<Why> {
    let Declared::Agent(agent) = what else { return None };
    let name = what.name();
    let member = draft.member(name);
    let run = member.last_run?;
    mark_end(member, run, || how.to_owned());
    let program = member.program.clone().filter(|program| program.run == run)?;
    let exit = exit_of(seen, Some(run));
    if exit.is_some_and(was_never_run) {
        never_began(member, run);
        return None;
    }
    let at_once = exit.is_some_and(fails_at_once);
    let Opening::Resumed(id) = program.opening else {
        if at_once {
            take_back_guess(member, run);
        }
        return None;
    };
    let texts = &draft.fleet.backend_of(agent).resume_refused;
    let said = exit.and_then(|exit| refusal(texts, &id, &exit.last_output));
    let shown = seen.screen.known().and_then(|screen| refusal(texts, &id, &screen.rows));
    if let Some(said) = said.or(shown) {
        return Some(refuse(draft, what, &id, Refusal::Said(said)));
    }
    let entry = draft.member(name).conversations.of_mut(&id)?;
    entry.failures = if at_once { entry.failures.saturating_add(1) } else { 0 };
    (entry.failures >= TAKEN_FOR_A_REFUSAL)
        .then(|| refuse(draft, what, &id, Refusal::Guessed(how.to_owned())))
}

/// The row in which the program says that it does not know the conversation.
pub(super) fn refusal(texts: &[String], id: &str, rows: &[String]) -> Option<String> {
    let mut texts = texts.iter().filter(|text| text.contains("{id}"));
    texts.find_map(|text| {
        let text = text.replace("{id}", id);
        rows.iter().find(|row| row.contains(&text)).map(|row| row.trim().to_owned())
    })
}

/// Gives a conversation up, and says why the next start begins a new one.
pub(super) fn refuse(draft: &mut Draft<'_>, what: Declared<'_>, id: &str, refusal: Refusal) -> Why {
    let name = what.name();
    let how = match &refusal {
        Refusal::Said(row) => row.clone(),
        Refusal::Guessed(how) => {
            format!("it ended at once, {TAKEN_FOR_A_REFUSAL} times in a row: {how}")
        }
    };
    let conversations = &mut draft.member(name).conversations;
    conversations.current = None;
    if let Some(entry) = conversations.of_mut(id) {
        entry.refused = Some(refusal);
    }
    let id = id.to_owned();
    // Each refusal is told, also a second one.
    draft.calm(Some(name), "refused");
    let note = ConversationNote::Refused { id: id.clone(), how };
    draft.alarm_of(Some(name), "refused", note);
    // Whoever waits for it to be up gets an answer when it is.
    let is_awaited = crate::intent::is_asked_up_after(draft, name, Moment::default());
    if is_awaited { Why::Asked } else { Why::Refused { id } }
}

/// A new conversation ends at once, too: what was taken for a refusal was something else.
fn take_back_guess(member: &mut Member, run: RunId) {
    let conversations = &mut member.conversations;
    let Some(before) = conversations.known.iter_mut().rev().find(|it| it.run != run) else {
        return;
    };
    if let Some(Refusal::Guessed(_)) = before.refused {
        before.refused = None;
        before.failures = 0;
        conversations.current = Some(before.id.clone());
    }
}

fn fails_at_once(exit: &ExitSeen) -> bool {
    let failed = exit.code.is_some_and(|code| code != 0) && exit.failure.is_none();
    failed && !exit.session_closed && exit.alive < AT_ONCE
}

/// By POSIX a shell ends so for a program that it cannot run (126) or find (127), which therefore refused nothing.
fn was_never_run(exit: &ExitSeen) -> bool {
    matches!(exit.code, Some(126 | 127)) && exit.alive < AT_ONCE
}

/// The run's program was never started: the conversation that it was to begin does not exist.
pub(crate) fn never_began(member: &mut Member, run: RunId) {
    let program = member.program.as_ref().filter(|program| program.run == run);
    let Some(Opening::Named(id)) = program.map(|program| program.opening.clone()) else { return };
    let conversations = &mut member.conversations;
    conversations.known.retain(|entry| entry.id != id);
    conversations.current.take_if(|current| *current == id);
}

/// A run is stopped.
pub(crate) fn stopped(draft: &mut Draft<'_>, what: Declared<'_>, run: Option<RunId>, why: &Why) {
    let Some(run) = run else { return };
    let name = what.name();
    let telling = Telling::decided(Some(name), draft.now);
    mark_end(draft.member(name), run, || format!("stopped, because {}", why.told(&telling)));
}

/// The run that was to be stopped goes on, and its conversation with it.
pub(crate) fn goes_on(member: &mut Member, run: Option<RunId>) {
    let conversations = &mut member.conversations;
    let Some(id) = conversations.current.clone() else { return };
    if let Some(entry) = conversations.of_mut(&id).filter(|entry| Some(entry.run) == run) {
        entry.ended = None;
    }
}

fn mark_end(member: &mut Member, run: RunId, how: impl FnOnce() -> String) {
    let conversations = &mut member.conversations;
    let Some(id) = conversations.current.clone() else { return };
    if let Some(entry) = conversations.of_mut(&id)
        && entry.run == run
        && entry.ended.is_none()
    {
        entry.ended = Some(how());
    }
}
