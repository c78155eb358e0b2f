//! Why does a task wait, in words?

use super::Reason;
use crate::Manifest;

impl Reason {
    /// In words, with the names of the manifest.
    #[must_use]
    pub fn told(&self, manifest: &Manifest) -> String {
        let id = |place: &usize| manifest.tasks.get(*place).map_or("", |task| task.id.as_str());
        match self {
            Self::Depends { on } => format!("it depends on {}", id(on)),
            Self::Lost { on } => format!("it depends on {}, which is cancelled", id(on)),
            Self::Files { with, own, theirs } if own.as_str() == theirs.as_str() => {
                format!("{} writes to {own}, too", id(with))
            }
            Self::Files { with, own, theirs } => {
                format!("{} writes to {theirs}, which may hold its {own}", id(with))
            }
            Self::Elsewhere { with, own } => {
                format!("{} of `{}` writes to {}, as its {own}", with.task, with.work, with.claim)
            }
            Self::Phase { phase, open, first } => {
                let name = manifest.phases.get(*phase).map_or("", |phase| phase.name.as_str());
                let (tasks, are) = if *open == 1 { ("task", "is") } else { ("tasks", "are") };
                format!(
                    "`{name}` comes first, with {open} {tasks} that {are} not at the end, {} among them",
                    id(first)
                )
            }
            Self::Full { limit: 1 } => "1 task runs at once".to_owned(),
            Self::Full { limit } => format!("{limit} tasks run at once"),
            Self::Account { name } => format!("the account `{name}` is inside a usage window"),
            Self::Backend { why } => why.clone(),
        }
    }

    /// Whether it waits for another task, rather than for room.
    #[must_use]
    pub fn is_of_another(&self) -> bool {
        match self {
            Self::Depends { .. }
            | Self::Lost { .. }
            | Self::Files { .. }
            | Self::Elsewhere { .. }
            | Self::Phase { .. } => true,
            Self::Full { .. } | Self::Account { .. } | Self::Backend { .. } => false,
        }
    }
}
