//! Who is asked up, and what is to come of that?

use agents_names::AgentName;

use super::{Answers, chosen};
use crate::Why;
use crate::conversation::Which;
use crate::draft::{Declared, Draft};
use crate::life::{Ending, Life, set, taken};
use crate::request::{Answer, OneOffs, Verb};
use crate::sequence::Sequence;
use crate::state::Wanted;

/// How those that are asked up are to be started.
pub(super) struct Start<'a> {
    pub one_offs: &'a OneOffs,
    pub which: &'a Which,
}

/// Asks up whom the verb names, or all that are enabled.
pub(super) fn up(
    draft: &mut Draft<'_>,
    names: &[AgentName],
    whole: bool,
    start: &Start<'_>,
) -> Answers {
    if whole {
        draft.next.wanted = Wanted::Up;
        take_up_again(draft);
    }
    let chosen = chosen(draft, names, whole);
    let complete = draft.next.sequence.as_ref().is_some_and(Sequence::is_complete);
    let mut answers = Answers::new();
    for what in chosen {
        let name = what.name();
        if !whole && what.is_of_manifest(draft.fleet) && is_going_down(draft) {
            // Its manifest may have asked in the very moment. It is asked for again once the fleet is up.
            let said = "the whole fleet is being taken down; `agents up` takes up its tasks again";
            answers.insert(name.clone(), Some(Answer::Failed(said.to_owned())));
            continue;
        }
        want_up(draft, name, start.one_offs);
        if whole && what.is_of_manifest(draft.fleet) && is_at_its_end(draft, name) {
            continue;
        }
        if whole && what.is_loop() && complete {
            let said = "the phase sequence is complete; `agents phase set` goes back".to_owned();
            answers.insert(name.clone(), Some(Answer::Waiting(said)));
            continue;
        }
        let answer = ask_up(draft, what);
        want_conversation(draft, name, start.which, answer.as_ref());
        answers.insert(name.clone(), answer);
    }
    answers
}

/// Whether everything is to be down, and is not yet.
fn is_going_down(draft: &Draft<'_>) -> bool {
    draft.next.open.iter().any(|open| matches!(open.verb, Verb::Down { whole: true, .. }))
        && draft.next.wanted == Wanted::Down
}

/// Sessions of a person's own that `down` let go are watched over again; they are neither started nor waited for.
fn take_up_again(draft: &mut Draft<'_>) {
    for what in draft.declared() {
        let is_there = draft.seen.members.get(what.name());
        let is_there = is_there.is_some_and(|seen| taken(draft, what, seen).is_some());
        let member = draft.member(what.name());
        let is_down = matches!(member.life, Life::Stopped { how: Ending::Asked, .. });
        if is_there && !what.enabled() && is_down {
            member.wanted = Wanted::Unsaid;
        }
    }
}

/// What runs is left in its conversation, and what fails now is not started.
pub(super) fn want_conversation(
    draft: &mut Draft<'_>,
    name: &AgentName,
    which: &Which,
    answer: Option<&Answer>,
) {
    let is_to_start = answer.is_none();
    draft.member(name).conversations.next =
        if is_to_start { which.clone() } else { Which::default() };
}

/// The operator's last word decides with what later starts are made, too.
pub(super) fn want_up(draft: &mut Draft<'_>, name: &AgentName, one_offs: &OneOffs) {
    let member = draft.member(name);
    member.wanted = Wanted::Up;
    member.one_off = one_offs.get(name).cloned().unwrap_or_default();
    member.pilot.begin_anew();
}

/// Whether the run of a task is over, or may be: what comes of that its manifest decides, and nobody runs it again who asks
/// for the fleet. One that `down` cut off goes on.
fn is_at_its_end(draft: &Draft<'_>, name: &AgentName) -> bool {
    let runs = is_seen_alive(draft, name);
    match draft.next.members.get(name).map(|member| &member.life) {
        Some(Life::Up { .. } | Life::Missing { .. }) => !runs,
        // A start that a killed watchdog sent may have begun, and ended, unseen, or is about to end.
        Some(Life::Starting { .. }) => true,
        Some(Life::Stopped { how, .. }) => {
            matches!(how, Ending::Ended(_) | Ending::Failed(_)) && !runs
        }
        Some(Life::Stopping { why, .. }) => *why != Why::Asked,
        Some(Life::Due { .. } | Life::Parked { .. }) | None => false,
    }
}

/// What is to be answered at once; `None` while it is to start.
pub(super) fn ask_up(draft: &mut Draft<'_>, what: Declared<'_>) -> Option<Answer> {
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
            Sequence::Running { .. } | Sequence::Finishing { .. } | Sequence::Complete { .. } => {}
        }
    }
    let runs = is_seen_alive(draft, what.name());
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

fn is_seen_alive(draft: &Draft<'_>, name: &AgentName) -> bool {
    let pane = draft.seen.members.get(name).and_then(|seen| seen.pane.known());
    pane.is_some_and(|pane| pane.dead.is_none())
}
