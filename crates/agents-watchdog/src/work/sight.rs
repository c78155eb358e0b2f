//! What does a tick tell of the tasks, and how is what follows written down?

use std::path::PathBuf;

use agents_config::Fleet;
use agents_decide::Account;
use agents_names::AgentName;
use agents_tasks::schedule::{Bounds, Busy};
use agents_tasks::step::{Seat, Told};
use agents_tasks::{Claim, Manifest, Stage, TaskState};

use super::board::{Board, Held};
use super::member::{backend, is_under_way, namesake};
use super::seat::{is_closed, seat};
use crate::ledger::{Entry, EntryKind};
use crate::observe::session_of;
use crate::place::log_file;
use crate::tick::Ticked;

/// The backend that runs each task of the manifest, or why none does. `fleet`: that of the file alone.
pub(super) fn backends(held: &Held, fleet: &Fleet) -> Vec<Result<String, String>> {
    let tasks = held.manifest.tasks.iter().zip(&held.work.tasks);
    let of = |(task, progress): (&agents_tasks::Task, &agents_tasks::Progress)| match namesake(
        fleet, &task.id,
    )
    .filter(|_| !is_under_way(&progress.stage))
    {
        Some(taken) => Err(format!("{taken}: rename one of them")),
        None => backend(fleet, held, task, progress).map(|name| name.to_string()),
    };
    tasks.map(of).collect()
}

/// What the tasks of other manifests write to in the repository of this one, while they are under way.
pub(super) fn busy_elsewhere(board: &Board, place: usize) -> Vec<Busy> {
    let Some(own) = board.works.get(place) else { return Vec::new() };
    let mut busy = Vec::new();
    for (_, held) in board.works.iter().enumerate().filter(|(other, _)| *other != place) {
        for (task, progress) in held.manifest.tasks.iter().zip(&held.work.tasks) {
            let here = progress.repository.as_ref().map(PathBuf::from);
            let is_here =
                here.as_ref().unwrap_or(&held.header.repository) == &own.header.repository;
            if is_here && progress.state.is_under_way() {
                let of = |claim: &Claim| Busy {
                    work: held.header.name.clone(),
                    task: task.id.to_string(),
                    claim: claim.clone(),
                };
                busy.extend(task.files.iter().map(of));
            }
        }
    }
    busy
}

/// The accounts of the backends are those of the tasks, where they name none.
pub(super) fn with_accounts(
    manifest: &Manifest,
    backends: &[Result<String, String>],
    fleet: &Fleet,
) -> Manifest {
    let mut manifest = manifest.clone();
    for (task, backend) in manifest.tasks.iter_mut().zip(backends) {
        let of_backend = || {
            let name = backend.as_ref().ok()?;
            let found = fleet.backends.iter().find(|(known, _)| known.as_str() == name);
            found.and_then(|(_, backend)| backend.account.clone())
        };
        task.account = task.account.take().or_else(of_backend);
    }
    manifest
}

pub(super) fn entry(held: &Held, told: &Told, ticked: &Ticked) -> Entry {
    let task = held.manifest.tasks.get(told.place).map(|task| task.id.to_string());
    let state = held.work.tasks.get(told.place).map(|progress| progress.state);
    Entry {
        at_wall_ms: ticked.now.wall.timestamp_millis(),
        tick: ticked.decision.next.tick,
        subject: task,
        kind: if told.alarm { EntryKind::Alarm } else { EntryKind::Outcome },
        text: format!("task {}", told.text),
        detail: serde_json::json!({
            "key": if told.alarm { "task" } else { "" },
            "work": held.header.name,
            "before": state.map(TaskState::word),
        }),
    }
}

/// The tasks of the config file cannot be taken up.
pub(super) fn refusal(why: &str, ticked: &Ticked) -> Entry {
    Entry {
        at_wall_ms: ticked.now.wall.timestamp_millis(),
        tick: ticked.decision.next.tick,
        subject: None,
        kind: EntryKind::Alarm,
        text: format!("the tasks of the config are not taken up: {why}"),
        detail: serde_json::json!({ "key": "task" }),
    }
}

/// The last task of a manifest has come to its end: somebody may want to hear that.
pub(super) fn all_over(held: &Held, before: &agents_tasks::Work, ticked: &Ticked) -> Option<Entry> {
    if before.is_over() || !held.work.is_over() {
        return None;
    }
    let name = &held.header.name;
    let (tasks, are) = match held.work.tasks.len() {
        1 => ("the one task".to_owned(), "is"),
        count => (format!("all {count} tasks"), "are"),
    };
    Some(Entry {
        at_wall_ms: ticked.now.wall.timestamp_millis(),
        tick: ticked.decision.next.tick,
        subject: None,
        kind: EntryKind::Alarm,
        text: format!(
            "{tasks} of `{name}` {are} at the end; `agents report-run {name}` tells more"
        ),
        detail: serde_json::json!({ "key": "complete", "work": name }),
    })
}

/// What the last tick saw, and remembers.
pub(super) struct Sight<'a> {
    pub fleet: &'a Fleet,
    /// Without the tasks, and what stands in for their sake.
    pub of_file: &'a Fleet,
    pub state: &'a agents_decide::FleetState,
    pub ticked: &'a Ticked,
}

impl Sight<'_> {
    pub fn seats(&self, held: &Held) -> Vec<Seat> {
        let seen = (self.state, &self.ticked.observation, self.ticked.now);
        let tasks = held.manifest.tasks.iter().zip(&held.work.tasks);
        let of = |(task, progress): (&agents_tasks::Task, &agents_tasks::Progress)| {
            if !progress.stage.has_session() {
                return Seat::Unseen;
            }
            seat(self.fleet, seen, &task.id, (&self.log_of(&task.id), progress.log_from))
        };
        tasks.map(of).collect()
    }

    pub fn bounds(&self) -> Bounds {
        let is_held = |account: &Account| is_closed(account, self.ticked.now);
        let held = self.state.accounts.iter().filter(|(_, account)| is_held(account));
        let held_accounts = held.map(|(name, _)| name.clone()).collect();
        Bounds { held_accounts, ..Bounds::default() }
    }

    /// What an attempt prints stands behind what the ones before it printed.
    pub fn mark_logs(&self, held: &mut Held, before: &agents_tasks::Work) {
        for (place, progress) in held.work.tasks.iter_mut().enumerate() {
            let is_new = matches!(progress.stage, Stage::Starting { again: false, .. });
            let was = before.tasks.get(place).map(|it| &it.stage);
            if is_new
                && was != Some(&progress.stage)
                && let Some(task) = held.manifest.tasks.get(place)
            {
                let log = std::fs::metadata(self.log_of(&task.id));
                progress.log_from = log.map_or(0, |log| log.len());
            }
        }
    }

    fn log_of(&self, name: &AgentName) -> std::path::PathBuf {
        match session_of(self.fleet, name) {
            Some(session) => log_file(self.fleet, session),
            None => log_file(self.fleet, &self.fleet.session_prefix.session_of(name)),
        }
    }
}
