//! What was lived through, and how often?

use std::collections::BTreeMap;

use agents_tasks::Stage;

/// How often each thing happened, by its name.
#[derive(Debug, Clone, Default)]
pub struct Counts(BTreeMap<String, u64>);

impl Counts {
    pub fn note(&mut self, what: &str) {
        match self.0.get_mut(what) {
            Some(count) => *count += 1,
            None => drop(self.0.insert(what.to_owned(), 1)),
        }
    }

    pub fn of(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or_default()
    }

    pub fn add(&mut self, other: &Self) {
        for (what, count) in &other.0 {
            *self.0.entry(what.clone()).or_default() += count;
        }
    }

    /// A row each.
    pub fn told(&self) -> String {
        self.0.iter().map(|(what, count)| format!("{count:>9}  {what}\n")).collect()
    }
}

/// What a stage is called, without what it carries.
pub fn name(stage: &Stage) -> &'static str {
    match stage {
        Stage::Waiting { .. } => "waiting",
        Stage::Preparing => "preparing",
        Stage::Starting { again: false, .. } => "starting",
        Stage::Starting { again: true, .. } => "starting again",
        Stage::Working { .. } => "working",
        Stage::Ending { .. } => "ending",
        Stage::Judging => "judging",
        Stage::Pushing => "pushing",
        Stage::Opening => "opening",
        Stage::Over => "over",
    }
}
