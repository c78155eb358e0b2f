//! Why does a task wait, in words?

use agents_decide::sentence::count;
use agents_tasks::Manifest;
use agents_tasks::schedule::Reason;

pub fn told(manifest: &Manifest, reason: &Reason) -> String {
    let id = |place: &usize| manifest.tasks.get(*place).map_or("", |task| task.id.as_str());
    match reason {
        Reason::Depends { on } => format!("it depends on {}", id(on)),
        Reason::Lost { on } => format!("it depends on {}, which is cancelled", id(on)),
        Reason::Files { with, own, theirs } if own.as_str() == theirs.as_str() => {
            format!("{} writes to {own}, too", id(with))
        }
        Reason::Files { with, own, theirs } => {
            format!("{} writes to {theirs}, which may hold its {own}", id(with))
        }
        Reason::Phase { phase, open, first } => {
            let name = manifest.phases.get(*phase).map_or("", |phase| phase.name.as_str());
            let open = u64::try_from(*open).unwrap_or(u64::MAX);
            format!(
                "`{name}` comes first, with {} that {} not at the end, {} among them",
                count(open, "task"),
                if open == 1 { "is" } else { "are" },
                id(first)
            )
        }
        Reason::Full { limit } => {
            format!("{} {} at once", count(u64::from(*limit), "task"), runs(*limit))
        }
        Reason::Account { name } => format!("the account `{name}` is inside a usage window"),
    }
}

fn runs(count: u32) -> &'static str {
    if count == 1 { "runs" } else { "run" }
}
