//! Can the tasks ever be done in the order that they ask for?

use crate::{Manifest, Problem};

pub(super) fn check(manifest: &Manifest, problems: &mut Vec<Problem>) {
    later_phases(manifest, problems);
    circles(manifest, problems);
    branches(manifest, problems);
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

fn branches(manifest: &Manifest, problems: &mut Vec<Problem>) {
    for (place, task) in manifest.tasks.iter().enumerate() {
        let mut earlier = manifest.tasks.iter().take(place);
        if let Some(other) = earlier.find(|other| other.branch == task.branch) {
            problems.push(Problem::BranchTwice {
                one: other.id.to_string(),
                other: task.id.to_string(),
                branch: task.branch.clone(),
            });
        }
    }
}
