//! Can the tasks ever be done in the order that they ask for?

use crate::{Manifest, Problem, Task};

pub(super) fn check(manifest: &Manifest, problems: &mut Vec<Problem>) {
    later_phases(manifest, problems);
    circles(manifest, problems);
    for (place, task) in manifest.tasks.iter().enumerate() {
        let mut earlier = manifest.tasks.iter().take(place);
        if let Some(other) = earlier.find(|other| other.branch == task.branch) {
            let (one, other) = (other.id.to_string(), task.id.to_string());
            problems.push(Problem::BranchTwice { one, other, branch: task.branch.clone() });
        }
    }
}

/// Whose sessions the watchdog has itself.
pub const RESERVED: [&str; 2] = ["watchdog", "watchdog-control"];

/// What nobody may begin, and what was begun by an earlier version may have.
pub(super) fn check_new(manifest: &Manifest, problems: &mut Vec<Problem>) {
    for (place, task) in manifest.tasks.iter().enumerate() {
        let id = task.id.to_string();
        if RESERVED.contains(&id.as_str()) {
            let reason = "the name is reserved for the watchdog: choose another".to_owned();
            problems.push(Problem::Name { task: format!("`{id}`"), reason });
        }
        if task.branch == manifest.base {
            problems.push(Problem::BranchIsBase { task: id, branch: task.branch.clone() });
        }
        problems.extend(manifest.tasks.iter().take(place).find_map(|other| inside(other, task)));
    }
}

fn later_phases(manifest: &Manifest, problems: &mut Vec<Problem>) {
    let phase = |place: usize| manifest.phases.get(place).map_or("", |it| it.name.as_str());
    for task in &manifest.tasks {
        for on in task.depends_on.iter().filter_map(|on| manifest.tasks.get(*on)) {
            if on.phase > task.phase {
                problems.push(Problem::LaterPhase {
                    task: task.id.to_string(),
                    phase: phase(task.phase).to_owned(),
                    on: on.id.to_string(),
                    later: phase(on.phase).to_owned(),
                });
            }
        }
    }
}

/// Each circle once, from the task of it that the file names first.
fn circles(manifest: &Manifest, problems: &mut Vec<Problem>) {
    let mut told: Vec<usize> = Vec::new();
    for start in 0..manifest.tasks.len() {
        if told.contains(&start) {
            continue;
        }
        if let Some(path) = way_back(manifest, start) {
            let names = |place: &usize| manifest.tasks.get(*place).map(|it| it.id.to_string());
            problems.push(Problem::Circle { path: path.iter().filter_map(names).collect() });
            told.extend(path);
        }
    }
}

/// The shortest way from a task over those that it waits for back to itself.
fn way_back(manifest: &Manifest, start: usize) -> Option<Vec<usize>> {
    let mut from: Vec<Option<usize>> = vec![None; manifest.tasks.len()];
    let mut next = std::collections::VecDeque::from([start]);
    while let Some(place) = next.pop_front() {
        for &on in &manifest.tasks.get(place)?.depends_on {
            if on == start {
                return Some(path(&from, start, place));
            }
            if let Some(seen) = from.get_mut(on).filter(|seen| seen.is_none()) {
                *seen = Some(place);
                next.push_back(on);
            }
        }
    }
    None
}

fn path(from: &[Option<usize>], start: usize, last: usize) -> Vec<usize> {
    let mut path = vec![start];
    let mut at = last;
    while at != start {
        path.insert(0, at);
        at = from.get(at).copied().flatten().unwrap_or(start);
    }
    path.insert(0, start);
    path
}

/// Why two tasks cannot have their branches side by side: git keeps a branch as a file, and `a/b` in a folder `a`.
fn inside(first: &Task, second: &Task) -> Option<Problem> {
    let is_in = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
    };
    let (branch, next) = (&first.branch, &second.branch);
    let (outer, inner) = match (is_in(next, branch), is_in(branch, next)) {
        (true, _) => (branch.clone(), next.clone()),
        (_, true) => (next.clone(), branch.clone()),
        (false, false) => return None,
    };
    let (one, other) = (first.id.to_string(), second.id.to_string());
    Some(Problem::BranchInside { one, other, outer, inner })
}
