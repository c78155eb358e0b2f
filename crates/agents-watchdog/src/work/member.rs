//! Which members does the fleet have beside those of its file? The tasks that have a session.

use agents_config::{Agent, Backend, Fleet, Kind, PromptSource, Watch};
use agents_names::{AgentName, BackendName, SessionName};
use agents_tasks::prompt::prompt;
use agents_tasks::{Progress, Stage, Task};

use super::board::{Board, Held};

/// The fleet with the tasks that have, or are to have, a session.
#[must_use]
pub fn with_tasks(fleet: &Fleet, board: &Board) -> Fleet {
    let mut fleet = fleet.clone();
    for held in &board.works {
        for (task, progress) in held.manifest.tasks.iter().zip(&held.work.tasks) {
            if progress.stage.has_session()
                && let Some(agent) = member(&fleet, held, task, progress)
            {
                // A file that gives its name to another one waits for its end.
                let is_other = |name: &AgentName, session: &SessionName| {
                    *name != agent.name && *session != agent.session
                };
                fleet.agents.retain(|it| is_other(&it.name, &it.session));
                let prefix = fleet.session_prefix.clone();
                fleet.services.retain(|it| is_other(&it.name, &prefix.session_of(&it.name)));
                let missing = || Backend::missing(agent.backend.clone());
                fleet.backends.entry(agent.backend.clone()).or_insert_with(missing);
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
    // What stood in for the backend of a task goes with it.
    let Fleet { agents, backends, .. } = &mut fleet;
    let is_used = |name: &BackendName| agents.iter().any(|agent| agent.backend == *name);
    backends.retain(|name, backend| !backend.is_missing() || is_used(name));
    fleet
}

/// The agent or service that has the name of a task, or its session, in words.
#[must_use]
pub fn namesake(fleet: &Fleet, task: &AgentName) -> Option<String> {
    let session = fleet.session_prefix.session_of(task);
    let agent = fleet.agents.iter().find(|it| it.name == *task || it.session == session);
    let service = fleet.service(task).map(|it| ("service", &it.name));
    let (what, name) = agent.map(|it| ("agent", &it.name)).or(service)?;
    Some(format!(
        "the {what} `{name}` of the config has the name or the session of the task `{task}`"
    ))
}

/// The backend that runs a task. What is under way keeps the one that it was started with; else it is the task's own, the
/// manifest's, that of its attempt before, that of `[defaults]`, or the only one of the fleet.
///
/// # Errors
/// Why there is none, and what may be done about it.
pub(super) fn backend(
    fleet: &Fleet,
    held: &Held,
    task: &Task,
    progress: &Progress,
) -> Result<BackendName, String> {
    let known: Vec<&str> = fleet.backends.keys().map(BackendName::as_str).collect();
    let find = |name: &str| fleet.backends.keys().find(|it| it.as_str() == name).cloned();
    let kept = progress.backend.as_deref();
    if let Some(kept) = kept.filter(|_| is_under_way(&progress.stage)) {
        return find(kept).ok_or_else(|| gone(kept, task));
    }
    if let Some(wanted) = task.backend.as_deref().or(held.manifest.rules.backend.as_deref()) {
        return find(wanted).ok_or_else(|| {
            format!("the config has no backend `{wanted}`; it has {}", known.join(", "))
        });
    }
    let usual = || fleet.default_backend.clone();
    let choice = kept.and_then(find).or_else(usual).or_else(|| match known.as_slice() {
        [only] => find(only),
        _ => None,
    });
    choice.ok_or_else(|| match known.as_slice() {
        [] => "the config has no backend to run it".to_owned(),
        _ => undecided(&known, task),
    })
}

pub(super) fn is_under_way(stage: &Stage) -> bool {
    !matches!(stage, Stage::Waiting { .. } | Stage::Over)
}

fn gone(kept: &str, task: &Task) -> String {
    let id = &task.id;
    format!(
        "the config has no backend `{kept}` any more: put it back, or end the task with `agents tasks cancel {id}`"
    )
}

fn undecided(known: &[&str], task: &Task) -> String {
    format!(
        "it names no backend, and the config has several ({}): set `backend` in `[defaults]` of the config, or run it with `--backend NAME` or `backend` in its manifest (one that was handed in already ends with `agents tasks cancel {}`)",
        known.join(", "),
        task.id
    )
}

/// A member must have one while its program may run; where nobody knows which, one that nobody declared.
fn backend_of_member(
    fleet: &Fleet,
    held: &Held,
    task: &Task,
    progress: &Progress,
) -> Option<BackendName> {
    let kept = || BackendName::new(progress.backend.as_deref().unwrap_or("unknown")).ok();
    backend(fleet, held, task, progress).ok().or_else(kept)
}

fn member(fleet: &Fleet, held: &Held, task: &Task, progress: &Progress) -> Option<Agent> {
    Some(Agent {
        name: task.id.clone(),
        session: fleet.session_prefix.session_of(&task.id),
        kind: Kind::Task,
        backend: backend_of_member(fleet, held, task, progress)?,
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
