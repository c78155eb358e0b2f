//! Which task must wait for which, and why, before anything has run?

use crate::Manifest;
use crate::schedule::{Reason, shared};

/// One task that has to wait for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
    pub why: Why,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    Depends,
    /// Both write there; whichever is ready first runs first. The claim of the later one in the file.
    Files(String),
}

/// Dependencies, and pairs of one phase that share files and that no dependency orders.
#[must_use]
pub fn edges(manifest: &Manifest) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (to, task) in manifest.tasks.iter().enumerate() {
        let depends = task.depends_on.iter().map(|&from| Edge { from, to, why: Why::Depends });
        edges.extend(depends);
        for (from, other) in manifest.tasks.iter().enumerate().take(to) {
            if other.phase == task.phase
                && !reaches(manifest, to, from)
                && !reaches(manifest, from, to)
                && let Some(Reason::Files { own, .. }) = shared(manifest, to, from)
            {
                edges.push(Edge { from, to, why: Why::Files(own.to_string()) });
            }
        }
    }
    edges
}

/// Whether a task waits for another, itself or by others.
fn reaches(manifest: &Manifest, task: usize, on: usize) -> bool {
    let mut seen = vec![false; manifest.tasks.len()];
    let mut next = vec![task];
    while let Some(place) = next.pop() {
        if place == on {
            return true;
        }
        if let Some(seen) = seen.get_mut(place).filter(|seen| !**seen) {
            *seen = true;
            next.extend(manifest.tasks.get(place).into_iter().flat_map(|it| it.depends_on.clone()));
        }
    }
    false
}
