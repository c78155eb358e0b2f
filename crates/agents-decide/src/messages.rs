//! What is typed at agents? Fixed texts with paths and file names of the config only: no byte of a commit
//! or a screen is ever passed on to another agent.

use agents_config::{Agent, Backend, Fleet, Kind, PromptDelivery, PromptSource};

use crate::conversation::Opening;
use crate::draft::Declared;

/// The file that holds the kickoff of a session.
#[must_use]
pub fn kickoff_file(fleet: &Fleet, agent: &Agent) -> std::path::PathBuf {
    fleet.state_dir().join(format!("kickoff-{}.txt", agent.session))
}

/// Whether the kickoff of a run that begins so is typed, and not handed over with the command.
#[must_use]
pub fn is_typed(backend: &Backend, opening: &Opening) -> bool {
    match (backend.prompt_delivery, opening) {
        (PromptDelivery::Ping, _) => true,
        (PromptDelivery::Arg, Opening::Resumed(_)) => !backend.resume_takes_prompt,
        (PromptDelivery::Arg, Opening::Unnamed | Opening::Unknown | Opening::Named(_))
        | (PromptDelivery::Exec, _) => false,
    }
}

/// Whether its program reads nothing that is typed: a task that is one run of a program (`claude -p`, `codex exec`), whose
/// end says how it went.
#[must_use]
pub fn is_one_shot(fleet: &Fleet, agent: &Agent) -> bool {
    agent.kind == Kind::Task && fleet.backend_of(agent).prompt_delivery == PromptDelivery::Exec
}

/// Whether an agent has no kickoff.
pub(crate) fn is_empty(agent: &Agent) -> bool {
    matches!(&agent.prompt, PromptSource::Text(text) if text.trim().is_empty())
}

/// The line that is typed as the first message where the kickoff itself is not handed over.
pub(crate) fn kickoff_line(fleet: &Fleet, what: Declared<'_>, opening: &Opening) -> Option<String> {
    let Declared::Agent(agent) = what else { return None };
    if is_empty(agent) || !is_typed(fleet.backend_of(agent), opening) {
        return None;
    }
    let file = kickoff_file(fleet, agent);
    let file = file.display();
    Some(format!(
        "Your full kickoff prompt is in {file} — read it now with: `cat '{file}'` — then follow it exactly."
    ))
}

/// Asks for nothing but to go on, so it does no harm to an agent that is well.
pub(crate) const LOOK_AND_GO_ON: &str =
    "Watchdog probe: look where things stand, and go on where you stopped.";

pub(crate) const CLAIM: &str = "watchdog ping: the other loop pushed a gate CLAIM commit. Pull and verify the claimed gate now.";

pub(crate) const REVIEW: &str =
    "watchdog ping: the other loop pushed a verdict/finding commit. Pull the review file and act.";

pub(crate) const REWRITTEN: &str = "watchdog ping: the history of the shared branch was rewritten. \
     Pull, look for new claims and verdicts, and act on them.";

pub(crate) const FIRST: &str = "watchdog ping: the shared branch has its first commits. \
     Pull, look for claims and verdicts, and act on them.";

pub(crate) fn inbox(subdir: &str, file: &str) -> String {
    format!(
        "watchdog ping: the other loop pushed {subdir}/{file} — pull, read it, act, then delete the file \
         (commit + push) to mark it consumed."
    )
}
