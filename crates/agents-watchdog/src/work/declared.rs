//! Which work do the tasks of the config file make, and what becomes of it when the file changes?

use std::path::{Path, PathBuf};

use agents_config::{Fleet, Tasks};
use agents_tasks::progress::Now;
use agents_tasks::revise::{Revised, revise};
use agents_tasks::{Stage, Work};

use super::board::{Board, Header, Held};

/// What the work is called, if no manifest has that name.
const NAME: &str = "fleet";

/// Takes up what the file says; whether that is news.
///
/// # Errors
/// Why it cannot be carried out; the board is as it was.
pub(super) fn take_up(board: &mut Board, fleet: &Fleet, now: Now) -> Result<bool, String> {
    let place = board.works.iter().position(|held| held.header.declared);
    let before = place.and_then(|place| board.works.get(place));
    let parts = before.map(|held| (held.header.source.as_str(), &held.manifest, &held.work));
    let tasks = fleet.tasks.as_ref();
    let revised = revise(parts, tasks.map(|tasks| tasks.source.as_str()), now)?;
    let repository = repository(tasks, before);
    match (revised, place) {
        (None, None) => Ok(false),
        (None, Some(place)) => {
            board.works.remove(place);
            Ok(true)
        }
        (Some(Revised { source, manifest, mut work }), place) => {
            free(board, &manifest)?;
            if let Some(before) = before.filter(|before| before.header.repository != repository) {
                stay(&mut work, &before.header.repository);
            }
            let header = match place.and_then(|place| board.works.get(place)) {
                Some(held) => Header { source, repository, ..held.header.clone() },
                None => Header {
                    name: board.free_name(NAME),
                    source,
                    is_json: true,
                    began_ms: now.wall_ms,
                    repository,
                    declared: true,
                },
            };
            let held = Held { header, manifest, work };
            let is_news = match place.and_then(|place| board.works.get_mut(place)) {
                Some(slot) => std::mem::replace(slot, held.clone()) != held,
                None => {
                    board.add(held);
                    true
                }
            };
            Ok(is_news)
        }
    }
}

fn repository(tasks: Option<&Tasks>, before: Option<&Held>) -> PathBuf {
    let of_before = || before.map(|held| held.header.repository.clone()).unwrap_or_default();
    tasks.map_or_else(of_before, |tasks| tasks.repository.clone())
}

/// What has a branch goes on in the repository that has it.
fn stay(work: &mut Work, repository: &Path) {
    for progress in &mut work.tasks {
        let is_under_way = !matches!(progress.stage, Stage::Waiting { .. } | Stage::Over);
        if is_under_way || progress.start.is_some() {
            progress.repository.get_or_insert_with(|| repository.to_string_lossy().into_owned());
        }
    }
}

/// A manifest that was handed in may have taken a name before the file did.
fn free(board: &Board, manifest: &agents_tasks::Manifest) -> Result<(), String> {
    for held in board.works.iter().filter(|held| !held.header.declared) {
        for (task, it) in held.manifest.tasks.iter().zip(&held.work.tasks) {
            if !it.state.is_over() && manifest.task(task.id.as_str()).is_some() {
                let (id, name, state) = (&task.id, &held.header.name, it.state.word());
                return Err(format!(
                    "`{name}` has a task `{id}`, which is {state}: those of the config wait until it is at its end; cancel it, or rename one"
                ));
            }
        }
    }
    Ok(())
}
