//! What was lived through, and how often?

use std::collections::BTreeMap;

use agents_tasks::Stage;

/// What the lives of a run live through, or else they were too easy. Stages that only follow where somebody changes his mind at
/// one instant are not listed.
const LIVED: [&str; 91] = [
    "a task claims other files",
    "a task depends on others",
    "more or fewer may run at once",
    "the file has a task again",
    "the file has a task less",
    "the file has a task more",
    "who vanished from the file is forgotten",
    "a program commits nothing",
    "a program does nothing",
    "a program fails",
    "a program is cut off",
    "a program meets a limit",
    "a program runs for ever",
    "a program says it failed",
    "a program stalls",
    "a program waits",
    "a program works",
    "a program works long",
    "a second pull request is refused",
    "a session cannot be seen",
    "a session cannot be started",
    "an account is held",
    "an end is seen late",
    "an errand fails",
    "an errand fails for good",
    "an errand hangs",
    "an errand takes effect after its watchdog was killed",
    "an errand takes effect and tells of a failure",
    "killed after the record",
    "killed after the step",
    "killed after the tick",
    "killed while it asks for sessions",
    "killed while it begins errands",
    "stage: ending to over",
    "stage: ending to preparing",
    "stage: ending to waiting",
    "stage: judging to over",
    "stage: judging to preparing",
    "stage: judging to pushing",
    "stage: judging to waiting",
    "stage: opening to over",
    "stage: opening to preparing",
    "stage: over to preparing",
    "stage: over to waiting",
    "stage: preparing to over",
    "stage: preparing to starting",
    "stage: pushing to opening",
    "stage: pushing to over",
    "stage: pushing to preparing",
    "stage: starting again to ending",
    "stage: starting again to judging",
    "stage: starting again to waiting",
    "stage: starting again to working",
    "stage: starting to ending",
    "stage: starting to judging",
    "stage: starting to over",
    "stage: starting to preparing",
    "stage: starting to starting again",
    "stage: starting to waiting",
    "stage: starting to working",
    "stage: waiting to over",
    "stage: waiting to preparing",
    "stage: working to ending",
    "stage: working to judging",
    "stage: working to over",
    "stage: working to preparing",
    "stage: working to starting again",
    "stage: working to waiting",
    "state: blocked",
    "state: cancelled",
    "state: complete",
    "state: error",
    "state: merged",
    "state: pending",
    "state: pr_open",
    "state: running",
    "state: stuck",
    "the clock jumps",
    "the disk is full",
    "the operator asks for Down",
    "the operator asks for Up",
    "the operator asks for Up and retries",
    "verb: Cancel done",
    "verb: Cancel refused",
    "verb: Reset done",
    "verb: Retry done",
    "verb: Retry refused",
    "verb: Skip done",
    "verb: Skip refused",
    "verb: Tidy done",
    "verb: Tidy refused",
];

/// How often each of them happens at least, in so many lives.
const LEAST: (u64, u64) = (10, 2_000);

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

    /// What did not happen often enough.
    pub fn lacks(&self, lives: u64) -> Vec<&'static str> {
        let least = LEAST.0 * lives / LEAST.1;
        let count = |what: &str| self.0.get(what).copied().unwrap_or_default();
        LIVED.into_iter().filter(|what| count(what) < least).collect()
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
