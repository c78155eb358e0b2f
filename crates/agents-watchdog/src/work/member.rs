//! Which members does the fleet have beside those of its file? The tasks that have a session.

use agents_config::{Agent, Fleet, Kind, PromptSource, Watch};
use agents_names::BackendName;
use agents_tasks::prompt::prompt;
use agents_tasks::{Progress, Task};

use super::board::{Board, Held};

/// The fleet with the tasks that have, or are to have, a session.
#[must_use]
pub fn with_tasks(fleet: &Fleet, board: &Board) -> Fleet {
    let mut fleet = fleet.clone();
    for held in &board.works {
        for (task, progress) in held.manifest.tasks.iter().zip(&held.work.tasks) {
            let is_declared = fleet.agent(&task.id).is_some() || fleet.service(&task.id).is_some();
            if progress.stage.has_session()
                && !is_declared
                && let Some(agent) = member(&fleet, held, task, progress)
            {
                fleet.agents.push(agent);
            }
        }
    }
    fleet
}

/// The fleet of the file alone.
#[must_use]
pub fn without_tasks(mut fleet: Fleet, board: &Board) -> Fleet {
    let is_task =
        |agent: &Agent| agent.kind == Kind::Task && board.task(agent.name.as_str()).is_some();
    let dir = super::site::worktrees_dir(&fleet);
    // One of the file may be called like a task that has long been done.
    fleet.agents.retain(|agent| !(is_task(agent) && agent.dir.starts_with(&dir)));
    fleet
}

/// The backend that runs a task: its own, the manifest's, or the only one of the fleet.
///
/// # Errors
/// Which backends there are.
pub(super) fn backend(fleet: &Fleet, held: &Held, task: &Task) -> Result<BackendName, String> {
    let known: Vec<&str> = fleet.backends.keys().map(BackendName::as_str).collect();
    let wanted = task.backend.as_deref().or(held.manifest.rules.backend.as_deref());
    match (wanted, known.as_slice()) {
        (Some(wanted), _) => {
            let found = fleet.backends.keys().find(|name| name.as_str() == wanted);
            found.cloned().ok_or_else(|| {
                format!(
                    "{}: the config has no backend `{wanted}`; it has {}",
                    task.id,
                    known.join(", ")
                )
            })
        }
        (None, [_]) => fleet.backends.keys().next().cloned().ok_or_else(String::new),
        (None, []) => Err(format!("{}: the config has no backend to run it", task.id)),
        (None, _) => Err(format!(
            "{}: set `backend` in the manifest to one of {}",
            task.id,
            known.join(", ")
        )),
    }
}

fn member(fleet: &Fleet, held: &Held, task: &Task, progress: &Progress) -> Option<Agent> {
    Some(Agent {
        name: task.id.clone(),
        session: fleet.session_prefix.session_of(&task.id),
        kind: Kind::Task,
        backend: backend(fleet, held, task).ok()?,
        model: held.manifest.model.clone(),
        role: None,
        dir: progress.worktree.as_ref()?.into(),
        create_dir: false,
        prompt: PromptSource::Text(prompt(&held.manifest, task, progress)),
        enabled: true,
        watch: Watch::Heal,
        resume: true,
        wake: None,
        pilot: None,
        account: task.account.clone(),
        wrap: None,
        log: true,
    })
}
