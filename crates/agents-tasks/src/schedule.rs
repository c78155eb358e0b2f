//! Which tasks may start now, and why does each other one wait?

mod told;

use std::collections::BTreeMap;

use crate::{Claim, Manifest, TaskState};

/// What bounds a start apart from the manifest itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The smaller of this and the manifest's own counts.
    pub max_parallel: Option<u32>,
    /// Accounts that are inside a usage window.
    pub held_accounts: Vec<String>,
    /// The places of tasks that no backend can run, and why.
    pub nobody_runs: BTreeMap<usize, String>,
    /// What tasks of other manifests write to in the same repository, while they are under way.
    pub elsewhere: Vec<Busy>,
}

/// What a task of another manifest writes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    pub work: String,
    pub task: String,
    pub claim: Claim,
}

/// What is to be done about a task now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Start,
    Waits(Vec<Reason>),
    /// A session of it is there.
    UnderWay,
    /// Its last attempt failed; it is somebody's to say whether there is another.
    Failed,
    /// It is at its end.
    Over,
}

/// Why a task waits. Tasks are places in [`Manifest::tasks`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It depends on one that is not done.
    Depends { on: usize },
    /// It depends on one that nobody will do.
    Lost { on: usize },
    /// One that runs, or starts now, writes to what it writes to.
    Files { with: usize, own: Claim, theirs: Claim },
    /// One of another manifest that is under way writes to what it writes to.
    Elsewhere { with: Busy, own: Claim },
    /// So many tasks of an earlier phase are not at their end; this is the first.
    Phase { phase: usize, open: usize, first: usize },
    /// As many run as may.
    Full { limit: u32 },
    /// Its account is inside a usage window.
    Account { name: String },
    /// Nothing says which backend runs it, or the one that it names is not there.
    Backend { why: String },
}

/// The verdict of each task, in the manifest's order. `states` has one for each task.
///
/// Of those that may start, the one of the larger priority comes first, then the one that stands first. A task that fails
/// keeps those waiting that depend on it, and its phase open.
#[must_use]
pub fn schedule(manifest: &Manifest, states: &[TaskState], bounds: &Bounds) -> Vec<Verdict> {
    let state = |place: usize| states.get(place).copied().unwrap_or_default();
    let mut verdicts: Vec<Verdict> =
        (0..manifest.tasks.len()).map(|place| standing(state(place))).collect();
    let mut running: Vec<usize> =
        (0..manifest.tasks.len()).filter(|place| state(*place).is_under_way()).collect();
    for place in by_priority(manifest) {
        if !state(place).is_waiting() {
            continue;
        }
        let reasons = reasons(manifest, states, (bounds, &running), place);
        let verdict = if reasons.is_empty() {
            running.push(place);
            Verdict::Start
        } else {
            Verdict::Waits(reasons)
        };
        if let Some(slot) = verdicts.get_mut(place) {
            *slot = verdict;
        }
    }
    verdicts
}

fn standing(state: TaskState) -> Verdict {
    match state {
        TaskState::Running | TaskState::Stuck => Verdict::UnderWay,
        TaskState::Error => Verdict::Failed,
        TaskState::Complete | TaskState::PrOpen | TaskState::Merged | TaskState::Cancelled => {
            Verdict::Over
        }
        TaskState::Pending | TaskState::Blocked => Verdict::Waits(Vec::new()),
    }
}

fn by_priority(manifest: &Manifest) -> Vec<usize> {
    let mut places: Vec<usize> = (0..manifest.tasks.len()).collect();
    places.sort_by_key(|place| {
        let task = manifest.tasks.get(*place);
        task.map(|task| (task.phase, std::cmp::Reverse(task.priority)))
    });
    places
}

/// Everything that keeps a task from starting; the last only where nothing else does.
fn reasons(
    manifest: &Manifest,
    states: &[TaskState],
    (bounds, running): (&Bounds, &[usize]),
    place: usize,
) -> Vec<Reason> {
    let Some(task) = manifest.tasks.get(place) else { return Vec::new() };
    let state = |place: usize| states.get(place).copied().unwrap_or_default();
    let mut reasons: Vec<Reason> = gate(manifest, states, task.phase).into_iter().collect();
    for &on in &task.depends_on {
        match state(on) {
            on_state if on_state.is_done() => {}
            TaskState::Cancelled => reasons.push(Reason::Lost { on }),
            _ => reasons.push(Reason::Depends { on }),
        }
    }
    reasons.extend(running.iter().filter_map(|&with| shared(manifest, place, with)));
    reasons.extend(bounds.elsewhere.iter().find_map(|with| {
        let own = task.files.iter().find(|own| own.overlaps(&with.claim))?.clone();
        Some(Reason::Elsewhere { with: with.clone(), own })
    }));
    let account = task.account.as_ref().filter(|name| bounds.held_accounts.contains(name));
    reasons.extend(account.map(|name| Reason::Account { name: name.clone() }));
    let nobody = bounds.nobody_runs.get(&place);
    reasons.extend(nobody.map(|why| Reason::Backend { why: why.clone() }));
    let limit = [bounds.max_parallel, manifest.max_parallel].into_iter().flatten().min();
    if let Some(limit) = limit.filter(|limit| running.len() >= *limit as usize)
        && reasons.is_empty()
    {
        reasons.push(Reason::Full { limit });
    }
    reasons
}

/// What keeps a whole phase waiting.
fn gate(manifest: &Manifest, states: &[TaskState], phase: usize) -> Option<Reason> {
    let is_open = |place: &usize| {
        let earlier = manifest.tasks.get(*place).is_some_and(|task| task.phase < phase);
        earlier && !states.get(*place).copied().unwrap_or_default().is_over()
    };
    let open: Vec<usize> = (0..manifest.tasks.len()).filter(is_open).collect();
    let first = *open.first()?;
    let phase = manifest.tasks.get(first)?.phase;
    Some(Reason::Phase { phase, open: open.len(), first })
}

/// What both write to.
pub(crate) fn shared(manifest: &Manifest, place: usize, with: usize) -> Option<Reason> {
    let (task, other) = (manifest.tasks.get(place)?, manifest.tasks.get(with)?);
    task.files.iter().find_map(|own| {
        let theirs = other.files.iter().find(|theirs| own.overlaps(theirs))?;
        Some(Reason::Files { with, own: own.clone(), theirs: theirs.clone() })
    })
}

#[cfg(test)]
pub(crate) mod tests;
